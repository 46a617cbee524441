/** What Node, SQLite and DuckDB say of a disk that is full or read-only, as they said it on one; the rest stays a bug. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { diskError } from '../../electron/data-plane/disk-error.ts'
import { errorData } from '../../electron/engine/jobs/jobs.ts'
import { createWorkspace } from '../../electron/engine/workspace/workspace.ts'
import { codeOf } from '../support/engine.ts'

const thrown = (message: string, code?: string): Error => Object.assign(new Error(message), code ? { code } : {})

it.each([
  [thrown('ENOSPC: no space left on device, write', 'ENOSPC'), 'workspace/disk-full'],
  [thrown('IO Error: Could not write file "chunk-000002.parquet.tmp": No space left on device'), 'workspace/disk-full'],
  [thrown('database or disk is full', 'SQLITE_FULL'), 'workspace/disk-full'],
  [thrown('disk I/O error', 'SQLITE_IOERR_SHMSIZE'), 'workspace/disk-full'],
  [thrown('unable to open database file', 'SQLITE_CANTOPEN'), 'workspace/not-writable'],
  [thrown('attempt to write a readonly database', 'SQLITE_READONLY'), 'workspace/not-writable'],
  [thrown("EROFS: read-only file system, mkdir '/data/ws'", 'EROFS'), 'workspace/not-writable'],
  [thrown('IO Error: Cannot open file "x.parquet": Read-only file system'), 'workspace/not-writable'],
  [thrown('undefined is not a function'), 'engine/internal'],
])('%s', (error, code) => {
  expect(errorData(error).code).toBe(code)
  if (code === 'engine/internal') expect(diskError(error)).toBe(error)
})

it('no workspace is made where a folder cannot be', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-no-folder-'))
  try {
    writeFileSync(join(folder, 'file'), '')
    expect(await codeOf(createWorkspace(join(folder, 'file', 'workspace')))).toMatch(/^workspace\//)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
