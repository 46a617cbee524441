/** The ledger: small facts in SQLite, in transactions, WAL. No rows of data live here. */
import Database from 'better-sqlite3'
import { AssayError } from '../../../shared/contract/errors.ts'
import { trace } from '../trace.ts'
import { migrations } from './migrations.ts'

export type Ledger = Database.Database

/** A runtime whose Node-API is too old for the shipped binary names one built for it. */
function open(path: string, options: Database.Options = {}): Ledger {
  const nativeBinding = process.env['ASSAY_SQLITE_BINDING']
  return new Database(path, nativeBinding ? { ...options, nativeBinding } : options)
}

/** Reads a ledger that another process may have open. */
export function readLedger<T>(path: string, work: (ledger: Ledger) => T): T {
  const ledger = open(path, { readonly: true })
  try {
    return work(ledger)
  } finally {
    ledger.close()
  }
}

/**
 * Opens the ledger and brings its schema up to date.
 * @throws AssayError workspace/newer, when a later Assay wrote it; workspace/corrupt, when SQLite finds it damaged.
 */
export function openLedger(path: string): Ledger {
  const ledger = open(path)
  try {
    ledger.pragma('journal_mode = WAL')
    // FULL: a transaction that was reported as done survives a power cut, not only a killed process.
    ledger.pragma('synchronous = FULL')
    ledger.pragma('foreign_keys = ON')
    migrate(ledger)
    return ledger
  } catch (error) {
    ledger.close()
    if (error instanceof AssayError) throw error
    const code = (error as { code?: string }).code ?? ''
    if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
      throw new AssayError({
        code: 'workspace/corrupt',
        message: `The ledger ${path} is damaged: ${(error as Error).message}`,
        remedy: 'Restore the workspace from a copy; its files folder is untouched.',
      })
    }
    throw error
  }
}

function migrate(ledger: Ledger): void {
  const newest = migrations.at(-1)?.number ?? 0
  const current = ledger.pragma('user_version', { simple: true }) as number
  if (current > newest) {
    throw new AssayError({
      code: 'workspace/newer',
      message: `This workspace was written by a later Assay (schema ${current}; this one knows ${newest}).`,
      remedy: 'Open it with that version or a later one.',
      where: { schema: current, known: newest },
    })
  }
  for (const migration of migrations.filter((m) => m.number > current)) {
    trace('sql', `migration ${migration.number}: ${migration.name}`)
    ledger.transaction(() => {
      ledger.exec(migration.sql)
      ledger.pragma(`user_version = ${migration.number}`)
    })()
  }
}

/**
 * Takes the workspace for this process alone. SQLite's own lock is used because the system gives it back when the
 * process dies, however it dies; a file with a process id in it would not.
 */
export function takeLock(path: string): { release(): void } {
  const lock = open(path)
  try {
    lock.pragma('busy_timeout = 0')
    lock.pragma('journal_mode = DELETE')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) {
      throw new AssayError({
        code: 'workspace/locked',
        message: 'This workspace is open in another Assay window or command.',
        remedy: 'Close it there, or wait until that command has ended, and try again.',
      })
    }
    throw error
  }
  return { release: () => lock.close() }
}
