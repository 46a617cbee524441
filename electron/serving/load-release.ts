/** Reads a release folder and holds it against its signatures. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Trust } from '../../shared/serving/trust.ts'
import { verifyRelease } from '../../shared/serving/verify-release.ts'
import type { VerifiedRelease } from '../../shared/serving/verify-release.ts'
import { proofs } from './proofs.ts'

/** @param trust whose signatures count; null takes the keys that the release carries */
export function loadRelease(folder: string, trust: Trust | null): VerifiedRelease {
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
      trust,
    },
    proofs,
  )
}
