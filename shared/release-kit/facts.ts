/** What a release kit is made from: facts of one release, and where it is to run. Everything in the kit derives from it. */
import type { Policy } from '../contract/policy.ts'
import type { Measured } from '../serving/measured.ts'
import type { ReleaseManifest } from '../serving/release-manifest.ts'

export interface KitImage {
  /** Without tag or digest. */
  readonly repository: string
  readonly tag: string
  /** sha256:… of the image's manifest; null where no image was built with the release. */
  readonly digest: string | null
  readonly architecture: 'amd64' | 'arm64' | null
}

export interface KitKey {
  readonly name: string
  readonly fingerprint: string
}

export interface KitPlace {
  /** RFC 1123 label. */
  readonly namespace: string
  /** Name under which the gateway serves it. */
  readonly host: string
}

export interface KitFacts {
  readonly manifest: ReleaseManifest
  readonly manifestSha256: string
  readonly modelBytes: number
  readonly approvers: readonly KitKey[]
  /** Who signed the release. */
  readonly releaser: KitKey
  /** The policy that was approved with the evidence; null where this workspace does not hold it. */
  readonly policy: Policy | null
  readonly image: KitImage
  /** Null where the release's server was not started. */
  readonly measured: Measured | null
  readonly place: KitPlace
}

export interface KitFile {
  /** Below the kit's folder, with forward slashes. */
  readonly path: string
  readonly text: string
}
