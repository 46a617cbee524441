/** Linear baselines, small and exact: ridge regression, and logistic regression by iterated least squares. */
import { solveCholesky } from '../statistics/cholesky.ts'
import type { Design, DesignRows } from './linear-design.ts'
import { linearPredictor } from './linear-design.ts'
import { sigmoid } from '../calibration/logit.ts'

/** Penalty on the squared coefficients of standardised features, the intercept free; scikit-learn's C = 1. */
const ridgePenalty = 1

const mostIterations = 50
const tolerance = 1e-10

/** X'WX (lower triangle, row-major) and X'r of the rows, the intercept last. */
function accumulate(
  design: Design,
  rows: DesignRows,
  weightAt: (row: number) => number,
  pullAt: (row: number) => number,
): { hessian: Float64Array; gradient: Float64Array } {
  const size = design.features + 1
  const hessian = new Float64Array(size * size)
  const gradient = new Float64Array(size)
  const at = new Int32Array(design.slots + 1)
  const by = new Float64Array(design.slots + 1)
  for (let row = 0, slot = 0; row < rows.rows; row++) {
    let filled = 0
    for (const end = slot + design.slots; slot < end; slot++) {
      if (rows.index[slot]! < 0) continue
      at[filled] = rows.index[slot]!
      by[filled++] = rows.value[slot]!
    }
    at[filled] = design.features
    by[filled++] = 1
    const weight = weightAt(row)
    const pull = pullAt(row)
    // Slots are filled in the order of their coefficients, so that the later one names the row of the lower triangle.
    for (let a = 0; a < filled; a++) {
      const scaled = weight * by[a]!
      gradient[at[a]!]! += pull * by[a]!
      for (let b = 0, start = at[a]! * size; b <= a; b++) hessian[start + at[b]!]! += scaled * by[b]!
    }
  }
  return { hessian, gradient }
}

function penalise(hessian: Float64Array, size: number, penalty: number): void {
  for (let k = 0; k < size - 1; k++) hessian[k * size + k]! += penalty
}

/**
 * Ridge regression: least Σ (y − Xβ)² + penalty Σ β², the intercept not penalised (Hoerl and Kennard 1970).
 *
 * @param y One finite value a row.
 * @returns Coefficients, the intercept last; null where the system cannot be solved.
 */
export function fitRidge(
  design: Design,
  rows: DesignRows,
  y: Float64Array,
  penalty = ridgePenalty,
): Float64Array | null {
  const { hessian, gradient } = accumulate(
    design,
    rows,
    () => 1,
    (row) => y[row]!,
  )
  penalise(hessian, design.features + 1, penalty)
  return solveCholesky(hessian, gradient) ? gradient : null
}

/** −log likelihood plus the penalty; ln(1 + eˣ) without overflow. */
function objective(predictor: Float64Array, y: Uint8Array, coefficients: Float64Array, penalty: number): number {
  let sum = 0
  for (let row = 0; row < y.length; row++) {
    const x = predictor[row]!
    sum += (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x))) - y[row]! * x
  }
  for (let k = 0; k < coefficients.length - 1; k++) sum += (penalty / 2) * coefficients[k]! ** 2
  return sum
}

/**
 * Logistic regression: least −log likelihood + penalty / 2 Σ β², the intercept not penalised, by Newton's method with
 * steps halved until they gain (iteratively reweighted least squares; McCullagh and Nelder 1989, 2.5).
 *
 * @param y 1 where the event happened, else 0; both must occur.
 * @returns Coefficients, the intercept last; null where the system cannot be solved.
 */
export function fitLogistic(
  design: Design,
  rows: DesignRows,
  y: Uint8Array,
  penalty = ridgePenalty,
): Float64Array | null {
  const size = design.features + 1
  let coefficients = new Float64Array(size)
  let predictor = linearPredictor(design, rows, coefficients)
  let loss = objective(predictor, y, coefficients, penalty)
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const at = predictor
    const { hessian, gradient } = accumulate(
      design,
      rows,
      (row) => {
        const p = sigmoid(at[row]!)
        return p * (1 - p)
      },
      (row) => y[row]! - sigmoid(at[row]!),
    )
    penalise(hessian, size, penalty)
    for (let k = 0; k < size - 1; k++) gradient[k]! -= penalty * coefficients[k]!
    if (!solveCholesky(hessian, gradient)) return null
    let better = false
    for (let share = 1; share > 1e-4 && !better; share /= 2) {
      const tried = coefficients.map((value, k) => value + share * gradient[k]!)
      const predicted = linearPredictor(design, rows, tried)
      const reached = objective(predicted, y, tried, penalty)
      if (reached <= loss) {
        better = true
        const gained = loss - reached
        coefficients = tried
        predictor = predicted
        loss = reached
        if (gained <= tolerance * (1 + Math.abs(loss))) return coefficients
      }
    }
    // No step gains: the minimum is reached to float64's precision.
    if (!better) return coefficients
  }
  return coefficients
}
