/** From targets and predictions of a regression to its metrics and residual tables. */
import type { Metrics, RegressionEvidence } from '../contract/evidence.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { correlationMetrics } from './correlation.ts'
import { explainedMetrics } from './explained.ts'
import { histogram } from './histogram.ts'
import { metricWithoutInterval, undefinedMetric } from './metric.ts'
import { medianMetric, weightedMedianMetric } from './median.ts'
import { predictionBins } from './prediction-bins.ts'
import { rowErrorMetrics } from './row-errors.ts'

export interface RegressionRequest {
  /** True values, finite. */
  readonly y: Float64Array
  /** Predicted values, finite, one for each of `y`. */
  readonly prediction: Float64Array
  /** Recorded with the run; no regression interval resamples. */
  readonly seed: number
  /** What each row counts for, more than 0; 1 where left out. Counts, bins and quantiles are of rows all the same. */
  readonly weight?: Float64Array | null
}

export interface RegressionEvaluation {
  readonly metrics: Metrics
  readonly detail: RegressionEvidence
}

const residualBins = 40
const residualProbabilities = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]

/** Every metric and table of a regression. A residual is target minus prediction. What is undefined is null. */
export function evaluateRegression({ y, prediction, weight }: RegressionRequest): RegressionEvaluation {
  const n = y.length
  const residual = y.map((target, row) => target - prediction[row]!)
  const sortedResidual = residual.toSorted()
  const error = residual.map(Math.abs)
  const sortedError = error.toSorted()
  return {
    metrics: {
      ...rowErrorMetrics(y, prediction, residual, weight),
      ...explainedMetrics(y, residual, weight),
      ...correlationMetrics(y, prediction, weight),
      median_ae: weight ? weightedMedianMetric(error, weight) : medianMetric(sortedError),
      max_error:
        n === 0
          ? undefinedMetric(0, 'no rows')
          : metricWithoutInterval(sortedError[n - 1]!, n, 'the largest error of new rows has no bound'),
    },
    detail: {
      kind: 'regression',
      residuals: histogram(residual, () => 0, ['residual'], residualBins),
      byPrediction: predictionBins(y, prediction, residual),
      residualQuantiles: {
        probability: n === 0 ? [] : residualProbabilities,
        value: n === 0 ? [] : residualProbabilities.map((p) => quantileOfSorted(sortedResidual, p)),
      },
    },
  }
}
