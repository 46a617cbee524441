/** Reads a release folder and holds it against its approval. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyRelease } from '../../shared/serving/verify-release.ts'
import type { VerifiedRelease } from '../../shared/serving/verify-release.ts'
import { proofs } from './proofs.ts'

/** @param trusted fingerprints of the keys that may approve; empty takes those that the release carries */
export function loadRelease(folder: string, trusted: readonly string[]): VerifiedRelease {
  return verifyRelease(
    {
      read: (name) => {
        try {
          return readFileSync(join(folder, name))
        } catch {
          return null
        }
      },
      now: new Date().toISOString(),
      trusted: trusted.length > 0 ? trusted : null,
    },
    proofs,
  )
}
