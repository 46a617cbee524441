/** Settings from the environment, each with a default that is safe on an open network. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AssayError } from '../../shared/contract/errors.ts'
import { parseKeys } from './guard/keys.ts'
import type { ApiKey } from './guard/keys.ts'
import { readJwt } from './guard/jwt.ts'
import type { CheckToken } from './guard/jwt.ts'

const number = (fallback: number, least: number, most: number) =>
  z.coerce.number().min(least).max(most).default(fallback)
const whole = (fallback: number, least: number, most: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback)
const port = (fallback: number) => whole(fallback, 0, 65_535)
const words = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean),
  )

/** Names as in the environment, without ASSAY_ in front. */
const settingsSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port(8080),
  /** 0 takes any free port; `off` starts no gRPC. */
  GRPC_PORT: z.union([z.literal('off'), port(8081)]).default(8081),
  /** `keys` wants a key of every caller; `none` wants none and must be said when the host is not the loopback. */
  AUTH: z.enum(['keys', 'none', '']).default(''),
  /** A file of lines "name:sha256-of-the-key", and the same inline, separated by commas. */
  API_KEYS_FILE: z.string().default(''),
  API_KEYS: z.string().default(''),
  /** Public keys (JWKS) or a shared secret that sign callers' tokens, and what these must say in iss and aud. */
  JWT_KEYS_FILE: z.string().default(''),
  JWT_SECRET_FILE: z.string().default(''),
  JWT_ISSUER: z.string().default(''),
  JWT_AUDIENCE: z.string().default(''),
  /** Requests a second and key, and how many may come at once; 0 is no limit. */
  RATE: number(0, 0, 1e9),
  BURST: number(0, 0, 1e9),
  MAX_BODY_BYTES: whole(16 * 1024 * 1024, 1024, 2 ** 31 - 1),
  MAX_ROWS: whole(10_000, 1, 1e9),
  /** Rows of a request that asks for reasons. */
  MAX_REASON_ROWS: whole(1_000, 1, 1e9),
  /** From the whole request to its answer. */
  TIMEOUT_MS: whole(10_000, 1, 3_600_000),
  /** In which a caller must have sent the whole request. */
  RECEIVE_TIMEOUT_MS: whole(30_000, 100, 3_600_000),
  MAX_CONNECTIONS: whole(1024, 1, 1e6),
  MAX_BATCH_ROWS: whole(1024, 1, 1e9),
  MAX_DELAY_MS: number(0, 0, 10_000),
  MAX_QUEUE_ROWS: whole(20_000, 1, 1e9),
  /** Cores for the model; 0 takes all. */
  THREADS: whole(0, 0, 256),
  /** Runs at the same time, among which the cores are shared out; 0 chooses. */
  SESSIONS: whole(0, 0, 64),
  /** Values outside of what was evaluated: `warn` answers with a warning, `refuse` with an error. */
  UNLIKE_EVALUATED: z.enum(['warn', 'refuse']).default('warn'),
  /** Of each model that is served in several versions: which answers where none is asked for; 0 takes the highest. */
  DEFAULT_VERSION: whole(0, 0, 1e9),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** A file for the prediction log, `-` for standard output, empty for none. */
  PREDICTION_LOG: z.string().default(''),
  PREDICTION_LOG_SAMPLE: number(1, 0, 1),
  /** Which raw columns are logged: all, all but the protected ones, or none. */
  PREDICTION_LOG_INPUTS: z.enum(['all', 'unprotected', 'none']).default('unprotected'),
  PREDICTION_LOG_OMIT: words,
  /** Columns of which a keyed hash is logged in place of the value, and the file of the key. */
  PREDICTION_LOG_HASH: words,
  PREDICTION_LOG_HASH_KEY_FILE: z.string().default(''),
  /** Time between SIGTERM and the closed door, in which not ready is said and requests are still answered. */
  DRAIN_DELAY_MS: whole(2_000, 0, 600_000),
  /** Time for requests under way after that. */
  DRAIN_TIMEOUT_MS: whole(20_000, 0, 600_000),
  /** Who may approve and sign releases, see trust.ts: a file, and fingerprints in its place. */
  TRUST_FILE: z.string().default(''),
  TRUSTED_APPROVERS: words,
  TRUSTED_RELEASERS: words,
  /** How often the files of trust, keys and tokens are looked at again; 0 is never. */
  RECHECK_MS: whole(30_000, 0, 86_400_000),
  /** 1 takes whatever keys the release carries. */
  TRUST_RELEASE_KEYS: z
    .enum(['0', '1'])
    .default('0')
    .transform((text) => text === '1'),
})

export type Settings = z.infer<typeof settingsSchema>

/** Who may ask. */
export interface Access {
  readonly keys: readonly ApiKey[]
  /** null where no tokens are taken. */
  readonly checkToken: CheckToken | null
}

export interface Config extends Settings, Access {}

function usage(message: string, remedy: string): AssayError {
  return new AssayError({ code: 'usage/setting', message, remedy })
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

/** @throws AssayError usage/setting */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given: Record<string, string> = {}
  for (const name of Object.keys(settingsSchema.shape)) {
    const value = env[`ASSAY_${name}`]
    if (value !== undefined && value !== '') given[name] = value
  }
  const parsed = settingsSchema.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw usage(`ASSAY_${String(issue?.path[0])}: ${issue?.message ?? 'not valid'}`, 'Correct it, or leave it out.')
  }
  const settings = parsed.data
  const { keys, checkToken } = readAccess(settings)
  const hasKeys = keys.length > 0 || checkToken !== null
  if (settings.AUTH === 'keys' && !hasKeys)
    throw usage('ASSAY_AUTH is "keys", and there is none.', 'Set ASSAY_API_KEYS_FILE or ASSAY_JWT_KEYS_FILE.')
  if (settings.AUTH === 'none' && hasKeys)
    throw usage('ASSAY_AUTH is "none", and there are keys.', 'Leave one of them out.')
  if (!hasKeys && settings.AUTH !== 'none' && !loopback.has(settings.HOST))
    throw usage(
      `Anyone who reaches ${settings.HOST} could ask, for there is no key.`,
      'Set ASSAY_API_KEYS_FILE (make a key with the command new-key), or say ASSAY_AUTH=none.',
    )
  return { ...settings, keys, checkToken }
}

/** Reads the files that settings name. @throws AssayError usage/keys, usage/setting */
export function readAccess(settings: Settings): Access {
  const file = settings.API_KEYS_FILE
  const keys = parseKeys([file === '' ? '' : readKeys(file), settings.API_KEYS.replaceAll(',', '\n')].join('\n'))
  return { keys, checkToken: readJwt(settings) }
}

function readKeys(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw usage(
      `ASSAY_API_KEYS_FILE cannot be read: ${(error as Error).message}`,
      'Check the path and its permissions.',
    )
  }
}
