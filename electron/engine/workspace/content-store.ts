/**
 * Everything large, addressed by its sha256. A file is written under a temporary name, flushed to the disk, and renamed
 * into place; the ledger says that it exists in the transaction that first points at it. A kill in between leaves a
 * file nobody points at, which `sweep` removes at the next open.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { diskError } from '../../data-plane/disk-error.ts'
import type { Ledger } from './ledger.ts'

export interface StoredFile {
  readonly sha256: string
  readonly bytes: number
}

export async function hashFile(path: string, signal?: AbortSignal): Promise<StoredFile> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(piece as Buffer)
    bytes += (piece as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Folders cannot be synced on Windows; the rename itself is durable there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM' && (error as NodeJS.ErrnoException).code !== 'EISDIR')
      throw error
  } finally {
    await handle.close()
  }
}

/** Flushes a file and moves it to its final name, so that it is there whole or not at all. */
export async function moveInto(temporary: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await flush(temporary)
  await rename(temporary, target)
  await flush(dirname(target))
}

export class ContentStore {
  readonly #folder: string
  readonly #ledger: Ledger

  constructor(folder: string, ledger: Ledger) {
    this.#folder = folder
    this.#ledger = ledger
  }

  /** Where a stored file is. It is never written to again. */
  path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256)
  }

  /** Moves a finished temporary file in. The ledger learns of it by `record`, in the caller's transaction. */
  async take(temporary: string): Promise<StoredFile> {
    try {
      const stored = await hashFile(temporary)
      await moveInto(temporary, this.path(stored.sha256))
      return stored
    } catch (error) {
      throw diskError(error)
    }
  }

  record(file: StoredFile, kind: string, time: string): void {
    this.#ledger
      .prepare('INSERT OR IGNORE INTO file (sha256, bytes, kind, created_at) VALUES (?, ?, ?, ?)')
      .run(file.sha256, file.bytes, kind, time)
  }

  totalBytes(): number {
    return (this.#ledger.prepare('SELECT coalesce(sum(bytes), 0) AS n FROM file').get() as { n: number }).n
  }

  known(): { sha256: string; bytes: number }[] {
    return this.#ledger.prepare('SELECT sha256, bytes FROM file').all() as { sha256: string; bytes: number }[]
  }

  /** Removes files that the ledger does not know: what a kill left between rename and transaction, or a removal. */
  async sweep(): Promise<number> {
    const known = new Set(this.known().map((file) => file.sha256))
    let removed = 0
    for (const folder of await readdir(this.#folder).catch(() => [] as string[])) {
      for (const name of await readdir(join(this.#folder, folder)).catch(() => [] as string[])) {
        if (known.has(basename(name))) continue
        await rm(join(this.#folder, folder, name), { force: true })
        removed++
      }
    }
    return removed
  }

  /** Checks each stored file against its name. */
  async verify(): Promise<{ files: number; problems: string[] }> {
    const problems: string[] = []
    const files = this.known()
    for (const { sha256, bytes } of files) {
      const path = this.path(sha256)
      const info = await stat(path).catch(() => null)
      if (!info) problems.push(`The file ${sha256} is missing.`)
      else if (info.size !== bytes) problems.push(`The file ${sha256} has ${info.size} bytes, not ${bytes}.`)
      else if ((await hashFile(path)).sha256 !== sha256) problems.push(`The file ${sha256} was changed.`)
    }
    return { files: files.length, problems }
  }
}
