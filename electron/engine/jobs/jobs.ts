/** Long work: starts at once, streams its progress, can be cancelled, and goes on whoever looks at it. */
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import type { Job, JobKind } from '../../../shared/contract/job.ts'
import type { JobId } from '../../../shared/contract/ids.ts'
import { diskError } from '../../data-plane/disk-error.ts'
import { trace } from '../trace.ts'
import { newId } from '../workspace/new-id.ts'

export type Change = 'datasets' | 'models' | 'runs' | 'workspace' | 'approvals' | 'monitor'
export type JobEvent = { readonly type: 'job'; readonly job: Job } | { readonly type: 'changed'; readonly what: Change }

export interface JobContext {
  readonly signal: AbortSignal
  progress(update: { step?: string; done?: number; total?: number | null; unit?: Job['unit'] }): void
}

interface Entry {
  job: Job
  readonly abort: AbortController
  readonly finished: Promise<Job>
  lastSent: number
}

/** Progress is sent at most this often; the last state always is. */
const minimumIntervalMs = 100
/** Finished jobs that `list` still shows. */
const kept = 50

export class Jobs {
  readonly #entries = new Map<JobId, Entry>()
  readonly #listeners = new Set<(event: JobEvent) => void>()

  /** Starts work. Its result is the id of what it made, or null. */
  start(kind: JobKind, title: string, work: (context: JobContext) => Promise<string | null>): JobId {
    const id = newId<JobId>('job')
    const abort = new AbortController()
    const startedAt = Date.now()
    const job: Job = {
      id,
      kind,
      title,
      state: 'running',
      step: '',
      done: 0,
      total: null,
      unit: 'steps',
      perSecond: null,
      secondsLeft: null,
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: null,
      result: null,
      error: null,
    }
    // The rate is measured from the first progress of a step, so that opening files does not count as slowness.
    let rateFrom = { time: startedAt, done: 0, step: '' }
    const progress: JobContext['progress'] = (update) => {
      const entry = this.#entries.get(id)!
      const now = Date.now()
      const step = update.step ?? entry.job.step
      const done = update.done ?? entry.job.done
      const total = update.total === undefined ? entry.job.total : update.total
      if (step !== rateFrom.step || done < rateFrom.done) rateFrom = { time: now, done, step }
      const seconds = (now - rateFrom.time) / 1000
      const perSecond = seconds > 0.2 && done > rateFrom.done ? (done - rateFrom.done) / seconds : null
      entry.job = {
        ...entry.job,
        step,
        done,
        total,
        unit: update.unit ?? entry.job.unit,
        perSecond,
        secondsLeft: perSecond && total !== null ? Math.max(0, total - done) / perSecond : null,
      }
      if (now - entry.lastSent >= minimumIntervalMs) this.#send(entry)
    }
    // Deferred, so that the caller has the id before the first event.
    const finished = Promise.resolve()
      .then(() => work({ signal: abort.signal, progress }))
      .then(
        (result) => this.#finish(id, { state: 'done', result }),
        (error: unknown) => {
          if (error instanceof Cancelled || abort.signal.aborted) return this.#finish(id, { state: 'cancelled' })
          if (!(error instanceof AssayError)) trace('jobs', String((error as Error).stack))
          return this.#finish(id, { state: 'failed', error: errorData(error) })
        },
      )
    this.#entries.set(id, { job, abort, finished, lastSent: 0 })
    trace('jobs', `${kind}: ${title}`)
    this.#send(this.#entries.get(id)!)
    return id
  }

  #finish(id: JobId, end: Partial<Job>): Job {
    const entry = this.#entries.get(id)!
    entry.job = { ...entry.job, ...end, finishedAt: new Date().toISOString(), secondsLeft: null }
    if (entry.job.state === 'done' && entry.job.total !== null) entry.job = { ...entry.job, done: entry.job.total }
    this.#send(entry)
    const finished = [...this.#entries.values()].filter((other) => other.job.state !== 'running')
    for (const old of finished.slice(0, Math.max(0, finished.length - kept))) this.#entries.delete(old.job.id)
    return entry.job
  }

  #send(entry: Entry): void {
    entry.lastSent = Date.now()
    for (const listener of this.#listeners) listener({ type: 'job', job: entry.job })
  }

  /** Tells every watcher that lists of this kind have changed. */
  changed(what: Change): void {
    for (const listener of this.#listeners) listener({ type: 'changed', what })
  }

  list(): Job[] {
    return [...this.#entries.values()].map((entry) => entry.job).reverse()
  }

  cancel(id: JobId): boolean {
    const entry = this.#entries.get(id)
    if (!entry || entry.job.state !== 'running') return false
    entry.abort.abort(new Cancelled(entry.job.kind))
    return true
  }

  /** Cancels everything and waits for it to end. */
  async stop(): Promise<void> {
    for (const entry of this.#entries.values()) this.cancel(entry.job.id)
    await Promise.all([...this.#entries.values()].map((entry) => entry.finished))
  }

  async *follow(id: JobId, signal?: AbortSignal): AsyncGenerator<Job> {
    const entry = this.#entries.get(id)
    if (!entry) {
      throw new AssayError({
        code: 'job/unknown',
        message: `There is no job ${id}.`,
        remedy: 'It may have ended before the engine was started again. Look at the run.',
      })
    }
    // A generator that waits cannot be returned from outside; aborting wakes and ends it.
    const stop = new AbortController()
    const events = this.watch(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal)
    // Asking for the first event registers the listener, so that an end between two lines is not missed.
    let next = events.next()
    try {
      let job = entry.job
      while (true) {
        yield job
        if (job.state !== 'running') return
        const event = await next
        if (event.done) return
        next = events.next()
        if (event.value.type === 'job' && event.value.job.id === id) job = event.value.job
      }
    } finally {
      stop.abort()
    }
  }

  /** Every event from now on. A slow reader gets each job's newest state, never a growing queue. */
  async *watch(signal?: AbortSignal): AsyncGenerator<JobEvent> {
    const pending = new Map<string, JobEvent>()
    let wake: () => void = () => undefined
    const listener = (event: JobEvent) => {
      pending.set(event.type === 'job' ? event.job.id : event.what, event)
      wake()
    }
    this.#listeners.add(listener)
    const onAbort = () => wake()
    signal?.addEventListener('abort', onAbort)
    try {
      while (!signal?.aborted) {
        if (pending.size === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve
            if (signal?.aborted) resolve()
          })
          continue
        }
        const events = [...pending.values()]
        pending.clear()
        yield* events
      }
    } finally {
      this.#listeners.delete(listener)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Waits for the end of a job. */
  finished(id: JobId): Promise<Job> {
    return this.#entries.get(id)!.finished
  }
}

/** What a failure looks like to a reader. A bug keeps its message and says that it is one. */
export function errorData(thrown: unknown): NonNullable<Job['error']> {
  const error = diskError(thrown)
  if (error instanceof AssayError) return { ...error.toJSON(), where: { ...error.where } }
  return {
    code: 'engine/internal',
    message: String((error as Error)?.message ?? error),
    remedy: 'This is a fault in Assay. Please report it with this message.',
  }
}
