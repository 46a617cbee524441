/** The workspace folder: open, lock, migrate, repair. Everything else in the engine is given one of these. */
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import { appendAudit, verifyAudit } from './audit.ts'
import { diskError } from '../../data-plane/disk-error.ts'
import { ContentStore, hashFile, moveInto } from './content-store.ts'
import { openLedger, takeLock } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'

const marker = 'assay.json'

export interface Workspace {
  readonly folder: string
  readonly name: string
  readonly createdAt: string
  readonly ledger: Ledger
  readonly files: ContentStore
  /** Who acts here: the system's user name. */
  readonly actor: string
  /** A fresh path for something unfinished; the folder is emptied at open. */
  temporary(suffix: string): string
  runFolder(runId: string): string
  /** Runs a change and its audit entry in one transaction. */
  change<T>(event: string, subject: string | null, detail: Record<string, unknown>, work: (time: string) => T): T
  verify(): Promise<{ ok: boolean; entries: number; files: number; problems: string[] }>
  close(): void
}

async function readMarker(folder: string): Promise<{ createdAt: string } | null> {
  const text = await readFile(join(folder, marker), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const parsed = JSON.parse(text) as { createdAt?: unknown }
    if (typeof parsed.createdAt === 'string') return { createdAt: parsed.createdAt }
  } catch {
    // falls through: the marker is not ours
  }
  throw new AssayError({
    code: 'workspace/corrupt',
    message: `${join(folder, marker)} is not an Assay workspace file.`,
    remedy: 'Restore that file from a copy, or choose another folder.',
  })
}

/** Makes an empty workspace. The folder may exist when it is empty. */
export async function createWorkspace(folder: string): Promise<void> {
  const path = resolve(folder)
  const existing = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new AssayError({
      code: 'workspace/not-a-folder',
      message: `${path} is not a folder that can be read (${error.code}).`,
      remedy: 'Choose a folder.',
    })
  })
  if (existing.includes(marker)) {
    throw new AssayError({
      code: 'workspace/exists',
      message: `There is a workspace in ${path} already.`,
      remedy: 'Use it as it is, or choose another folder.',
    })
  }
  if (existing.some((name) => !name.startsWith('.'))) {
    throw new AssayError({
      code: 'workspace/not-empty',
      message: `${path} holds other files.`,
      remedy: 'Choose an empty folder or a new one.',
    })
  }
  try {
    await mkdir(path, { recursive: true })
    const temporary = join(path, `.${marker}.tmp`)
    await writeFile(
      temporary,
      `${JSON.stringify({ assay: 'workspace', format: 1, createdAt: new Date().toISOString() }, null, 2)}\n`,
    )
    await moveInto(temporary, join(path, marker))
  } catch (error) {
    const known = diskError(error)
    const { code } = error as NodeJS.ErrnoException
    if (known instanceof AssayError || code === undefined) throw known
    throw new AssayError({
      code: 'workspace/not-writable',
      message: `No workspace can be made in ${path} (${code}).`,
      remedy: 'Choose a folder that may be written to.',
      where: { folder: path },
    })
  }
}

/**
 * Opens a workspace for this process alone.
 * @throws AssayError workspace/missing, workspace/locked, workspace/newer, workspace/corrupt, workspace/not-writable,
 *   workspace/disk-full
 */
export async function openWorkspace(folder: string, options: { create?: boolean } = {}): Promise<Workspace> {
  const path = resolve(folder)
  let found = await readMarker(path)
  if (!found && options.create) {
    await createWorkspace(path)
    found = await readMarker(path)
  }
  if (!found) {
    throw new AssayError({
      code: 'workspace/missing',
      message: `There is no workspace in ${path}.`,
      remedy: `Make one: assay init "${path}"`,
    })
  }
  const createdAt = found.createdAt
  const { lock, ledger } = await openFolder(path)
  const files = new ContentStore(join(path, 'files'), ledger)
  const actor = userInfo().username
  const change: Workspace['change'] = (event, subject, detail, work) => {
    try {
      return ledger.transaction(() => {
        const time = new Date().toISOString()
        const result = work(time)
        appendAudit(ledger, { actor, event, subject, detail, time })
        return result
      })()
    } catch (error) {
      throw diskError(error)
    }
  }
  if (!ledger.prepare('SELECT 1 FROM audit LIMIT 1').get()) {
    change('workspace created', null, { host: hostname() }, () => undefined)
  }
  await repair(path, ledger, files)

  let counter = 0
  return {
    folder: path,
    name: basename(path),
    createdAt,
    ledger,
    files,
    actor,
    temporary: (suffix) => join(path, 'tmp', `${process.pid}-${Date.now()}-${counter++}${suffix}`),
    runFolder: (runId) => join(path, 'runs', runId),
    change,
    verify: async () => {
      const audit = verifyAudit(ledger)
      const stored = await files.verify()
      const chunks = await verifyChunks(path, ledger)
      const problems = [...audit.problems, ...stored.problems, ...chunks.problems]
      return { ok: problems.length === 0, entries: audit.entries, files: stored.files + chunks.files, problems }
    },
    close: () => {
      ledger.close()
      lock.release()
    },
  }
}

/** @throws AssayError workspace/locked, workspace/not-writable, workspace/disk-full and what openLedger throws */
async function openFolder(path: string): Promise<{ lock: ReturnType<typeof takeLock>; ledger: Ledger }> {
  try {
    for (const name of ['files', 'runs', 'tmp']) await mkdir(join(path, name), { recursive: true })
    const lock = takeLock(join(path, 'lock.sqlite'))
    try {
      return { lock, ledger: openLedger(join(path, 'ledger.sqlite')) }
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    throw diskError(error)
  }
}

/** Puts right what a kill may have left: unfinished files, runs that nobody is scoring, chunks nobody recorded. */
async function repair(folder: string, ledger: Ledger, files: ContentStore): Promise<void> {
  await rm(join(folder, 'tmp'), { recursive: true, force: true })
  await mkdir(join(folder, 'tmp'), { recursive: true })
  await files.sweep()
  ledger.prepare("UPDATE run SET state = 'interrupted' WHERE state = 'scoring'").run()
  const known = new Set((ledger.prepare('SELECT id FROM run').all() as { id: string }[]).map((run) => run.id))
  for (const id of await readdir(join(folder, 'runs'))) {
    if (!known.has(id)) {
      await rm(join(folder, 'runs', id), { recursive: true, force: true })
      continue
    }
    const chunks = ledger.prepare('SELECT number FROM chunk WHERE run_id = ?').all(id) as { number: number }[]
    const keep = new Set(chunks.map((chunk) => chunkName(chunk.number)))
    for (const name of await readdir(join(folder, 'runs', id))) {
      if (!keep.has(name)) await rm(join(folder, 'runs', id, name), { force: true })
    }
  }
}

async function verifyChunks(folder: string, ledger: Ledger): Promise<{ files: number; problems: string[] }> {
  const problems: string[] = []
  const chunks = ledger.prepare('SELECT run_id, number, sha256 FROM chunk').all() as {
    run_id: string
    number: number
    sha256: string
  }[]
  for (const chunk of chunks) {
    const path = join(folder, 'runs', chunk.run_id, chunkName(chunk.number))
    if (!(await stat(path).catch(() => null))) problems.push(`Scores ${chunk.number} of ${chunk.run_id} are missing.`)
    else if ((await hashFile(path)).sha256 !== chunk.sha256)
      problems.push(`Scores ${chunk.number} of ${chunk.run_id} were changed.`)
  }
  return { files: chunks.length, problems }
}
