/** Policies that the workspace keeps: the very bytes of the YAML file, named by their SHA-256. */
import { readFile } from 'node:fs/promises'
import type { StoredPolicy } from '../../../shared/contract/approval.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { LintProblem, Policy } from '../../../shared/contract/policy.ts'
import { lintPolicy } from '../../../shared/policy/lint-policy.ts'
import type { Engine } from '../engine.ts'
import { sha256Of } from './canonical.ts'
import { takeText } from './stored-text.ts'

const largestFile = 1_000_000

export const today = (): string => new Date().toISOString().slice(0, 10)

export interface ReadPolicy {
  readonly policy: Policy
  readonly text: string
  readonly sha256: string
  readonly problems: readonly LintProblem[]
}

/** @throws AssayError policy/not-valid with the first error and its line */
export function parsePolicy(text: string): ReadPolicy {
  const { policy, problems } = lintPolicy(text, today())
  if (!policy) {
    const errors = problems.filter((problem) => problem.severity === 'error')
    const [first] = errors
    throw new AssayError({
      code: 'policy/not-valid',
      message: `Line ${first?.line ?? 1}: ${first?.message ?? 'the policy is not valid'}${
        errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
      }`,
      remedy: `${first?.remedy ?? ''} All of it: assay policy lint FILE.`.trim(),
      where: { line: first?.line ?? 1, column: first?.column ?? 1, errors: errors.length },
    })
  }
  return { policy, text, sha256: sha256Of(text), problems }
}

/** @throws AssayError policy/file */
export async function readPolicyFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new AssayError({
      code: 'policy/file',
      message: `The policy cannot be read (${error.code}).`,
      remedy: 'Check the path. A policy to start from: assay policy preset binary-risk.',
    })
  })
  let text: string | null = null
  if (bytes.length <= largestFile) {
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      text = null
    }
  }
  if (text === null) {
    throw new AssayError({
      code: 'policy/file',
      message: 'The file is not a policy: it is too large or not UTF-8.',
      remedy: 'Choose a YAML file.',
    })
  }
  return text
}

function stored({ policy, sha256 }: ReadPolicy, savedAt: string): StoredPolicy {
  return {
    sha256,
    name: policy.name,
    savedAt,
    gates: policy.gates.length,
    riskTier: policy.risk_tier,
    task: policy.task ?? null,
  }
}

/** Keeps a policy; a policy that is kept already is left as it is. */
export async function savePolicy(engine: Engine, text: string): Promise<{ read: ReadPolicy; stored: StoredPolicy }> {
  const { workspace } = engine
  const read = parsePolicy(text)
  const known = workspace.ledger.prepare('SELECT saved_at FROM policy WHERE sha256 = ?').get(read.sha256) as
    { saved_at: string } | undefined
  if (known) return { read, stored: stored(read, known.saved_at) }
  const file = await takeText(engine, text)
  let savedAt = ''
  workspace.change('policy saved', null, { name: read.policy.name, sha256: read.sha256 }, (time) => {
    savedAt = time
    workspace.files.record(file, 'policy', time)
    workspace.ledger
      .prepare('INSERT INTO policy (sha256, name, saved_at) VALUES (?, ?, ?)')
      .run(read.sha256, read.policy.name, time)
  })
  engine.jobs.changed('approvals')
  return { read, stored: stored(read, savedAt) }
}

function missing(sha256: string): AssayError {
  return new AssayError({
    code: 'policy/unknown',
    message: `There is no policy ${sha256.slice(0, 16)}… in this workspace.`,
    remedy: 'List them: assay policy list.',
    where: { sha256 },
  })
}

/**
 * A stored policy as it is on the disk now. A file that no longer has its hash is refused, not read.
 * @throws AssayError policy/unknown, workspace/file-changed
 */
export async function readPolicy(engine: Engine, sha256: string): Promise<ReadPolicy> {
  const text = await readStoredText(engine, sha256, () => missing(sha256))
  // Linted today: a waiver that has expired since it was saved is a remark now.
  return parsePolicy(text)
}

/** Text of a stored file whose bytes still have its hash. */
export async function readStoredText(engine: Engine, sha256: string, unknown: () => AssayError): Promise<string> {
  const { files, ledger } = engine.workspace
  if (!ledger.prepare('SELECT 1 FROM file WHERE sha256 = ?').get(sha256)) throw unknown()
  const bytes = await readFile(files.path(sha256)).catch(() => null)
  if (!bytes || sha256Of(bytes) !== sha256) {
    throw new AssayError({
      code: 'workspace/file-changed',
      message: `The stored file ${sha256} is ${bytes ? 'not what was stored' : 'missing'}.`,
      remedy: 'Restore the workspace from a copy. What stands on this file cannot be trusted.',
      where: { sha256 },
    })
  }
  return bytes.toString('utf8')
}

export async function listPolicies(engine: Engine): Promise<StoredPolicy[]> {
  const rows = engine.workspace.ledger.prepare('SELECT sha256, saved_at FROM policy ORDER BY saved_at DESC').all() as {
    sha256: string
    saved_at: string
  }[]
  const list: StoredPolicy[] = []
  for (const row of rows) list.push(stored(await readPolicy(engine, row.sha256), row.saved_at))
  return list
}

export async function getPolicy(
  engine: Engine,
  sha256: string,
): Promise<StoredPolicy & { text: string; problems: LintProblem[] }> {
  const read = await readPolicy(engine, sha256)
  const row = engine.workspace.ledger.prepare('SELECT saved_at FROM policy WHERE sha256 = ?').get(sha256) as
    { saved_at: string } | undefined
  if (!row) throw missing(sha256)
  return { ...stored(read, row.saved_at), text: read.text, problems: [...read.problems] }
}
