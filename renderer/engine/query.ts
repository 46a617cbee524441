/**
 * A small cache of answers. A key is a path, for example ['datasets', 'get', id]; its first part is the area that a
 * 'changed' event names. What was answered stays on screen while a newer answer is fetched.
 */
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import type { EngineClient } from './client.ts'
import { ask } from './client.ts'
import { toProblem } from './problem.ts'

export interface Answer<T> {
  readonly data: T | undefined
  readonly problem: AssayErrorData | undefined
  readonly fetching: boolean
}

interface Entry {
  answer: Answer<unknown>
  call: (client: EngineClient) => Promise<unknown>
  stale: boolean
  /** Counts fetches, so that an older answer never replaces a newer one. */
  round: number
  readonly listeners: Set<() => void>
}

const nothing: Answer<unknown> = { data: undefined, problem: undefined, fetching: true }
const entries = new Map<string, Entry>()
const unwatchedKept = 200

const publish = (entry: Entry, answer: Answer<unknown>): void => {
  entry.answer = answer
  for (const listener of [...entry.listeners]) listener()
}

const fetchEntry = (entry: Entry): void => {
  const round = ++entry.round
  entry.stale = false
  publish(entry, { ...entry.answer, fetching: true })
  ask(entry.call).then(
    (data) => {
      if (round === entry.round) publish(entry, { data, problem: undefined, fetching: false })
    },
    (error: unknown) => {
      if (round !== entry.round) return
      const problem = toProblem(error)
      // To read again changes nothing: the next engine is asked as soon as it is there.
      if (problem.code === 'engine/stopped') fetchEntry(entry)
      else publish(entry, { ...entry.answer, problem, fetching: false })
    },
  )
}

const trim = (): void => {
  for (const [key, entry] of entries) {
    if (entries.size <= unwatchedKept) return
    if (entry.listeners.size === 0) entries.delete(key)
  }
}

/** Marks answers old; those on screen are fetched again at once. No area means all of them. */
export const invalidate = (area?: string): void => {
  for (const [key, entry] of entries) {
    if (area !== undefined && (JSON.parse(key) as string[])[0] !== area) continue
    if (entry.listeners.size > 0) fetchEntry(entry)
    else entry.stale = true
  }
}

const entryOf = (key: string, call: Entry['call']): Entry => {
  const found = entries.get(key)
  if (found) return found
  const made: Entry = { answer: nothing, call, stale: true, round: 0, listeners: new Set() }
  entries.set(key, made)
  trim()
  return made
}

/** Undefined `call` asks nothing yet (an id that is not chosen). */
export const useQuery = <T>(
  path: readonly unknown[],
  call: ((client: EngineClient) => Promise<T>) | undefined,
): Answer<T> & { readonly refresh: () => void } => {
  const key = JSON.stringify(path)
  const idle = call === undefined
  const subscribe = useCallback(
    (listener: () => void) => {
      if (idle) return () => undefined
      const entry = entryOf(key, call)
      entry.listeners.add(listener)
      return () => {
        entry.listeners.delete(listener)
      }
    },
    // The key names the call; a new closure with the same key asks the same thing.
    [key, idle],
  )
  const answer = useSyncExternalStore(subscribe, () => (idle ? nothing : (entries.get(key)?.answer ?? nothing)))
  useEffect(() => {
    if (!call) return
    const entry = entryOf(key, call)
    entry.call = call
    if (entry.stale) fetchEntry(entry)
  }, [key, idle])
  const refresh = useCallback(() => {
    const entry = entries.get(key)
    if (entry) fetchEntry(entry)
  }, [key])
  return useMemo(() => ({ ...(answer as Answer<T>), refresh }), [answer, refresh])
}

/** Puts an answer that a change returned where the pages look for it. */
export const setAnswer = (path: readonly unknown[], data: unknown): void => {
  const entry = entries.get(JSON.stringify(path))
  if (entry) publish(entry, { data, problem: undefined, fetching: false })
}
