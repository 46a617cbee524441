/**
 * What REST and gRPC both ask of one release: predictions of raw rows, and runs of the model's own tensors. Limits, the approval's
 * end, metrics and the prediction log apply to all in the same way.
 */
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { scoreNames } from '../../shared/explain/score-places.ts'
import { readJsonRow } from '../../shared/serving/input-rows.ts'
import type { ReadRow } from '../../shared/serving/input-rows.ts'
import { predictionOf, rowScores, withReasons } from '../../shared/serving/predictions.ts'
import type { ExplainedPrediction, Prediction } from '../../shared/serving/predictions.ts'
import type { VerifiedRelease } from '../../shared/serving/verify-release.ts'
import type { Config } from './config.ts'
import { tensorColumns } from './feeds-cells.ts'
import { Batcher } from './model/batcher.ts'
import { giveFeeds } from './model/join-tensors.ts'
import type { Done } from './model/batcher.ts'
import type { Feeds } from './model/messages.ts'
import type { Model } from './model/model.ts'
import { decodeBase64 } from './proofs.ts'
import { checkInfer, joinsRequests } from './protocol/infer.ts'
import type { InferRequest } from './protocol/infer.ts'
import { Refusal, asRefusal } from './protocol/refusal.ts'
import { explainedOutputs } from './reasons/reasons.ts'
import type { Reasons } from './reasons/reasons.ts'
import { RowScorer, mostProblems } from './score-rows.ts'
import { Metrics } from './watch/metrics.ts'
import type { Protocol } from './watch/metrics.ts'
import { errorFields } from './watch/log.ts'
import type { Log } from './watch/log.ts'
import { Traffic } from './watch/traffic.ts'
import { withinDeadline } from './within-deadline.ts'
import { Watcher } from './watch/watcher.ts'

/** Who asks, until when an answer is of use, and whether anybody still waits. */
export interface Caller {
  readonly requestId: string
  readonly protocol: Protocol
  /** performance.now() at which the whole request was there. */
  readonly since: number
  readonly deadline: number
  readonly signal: AbortSignal
}

/** How a request was answered, for headers and log lines. */
export interface Served {
  readonly rows: number
  /** Until the first run was asked for: reading, checking, laying out. */
  readonly inputMs: number
  readonly batchRows: number
  readonly queueMs: number
  readonly runMs: number
  /** Time of finding reasons, where they were asked for. */
  readonly reasonsMs?: number
}

const unrun: Served = { rows: 0, inputMs: 0, batchRows: 0, queueMs: 0, runMs: 0 }

export class Service {
  readonly release: VerifiedRelease
  readonly session: Model
  readonly metrics: Metrics
  readonly config: Config
  readonly log: Log
  readonly #reasons: Reasons | null
  readonly #batcher: Batcher
  readonly #scorer: RowScorer
  readonly #watcher: Watcher
  /** Names of the outputs that reasons speak of. */
  readonly #explained: readonly string[]
  readonly #expires: number
  #endTimer: NodeJS.Timeout | undefined
  #withdrawn: { readonly code: string; readonly message: string } | null = null
  /** Set when the server is on its way out. */
  draining = false

  /** @param reasons null where the release gives none */
  constructor(release: VerifiedRelease, model: Model, reasons: Reasons | null, config: Config, log: Log) {
    const { manifest } = release
    this.release = release
    this.session = model
    this.#reasons = reasons
    this.#explained = scoreNames(manifest.binding.output)
    this.config = config
    this.log = log
    this.#expires = Date.parse(manifest.approval.expiresAt)
    const traffic = new Traffic(manifest.inputs)
    this.#batcher = new Batcher(
      model,
      {
        maxBatchRows: config.MAX_BATCH_ROWS,
        maxDelayMs: config.MAX_DELAY_MS,
        maxQueueRows: config.MAX_QUEUE_ROWS,
        joins: joinsRequests(model),
      },
      { ran: (rows, requests, runMs) => this.metrics.ran(rows, requests, runMs) },
    )
    this.metrics = new Metrics(release, this.#batcher, traffic, () => this.isReady())
    this.#scorer = new RowScorer(manifest, model)
    this.#watcher = new Watcher(manifest, config, { metrics: this.metrics, traffic, scorer: this.#scorer, log })
    this.#watchEnd()
  }

