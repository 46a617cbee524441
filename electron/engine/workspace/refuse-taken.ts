/** A folder that the user named for something new: not there yet, or empty. */
import { readdir } from 'node:fs/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import { notWritable } from './write-whole.ts'

/**
 * @param area What is to be written, as error codes name it.
 * @throws AssayError release/folder-taken, monitor/folder-taken, file/not-writable
 */
export async function refuseTaken(folder: string, area: 'release' | 'monitor'): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw notWritable(error, folder)
  })
  if (names.length === 0) return
  throw new AssayError({
    code: `${area}/folder-taken`,
    message: `The folder ${folder} holds files already.`,
    remedy: `Choose a new folder: a ${area === 'release' ? 'release' : 'request'} is never written over.`,
    where: { files: names.length },
  })
}
