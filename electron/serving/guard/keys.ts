/** API keys, of which only the SHA-256 is kept: a key is 32 random bytes, so that a plain hash cannot be guessed back. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { AssayError } from '../../../shared/contract/errors.ts'

export interface ApiKey {
  readonly name: string
  readonly sha256: Buffer
}

const digest = (key: string): Buffer => createHash('sha256').update(key).digest()

/** Lines "name:sha256"; empty lines and those that start with # are left out. @throws AssayError usage/keys */
export function parseKeys(text: string): ApiKey[] {
  const keys: ApiKey[] = []
  text.split(/\r?\n/).forEach((line, at) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return
    const [, name, sha256] = /^([\w.@-]{1,100}):([0-9a-f]{64})$/.exec(trimmed) ?? []
    if (!name || !sha256)
      throw new AssayError({
        code: 'usage/keys',
        message: `Line ${at + 1} of the API keys is not "name:sha256".`,
        remedy: 'Make a key with the command new-key; it prints the line.',
        where: { line: at + 1 },
      })
    keys.push({ name, sha256: Buffer.from(sha256, 'hex') })
  })
  return keys
}

export function newKey(name: string): { readonly key: string; readonly line: string } {
  const key = `assay_${randomBytes(32).toString('base64url')}`
  return { key, line: `${name}:${digest(key).toString('hex')}` }
}

/** The name of the key's owner; null where it is none. Every key is compared, in equal time. */
export function ownerOf(keys: readonly ApiKey[], given: string): string | null {
  const hash = digest(given)
  let owner: string | null = null
  for (const key of keys) if (timingSafeEqual(key.sha256, hash)) owner = key.name
  return owner
}

/** From `X-API-Key: KEY` or `Authorization: Bearer KEY`. */
export function keyFrom(apiKey: string | undefined, authorization: string | undefined): string | null {
  if (apiKey) return apiKey
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? null
}
