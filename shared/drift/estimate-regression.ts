/**
 * Performance of a regression without labels, by direct loss estimation (DLE) on the prediction alone: the reference says
 * how large the error is at each height of the prediction, the current rows say how often each height occurs.
 */
import type { Metric } from '../contract/evidence.ts'
import type { PerformanceEstimate } from '../contract/drift.ts'
import { z95 } from '../statistics/normal.ts'
import { binOf, scoreEdges } from './score-bins.ts'

export interface PredictedValues {
  readonly predictions: Float64Array
  /** Null without labels. */
  readonly targets: Float64Array | null
}

interface LossBins {
  readonly rows: Float64Array
  readonly sum: Float64Array
  readonly squares: Float64Array
}

function binLosses(edges: Float64Array, { predictions, targets }: PredictedValues, power: 1 | 2): LossBins {
  const size = edges.length + 1
  const bins = { rows: new Float64Array(size), sum: new Float64Array(size), squares: new Float64Array(size) }
  for (let row = 0; row < predictions.length; row++) {
    const bin = binOf(edges, predictions[row]!)
    const loss = targets === null ? 0 : Math.abs(targets[row]! - predictions[row]!) ** power
    bins.rows[bin]!++
    bins.sum[bin]! += loss
    bins.squares[bin]! += loss * loss
  }
  return bins
}

/** Mean loss to expect on the current rows, and the variance of what will be found there. */
function expectLoss(known: LossBins, now: LossBins): { value: number; variance: number } {
  const all = now.rows.reduce((sum, rows) => sum + rows, 0)
  let value = 0
  let variance = 0
  for (let bin = 0; bin < known.rows.length; bin++) {
    const n = known.rows[bin]!
    const m = now.rows[bin]!
    if (m === 0) continue
    const weight = m / all
    const mean = known.sum[bin]! / n
    const spread = n > 1 ? Math.max(0, known.squares[bin]! / n - mean * mean) * (n / (n - 1)) : 0
    value += weight * mean
    variance += weight * weight * spread * (1 / n + 1 / m)
  }
  return { value, variance }
}

function meanLoss({ rows, sum, squares }: LossBins): { value: number; variance: number } {
  const add = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
  const n = add(rows)
  const value = add(sum) / n
  return { value, variance: Math.max(0, add(squares) / n - value * value) / Math.max(1, n - 1) }
}

/** @param reference With targets, at least 100 rows. */
export function estimateRegression(reference: PredictedValues, current: PredictedValues): PerformanceEstimate {
  const bins = Math.max(1, Math.min(100, Math.floor(reference.predictions.length / 25)))
  const edges = scoreEdges(reference.predictions, bins, null)
  const metricFor = (power: 1 | 2) => {
    const known = binLosses(edges, reference, power)
    const now = binLosses(edges, current, power)
    const metric = ({ value, variance }: { value: number; variance: number }, n: number, method: string): Metric => {
      const root = power === 2 ? Math.sqrt(value) : value
      const error = power === 2 ? Math.sqrt(variance) / (2 * root || 1) : Math.sqrt(variance)
      return { value: root, low: Math.max(0, root - z95 * error), high: root + z95 * error, n, method }
    }
    const n = current.predictions.length
    const realised = current.targets === null ? null : metric(meanLoss(now), n, 'normal, standard error')
    return {
      estimated: metric(expectLoss(known, now), n, 'normal, spread of losses within bins'),
      reference: metric(meanLoss(known), reference.predictions.length, 'normal, standard error'),
      realised,
    }
  }
  return {
    method: `direct loss estimation (DLE) in ${edges.length + 1} bins of the reference's predictions`,
    assumption: 'The size of the error at a height of the prediction is what it was in the reference.',
    metrics: { mae: metricFor(1), rmse: metricFor(2) },
  }
}
