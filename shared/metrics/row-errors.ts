/** Regression metrics that are a mean over rows, or a root of one. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { normalMetric, transformedMetric, undefinedMetric } from './metric.ts'
import { rowMeanMetric } from './row-mean.ts'

const notNegative = [0, Infinity] as const

/** @param residual Target minus prediction. */
export function rowErrorMetrics(
  y: Float64Array,
  prediction: Float64Array,
  residual: Float64Array,
  weight?: Float64Array | null,
): Metrics {
  const n = y.length
  const mean = (valueAt: (row: number) => number, range?: readonly [number, number]): Metric =>
    rowMeanMetric(n, valueAt, range, weight)
  const pinball = (quantile: number): Metric =>
    mean((row) => (residual[row]! >= 0 ? quantile * residual[row]! : (quantile - 1) * residual[row]!), notNegative)
  const mse = mean((row) => residual[row]! ** 2, notNegative)
  const msle = squaredLogError(y, prediction, mean)
  return {
    mae: mean((row) => Math.abs(residual[row]!), notNegative),
    mse,
    rmse: rootMetric(mse),
    mape: absolutePercentageError(y, residual, mean),
    smape: mean(
      (row) => {
        const scale = Math.abs(y[row]!) + Math.abs(prediction[row]!)
        return scale === 0 ? 0 : (2 * Math.abs(residual[row]!)) / scale
      },
      [0, 2],
    ),
    msle,
    rmsle: rootMetric(msle),
    pinball_0_1: pinball(0.1),
    pinball_0_5: pinball(0.5),
    pinball_0_9: pinball(0.9),
    mean_residual: mean((row) => residual[row]!),
    residual_std: residualDeviation(residual, weight),
    target_mean: mean((row) => y[row]!),
    prediction_mean: mean((row) => prediction[row]!),
  }
}

/** The root rises with its square, so the interval of the square gives the interval of the root. */
function rootMetric(square: Metric): Metric {
  const root = transformedMetric(square, Math.sqrt)
  return root.method === null ? root : { ...root, method: `${root.method}, of the square` }
}

type Mean = (valueAt: (row: number) => number, range?: readonly [number, number]) => Metric

function absolutePercentageError(y: Float64Array, residual: Float64Array, mean: Mean): Metric {
  const zeros = y.reduce((count, target) => count + (target === 0 ? 1 : 0), 0)
  if (zeros > 0) return undefinedMetric(y.length, `${zeros} targets are 0, of which no error is a fraction`)
  return mean((row) => Math.abs(residual[row]! / y[row]!), notNegative)
}

function squaredLogError(y: Float64Array, prediction: Float64Array, mean: Mean): Metric {
  if (y.some((value) => value < 0)) return undefinedMetric(y.length, 'a target is negative')
  if (prediction.some((value) => value < 0)) return undefinedMetric(y.length, 'a prediction is negative')
  return mean((row) => (Math.log1p(y[row]!) - Math.log1p(prediction[row]!)) ** 2, notNegative)
}

/** Sample standard deviation, its standard error from the fourth moment (delta method). */
function residualDeviation(residual: Float64Array, weight: Float64Array | null | undefined): Metric {
  const n = residual.length
  if (n < 2) return undefinedMetric(n, 'fewer than two rows')
  const { mean, deviation } = meanAndError(n, (row) => residual[row]!, weight)
  const { standardError } = meanAndError(n, (row) => (residual[row]! - mean) ** 2, weight)
  return normalMetric({
    value: deviation,
    standardError: deviation === 0 ? 0 : standardError / (2 * deviation),
    n,
    method: 'Delta method on the variance',
    range: notNegative,
  })
}