  /** Name, served name and version. */
  get model(): VerifiedRelease['manifest']['model'] {
    return this.release.manifest.model
  }

  /** Why nothing is answered, or soon will not be; null where all is well. */
  whyNotReady(): { readonly code: string; readonly message: string } | null {
    const { end } = this.release.approval
    if (this.#withdrawn) return this.#withdrawn
    if (Date.now() >= this.#expires) return { code: `release/${end.code}`, message: end.reason }
    return this.draining ? { code: 'server/draining', message: 'The server is going away.' } : null
  }

  /** Says that the release may no longer be served, and why; null says that it may again. */
  withdraw(why: { readonly code: string; readonly message: string } | null): void {
    this.#withdrawn = why
  }

  isReady(): boolean {
    return this.whyNotReady() === null
  }

  /** Says in the log when the approval ends, whether somebody asks or not. */
  #watchEnd(): void {
    const left = this.#expires - Date.now()
    // setTimeout takes 31 bits of milliseconds: 24 days.
    this.#endTimer = setTimeout(
      () => {
        const why = this.whyNotReady()
        if (left > 2 ** 31 - 1) this.#watchEnd()
        else this.log('error', 'approval ended', { ...why })
      },
      Math.min(Math.max(left, 0), 2 ** 31 - 1),
    )
    this.#endTimer.unref()
  }

  /**
   * Counts, times and logs what `work` does, whatever comes of it: a request that fails or is slow is in the metrics too.
   * @throws Refusal
   */
  async answer<T extends { readonly served: Served }>(caller: Caller, work: () => Promise<T>): Promise<T> {
    let served = unrun
    let code = 'ok'
    try {
      const why = this.whyNotReady()
      if (why?.code.startsWith('release/'))
        throw new Refusal(why.code, why.message, 'Have it approved again, and deploy the new release.')
      const done = await withinDeadline(work(), caller)
      served = done.served
      return done
    } catch (error) {
      const refusal = asRefusal(error)
      code = refusal.code
      if (code === 'server/internal')
        this.log('error', 'request failed', { request: caller.requestId, ...errorFields(error) })
      throw refusal
    } finally {
      this.#count(caller, code, served, performance.now() - caller.since)
    }
  }

  /** A request that was refused before its body was looked at. */
  refused(caller: Pick<Caller, 'requestId' | 'protocol'>, code: string): void {
    this.#count(caller, code, unrun, 0)
  }

