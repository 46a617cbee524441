/**
 * Prometheus metrics: Assay's own names, and the names of Triton (`nv_inference_*`), which dashboards and the
 * autoscalers of KServe already know. Requests that fail or time out are counted and timed like the others.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import { TritonNames } from './triton-names.ts'
import { stabilityIndex } from './traffic.ts'
import type { Traffic } from './traffic.ts'

export type Protocol = 'rest' | 'grpc' | 'row'

export interface Finished {
  readonly protocol: Protocol
  /** 'ok' or the code of the refusal. */
  readonly code: string
  readonly rows: number
  readonly totalMs: number
  readonly inputMs: number
  readonly queueMs: number
  readonly runMs: number
  readonly outputMs: number
}

export type ReleaseFacts = Pick<VerifiedRelease, 'manifest' | 'approval'>

export interface Queue {
  readonly queuedRows: number
  readonly queuedRequests: number
}

const secondsBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]
const rowsBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 16_384, 65_536]

export class Metrics {
  readonly registry = new Registry()
  readonly #requests: Counter<'protocol' | 'code'>
  readonly #rows: Counter<'protocol'>
  readonly #seconds: Histogram<'protocol'>
  readonly #queueSeconds: Histogram
  readonly #runSeconds: Histogram
  readonly #batchRows: Histogram
  readonly #batchRequests: Histogram
  readonly #reasonsSeconds: Histogram
  readonly #reasonsRows: Counter
  readonly #warnings: Counter<'code' | 'column'>
  readonly #predictions: Counter<'label'>
  readonly #logDropped: Counter
  readonly #triton: TritonNames

