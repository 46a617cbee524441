/** Whose signatures count for a release on this machine: a flag, a file, the environment, or the workspace at hand. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AssayError } from '../../shared/contract/errors.ts'
import { trustFileSchema, trustOf } from '../../shared/serving/trust.ts'
import type { Trust } from '../../shared/serving/trust.ts'
import { workspaceTrust } from '../engine/release/workspace-trust.ts'
import { readLedger } from '../engine/workspace/ledger.ts'
import type { Ledger } from '../engine/workspace/ledger.ts'
import { workspaceFolder } from './session.ts'

export interface TrustFlags {
  readonly trust?: string
  readonly trustReleaseKeys?: boolean
}

/** What `work` finds in the workspace at hand, which another process may have open; null where there is none. */
function withLedger<T>(workspace: string | undefined, work: (ledger: Ledger) => T): T | null {
  const path = join(workspaceFolder(workspace), 'ledger.sqlite')
  return existsSync(path) ? readLedger(path, work) : null
}

function readTrustFile(path: string): Trust {
  try {
    return trustOf(trustFileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))))
  } catch (error) {
    throw new AssayError({
      code: 'release/trust-file',
      message: `${path} is no trust file: ${String((error as Error).message).slice(0, 200)}`,
      remedy: 'Write one with `assay person trust --out FILE`.',
    })
  }
}

/** @returns null where the keys that the release carries are to be taken @throws AssayError release/no-trust */
export function givenTrust(workspace: string | undefined, flags: TrustFlags): Trust | null {
  if (flags.trustReleaseKeys) return null
  const { ASSAY_TRUST_FILE: file, ASSAY_TRUSTED_APPROVERS: approvers, ASSAY_TRUSTED_RELEASERS: releasers } = process.env
  const path = flags.trust ?? file
  if (path) return readTrustFile(path)
  const prints = (text: string | undefined): string[] => (text ?? '').split(',').filter(Boolean)
  if (approvers) return { approvers: prints(approvers), releasers: prints(releasers || approvers) }
  const ours = withLedger(workspace, (ledger) => trustOf(workspaceTrust(ledger)))
  if (ours) return ours
  throw new AssayError({
    code: 'release/no-trust',
    message: 'Nothing says whose approval counts here, and there is no workspace at hand.',
    remedy:
      'Say --workspace DIR or --trust FILE. To take the keys that the release carries, which proves nothing about who they are: --trust-release-keys.',
  })
}
