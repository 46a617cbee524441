/**
 * What is said of an image, in an OCI layout of its own: an image's layout must hold one image only. cosign's signature
 * has the tag that cosign looks for; bundles are OCI 1.1 referrers, with the tag that registries without the referrers
 * API fall back to.
 */
import { json, sha256, writeTar } from '../image/oci.ts'
import type { Entry } from '../image/tar.ts'
import { bundleMediaType } from './sigstore.ts'
import type { SimpleSignature } from './sigstore.ts'

export interface Referrer {
  readonly predicateType: string
  /** A Sigstore bundle's JSON. */
  readonly bundle: string
}

export interface ReferrersRequest {
  readonly path: string
  /** The image's manifest: digest without "sha256:", and size. */
  readonly digest: string
  readonly size: number
  readonly created: string
  readonly architecture: string
  readonly signature: SimpleSignature
  readonly referrers: readonly Referrer[]
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
const configType = 'application/vnd.oci.image.config.v1+json'
const emptyType = 'application/vnd.oci.empty.v1+json'
const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Content, named by its hash. */
class Blobs {
  readonly #entries = new Map<string, Entry>()

  add(mediaType: string, content: Buffer): Descriptor {
    const hash = sha256(content)
    this.#entries.set(hash, { path: `blobs/sha256/${hash}`, type: 'file', content })
    return { mediaType, digest: `sha256:${hash}`, size: content.length }
  }

  manifest(config: Descriptor, layers: readonly Descriptor[], more: object = {}): Descriptor {
    return this.add(manifestType, json({ schemaVersion: 2, mediaType: manifestType, ...more, config, layers }))
  }

  get entries(): Entry[] {
    return [...this.#entries.values()]
  }
}

function cosignSignature(blobs: Blobs, { signature, created, architecture }: ReferrersRequest): Descriptor {
  const layer = {
    ...blobs.add(simpleSigningType, signature.payload),
    annotations: { 'dev.cosignproject.cosign/signature': signature.signature },
  }
  const config = json({
    architecture,
    config: {},
    created,
    history: [{ created }],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  })
  return blobs.manifest(blobs.add(configType, config), [layer])
}

export async function writeReferrers(request: ReferrersRequest, signal: AbortSignal): Promise<void> {
  const { digest, size, created, referrers } = request
  const blobs = new Blobs()
  const cosign = cosignSignature(blobs, request)
  const subject = { mediaType: manifestType, digest: `sha256:${digest}`, size }
  const listed = referrers.map(({ predicateType, bundle }): Descriptor => {
    const annotations = {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
      'org.opencontainers.image.created': created,
    }
    const layer = blobs.add(bundleMediaType, Buffer.from(bundle))
    const empty = blobs.add(emptyType, Buffer.from('{}'))
    const manifest = blobs.manifest(empty, [layer], { artifactType: bundleMediaType, subject, annotations })
    return { ...manifest, artifactType: bundleMediaType, annotations }
  })
  const fallback = blobs.add(indexType, json({ schemaVersion: 2, mediaType: indexType, manifests: listed }))
  const tagged = (descriptor: Descriptor, tag: string): Descriptor => ({
    ...descriptor,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  })
  const index = {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [tagged(cosign, `sha256-${digest}.sig`), tagged(fallback, `sha256-${digest}`)],
  }
  const entries: Entry[] = [
    { path: 'blobs', type: 'folder' },
    { path: 'blobs/sha256', type: 'folder' },
    ...blobs.entries,
    { path: 'index.json', type: 'file', content: json(index) },
    { path: 'oci-layout', type: 'file', content: json({ imageLayoutVersion: '1.0.0' }) },
  ]
  await writeTar(request.path, entries, signal)
}
