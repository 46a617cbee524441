/**
 * JSON Web Tokens (RFC 7519) of an identity provider, checked offline: public keys come from a JWKS file (RFC 7517), a
 * shared secret from a file of its own, so that no public key can be taken for a secret.
 */
import { readFileSync } from 'node:fs'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { AssayError } from '../../../shared/contract/errors.ts'

export interface JwtSettings {
  readonly JWT_KEYS_FILE: string
  readonly JWT_SECRET_FILE: string
  readonly JWT_ISSUER: string
  readonly JWT_AUDIENCE: string
}

/** @returns who the token is for; null where it is not valid here */
export type CheckToken = (token: string) => Promise<string | null>

const publicAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
/** HMAC with SHA-256 is as strong as its key is long (RFC 7518, 3.2). */
const leastSecret = 32
const clockToleranceSeconds = 5

function usage(message: string, remedy: string): AssayError {
  return new AssayError({ code: 'usage/jwt', message, remedy })
}

function readFile(name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw usage(`${name} cannot be read: ${(error as Error).message}`, 'Check the path and its permissions.')
  }
}

function publicKeys(path: string): JWTVerifyGetKey {
  const name = 'ASSAY_JWT_KEYS_FILE'
  try {
    const set = JSON.parse(readFile(name, path).toString('utf8')) as JSONWebKeySet
    if (!Array.isArray(set.keys) || set.keys.length === 0) throw new Error('there are no keys in it')
    const secret = set.keys.find((key) => key.kty === 'oct' || 'd' in key)
    if (secret) throw new Error('it holds a private key or a secret')
    return createLocalJWKSet(set)
  } catch (error) {
    if (error instanceof AssayError) throw error
    throw usage(
      `${name} is no set of public keys: ${(error as Error).message}`,
      'Give {"keys": [ … ]} as RFC 7517 says.',
    )
  }
}

function secretKey(path: string): Uint8Array {
  const text = readFile('ASSAY_JWT_SECRET_FILE', path)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  const secret = new TextEncoder().encode(text)
  if (secret.length >= leastSecret) return secret
  throw usage(`The secret has ${secret.length} bytes.`, `Use ${leastSecret} random ones or more.`)
}

/** null where no tokens are taken. @throws AssayError usage/jwt */
export function readJwt(settings: JwtSettings): CheckToken | null {
  const { JWT_KEYS_FILE: keysFile, JWT_SECRET_FILE: secretFile, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings
  if (keysFile === '' && secretFile === '') {
    if (issuer === '' && audience === '') return null
    throw usage('Tokens are named, and no key to check them with.', 'Set ASSAY_JWT_KEYS_FILE or ASSAY_JWT_SECRET_FILE.')
  }
  if (issuer === '' || audience === '')
    throw usage(
      'A token of any issuer for any audience would do.',
      'Set ASSAY_JWT_ISSUER and ASSAY_JWT_AUDIENCE to what the tokens say in iss and aud.',
    )
  const keys = keysFile === '' ? null : publicKeys(keysFile)
  const secret = secretFile === '' ? null : secretKey(secretFile)
  const algorithms = [...(keys ? publicAlgorithms : []), ...(secret ? ['HS256'] : [])]
  const keyOf: JWTVerifyGetKey = async (header, token) => {
    if (header.alg === 'HS256') return secret!
    return keys!(header, token)
  }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockToleranceSeconds,
      })
      return payload.sub!.slice(0, 200)
    } catch {
      // Whatever is wrong with it: a caller who cannot prove who he is is told no more than that.
      return null
    }
  }
}
