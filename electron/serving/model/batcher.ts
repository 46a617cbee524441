/**
 * Dynamic batching: requests that wait together run together. A request waits for others at most `maxDelayMs`, and not
 * at all while that is 0; while a run is under way those that come meanwhile make the next one. Each request gets the
 * outputs that it asked for and its own rows; one that fails does not fail its neighbours.
 */
import { Refusal } from '../protocol/refusal.ts'
import { giveFeeds, joinFeeds, rowsOf, signatureOf } from './join-tensors.ts'
import type { Feeds } from './messages.ts'
import type { Model } from './model.ts'

export interface BatcherOptions {
  /** Rows a run. One request may have more and then runs alone. */
  readonly maxBatchRows: number
  readonly maxDelayMs: number
  /** Rows that may wait; past them requests are refused. */
  readonly maxQueueRows: number
  /** Whether rows of several requests may share a run: every input has a first dimension of any size. */
  readonly joins: boolean
}

export interface Job {
  readonly feeds: Feeds
  readonly rows: number
  /** Outputs wanted, each once. */
  readonly fetches: readonly string[]
  /** performance.now() after which nobody waits for the answer. */
  readonly deadline: number
  readonly signal: AbortSignal
}

export interface Done {
  readonly outputs: Feeds
  /** As they were given, whose own objects may have been lent to the run and be empty now. */
  readonly feeds: Feeds
  /** Rows and requests of the run that this one took part in. */
  readonly batchRows: number
  readonly batchRequests: number
  readonly queueMs: number
  readonly runMs: number
}

export interface BatchObserver {
  ran(rows: number, requests: number, runMs: number): void
}

interface Waiting {
  readonly job: Job
  readonly signature: string
  readonly since: number
  resolve(done: Done): void
  reject(error: Error): void
}

export class Batcher {
  readonly #model: Model
  readonly #options: BatcherOptions
  readonly #observer: BatchObserver
  #queue: Waiting[] = []
  #queuedRows = 0
  #underWay = 0
  #timer: NodeJS.Timeout | null = null
  #scheduled = false
  #joins: boolean

  constructor(model: Model, options: BatcherOptions, observer: BatchObserver) {
    this.#model = model
    this.#options = options
    this.#observer = observer
    this.#joins = options.joins
  }

  get queuedRows(): number {
    return this.#queuedRows
  }

  get queuedRequests(): number {
    return this.#queue.length
  }

  /** @throws Refusal server/overloaded, server/timeout, server/cancelled; AssayError score/run-failed */
  submit(job: Job): Promise<Done> {
    if (this.#queuedRows + job.rows > this.#options.maxQueueRows && this.#queue.length > 0)
      throw new Refusal('server/overloaded', 'More rows wait than this server takes.', 'Try again shortly.', {
        retryAfterSeconds: 1,
      })
    return new Promise((resolve, reject) => {
      const waiting = { job, signature: signatureOf(job.feeds), since: performance.now(), resolve, reject }
      this.#queue.push(waiting)
      this.#queuedRows += job.rows
      this.#schedule()
    })
  }

  /** Deferred by one turn, so that requests of the same packet meet. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#dispatch()
    })
  }

  #dispatch(): void {
    this.#dropAbandoned()
    const { sessions } = this.#model
    // One run a session, and one more in its inbox so that it never waits for this thread.
    while (this.#queue.length > 0 && this.#underWay < 2 * sessions) {
      const full = this.#queuedRows >= this.#options.maxBatchRows || !this.#joins
      // A run is worth sending ahead only when it is full: until then it can still grow.
      if (this.#underWay >= sessions && !full) return
      const waited = performance.now() - this.#queue[0]!.since
      if (!full && waited < this.#options.maxDelayMs) {
        this.#timer ??= setTimeout(() => {
          this.#timer = null
          this.#dispatch()
        }, this.#options.maxDelayMs - waited)
        return
      }
      void this.#run(this.#take())
    }
  }

  /** The oldest request and those like it, in their order, as many as fit. */
  #take(): Waiting[] {
    const [first] = this.#queue
    const taken: Waiting[] = []
    const left: Waiting[] = []
    let rows = 0
    for (const waiting of this.#queue) {
      const fits = taken.length === 0 || rows + waiting.job.rows <= this.#options.maxBatchRows
      if (fits && (taken.length === 0 || this.#joins) && waiting.signature === first!.signature) {
        taken.push(waiting)
        rows += waiting.job.rows
      } else left.push(waiting)
    }
    this.#queue = left
    this.#queuedRows -= rows
    return taken
  }

  #dropAbandoned(): void {
    const now = performance.now()
    const kept = this.#queue.filter((waiting) => {
      const { deadline, signal } = waiting.job
      if (signal.aborted) waiting.reject(new Refusal('server/cancelled', 'The caller went away.', 'Ask again.'))
      else if (now > deadline)
        waiting.reject(new Refusal('server/timeout', 'It waited too long for its turn.', 'Try again, with fewer rows.'))
      else return true
      this.#queuedRows -= waiting.job.rows
      return false
    })
    this.#queue = kept
  }

  async #run(taken: readonly Waiting[]): Promise<void> {
    this.#underWay++
    const startedAt = performance.now()
    const rows = taken.reduce((sum, waiting) => sum + waiting.job.rows, 0)
    const fetches = [...new Set(taken.flatMap((waiting) => waiting.job.fetches))]
    let alone: readonly Waiting[] = []
    try {
      const joined = joinFeeds(taken.map((waiting) => waiting.job.feeds))
      const { outputs, feeds, microseconds } = await this.#model.run(joined, fetches)
      const runMs = microseconds / 1000
      this.#observer.ran(rows, taken.length, runMs)
      const facts = { batchRows: rows, batchRequests: taken.length, runMs }
      if (taken.length > 1) giveFeeds(feeds)
      alone = this.#answer(taken, outputs, rows, startedAt, { ...facts, feeds })
    } catch (error) {
      // One request's values can fail a run that others share: each gets its own answer.
      if (taken.length > 1) alone = taken
      else taken[0]!.reject(error as Error)
    }
    this.#underWay--
    for (const waiting of alone) void this.#run([waiting])
    this.#dispatch()
  }

  #answer(
    taken: readonly Waiting[],
    outputs: Feeds,
    total: number,
    startedAt: number,
    { feeds, ...facts }: Pick<Done, 'batchRows' | 'batchRequests' | 'runMs' | 'feeds'>,
  ): readonly Waiting[] {
    let from = 0
    const cuts = taken.map((waiting) => {
      const { fetches, rows } = waiting.job
      const all = () => Object.fromEntries(fetches.map((name) => [name, outputs[name]!]))
      const own = taken.length === 1 ? all() : rowsOf(outputs, fetches, from, rows, total)
      from += rows
      return own
    })
    if (cuts.some((own) => own === null)) {
      // The model gives something that is not one row a row: its requests never share a run again.
      this.#joins = false
      return taken
    }
    taken.forEach((waiting, k) =>
      waiting.resolve({
        outputs: cuts[k]!,
        feeds: taken.length === 1 ? feeds : waiting.job.feeds,
        ...facts,
        queueMs: Math.max(0, startedAt - waiting.since),
      }),
    )
    return []
  }
}
