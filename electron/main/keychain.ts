/**
 * Passphrases that people chose to keep in the system's keychain, by Electron's safeStorage: Keychain on macOS, DPAPI on
 * Windows, libsecret or KWallet on Linux. Where the system has none, nothing is kept: a file that anyone can read again
 * would only look safe.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { app, safeStorage } from 'electron'
import { z } from 'zod'
import { mayUsePlainText } from './test-hook.ts'

/** Person's id to what safeStorage made of the passphrase, in base64. */
const keptSchema = z.record(z.string(), z.base64())

export class Keychain {
  readonly #path = join(app.getPath('userData'), 'keychain.json')

  /** Whether the system encrypts with a secret that it guards itself. */
  get available(): boolean {
    if (process.platform === 'linux') {
      // Without a keychain Chromium would encrypt with a secret that stands in its source.
      if (['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend())) {
        if (!mayUsePlainText) return false
        safeStorage.setUsePlainTextEncryption(true)
      }
    }
    return safeStorage.isEncryptionAvailable()
  }

  #read(): Record<string, string> {
    try {
      return keptSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
    } catch {
      return {}
    }
  }

  #write(kept: Readonly<Record<string, string>>): void {
    mkdirSync(dirname(this.#path), { recursive: true })
    writeFileSync(`${this.#path}.part`, JSON.stringify(kept), { mode: 0o600 })
    renameSync(`${this.#path}.part`, this.#path)
  }

  /** Null where nothing is kept, or what is kept cannot be opened on this account. */
  take(person: string): string | null {
    const kept = this.#read()[person]
    if (kept === undefined || !this.available) return null
    try {
      return safeStorage.decryptString(Buffer.from(kept, 'base64'))
    } catch {
      return null
    }
  }

  keep(person: string, passphrase: string): void {
    if (!this.available) throw new Error('The system has no keychain.')
    this.#write({ ...this.#read(), [person]: safeStorage.encryptString(passphrase).toString('base64') })
  }

  forget(person: string): void {
    const { [person]: _, ...others } = this.#read()
    this.#write(others)
  }
}
