import type { RegressionEvidence } from '../contract/evidence.ts'
import { argsort } from '../statistics/argsort.ts'
import { meanAndError } from '../statistics/mean.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { rowMeanMetric } from './row-mean.ts'
import { mapTo } from '../statistics/map-to.ts'

const bins = 20
const probabilities = [0.05, 0.25, 0.5, 0.75, 0.95]

/**
 * Up to 20 bins of about equal count by prediction; equal predictions share a bin.
 *
 * @param residual Target minus prediction.
 */
export function predictionBins(
  y: Float64Array,
  prediction: Float64Array,
  residual: Float64Array,
): RegressionEvidence['byPrediction'] {
  const order = argsort(prediction)
  const n = order.length
  const table: RegressionEvidence['byPrediction'] = []
  for (let bin = 0, start = 0; bin < bins && start < n; bin++) {
    let end = Math.round(((bin + 1) * n) / bins)
    // Fewer rows than bins, or equal predictions that have filled this bin already.
    if (end <= start) continue
    while (end < n && prediction[order[end]!] === prediction[order[end - 1]!]) end++
    const rows = order.subarray(start, end)
    const residuals = mapTo(Float64Array, rows, (row) => residual[row]!).sort()
    table.push({
      n: rows.length,
      predictionLow: prediction[rows[0]!]!,
      predictionHigh: prediction[rows[rows.length - 1]!]!,
      predictionMean: meanAndError(rows.length, (i) => prediction[rows[i]!]!).mean,
      targetMean: rowMeanMetric(rows.length, (i) => y[rows[i]!]!),
      residualQuantiles: probabilities.map((p) => quantileOfSorted(residuals, p)),
    })
    start = end
  }
  return table
}
