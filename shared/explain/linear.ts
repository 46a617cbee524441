/**
 * Shapley values of a linear function in closed form: φ_j = Σ over the player's inputs of a_i (x_i − mean of x_i), for
 * each output (Štrumbelj and Kononenko 2014). Exact whatever the columns' dependence, as absent players take the values
 * of background rows and the function is linear in them.
 */
import type { Block, Players } from './tree/players.ts'

export interface LinearExplained {
  readonly inputs: number
  readonly outputs: number
  /** Row-major outputs × inputs. */
  readonly coefficients: Float64Array
  readonly intercepts: Float64Array
}

/** @returns Output k of row r at k × rows + r. */
export function sumLinear({ inputs, outputs, coefficients, intercepts }: LinearExplained, block: Block): Float64Array {
  const { rows, columns } = block
  const sums = new Float64Array(outputs * rows)
  for (let k = 0; k < outputs; k++) {
    const to = k * rows
    sums.fill(intercepts[k]!, to, to + rows)
    for (let i = 0; i < inputs; i++) {
      const a = coefficients[k * inputs + i]!
      if (a === 0) continue
      const column = columns[i]!
      for (let row = 0; row < rows; row++) sums[to + row]! += a * column[row]!
    }
  }
  return sums
}

/** Largest sum of the sizes of a row's terms: what rounding is measured against. */
export function largestTerms(
  { inputs, outputs, coefficients, intercepts }: LinearExplained,
  block: Block,
  means: Float64Array,
): number {
  let largest = 0
  for (let k = 0; k < outputs; k++) {
    for (let row = 0; row < block.rows; row++) {
      let sum = Math.abs(intercepts[k]!)
      for (let i = 0; i < inputs; i++) {
        const a = coefficients[k * inputs + i]!
        if (a !== 0) sum += Math.abs(a) * (Math.abs(block.columns[i]![row]!) + Math.abs(means[i]!))
      }
      if (sum > largest) largest = sum
    }
  }
  return largest
}

/**
 * @param means Mean of each input over the background.
 * @returns The base of each output, and output k, player p, row r at (k × players + p) × rows + r.
 */
export function makeLinearExplainer(
  linear: LinearExplained,
  players: Players,
  means: Float64Array,
): { base: Float64Array; explain(block: Block): Float64Array } {
  const { inputs, outputs, coefficients } = linear
  const base = Float64Array.from(linear.intercepts, (intercept, k) => {
    let sum = intercept
    for (let i = 0; i < inputs; i++) {
      const a = coefficients[k * inputs + i]!
      if (a !== 0) sum += a * means[i]!
    }
    return sum
  })
  return {
    base,
    explain: ({ rows, columns }) => {
      const out = new Float64Array(outputs * players.count * rows)
      for (let k = 0; k < outputs; k++) {
        for (let i = 0; i < inputs; i++) {
          const a = coefficients[k * inputs + i]!
          if (a === 0) continue
          const mean = means[i]!
          const column = columns[i]!
          const to = (k * players.count + players.ofInput[i]!) * rows
          for (let row = 0; row < rows; row++) out[to + row]! += a * (column[row]! - mean)
        }
      }
      return out
    },
  }
}

/** The same function with other outputs. */
export function reweighLinear(
  linear: LinearExplained,
  { matrix, offset }: { readonly matrix: readonly (readonly number[])[]; readonly offset: readonly number[] },
): LinearExplained {
  const { inputs, outputs } = linear
  const coefficients = new Float64Array(matrix.length * inputs)
  matrix.forEach((weights, k) => {
    for (let j = 0; j < outputs; j++) {
      if (weights[j] === 0) continue
      for (let i = 0; i < inputs; i++) {
        coefficients[k * inputs + i]! += weights[j]! * linear.coefficients[j * inputs + i]!
      }
    }
  })
  return {
    inputs,
    outputs: matrix.length,
    coefficients,
    intercepts: Float64Array.from(matrix, (weights, k) =>
      weights.reduce((sum, weight, j) => sum + weight * linear.intercepts[j]!, offset[k]!),
    ),
  }
}
