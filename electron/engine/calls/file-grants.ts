/**
 * Files that a caller may name. The window holds tokens for paths that the user chose in a native dialog or dropped;
 * main tells the engine which path a token stands for. Only the CLI may say a path itself.
 */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { FileRef } from '../../../shared/contract/files.ts'

export interface FileGrants {
  resolve(file: FileRef, mode: 'read' | 'write'): string
}

/** For the user's own process: paths are taken as they are. */
export const pathGrants: FileGrants = {
  resolve: (file) => {
    if ('path' in file) return file.path
    throw new AssayError({
      code: 'file/unknown-token',
      message: 'Tokens belong to the window.',
      remedy: 'Give a path.',
    })
  },
}

/** For the window: tokens only, each good for the mode it was granted for. */
export class TokenGrants implements FileGrants {
  readonly #granted = new Map<string, { path: string; mode: 'read' | 'write' }>()

  grant(token: string, path: string, mode: 'read' | 'write'): void {
    this.#granted.set(token, { path, mode })
  }

  resolve(file: FileRef, mode: 'read' | 'write'): string {
    const granted = 'token' in file ? this.#granted.get(file.token) : undefined
    if (!granted || granted.mode !== mode) {
      throw new AssayError({
        code: 'file/not-granted',
        message: 'The window may only use files that were chosen in a dialog or dropped on it.',
        remedy: 'Choose the file again.',
      })
    }
    return granted.path
  }
}
