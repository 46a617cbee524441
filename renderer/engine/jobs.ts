/** Every job of the engine, kept up to date by one stream. Pages come and go; this stays. */
import { useMemo, useSyncExternalStore } from 'react'
import type { Job } from '../../shared/contract/job.ts'
import type { JobId } from '../../shared/contract/ids.ts'
import type { EngineClient } from './client.ts'
import { ask, connection, listen } from './client.ts'
import { invalidate } from './query.ts'

let jobs: ReadonlyMap<string, Job> = new Map()
const listeners = new Set<() => void>()
const ended = new Set<(job: Job) => void>()

const put = (changes: readonly Job[]): void => {
  const next = new Map(jobs)
  const finished: Job[] = []
  for (const job of changes) {
    const before = next.get(job.id)
    // The list and the stream can cross; a job that has ended does not run again.
    if (before && before.state !== 'running' && job.state === 'running') continue
    if (before?.state === 'running' && job.state !== 'running') finished.push(job)
    if (!before && job.state !== 'running' && awaited.has(job.id)) finished.push(job)
    next.set(job.id, job)
  }
  jobs = next
  for (const listener of [...listeners]) listener()
  for (const job of finished) for (const tell of [...ended]) tell(job)
}

/** Jobs that this window started and has not heard of yet. */
const awaited = new Set<string>()

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Jobs the engine does not know after a restart are over: say so instead of showing them as running for ever. */
const settle = (known: readonly Job[]): void => {
  const ids = new Set(known.map((job) => job.id))
  const lost = [...jobs.values()].filter((job) => job.state === 'running' && !ids.has(job.id))
  put([
    ...known,
    ...lost.map((job): Job => ({
      ...job,
      state: 'failed',
      finishedAt: new Date().toISOString(),
      error: {
        code: 'engine/job-lost',
        message: 'The engine stopped during this job and did not take it up again.',
        remedy: 'Start it again. What was written before the stop is kept.',
      },
    })),
  ])
}

const watch = async (): Promise<void> => {
  for (;;) {
    const { generation } = connection.get()
    try {
      const stream = listen(
        (client) => client.jobs.watch(),
        (event) => {
          if (event.type === 'job') put([event.job])
          else {
            invalidate(event.what)
            invalidate('workspace')
          }
        },
      )
      stream.catch(() => undefined)
      settle(await ask((client) => client.jobs.list()))
      await stream
    } catch {
      // The engine went; the next round waits for the one that replaces it.
    }
    if (connection.get().generation !== generation) invalidate()
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

export const startJobs = (): void => {
  void watch()
  let { generation } = connection.get()
  connection.subscribe(() => {
    const now = connection.get()
    if (now.state === 'connected' && generation > 0 && now.generation > generation) invalidate()
    generation = now.generation
  })
}

/** Starts a job and resolves with its last state. */
export const runJob = async <S extends { readonly jobId: JobId }>(
  start: (client: EngineClient) => Promise<S>,
  started?: (answer: S) => void,
): Promise<Job> => {
  const answer = await ask(start)
  const { jobId } = answer
  awaited.add(jobId)
  started?.(answer)
  const last = waitForJob(jobId)
  // It may have ended before the stream told of it.
  ask((client) => client.jobs.list()).then(
    (known) => put(known.filter((job) => job.id === jobId)),
    () => undefined,
  )
  const job = await last
  awaited.delete(jobId)
  return job
}

const waitForJob = (id: JobId): Promise<Job> =>
  new Promise((resolve) => {
    const look = (): void => {
      const job = jobs.get(id)
      if (!job || job.state === 'running') return
      listeners.delete(look)
      resolve(job)
    }
    listeners.add(look)
    look()
  })

export const onJobEnded = (tell: (job: Job) => void): (() => void) => {
  ended.add(tell)
  return () => ended.delete(tell)
}

export const cancelJob = (id: JobId): Promise<{ readonly cancelled: boolean }> =>
  ask((client) => client.jobs.cancel({ id }))

export const useJobs = (): readonly Job[] => {
  const all = useSyncExternalStore(subscribe, () => jobs)
  return useMemo(() => [...all.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt)), [all])
}

export const useJob = (id: string | null | undefined): Job | undefined =>
  useSyncExternalStore(subscribe, () => (id ? jobs.get(id) : undefined))

export const jobsNow = (): readonly Job[] => [...jobs.values()]
