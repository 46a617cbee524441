/** Mean and spread of a sample. */
export interface Moments {
  readonly n: number
  readonly mean: number
  /** Σ (x − mean)². */
  readonly squares: number
}

/** Two passes, so that a large mean does not swallow a small spread. @param sorted Rising, not empty. */
export function momentsOf(sorted: Float64Array): Moments {
  const n = sorted.length
  // Sums are taken from the middle value, which keeps them small for columns like timestamps.
  const origin = sorted[n >> 1]!
  let sum = 0
  for (let row = 0; row < n; row++) sum += sorted[row]! - origin
  const mean = origin + sum / n
  let squares = 0
  for (let row = 0; row < n; row++) {
    const from = sorted[row]! - mean
    squares += from * from
  }
  return { n, mean, squares }
}
