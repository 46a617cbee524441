/** What a release says of itself to those who have no Assay: bill of materials, provenance, signatures of the image. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { provenanceOf } from '../../../../shared/serving/provenance.ts'
import type { Artifact } from '../../../../shared/serving/provenance.ts'
import { sbomOf } from '../../../../shared/serving/sbom.ts'
import type { SbomRequest } from '../../../../shared/serving/sbom.ts'
import type { VerifiedRelease } from '../../../../shared/serving/verify-release.ts'
import { sha256Of } from '../../approval/canonical.ts'
import { hashFile } from '../../workspace/content-store.ts'
import { writeWhole } from '../../workspace/write-whole.ts'
import type { BuiltImage } from '../image/build-image.ts'
import type { Releaser } from '../sign-files.ts'
import { writeReferrers } from './referrers.ts'
import { imageStatement, pemOf, sigstoreBundle, simpleSigning } from './sigstore.ts'

export const supplyChainFiles = {
  sbom: 'sbom.cdx.json',
  provenance: 'provenance.sigstore.json',
  publicKey: 'signer.pub',
  image: 'image.json',
  imageSignature: 'image.sigstore.json',
  /** cosign's older way: what is signed, and the signature in base64. */
  imagePayload: 'image.payload.json',
  imagePayloadSignature: 'image.payload.sig',
  referrers: 'image.referrers.tar',
} as const

export interface RecordsRequest {
  readonly folder: string
  readonly release: VerifiedRelease
  readonly releaser: Releaser
  readonly image: BuiltImage | null
  readonly servingFolder: string
  readonly software: Readonly<Record<string, string>>
  readonly startedOn: string
}

const packagesSchema = z.array(z.object({ name: z.string(), version: z.string(), license: z.string().nullable() }))

/** The bundle with the list that the build wrote beside it; null where the server runs from its source. */
async function readServer(folder: string): Promise<SbomRequest['server']> {
  const list = join(folder, 'serving-components.json')
  if (!existsSync(list)) return null
  const packages = packagesSchema.parse(JSON.parse(await readFile(list, 'utf8')))
  return { sha256: (await hashFile(join(folder, 'serving.mjs'))).sha256, packages }
}

/** @throws AssayError file/not-writable */
export async function writeRecords(request: RecordsRequest, signal: AbortSignal): Promise<void> {
  const { folder, release, releaser, image, software } = request
  const { manifest, manifestSha256, evidence } = release
  const write = (name: string, content: string | Uint8Array) => writeWhole(join(folder, name), content)
  const server = await readServer(request.servingFolder)
  const sbom = sbomOf({
    manifest,
    manifestSha256,
    evidence,
    versions: image?.versions ?? { node: software['node'] ?? '', onnxruntime: software['onnxruntime'] ?? '' },
    server,
    image,
  })
  const sbomText = `${JSON.stringify(sbom, null, 2)}\n`
  const digest = image?.digest.replace('sha256:', '') ?? ''
  const repository = image?.name.replace(/:[^:]*$/, '') ?? ''
  const dependencies: Artifact[] = [
    ...(server ? [{ name: 'serving.mjs', sha256: server.sha256 }] : []),
    ...(image?.layers ?? []).map((layer) => ({ name: `layer: ${layer.title}`, sha256: layer.sha256 })),
    ...(image?.packages ?? []).map(({ name, version, sha256 }) => ({ name: `deb: ${name} ${version}`, sha256 })),
  ]
  const provenance = provenanceOf({
    manifest,
    subjects: [
      ...(image ? [{ name: repository, sha256: digest }] : []),
      { name: 'manifest.json', sha256: manifestSha256 },
    ],
    dependencies,
    byproducts: [{ name: supplyChainFiles.sbom, sha256: sha256Of(sbomText) }],
    datasetSha256: evidence.dataset.dataSha256,
    policySha256: release.approval.policySha256,
    software,
    architecture: image?.architecture ?? null,
    startedOn: request.startedOn,
    finishedOn: new Date().toISOString(),
  })
  const provenanceBundle = sigstoreBundle(provenance, releaser)
  await write(supplyChainFiles.sbom, sbomText)
  await write(supplyChainFiles.provenance, provenanceBundle)
  await write(supplyChainFiles.publicKey, pemOf(releaser))
  if (!image) return
  const cosignType = 'https://sigstore.dev/cosign/sign/v1'
  const sbomType = 'https://cyclonedx.org/bom'
  const about = (type: string, predicate: object): string =>
    sigstoreBundle(imageStatement(repository, digest, type, predicate), releaser)
  const signature = simpleSigning(repository, digest, releaser)
  const imageBundle = about(cosignType, {})
  const { name, architecture, bytes, layers, packages, size } = image
  const facts = {
    name,
    architecture,
    digest: image.digest,
    size,
    tar: { sha256: image.sha256, bytes },
    layers,
    packages,
  }
  await write(supplyChainFiles.image, `${JSON.stringify({ schema: 'assay.release-image/1', ...facts }, null, 2)}\n`)
  await write(supplyChainFiles.imageSignature, imageBundle)
  await write(supplyChainFiles.imagePayload, signature.payload)
  await write(supplyChainFiles.imagePayloadSignature, signature.signature)
  await writeReferrers(
    {
      path: join(folder, supplyChainFiles.referrers),
      digest,
      size,
      created: manifest.createdAt,
      architecture,
      signature,
      referrers: [
        { predicateType: cosignType, bundle: imageBundle },
        { predicateType: 'https://slsa.dev/provenance/v1', bundle: provenanceBundle },
        { predicateType: sbomType, bundle: about(sbomType, sbom) },
      ],
    },
    signal,
  )
}
