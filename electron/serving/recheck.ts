/**
 * Reads again, while the server runs, the files that say whose word counts: approvers and releasers, callers' keys and
 * tokens. What is withdrawn there is withdrawn here without a new start. A file that cannot be read, or holds nothing of
 * the kind, changes nothing and is named in the log: a slip of the pen must not be an outage, nor open a door.
 */
import { readFileSync } from 'node:fs'
import { AssayError } from '../../shared/contract/errors.ts'
import { readAccess } from './config.ts'
import type { Access, Config } from './config.ts'
import type { Service } from './service.ts'
import { loadTrusted, readTrust } from './trust.ts'
import { errorFields } from './watch/log.ts'
import type { Log } from './watch/log.ts'

export interface Rechecked {
  /** Each release that is served, and where it lies. */
  readonly served: readonly { readonly folder: string; readonly service: Service }[]
  readonly config: Config
  readonly log: Log
  /** Takes who may ask from now on. */
  admitOnly(access: Access): void
}

const textOf = (path: string): string => (path === '' ? '' : readFileSync(path, 'utf8'))

/** A look at files that does something only when what they hold has changed. */
function onChange(paths: readonly string[], what: string, log: Log, act: () => void): () => void {
  const read = (): string => JSON.stringify(paths.map(textOf))
  let seen = read()
  return () => {
    try {
      const now = read()
      if (now === seen) return
      act()
      seen = now
    } catch (error) {
      log('error', 'not read again', { what, ...errorFields(error) })
    }
  }
}

/** Nobody: without it an empty list of keys would let everybody in. */
const nobody: Access = { keys: [], checkToken: async () => null }

/** @returns what ends it */
export function startRechecking({ served, config, log, admitOnly }: Rechecked): () => void {
  if (config.RECHECK_MS === 0) return () => undefined
  const recheckTrust = (): void => {
    readTrust(config)
    for (const { folder, service } of served) {
      const before = service.whyNotReady()?.code
      let withdrawn: { code: string; message: string } | null = null
      try {
        loadTrusted(folder, config, () => undefined)
      } catch (error) {
        if (!(error instanceof AssayError)) throw error
        withdrawn = error
      }
      service.withdraw(withdrawn)
      const facts = { model: service.model.served, version: service.model.version }
      if (withdrawn) log('error', 'approval withdrawn', { ...facts, code: withdrawn.code, message: withdrawn.message })
      else if (before !== service.whyNotReady()?.code) log('warn', 'approval stands again', facts)
    }
  }
  const recheckAccess = (): void => {
    const access = readAccess(config)
    const none = access.keys.length === 0 && access.checkToken === null
    admitOnly(none ? nobody : access)
    log('info', 'keys read again', { keys: access.keys.length, tokens: access.checkToken !== null })
  }
  const { TRUST_FILE, API_KEYS_FILE, JWT_KEYS_FILE, JWT_SECRET_FILE } = config
  const looks = [
    ...(TRUST_FILE === '' ? [] : [onChange([TRUST_FILE], 'ASSAY_TRUST_FILE', log, recheckTrust)]),
    ...([API_KEYS_FILE, JWT_KEYS_FILE, JWT_SECRET_FILE].some(Boolean)
      ? [onChange([API_KEYS_FILE, JWT_KEYS_FILE, JWT_SECRET_FILE], 'keys', log, recheckAccess)]
      : []),
  ]
  const timer = setInterval(() => looks.forEach((look) => look()), config.RECHECK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
