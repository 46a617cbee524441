/** Reads a release folder and holds it against its signatures. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { releaseFiles } from '../../shared/serving/release-manifest.ts'
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

/**
 * A folder is a release, or holds releases: then each folder in it is one, and none is passed over. Hidden ones are what
 * Kubernetes makes in a mounted volume, and lost+found what a file system does.
 */
export function releaseFolders(path: string): string[] {
  if (existsSync(join(path, releaseFiles.manifest)) || !existsSync(path)) return [path]
  const inside = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('.') && name !== 'lost+found')
  return inside.length === 0 ? [path] : inside.sort().map((name) => join(path, name))
}
