import { AssayError } from '../../shared/contract/errors.ts'

/** As Node, SQLite and DuckDB say it. */
// SQLite has no room for the memory that it shares beside the ledger.
const full = /ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE|No space left|disk is full|Disk quota exceeded/i
const refused =
  /EROFS|EACCES|EPERM|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_IOERR|Read-only file system|Permission denied/i

/** Turns the system's word for a disk that is full, or that may not be written to, into a coded error. */
export function diskError(error: unknown): unknown {
  if (error instanceof AssayError) return error
  const code = String((error as { readonly code?: unknown }).code ?? '')
  const text = String((error as Error).message)
  const said = `${code} ${text}`
  if (full.test(said)) {
    return new AssayError({
      code: 'workspace/disk-full',
      message: 'The disk that holds the workspace is full. Nothing was changed.',
      remedy: 'Free some space and do it again; a run goes on from its last finished chunk.',
    })
  }
  if (refused.test(said)) {
    return new AssayError({
      code: 'workspace/not-writable',
      message: `The workspace cannot be written: ${text.split('\n')[0]!.slice(0, 300)}`,
      remedy: 'Check the permissions of the folder, and that its disk is not read-only.',
    })
  }
  return error
}
