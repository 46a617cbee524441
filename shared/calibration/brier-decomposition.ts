/** The Brier score's parts (Murphy 1973), over ten bins of equal width. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { normalMetric, undefinedMetrics } from '../metrics/metric.ts'
import { poissonBootstrap } from '../statistics/poisson-bootstrap.ts'
import type { BinSums } from './reliability.ts'

const replicates = 1000
const brierParts = ['brier_reliability', 'brier_resolution', 'brier_uncertainty', 'brier_within_bins'] as const

/**
 * Brier score = reliability − resolution + uncertainty + what lies within bins. The last part (Stephenson, Coelho and
 * Jolliffe 2008) is there because forecasts of one bin are not all the same; without it the sum would not be the score.
 *
 * @param sums Of bins of equal width.
 * @param brier Mean of (probability − event)² over the same rows.
 */
export function brierDecomposition(sums: BinSums, brier: number, seed: number): Metrics {
  const size = sums.rows.length
  const n = sums.rows.reduce((total, rows) => total + rows, 0)
  if (n === 0) return undefinedMetrics(brierParts, 0, 'no rows')
  // Cell 2 k + event. A bin's mean probability is kept: its own spread is a hundredth of that of events.
  const cells = new Float64Array(2 * size)
  for (let bin = 0; bin < size; bin++) {
    cells[2 * bin] = sums.rows[bin]! - sums.events[bin]!
    cells[2 * bin + 1] = sums.events[bin]!
  }
  const mean = sums.probability.map((sum, bin) => (sums.rows[bin] === 0 ? 0 : sum / sums.rows[bin]!))
  const parts = new Float64Array(3)
  const statistics = (counts: Float64Array, out: Float64Array): void => murphy(counts, mean, out)
  const { standardErrors, biases } = poissonBootstrap({ cells, replicates, seed, width: 3, statistics })
  statistics(cells, parts)
  const method = `Poisson bootstrap of the bins (${replicates} replicates, seed ${seed})`
  // Reliability and resolution are sums of squares: resampling raises them by as much as sampling did.
  const metric = (part: number, corrected: boolean): Metric =>
    normalMetric({
      value: parts[part]!,
      standardError: standardErrors[part]!,
      ...(corrected ? { bias: biases[part]! } : {}),
      n,
      method,
      range: [0, 1],
    })
  const within = brier - (parts[0]! - parts[1]! + parts[2]!)
  return {
    brier_reliability: metric(0, true),
    brier_resolution: metric(1, true),
    brier_uncertainty: metric(2, false),
    brier_within_bins: {
      value: within,
      low: null,
      high: null,
      n,
      method: null,
      reason: 'what is left of the Brier score; it goes to 0 as bins become narrow',
    },
  }
}

/** Reliability, resolution and uncertainty of a table, into `out`. */
function murphy(cells: Float64Array, mean: Float64Array, out: Float64Array): void {
  let n = 0
  let events = 0
  for (let cell = 0; cell < cells.length; cell++) {
    n += cells[cell]!
    if (cell % 2 === 1) events += cells[cell]!
  }
  const rate = events / n
  let reliability = 0
  let resolution = 0
  for (let bin = 0; bin < mean.length; bin++) {
    const rows = cells[2 * bin]! + cells[2 * bin + 1]!
    if (rows === 0) continue
    const observed = cells[2 * bin + 1]! / rows
    reliability += (rows / n) * (mean[bin]! - observed) ** 2
    resolution += (rows / n) * (observed - rate) ** 2
  }
  out[0] = reliability
  out[1] = resolution
  out[2] = rate * (1 - rate)
}
