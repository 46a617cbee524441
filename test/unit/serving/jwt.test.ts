/** Tokens of an identity provider: made by jose's signer with keys made here, checked as the server checks them. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admit } from '../../../electron/serving/guard/admit.ts'
import { readJwt } from '../../../electron/serving/guard/jwt.ts'
import type { CheckToken } from '../../../electron/serving/guard/jwt.ts'
import { newKey, parseKeys } from '../../../electron/serving/guard/keys.ts'
import { RateLimit } from '../../../electron/serving/guard/rate-limit.ts'
import { codeOf } from '../../support/engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder()
const [keysFile, secretFile] = [join(folder, 'jwks.json'), join(folder, 'secret')]
const secret = 'a secret of at least thirty-two bytes, shared'
const claims = { JWT_ISSUER: 'https://login.example', JWT_AUDIENCE: 'churn' }
const none = { JWT_KEYS_FILE: '', JWT_SECRET_FILE: '', JWT_ISSUER: '', JWT_AUDIENCE: '' }
let rsa: CryptoKey
let ec: CryptoKey
let check: CheckToken

beforeAll(async () => {
  const [one, two] = [await generateKeyPair('RS256'), await generateKeyPair('ES256')]
  rsa = one.privateKey
  ec = two.privateKey
  const keys = [
    { ...(await exportJWK(one.publicKey)), kid: 'r', alg: 'RS256' },
    { ...(await exportJWK(two.publicKey)), kid: 'e', alg: 'ES256' },
  ]
  writeFileSync(keysFile, JSON.stringify({ keys }))
  writeFileSync(secretFile, `${secret}\n`)
  check = readJwt({ ...claims, JWT_KEYS_FILE: keysFile, JWT_SECRET_FILE: secretFile })!
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const now = Math.floor(Date.now() / 1000)
const good: JWTPayload = { sub: 'ann', iss: claims.JWT_ISSUER, aud: claims.JWT_AUDIENCE, exp: now + 60 }
const signed = (alg: string, kid: string, key: CryptoKey | Uint8Array, payload: JWTPayload = good) =>
  new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key)
const bytes = (text: string) => new TextEncoder().encode(text)

describe('tokens', () => {
  it('of RSA, elliptic curves and a shared secret say who asks', async () => {
    expect(await check(await signed('RS256', 'r', rsa))).toBe('ann')
    expect(await check(await signed('ES256', 'e', ec))).toBe('ann')
    expect(await check(await signed('HS256', '', bytes(secret)))).toBe('ann')
  })

  it.each<[string, Partial<Record<keyof JWTPayload, unknown>>]>([
    ['expired', { exp: now - 60 }],
    ['not yet valid', { nbf: now + 60 }],
    ['without an end', { exp: undefined }],
    ['for nobody', { sub: undefined }],
    ['for another audience', { aud: 'fraud' }],
    ['of another issuer', { iss: 'https://evil.example' }],
  ])('%s: refused', async (_, changed) => {
    expect(await check(await signed('RS256', 'r', rsa, { ...good, ...changed } as JWTPayload))).toBe(null)
  })

  it('that are altered, unsigned, or signed with the public key as a secret are refused', async () => {
    const token = await signed('RS256', 'r', rsa)
    const [head, , signature] = token.split('.')
    const body = Buffer.from(JSON.stringify({ ...good, sub: 'root' })).toString('base64url')
    expect(await check(`${head}.${body}.${signature}`)).toBe(null)
    expect(await check(new UnsecuredJWT(good).encode())).toBe(null)
    const other = await generateKeyPair('RS256')
    expect(await check(await signed('RS256', 'r', other.privateKey))).toBe(null)
    const keysOnly = readJwt({ ...claims, JWT_KEYS_FILE: keysFile, JWT_SECRET_FILE: '' })!
    const publicText = readFileSync(keysFile, 'utf8')
    expect(await keysOnly(await signed('HS256', 'r', bytes(publicText)))).toBe(null)
    expect(await keysOnly(token)).toBe('ann')
  })

  it('settings that would take any token are refused', () => {
    const code = (more: Partial<typeof none>) => codeOf((async () => void readJwt({ ...none, ...more }))())
    writeFileSync(join(folder, 'short'), 'too short')
    writeFileSync(join(folder, 'private'), JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }))
    expect(readJwt(none)).toBe(null)
    return Promise.all([
      expect(code({ JWT_KEYS_FILE: keysFile })).resolves.toBe('usage/jwt'),
      expect(code({ JWT_KEYS_FILE: keysFile, JWT_ISSUER: 'x' })).resolves.toBe('usage/jwt'),
      expect(code(claims)).resolves.toBe('usage/jwt'),
      expect(code({ ...claims, JWT_SECRET_FILE: join(folder, 'short') })).resolves.toBe('usage/jwt'),
      expect(code({ ...claims, JWT_KEYS_FILE: join(folder, 'private') })).resolves.toBe('usage/jwt'),
      expect(code({ ...claims, JWT_KEYS_FILE: '/no/such/file' })).resolves.toBe('usage/jwt'),
    ])
  })
})

describe('admission', () => {
  it('takes keys and tokens side by side, and limits each caller', async () => {
    const key = newKey('ann')
    const guard = { keys: parseKeys(key.line), checkToken: check, limit: new RateLimit(0.001, 1) }
    const ask = (bearer: string | undefined) =>
      codeOf(admit(guard, { apiKey: undefined, authorization: bearer && `Bearer ${bearer}`, peer: 'x' }))
    const token = await signed('ES256', 'e', ec)
    const passed = async (bearer: string) =>
      admit(guard, { apiKey: undefined, authorization: `Bearer ${bearer}`, peer: 'x' })
    await passed(token)
    // The key's owner has the same name and is another caller.
    await passed(key.key)
    expect(await ask(token)).toBe('limit/rate')
    expect(await ask(key.key)).toBe('limit/rate')
    expect(await ask(undefined)).toBe('auth/missing-key')
    expect(await ask('wrong')).toBe('auth/unknown-key')
    expect(await ask('a.b.c')).toBe('auth/invalid-token')
  })
})
