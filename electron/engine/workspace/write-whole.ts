/** Writes a file that the user named, outside the workspace: whole, or not at all. */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import { diskError } from '../../data-plane/disk-error.ts'

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

/** Makes the rename last through a power cut. Windows and some network folders cannot, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/**
 * @param refuse Says what a failure means to the user.
 * @throws AssayError file/not-writable, or what `refuse` makes of it; the folder is then as it was before.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  refuse: (error: unknown, path: string) => unknown = notWritable,
): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.assay-${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(folder)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw refuse(error, path)
  }
}
