/** Whose signatures count where a release is used. It is never taken from the release itself unless that is asked for. */
import { z } from 'zod'
import { nameSchema, sha256Schema } from '../contract/ids.ts'

const keysSchema = z.array(z.strictObject({ name: nameSchema, fingerprint: sha256Schema })).max(10_000)

/** A file beside the release, not in it: made from the people of a workspace, baked into the image. */
export const trustFileSchema = z.strictObject({
  schema: z.literal('assay.trust/1'),
  /** Who may approve. */
  approvers: keysSchema.min(1),
  /** Who may sign releases. */
  releasers: keysSchema.min(1),
})
export type TrustFile = z.infer<typeof trustFileSchema>

/** Fingerprints of keys. */
export interface Trust {
  readonly approvers: readonly string[]
  readonly releasers: readonly string[]
}

export function trustOf({ approvers, releasers }: TrustFile): Trust {
  const prints = (keys: TrustFile['approvers']): string[] => keys.map((key) => key.fingerprint)
  return { approvers: prints(approvers), releasers: prints(releasers) }
}
