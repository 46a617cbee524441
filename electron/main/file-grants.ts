/**
 * Tokens for the files that the user chose. The window gets the token, the engine gets the path; a token cannot be
 * guessed, and the engine takes it for the one use that it was given for.
 */
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { GrantedFile, GrantedSavePath } from '../../shared/contract/bridge.ts'
import type { Engine } from './engine-host.ts'

export class FileGrants {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Leaves out what is not a file. */
  async forReading(paths: readonly string[]): Promise<GrantedFile[]> {
    const granted: GrantedFile[] = []
    for (const path of paths) {
      const found = await stat(path).catch(() => null)
      if (!found?.isFile()) continue
      granted.push({ token: this.#grant(path, 'read'), name: basename(path), bytes: found.size })
    }
    return granted
  }

  forWriting(path: string): GrantedSavePath {
    return { token: this.#grant(path, 'write'), name: basename(path) }
  }

  #grant(path: string, mode: 'read' | 'write'): string {
    const token = randomBytes(24).toString('base64url')
    this.#engine.grant({ type: 'grant', token, path, mode })
    return token
  }
}
