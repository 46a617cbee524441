/** Writes a file that the user named: whole, or not at all. */
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import { diskError, moveInto } from '../workspace/content-store.ts'

/** The folder is the user's own, so the workspace's words for a failing disk do not fit. */
export function notWritable(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  const known = diskError(error)
  if (code === undefined && !(known instanceof AssayError)) return error
  return new AssayError(
    {
      code: 'file/not-writable',
      message: `The file cannot be written there: ${String((error as Error).message).slice(0, 300)}`,
      remedy: 'Choose a folder that exists, that has room, and that you may write to.',
      where: { path, reason: code ?? null },
    },
    { cause: error },
  )
}

/** @throws AssayError file/not-writable */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.assay-${randomUUID()}.tmp`)
  try {
    await writeFile(temporary, content, { flag: 'wx' })
    await moveInto(temporary, path)
  } catch (error) {
    throw notWritable(error, path)
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}
