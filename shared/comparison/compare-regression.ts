/** Paired differences of two regressions on the same rows: of the losses of each row. */
import { influenceEstimate, meanEstimate, undefinedEstimate } from './paired-estimate.ts'
import type { PairedEstimate } from './paired-estimate.ts'

export interface RegressionPairRequest {
  readonly y: Float64Array
  /** Predicted values of the other, one a row; so of the reference. */
  readonly other: Float64Array
  readonly reference: Float64Array
}

const rootMethod = 'Delta method on the squared errors, paired'

/** Every paired difference of a regression, by metric: other minus reference. A residual is target minus prediction. */
export function compareRegression({ y, other, reference }: RegressionPairRequest): Record<string, PairedEstimate> {
  const n = y.length
  const otherResidual = y.map((target, row) => target - other[row]!)
  const referenceResidual = y.map((target, row) => target - reference[row]!)
  const losses = (loss: (residual: number, row: number, prediction: number) => number): PairedEstimate =>
    meanEstimate(
      otherResidual.map((residual, row) => loss(residual, row, other[row]!)),
      referenceResidual.map((residual, row) => loss(residual, row, reference[row]!)),
    )
  const pinball = (quantile: number) =>
    losses((residual) => (residual >= 0 ? quantile * residual : (quantile - 1) * residual))
  const logarithmic = [y, other, reference].every((values) => values.every((value) => value >= 0))
  return {
    rmse: rootDifference(otherResidual, referenceResidual),
    mae: losses((residual) => Math.abs(residual)),
    mse: losses((residual) => residual * residual),
    r2: explainedDifference(y, otherResidual, referenceResidual),
    mape: y.includes(0)
      ? undefinedEstimate(n, 'a target is 0, of which no error is a fraction')
      : losses((residual, row) => Math.abs(residual / y[row]!)),
    smape: losses((residual, row, prediction) => {
      const scale = Math.abs(y[row]!) + Math.abs(prediction)
      return scale === 0 ? 0 : (2 * Math.abs(residual)) / scale
    }),
    msle: logarithmic
      ? losses((_, row, prediction) => (Math.log1p(y[row]!) - Math.log1p(prediction)) ** 2)
      : undefinedEstimate(n, 'a target or a prediction is negative'),
    pinball_0_1: pinball(0.1),
    pinball_0_9: pinball(0.9),
    mean_residual: losses((residual) => residual),
  }
}

function meanSquare(residual: Float64Array): number {
  return residual.reduce((sum, value) => sum + value * value, 0) / residual.length
}

/** The root's influence is that of the mean square over twice the root. */
function rootDifference(other: Float64Array, reference: Float64Array): PairedEstimate {
  const n = other.length
  const influence = (residual: Float64Array, square: number): Float64Array =>
    residual.map((value) => (square === 0 ? 0 : (value * value - square) / (2 * Math.sqrt(square) * n)))
  const otherSquare = meanSquare(other)
  const referenceSquare = meanSquare(reference)
  return influenceEstimate(
    Math.sqrt(otherSquare) - Math.sqrt(referenceSquare),
    influence(other, otherSquare),
    influence(reference, referenceSquare),
    rootMethod,
  )
}

/** 1 − mean square over the target's variance; the variance is estimated from the same rows, and so takes part. */
function explainedDifference(y: Float64Array, other: Float64Array, reference: Float64Array): PairedEstimate {
  const n = y.length
  const mean = y.reduce((sum, value) => sum + value, 0) / n
  const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
  if (variance === 0) return undefinedEstimate(n, 'the target is the same in every row')
  const influence = (residual: Float64Array, square: number): Float64Array =>
    residual.map((value, row) => (-(value * value) + (square / variance) * (y[row]! - mean) ** 2) / variance / n)
  const otherSquare = meanSquare(other)
  const referenceSquare = meanSquare(reference)
  return influenceEstimate(
    (referenceSquare - otherSquare) / variance,
    influence(other, otherSquare),
    influence(reference, referenceSquare),
    'Delta method on squared errors and variance, paired',
  )
}
