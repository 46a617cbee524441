import { solveCholesky } from '../statistics/cholesky.ts'
import { sigmoid } from './logit.ts'

const mostIterations = 100
const tolerance = 1e-12

export interface LogitFit {
  readonly coefficients: Float64Array
  /** Inverse of the information matrix's diagonal, as standard errors. */
  readonly standardErrors: Float64Array
}

/**
 * Maximum likelihood of P = σ(Σ βⱼ xⱼ + offset) for a handful of features, by Newton's method with halved steps.
 *
 * @param features One array of a value a row each.
 * @param target In [0, 1], one a row.
 * @param offset Added to the predictor; left out, 0.
 * @returns Null where the features do not determine the coefficients (one value in every row). Where they tell the target apart
 * perfectly the coefficients run away, and their standard errors with them.
 */
export function fitLogit(
  features: readonly Float64Array[],
  target: Float64Array,
  offset?: Float64Array,
): LogitFit | null {
  const size = features.length
  let coefficients: Float64Array = new Float64Array(size)
  let loss = lossOf(features, target, offset, coefficients)
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const { information, gradient } = slopes(features, target, offset, coefficients)
    const step = Float64Array.from(gradient)
    if (!solveCholesky(Float64Array.from(information), step)) return null
    let gained = 0
    for (let share = 1; share > 1e-6; share /= 2) {
      const tried = coefficients.map((value, k) => value + share * step[k]!)
      const reached = lossOf(features, target, offset, tried)
      if (!(reached < loss)) continue
      gained = loss - reached
      coefficients = tried
      loss = reached
      break
    }
    if (gained <= tolerance * (1 + loss)) {
      const standardErrors = inverseDiagonal(slopes(features, target, offset, coefficients).information, size)
      return standardErrors && { coefficients, standardErrors }
    }
  }
  return null
}

function predictorAt(
  features: readonly Float64Array[],
  offset: Float64Array | undefined,
  coefficients: Float64Array,
  row: number,
): number {
  let sum = offset ? offset[row]! : 0
  for (let k = 0; k < features.length; k++) sum += coefficients[k]! * features[k]![row]!
  return sum
}

function lossOf(
  features: readonly Float64Array[],
  target: Float64Array,
  offset: Float64Array | undefined,
  coefficients: Float64Array,
): number {
  let sum = 0
  for (let row = 0; row < target.length; row++) {
    const x = predictorAt(features, offset, coefficients, row)
    sum += (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x))) - target[row]! * x
  }
  return sum
}

function slopes(
  features: readonly Float64Array[],
  target: Float64Array,
  offset: Float64Array | undefined,
  coefficients: Float64Array,
): { information: Float64Array; gradient: Float64Array } {
  const size = features.length
  const information = new Float64Array(size * size)
  const gradient = new Float64Array(size)
  for (let row = 0; row < target.length; row++) {
    const p = sigmoid(predictorAt(features, offset, coefficients, row))
    const weight = p * (1 - p)
    for (let a = 0; a < size; a++) {
      const value = features[a]![row]!
      gradient[a]! += (target[row]! - p) * value
      for (let b = 0; b <= a; b++) information[a * size + b]! += weight * value * features[b]![row]!
    }
  }
  return { information, gradient }
}

function inverseDiagonal(information: Float64Array, size: number): Float64Array | null {
  const out = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    const unit = new Float64Array(size)
    unit[k] = 1
    if (!solveCholesky(Float64Array.from(information), unit)) return null
    out[k] = Math.sqrt(unit[k]!)
  }
  return out
}
