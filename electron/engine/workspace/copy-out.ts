/** Rows that leave the workspace as a file of the user's own: whole, or not at all. */
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteText } from '../../data-plane/quote.ts'
import type { Workspace } from './workspace.ts'

export type CopyFormat = 'csv' | 'parquet'

/**
 * @param what names the rows in an error, as in "The scores"
 * @throws AssayError export/not-writable
 */
export async function copyOut(
  workspace: Workspace,
  query: string,
  path: string,
  format: CopyFormat,
  what: string,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  const duck = await openDuck({ temporaryDirectory: join(workspace.folder, 'tmp') })
  try {
    await duck.run(
      `COPY (${query}) TO ${quoteText(temporary)} ${format === 'csv' ? '(FORMAT csv, HEADER)' : '(FORMAT parquet, COMPRESSION zstd)'}`,
    )
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    const isOfTheFile =
      /IO Error|Cannot open|No such file|not found|Permission|No space left/i.test(String(error)) ||
      (error as NodeJS.ErrnoException).code !== undefined
    if (!isOfTheFile) throw error
    throw new AssayError({
      code: 'export/not-writable',
      message: `${what} cannot be written there: ${String((error as Error).message).slice(0, 200)}`,
      remedy: 'Choose a folder that exists, that has room, and that you may write to.',
    })
  } finally {
    duck.close()
  }
}
