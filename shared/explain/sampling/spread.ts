/** Mean and variance of a stream of samples, one for each of several numbers (Welford 1962). */
export class Spread {
  readonly mean: Float64Array
  readonly #squares: Float64Array
  count = 0

  constructor(width: number) {
    this.mean = new Float64Array(width)
    this.#squares = new Float64Array(width)
  }

  add(sample: Float64Array): void {
    this.count++
    for (let k = 0; k < this.mean.length; k++) {
      const delta = sample[k]! - this.mean[k]!
      this.mean[k]! += delta / this.count
      this.#squares[k]! += delta * (sample[k]! - this.mean[k]!)
    }
  }

  /** Of the mean; NaN for fewer than two samples. */
  standardErrors(): Float64Array {
    const { count } = this
    return this.#squares.map((sum) => (count > 1 ? Math.sqrt(sum / (count - 1) / count) : NaN))
  }
}

/**
 * Makes sampled attributions add up: what is left over goes to the players in proportion to the variance of their
 * estimates, which changes each by less than its error. Where none varies, it is rounding: those that are not 0 share it,
 * so that what the model ignores stays exactly 0.
 */
export function shareRemainder(values: Float64Array, errors: Float64Array, remainder: number): Float64Array {
  const variances = errors.map((error) => (Number.isFinite(error) ? error * error : 0))
  const weights = variances.some((variance) => variance > 0)
    ? variances
    : values.some((value) => value !== 0)
      ? values.map((value) => (value === 0 ? 0 : 1))
      : values.map(() => 1)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return values.map((value, k) => (weights[k] === 0 ? value : value + (remainder * weights[k]!) / total))
}
