/** Small documents as stored files: written, flushed and renamed first, and known to the ledger with their change. */
import { rm, writeFile } from 'node:fs/promises'
import type { Engine } from '../engine.ts'
import type { StoredFile } from '../workspace/content-store.ts'

/** Puts a text among the stored files. The ledger learns of it in the caller's change. */
export async function takeText(engine: Engine, text: string): Promise<StoredFile> {
  const temporary = engine.workspace.temporary('.txt')
  try {
    await writeFile(temporary, text)
    return await engine.workspace.files.take(temporary)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Keeps a file for an owner: it is not swept while the owner points at it. Call it inside the owner's change. */
export function keepFile(engine: Engine, owner: string, file: StoredFile, kind: string, time: string): void {
  engine.workspace.files.record(file, kind, time)
  engine.workspace.ledger
    .prepare('INSERT OR IGNORE INTO file_use (owner, sha256) VALUES (?, ?)')
    .run(owner, file.sha256)
}

/** Keeps files that the ledger knows already. */
export function keepStored(engine: Engine, owner: string, hashes: readonly string[]): void {
  const keep = engine.workspace.ledger.prepare('INSERT OR IGNORE INTO file_use (owner, sha256) VALUES (?, ?)')
  for (const sha256 of hashes) keep.run(owner, sha256)
}
