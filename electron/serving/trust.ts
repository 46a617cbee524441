/** Whose signatures count here: the settings say it, else the trust file beside the release, else nobody's do. */
import { readFileSync } from 'node:fs'
import { AssayError } from '../../shared/contract/errors.ts'
import type { VerifiedRelease } from '../../shared/serving/verify-release.ts'
import { loadRelease } from './load-release.ts'
import { trustFileSchema, trustOf } from '../../shared/serving/trust.ts'
import type { Trust } from '../../shared/serving/trust.ts'

export interface TrustSettings {
  readonly TRUST_FILE: string
  readonly TRUSTED_APPROVERS: readonly string[]
  readonly TRUSTED_RELEASERS: readonly string[]
  readonly TRUST_RELEASE_KEYS: boolean
}

export interface GivenTrust {
  /** Null takes the keys that the release carries. */
  readonly trust: Trust | null
  readonly from: 'settings' | 'file' | 'the release itself'
}

/** @param warn told where whoever signed is trusted */
export function loadTrusted(
  folder: string,
  settings: TrustSettings,
  warn: (message: string) => void,
): { release: VerifiedRelease; from: GivenTrust['from'] } {
  const { trust, from } = readTrust(settings)
  const release = loadRelease(folder, trust)
  if (trust === null) warn('WHOEVER SIGNED IS TRUSTED: the keys are those that the release carries')
  return { release, from }
}

function readFile(path: string): Trust {
  try {
    return trustOf(trustFileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))))
  } catch (error) {
    throw new AssayError({
      code: 'release/trust-file',
      message: `ASSAY_TRUST_FILE holds no trust file: ${String((error as Error).message).slice(0, 300)}`,
      remedy: 'Write it anew with `assay person trust --out FILE`.',
      where: { path },
    })
  }
}

/** @throws AssayError release/no-trust, release/trust-file, usage/setting */
export function readTrust(settings: TrustSettings): GivenTrust {
  const { TRUST_FILE: path, TRUSTED_APPROVERS: approvers, TRUSTED_RELEASERS: releasers } = settings
  const named = approvers.length > 0 || releasers.length > 0
  if (settings.TRUST_RELEASE_KEYS) {
    if (!named && path === '') return { trust: null, from: 'the release itself' }
    throw new AssayError({
      code: 'usage/setting',
      message: 'ASSAY_TRUST_RELEASE_KEYS trusts whoever signed, and other settings say who is trusted.',
      remedy: 'Leave one of them out; ASSAY_TRUST_FILE= takes the file away.',
    })
  }
  const file = path === '' ? null : readFile(path)
  if (!file && approvers.length === 0)
    throw new AssayError({
      code: 'release/no-trust',
      message: 'Nothing says whose approval counts here.',
      remedy:
        'Set ASSAY_TRUST_FILE (assay person trust --out FILE writes one) or ASSAY_TRUSTED_APPROVERS. To take the keys that the release carries, which proves nothing about who they are: --trust-release-keys.',
    })
  return {
    trust: {
      approvers: approvers.length > 0 ? approvers : file!.approvers,
      // Where only approvers are named they are all that is known, and they may sign releases as well.
      releasers: releasers.length > 0 ? releasers : (file?.releasers ?? approvers),
    },
    from: named ? 'settings' : 'file',
  }
}
