/** The image of a release: the layers of the runtime and one of the release itself. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFlags } from '../../../../shared/serving/server-start.ts'
import { releaseFiles, signatureFile } from '../../../../shared/serving/release-manifest.ts'
import type { TrustFile } from '../../../../shared/serving/trust.ts'
import type { VerifiedRelease } from '../../../../shared/serving/verify-release.ts'
import { canonicalText } from '../../approval/canonical.ts'
import { notWritable } from '../../workspace/write-whole.ts'
import { AssayError } from '../../../../shared/contract/errors.ts'
import type { JobContext } from '../../jobs/jobs.ts'
import { withFolders } from './debian-base.ts'
import type { DebianPackage } from './debian-base.ts'
import { writeDockerContext } from './docker-context.ts'
import { writeLayer } from './layer.ts'
import { writeImage } from './oci.ts'
import type { Architecture, Image, ImageConfig } from './oci.ts'
import { runtimeLayers } from './runtime-layers.ts'
import type { RuntimeLayers } from './runtime-layers.ts'
import type { Entry } from './tar.ts'

const trustPath = 'trust/trust.json'

export interface ImageRequest {
  /** A verified release folder, and what verifying it gave. */
  readonly folder: string
  readonly release: VerifiedRelease
  /** Whose signatures count where the image runs; it lies in the image beside the release, not in it. */
  readonly trust: TrustFile
  /** The tar to write. */
  readonly path: string
  /** Where to write the same as a build context; left out, nowhere. */
  readonly contextPath?: string | undefined
  readonly architecture: Architecture
  /** The folder of serving.mjs. */
  readonly servingFolder: string
  readonly layerCache: string
}

export interface BuiltImage extends Image {
  readonly name: string
  readonly tag: string
  readonly architecture: Architecture
  /** Bytes of each layer as it lies in the image. */
  readonly layers: readonly { readonly title: string; readonly sha256: string; readonly bytes: number }[]
  readonly packages: readonly DebianPackage[]
  readonly versions: RuntimeLayers['versions']
}

/** What is served, and who is trusted. Records such as the proof are written after the image and are not in it. */
async function releaseEntries({ folder, release, trust }: ImageRequest): Promise<Entry[]> {
  const entries: Entry[] = [{ path: trustPath, type: 'file', content: Buffer.from(`${canonicalText(trust)}\n`) }]
  for (const name of [releaseFiles.manifest, signatureFile, ...Object.keys(release.manifest.files)]) {
    const file = join(folder, name)
    entries.push({ path: `release/${name}`, type: 'file', content: { file, bytes: (await stat(file)).size } })
  }
  return withFolders(entries)
}

function configOf({ manifest, manifestSha256 }: VerifiedRelease, architecture: Architecture): ImageConfig {
  const tag = String(manifest.model.version)
  return {
    architecture,
    created: manifest.createdAt,
    repository: `assay/${manifest.model.served}`,
    tag,
    labels: {
      'org.opencontainers.image.title': manifest.model.name,
      'org.opencontainers.image.version': tag,
      'org.opencontainers.image.created': manifest.createdAt,
      'org.opencontainers.image.description': `Serves an approved model that predicts ${manifest.target}`,
      'dev.assay.version': manifest.assay,
      'dev.assay.manifest.sha256': manifestSha256,
      'dev.assay.evidence.sha256': manifest.evidence.sha256,
      'dev.assay.model.sha256': manifest.model.sha256,
      'dev.assay.approval.sha256': manifest.approval.sha256,
      'dev.assay.approval.expires': manifest.approval.expiresAt,
    },
    environment: [
      'PATH=/nodejs/bin',
      'HOME=/tmp',
      'NODE_ENV=production',
      'ORT_DISABLE_TELEMETRY=1',
      'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
      'ASSAY_HOST=0.0.0.0',
      'ASSAY_RELEASE=/release',
      `ASSAY_TRUST_FILE=/${trustPath}`,
    ],
    entrypoint: ['/nodejs/bin/node', ...nodeFlags, '/app/serving.mjs'],
    command: ['serve'],
    ports: [8080, 8081],
  }
}

/** @throws AssayError image/*, release/not-built, file/not-writable */
export async function buildImage(request: ImageRequest, context: JobContext): Promise<BuiltImage> {
  const { release, architecture } = request
  const { manifest } = release
  context.progress({ step: 'Building the runtime layers' })
  const runtime = await runtimeLayers(architecture, request.servingFolder, request.layerCache, context.signal)
  context.progress({ step: 'Writing the image' })
  const folder = await mkdtemp(join(tmpdir(), 'assay-image-'))
  try {
    const file = join(folder, 'release.tar')
    const mtime = Math.floor(Date.parse(manifest.createdAt) / 1000)
    // Not compressed: models hardly shrink, and nobody waits for it.
    const options = { mtime, owner: 0, compress: false }
    const layer = await writeLayer(file, 'The release', await releaseEntries(request), options, context.signal)
    const layers = [...runtime.layers, { layer, file }]
    const config = configOf(release, architecture)
    const image = await writeImage(request.path, config, layers, context.signal)
    if (request.contextPath !== undefined) await writeDockerContext(request.contextPath, config, layers, context.signal)
    const { repository, tag } = config
    return {
      ...image,
      name: `${repository}:${tag}`,
      tag,
      architecture,
      layers: layers.map(({ layer: { title, sha256, bytes } }) => ({ title, sha256, bytes })),
      packages: runtime.packages,
      versions: runtime.versions,
    }
  } catch (error) {
    throw error instanceof AssayError ? error : notWritable(error, request.path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
