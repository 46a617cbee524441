/** Who may ask, and how often: the same over REST and gRPC. */
import { Refusal } from '../protocol/refusal.ts'
import { keyFrom, ownerOf } from './keys.ts'
import type { ApiKey } from './keys.ts'
import type { CheckToken } from './jwt.ts'
import type { RateLimit } from './rate-limit.ts'

export interface Credentials {
  readonly apiKey: string | undefined
  readonly authorization: string | undefined
  /** Address, by which callers without a key are told apart. */
  readonly peer: string
}

export interface Guard {
  readonly keys: readonly ApiKey[]
  readonly checkToken: CheckToken | null
  readonly limit: RateLimit
}

/** Three parts in base64url: an API key has none of their dots. */
const tokenPattern = /^[\w-]+\.[\w-]+\.[\w-]*$/

async function callerOf({ keys, checkToken }: Guard, { apiKey, authorization, peer }: Credentials): Promise<string> {
  if (keys.length === 0 && !checkToken) return peer
  const given = keyFrom(apiKey, authorization)
  if (given === null)
    throw new Refusal('auth/missing-key', 'This server wants a key.', 'Send it as X-API-Key, or as a bearer token.')
  if (checkToken && tokenPattern.test(given)) {
    const subject = await checkToken(given)
    if (subject !== null) return `token ${subject}`
    throw new Refusal('auth/invalid-token', 'The token is not valid here.', 'Ask its issuer for a new one.')
  }
  const owner = ownerOf(keys, given)
  if (owner !== null) return `key ${owner}`
  throw new Refusal('auth/unknown-key', 'The key is not known here.', 'Ask for a valid one.')
}

/** @throws Refusal auth/*, limit/rate */
export async function admit(guard: Guard, credentials: Credentials): Promise<void> {
  const wait = guard.limit.take(await callerOf(guard, credentials), performance.now())
  if (wait > 0)
    throw new Refusal('limit/rate', 'Too many requests of this caller.', 'Try again later.', {
      retryAfterSeconds: wait,
    })
}