  #count(
    { protocol, requestId }: Pick<Caller, 'requestId' | 'protocol'>,
    code: string,
    served: Served,
    totalMs: number,
  ) {
    const { rows, inputMs, queueMs, runMs, reasonsMs = 0 } = served
    const outputMs = Math.max(0, totalMs - inputMs - queueMs - runMs - reasonsMs)
    this.metrics.finished({ protocol, code, rows, totalMs, inputMs, queueMs, runMs, outputMs })
    this.log(code === 'ok' ? 'debug' : 'info', 'request', { request: requestId, protocol, code, ...served, totalMs })
  }

  /** A run of the model's own tensors. */
  async infer(request: InferRequest, caller: Caller): Promise<{ outputs: Feeds; served: Served }> {
    const { feeds, rows, fetches } = checkInfer(request, this.session, this.config.MAX_ROWS)
    const { binding, inputs } = this.release.manifest
    const warnings = this.#watcher.checkTensors(tensorColumns(feeds, binding, inputs), rows)
    const inputMs = performance.now() - caller.since
    const done = await this.#submit(feeds, rows, fetches, caller)
    this.#watcher.tensors(tensorColumns(done.feeds, binding, inputs), rows, done.outputs, warnings, request.id)
    giveFeeds(done.feeds)
    return { outputs: done.outputs, served: servedOf(rows, inputMs, done) }
  }

  /**
   * Predictions of raw rows, one each. All are scored or none is.
   * @param reasons for each prediction at most; 0 is none
   */
  async predict(
    rows: readonly unknown[],
    reasons: number,
    caller: Caller,
  ): Promise<{ predictions: readonly (Prediction | ExplainedPrediction)[]; served: Served }> {
    if (rows.length === 0) throw new Refusal('request/no-rows', 'The request has no rows.', 'Send at least one.')
    if (rows.length > this.config.MAX_ROWS)
      throw new Refusal(
        'request/too-many-rows',
        `The request has ${rows.length} rows; this server takes ${this.config.MAX_ROWS}.`,
        'Send fewer at once, or score them with the batch command.',
      )
    const reasoner = reasons > 0 ? this.#reasonerFor(rows.length) : null
    const read = this.#readRows(rows)
    const { columns, served } = await this.#score(read, caller)
    const { binding, threshold } = this.release.manifest
    const predictions = read.map((row, at) =>
      predictionOf(rowScores(columns, at), columns.labels?.[at] ?? null, binding.output, threshold, row.warnings),
    )
    this.#watcher.rows(read, columns, predictions, caller.requestId)
    if (!reasoner) return { predictions, served }
    const outputs = explainedOutputs(columns, read.length, binding.output)
    const given = await reasoner.give(read, outputs, reasons, caller.deadline)
    this.metrics.reasoned(read.length, given.milliseconds)
    return {
      predictions: predictions.map((prediction, at) =>
        withReasons(prediction, this.#explained[outputs[at]!]!, given.reasons[at]!),
      ),
      served: { ...served, reasonsMs: given.milliseconds },
    }
  }

  /** @throws Refusal request/no-reasons, request/too-many-rows */
  #reasonerFor(rows: number): Reasons {
    if (!this.#reasons)
      throw new Refusal(
        'request/no-reasons',
        'This release gives no reasons.',
        'Leave "reasons" out, or release the explained run again with --reasons.',
      )
    if (rows <= this.config.MAX_REASON_ROWS) return this.#reasons
    throw new Refusal(
      'request/too-many-rows',
      `Reasons are given for ${this.config.MAX_REASON_ROWS} rows at once, not for ${rows}.`,
      'Send fewer at once, or leave "reasons" out.',
    )
  }

  #readRows(rows: readonly unknown[]): ReadRow[] {
    const { inputs } = this.release.manifest
    const read: ReadRow[] = []
    let problems = 0
    for (const [at, row] of rows.entries()) {
      if (typeof row !== 'object' || row === null || Array.isArray(row))
        throw new Refusal('request/body', `Row ${at} is not an object of columns.`, 'Send {"column": value, …}.')
      const one = readJsonRow(inputs, row as Record<string, unknown>, decodeBase64)
      read.push(one)
      problems += one.problems.length
      // A small body of empty objects lacks millions of values.
      if (problems >= mostProblems) break
    }
    this.#watcher.checkRows(read)
    return read
  }

  async #score(read: readonly ReadRow[], caller: Caller): Promise<{ columns: ScoreColumns; served: Served }> {
    let served: Served = { ...unrun, rows: read.length, inputMs: performance.now() - caller.since }
    const columns = await this.#scorer.score(read, async (feeds, rows, fetches) => {
      const { outputs, batchRows, queueMs, runMs } = await this.#submit(feeds, rows, fetches, caller)
      served = { ...served, batchRows, queueMs: served.queueMs + queueMs, runMs: served.runMs + runMs }
      return outputs
    })
    return { columns, served }
  }

  #submit(feeds: Feeds, rows: number, fetches: readonly string[], caller: Caller): Promise<Done> {
    return this.#batcher.submit({ feeds, rows, fetches, deadline: caller.deadline, signal: caller.signal })
  }

  async close(): Promise<void> {
    clearTimeout(this.#endTimer)
    await this.#watcher.close()
    await Promise.all([this.session.stop(), this.#reasons?.stop()])
  }
}

function servedOf(rows: number, inputMs: number, done: Done): Served {
  return { rows, inputMs, batchRows: done.batchRows, queueMs: done.queueMs, runMs: done.runMs }
}
