/**
 * An image in one tar that is an OCI layout and a docker-save archive at once: skopeo, umoci, podman and containerd read
 * the first, Docker (20.10 and later) reads the second. There is exactly one image in it: several in one index make
 * untagged imports fail.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Layer } from './layer.ts'
import { tar } from './tar.ts'
import type { Entry } from './tar.ts'

export type Architecture = 'amd64' | 'arm64'

export interface ImageConfig {
  readonly architecture: Architecture
  /** RFC 3339, never the clock's. */
  readonly created: string
  readonly labels: Readonly<Record<string, string>>
  readonly environment: readonly string[]
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly ports: readonly number[]
  /** Repository and tag, for the tools that want a name. */
  readonly repository: string
  readonly tag: string
}

export interface PlacedLayer {
  readonly layer: Layer
  readonly file: string
}

export interface Image {
  /** Digest of the manifest: what a registry and a deployment name the image by. */
  readonly digest: string
  /** Bytes of the manifest. */
  readonly size: number
  /** Of the tar. */
  readonly sha256: string
  readonly bytes: number
}

export const user = '65532:65532'

/** Keys in a fixed order: byte for byte the same for the same content. */
export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function byKey(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function configOf(config: ImageConfig, layers: readonly PlacedLayer[]): Buffer {
  return json({
    created: config.created,
    architecture: config.architecture,
    os: 'linux',
    config: {
      User: user,
      ExposedPorts: Object.fromEntries(config.ports.map((port) => [`${port}/tcp`, {}])),
      Env: config.environment,
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      WorkingDir: '/',
      Labels: byKey(config.labels),
      StopSignal: 'SIGTERM',
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ layer }) => `sha256:${layer.diffSha256}`) },
    history: layers.map(({ layer }) => ({ created: config.created, created_by: 'assay', comment: layer.title })),
  })
}

/** @param onBytes told of what was written since the last time */
export async function writeImage(
  path: string,
  config: ImageConfig,
  layers: readonly PlacedLayer[],
  signal: AbortSignal,
): Promise<Image> {
  const configBytes = configOf(config, layers)
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: `sha256:${sha256(configBytes)}`,
      size: configBytes.length,
    },
    layers: layers.map(({ layer }) => ({
      mediaType: layer.mediaType,
      digest: `sha256:${layer.sha256}`,
      size: layer.bytes,
    })),
    annotations: byKey(config.labels),
  })
  const digest = `sha256:${sha256(manifest)}`
  const name = `${config.repository}:${config.tag}`
  const index = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest,
        size: manifest.length,
        // The first is read by skopeo and umoci, the second by containerd.
        annotations: { 'org.opencontainers.image.ref.name': config.tag, 'io.containerd.image.name': name },
        platform: { architecture: config.architecture, os: 'linux' },
      },
    ],
  })
  const dockerSave = json([
    {
      Config: `blobs/sha256/${sha256(configBytes)}`,
      RepoTags: [name],
      Layers: layers.map(({ layer }) => `blobs/sha256/${layer.sha256}`),
    },
  ])
  const file = (at: string, content: Uint8Array): Entry => ({ path: at, type: 'file', content })
  const blobs = new Map<string, Entry>()
  for (const { layer, file: source } of layers) {
    const at = `blobs/sha256/${layer.sha256}`
    blobs.set(at, { path: at, type: 'file', content: { file: source, bytes: layer.bytes } })
  }
  const entries: Entry[] = [
    { path: 'blobs', type: 'folder' },
    { path: 'blobs/sha256', type: 'folder' },
    ...blobs.values(),
    file(`blobs/sha256/${sha256(configBytes)}`, configBytes),
    file(`blobs/sha256/${sha256(manifest)}`, manifest),
    file('index.json', index),
    file('manifest.json', dockerSave),
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
  ]
  return { digest, size: manifest.length, ...(await writeTar(path, entries, signal)) }
}

/** An archive of fixed times and owners: whole, or not at all. */
export async function writeTar(
  path: string,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const temporary = `${path}.tmp-${process.pid}`
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await pipeline(
      Readable.from(tar(entries, { mtime: 0, owner: 0 })),
      async function* (pieces: AsyncIterable<Uint8Array>) {
        for await (const piece of pieces) {
          bytes += piece.length
          hash.update(piece)
          yield piece
        }
      },
      createWriteStream(temporary),
      { signal },
    )
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  return { sha256: hash.digest('hex'), bytes }
}