  constructor({ manifest, approval }: ReleaseFacts, queue: Queue, traffic: Traffic, ready: () => boolean) {
    const registers = [this.registry]
    const { model } = manifest
    // On every series, so that several versions in one server stay apart.
    this.registry.setDefaultLabels({ model: model.served, version: String(model.version) })
    this.#requests = new Counter({
      name: 'assay_requests_total',
      help: 'Requests by protocol and by code: ok, or why they were refused',
      labelNames: ['protocol', 'code'],
      registers,
    })
    this.#rows = new Counter({
      name: 'assay_rows_total',
      help: 'Rows that were scored',
      labelNames: ['protocol'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'assay_request_seconds',
      help: 'From the whole request to its answer, refused ones included',
      labelNames: ['protocol'],
      buckets: secondsBuckets,
      registers,
    })
    this.#queueSeconds = new Histogram({
      name: 'assay_queue_seconds',
      help: 'Time that a request waited for its run',
      buckets: secondsBuckets,
      registers,
    })
    this.#runSeconds = new Histogram({
      name: 'assay_model_seconds',
      help: 'Time of a run inside ONNX Runtime',
      buckets: secondsBuckets,
      registers,
    })
    this.#batchRows = new Histogram({
      name: 'assay_batch_rows',
      help: 'Rows of a run',
      buckets: rowsBuckets,
      registers,
    })
    this.#batchRequests = new Histogram({
      name: 'assay_batch_requests',
      help: 'Requests that shared a run',
      buckets: rowsBuckets.slice(0, 11),
      registers,
    })
    this.#reasonsSeconds = new Histogram({
      name: 'assay_reasons_seconds',
      help: 'Time of finding the reasons that a request asked for',
      buckets: secondsBuckets,
      registers,
    })
    this.#reasonsRows = new Counter({
      name: 'assay_reasons_rows_total',
      help: 'Rows whose reasons were given',
      registers,
    })
    this.#warnings = new Counter({
      name: 'assay_input_warnings_total',
      help: 'Values outside of what was evaluated',
      labelNames: ['code', 'column'],
      registers,
    })
    this.#predictions = new Counter({
      name: 'assay_predictions_total',
      help: 'Predictions by class, at the approved threshold',
      labelNames: ['label'],
      registers,
    })
    this.#logDropped = new Counter({
      name: 'assay_prediction_log_dropped_total',
      help: 'Lines of the prediction log that could not be written',
      registers,
    })
    gauge(this.registry, 'assay_queue_rows', 'Rows that wait', () => queue.queuedRows)
    gauge(this.registry, 'assay_ready', '1 while requests are taken', () => (ready() ? 1 : 0))
    gauge(
      this.registry,
      'assay_approval_expires_timestamp_seconds',
      'When the approval ends, in Unix time',
      () => Date.parse(manifest.approval.expiresAt) / 1000,
    )
    const release = new Gauge({
      name: 'assay_release_info',
      help: 'What is served; always 1',
      labelNames: ['model', 'version', 'evidence_sha256', 'model_sha256'],
      registers,
    })
    release.set(
      {
        model: model.served,
        version: String(model.version),
        evidence_sha256: manifest.evidence.sha256,
        model_sha256: model.sha256,
      },
      1,
    )
    const gates = new Gauge({
      name: 'assay_gates_info',
      help: 'What the gates said when the approvers signed: pass, or waived with reasons; always 1',
      labelNames: ['outcome', 'gates_sha256', 'policy_sha256'],
      registers,
    })
    for (const { gatesOutcome, gatesSha256, policySha256 } of approval.statements)
      gates.set({ outcome: gatesOutcome, gates_sha256: gatesSha256, policy_sha256: policySha256 }, 1)
    addTraffic(this.registry, traffic)
    this.#triton = new TritonNames(this.registry, model.served, String(model.version), queue)
  }

  finished(request: Finished): void {
    const { protocol } = request
    this.#requests.inc({ protocol, code: request.code })
    this.#seconds.observe({ protocol }, request.totalMs / 1000)
    if (request.code === 'ok') {
      this.#rows.inc({ protocol }, request.rows)
      this.#queueSeconds.observe(request.queueMs / 1000)
    }
    this.#triton.finished(request)
  }

  ran(rows: number, requests: number, runMs: number): void {
    this.#batchRows.observe(rows)
    this.#batchRequests.observe(requests)
    this.#runSeconds.observe(runMs / 1000)
    this.#triton.ran()
  }

  reasoned(rows: number, milliseconds: number): void {
    this.#reasonsSeconds.observe(milliseconds / 1000)
    this.#reasonsRows.inc(rows)
  }

  warned(code: string, column: string, rows: number): void {
    this.#warnings.inc({ code, column }, rows)
  }

  predicted(label: string, rows: number): void {
    this.#predictions.inc({ label }, rows)
  }

  logDropped(): void {
    this.#logDropped.inc()
  }
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}

/** Rows a bin, and the population stability index against the evaluated rows. */
function addTraffic(registry: Registry, traffic: Traffic): void {
  new Gauge({
    name: 'assay_input_bin_rows',
    help: 'Rows since the start by bin of the evaluated rows (deciles, or categories; the last category is "other")',
    labelNames: ['column', 'bin'],
    registers: [registry],
    collect() {
      for (const { column, counts, missing } of traffic.columns) {
        counts.forEach((count, bin) => this.set({ column: column.name, bin: String(bin) }, count))
        this.set({ column: column.name, bin: 'missing' }, missing)
      }
    },
  })
  const reference = new Gauge({
    name: 'assay_input_bin_reference',
    help: 'Fraction of the evaluated rows by bin, against which traffic of any time span can be held',
    labelNames: ['column', 'bin'],
    registers: [registry],
  })
  for (const { column } of traffic.columns) {
    const { counts } = column.reference!
    const total = counts.reduce((sum, count) => sum + count, 0)
    counts.forEach((count, bin) => reference.set({ column: column.name, bin: String(bin) }, count / Math.max(1, total)))
  }
  new Gauge({
    name: 'assay_input_psi',
    help: 'Population stability index of the traffic since the start against the evaluated rows; absent below 100 rows',
    labelNames: ['column'],
    registers: [registry],
    collect() {
      for (const entry of traffic.columns) {
        const index = stabilityIndex(entry)
        if (index !== null) this.set({ column: entry.column.name }, index)
      }
    },
  })
}
