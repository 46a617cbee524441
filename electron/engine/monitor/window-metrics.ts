/** Metrics of each window's labelled rows, and whether its predictions mean what they say: pure, for the worker thread. */
import type { Metric, Metrics } from '../../../shared/contract/evidence.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { normalMetric, proportionMetric, undefinedMetric } from '../../../shared/metrics/metric.ts'
import { z95 } from '../../../shared/statistics/normal.ts'
import { meanAndError } from '../../../shared/statistics/mean.ts'
import { compute } from '../evaluation/compute.ts'
import type { Gathered } from '../evaluation/gather.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

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
  /** Why no window has a calibration; null where it is for want of rows. */
  readonly calibrationReason: string | null
}

const metricsOf = (request: WindowMetricsRequest, gathered: Gathered): Metrics =>
  compute({ gathered, output: request.output, threshold: request.threshold, seed: request.seed }).metrics

export function windowMetrics(
  request: WindowMetricsRequest,
  progress: (done: number, total: number) => void = () => undefined,
): AllWindowMetrics {
  const { gathered, windows, count, minimumRows } = request
  const rows: number[][] = Array.from({ length: count }, () => [])
  const windowOf = gathered.query === null ? windows : windowsOfQueries(gathered.query, gathered.queries, windows)
  for (let row = 0; row < gathered.used; row++) if (windowOf[row]! >= 0) rows[windowOf[row]!]!.push(row)
  const calibrationReason = whyUncalibrated(gathered, request.output)
  const found = rows.map((own, window): WindowMetrics => {
    progress(window, count)
    if (own.length < minimumRows) return { labelled: own.length, metrics: {}, calibration: null }
    const part = partOf(gathered, own, request.output)
    const calibration = calibrationReason === null ? calibrationOf(part, request.output) : null
    return { labelled: own.length, metrics: metricsOf(request, part), calibration }
  })
  const overall = gathered.used >= minimumRows ? metricsOf(request, gathered) : {}
  return { windows: found, overall, calibrationReason }
}

/** A query is judged whole, in the window of its first row. */
function windowsOfQueries(query: Int32Array, queries: number, windows: Int16Array): Int16Array {
  const first = new Int16Array(queries).fill(-1)
  query.forEach((q, row) => {
    if (first[q] === -1) first[q] = windows[row]!
  })
  return Int16Array.from(query, (q) => first[q]!)
}

/** Queries are numbered anew, in the order in which they come. */
function queriesOf(whole: Gathered, rows: readonly number[]): Pick<Gathered, 'query' | 'queries'> {
  if (whole.query === null) return { query: null, queries: 0 }
  const numbers = new Map<number, number>()
  const query = mapTo(Int32Array, rows, (row) => {
    const known = numbers.get(whole.query![row]!)
    if (known === undefined) numbers.set(whole.query![row]!, numbers.size)
    return known ?? numbers.size - 1
  })
  return { query, queries: numbers.size }
}

/** Of a row-major table. */
function takeRows<T extends Uint8Array | Float32Array | Float64Array>(
  table: T,
  rows: readonly number[],
  width: number,
): T {
  const taken = table.slice(0, rows.length * width) as T
  rows.forEach((row, to) => taken.set(table.subarray(row * width, (row + 1) * width), to * width))
  return taken
}

/** The rows of a window as if they were all there are. */
function partOf(whole: Gathered, rows: readonly number[], { classes: names }: OutputBinding): Gathered {
  const { width } = whole
  const classes = whole.classes && mapTo(Int32Array, rows, (row) => whole.classes![row]!)
  const unnamed = classes?.reduce((n, index) => n + Number(index < 0 || index >= names.length), 0) ?? 0
  return {
    rows: rows.length,
    used: rows.length,
    excluded: [],
    classes,
    labelTruth: whole.labelTruth && takeRows(whole.labelTruth, rows, width),
    ...queriesOf(whole, rows),
    weights: whole.weights && takeRows(whole.weights, rows, 1),
    values: whole.values && takeRows(whole.values, rows, 1),
    scores: whole.scores && takeRows(whole.scores, rows, width),
    width,
    labels: whole.labels && mapTo(Int32Array, rows, (row) => whole.labels![row]!),
    unnamed: unnamed > 0 ? [{ value: '', n: unnamed }] : [],
  }
}

function whyUncalibrated({ scores }: Gathered, { task }: OutputBinding): string | null {
  if (scores === null) return 'the model gives labels without scores'
  if (task === 'ranking') return 'a score to rank by predicts no value'
  if (task === 'multiclass') return 'it is about one chance a row, and several classes have several'
  if (task === 'multilabel' && scores.some((score) => score < 0 || score > 1)) {
    return 'scores outside 0 to 1 are not probabilities'
  }
  return null
}

/**
 * Mean prediction against what came: of the positive class's chance, of the predicted number, or of a label's chance over
 * all labels of all rows, where rows are what is sampled, for the labels of one depend on each other.
 */
function calibrationOf(rows: Gathered, output: OutputBinding): WindowMetrics['calibration'] {
  const { used, width } = rows
  const scores = rows.scores!
  if (output.task === 'multilabel') {
    const meanOf = (values: ArrayLike<number>, row: number): number => {
      let sum = 0
      for (let k = 0; k < width; k++) sum += values[row * width + k]!
      return sum / width
    }
    const { mean, standardError } = meanAndError(used, (row) => meanOf(rows.labelTruth!, row))
    return {
      predicted: meanAndError(used, (row) => meanOf(scores, row)).mean,
      observed: normalMetric({
        value: mean,
        standardError,
        n: used,
        method: 'Mean over rows',
        scale: 'logit',
        range: [0, 1],
      }),
    }
  }
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
