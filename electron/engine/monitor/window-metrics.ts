/** Metrics of each window's labelled rows, and whether its predictions mean what they say: pure, for the worker thread. */
import type { Metric, Metrics } from '../../../shared/contract/evidence.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { proportionMetric, undefinedMetric } from '../../../shared/metrics/metric.ts'
import { z95 } from '../../../shared/statistics/normal.ts'
import { meanAndError } from '../../../shared/statistics/mean.ts'
import { compute } from '../evaluation/compute.ts'
import type { Gathered } from '../evaluation/gather.ts'

export interface WindowMetricsRequest {
  readonly gathered: Gathered
  /** Window of each used row, −1 without one. */
  readonly windows: Int16Array
  readonly count: number
  readonly minimumRows: number
  readonly output: OutputBinding
  readonly threshold: number
  readonly seed: number
}

export interface WindowMetrics {
  readonly labelled: number
  readonly metrics: Metrics
  readonly calibration: { readonly predicted: number; readonly observed: Metric } | null
}

export interface AllWindowMetrics {
  readonly windows: readonly WindowMetrics[]
  readonly overall: Metrics
}

const metricsOf = (request: WindowMetricsRequest, gathered: Gathered): Metrics =>
  compute({ gathered, output: request.output, threshold: request.threshold, seed: request.seed }).metrics

export function windowMetrics(
  request: WindowMetricsRequest,
  progress: (done: number, total: number) => void = () => undefined,
): AllWindowMetrics {
  const { gathered, windows, count, minimumRows } = request
  const rows: number[][] = Array.from({ length: count }, () => [])
  for (let row = 0; row < gathered.used; row++) if (windows[row]! >= 0) rows[windows[row]!]!.push(row)
  const found = rows.map((own, window): WindowMetrics => {
    progress(window, count)
    if (own.length < minimumRows) return { labelled: own.length, metrics: {}, calibration: null }
    const part = partOf(gathered, own, request.output)
    return { labelled: own.length, metrics: metricsOf(request, part), calibration: calibrationOf(part, request.output) }
  })
  return { windows: found, overall: gathered.used >= minimumRows ? metricsOf(request, gathered) : {} }
}

/** The rows of a window as if they were all there are. */
function partOf(whole: Gathered, rows: readonly number[], { classes: names }: OutputBinding): Gathered {
  const { width } = whole
  const scores =
    whole.scores === null
      ? null
      : whole.scores instanceof Float32Array
        ? new Float32Array(rows.length * width)
        : new Float64Array(rows.length * width)
  rows.forEach((row, to) => {
    for (let k = 0; k < width; k++) scores![to * width + k] = whole.scores![row * width + k]!
  })
  const classes = whole.classes && Int32Array.from(rows, (row) => whole.classes![row]!)
  const unnamed = classes?.reduce((n, index) => n + Number(index < 0 || index >= names.length), 0) ?? 0
  return {
    rows: rows.length,
    used: rows.length,
    excluded: [],
    classes,
    labelTruth: null,
    query: null,
    queries: 0,
    weights: whole.weights && Float64Array.from(rows, (row) => whole.weights![row]!),
    values: whole.values && Float64Array.from(rows, (row) => whole.values![row]!),
    scores,
    width,
    labels: whole.labels && Int32Array.from(rows, (row) => whole.labels![row]!),
    unnamed: unnamed > 0 ? [{ value: '', n: unnamed }] : [],
  }
}

/** Mean prediction against what came: of the positive class's chance, or of the predicted number. */
function calibrationOf(rows: Gathered, output: OutputBinding): WindowMetrics['calibration'] {
  const { scores, used, width } = rows
  if (scores === null || output.task === 'multiclass') return null
  if (output.task === 'regression') {
    const { mean } = meanAndError(used, (row) => scores[row]!)
    const seen = meanAndError(used, (row) => rows.values![row]!)
    const half = z95 * seen.standardError
    if (!Number.isFinite(half)) return { predicted: mean, observed: undefinedMetric(used, 'it takes two rows') }
    const observed = { value: seen.mean, low: seen.mean - half, high: seen.mean + half, n: used, method: 'normal' }
    return { predicted: mean, observed }
  }
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  const { mean } = meanAndError(used, (row) => scores[row * width + positive]!)
  let events = 0
  for (let row = 0; row < used; row++) if (rows.classes![row] === positive) events++
  return { predicted: mean, observed: proportionMetric(events, used, 'no labelled row') }
}
