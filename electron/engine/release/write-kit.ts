/** Writes the kit of a release into its folder: whole, or not at all. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { KitSummary } from '../../../shared/contract/release.ts'
import type { KitFacts } from '../../../shared/release-kit/facts.ts'
import { voterOf } from '../../../shared/approval/delegation.ts'
import { kitPlace, resourceName } from '../../../shared/release-kit/names.ts'
import type { GivenPlace } from '../../../shared/release-kit/names.ts'
import { planOf } from '../../../shared/release-kit/plan.ts'
import { releaseKit } from '../../../shared/release-kit/release-kit.ts'
import type { Measured } from '../../../shared/serving/measured.ts'
import { releaseFiles } from '../../../shared/serving/release-manifest.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import { parsePolicy } from '../approval/policies.ts'
import { notWritable } from '../workspace/write-whole.ts'
import type { BuiltImage } from './image/build-image.ts'

const kitFolder = 'deploy'

export interface KitRequest {
  readonly folder: string
  readonly release: VerifiedRelease
  readonly image: Pick<BuiltImage, 'digest' | 'architecture'> | null
  readonly measured: Measured | null
  readonly place: GivenPlace
}

/** @throws AssayError usage/namespace, usage/registry, usage/host, before anything is done */
export function checkPlace(place: GivenPlace, served: string): void {
  kitPlace(place, resourceName(served))
}

async function factsOf({ folder, release, image, measured, place }: KitRequest): Promise<KitFacts> {
  const { manifest, approval, releaser } = release
  const { registry, ...where } = kitPlace(place, resourceName(manifest.model.served))
  const policy = manifest.files[releaseFiles.policy]
    ? parsePolicy(await readFile(join(folder, releaseFiles.policy), 'utf8')).policy
    : null
  return {
    manifest,
    manifestSha256: release.manifestSha256,
    modelBytes: manifest.files[releaseFiles.model]!.bytes,
    approvers: approval.statements.map(voterOf).map(({ name, fingerprint }) => ({ name, fingerprint })),
    releaser: { name: releaser.name, fingerprint: releaser.fingerprint },
    policy,
    image: {
      repository: `${registry ?? 'assay'}/${manifest.model.served}`,
      tag: String(manifest.model.version),
      digest: image?.digest ?? null,
      architecture: image?.architecture ?? null,
    },
    measured,
    place: where,
  }
}

/** @throws AssayError usage/*, policy/not-valid, file/not-writable */
export async function writeKit(request: KitRequest): Promise<KitSummary> {
  const facts = await factsOf(request)
  const files = releaseKit(facts)
  const folder = join(request.folder, kitFolder)
  const temporary = join(request.folder, `.${kitFolder}-${randomUUID()}.tmp`)
  try {
    for (const { path, text } of files) {
      const to = join(temporary, path)
      await mkdir(dirname(to), { recursive: true })
      await writeFile(to, text, { flag: 'wx' })
    }
    await rename(temporary, folder)
  } catch (error) {
    throw notWritable(error, folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  const {
    name,
    limits,
    facts: { place, image },
  } = planOf(facts)
  return {
    name,
    namespace: place.namespace,
    image: `${image.repository}${image.digest === null ? `:${image.tag}` : `@${image.digest}`}`,
    files: files.map(({ path }) => `${kitFolder}/${path}`),
    limits: limits.limits.map(({ id, measure, atMost, source }) => ({ id, measure, atMost, source })),
    notMeasurable: limits.notMeasurable.length,
  }
}
