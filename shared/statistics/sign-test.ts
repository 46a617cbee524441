/** Exact test of a fair coin: the core of McNemar's test and of the sign test. */

/** ln n! − ln(√(2πn) (n/e)ⁿ), the error of Stirling's formula, by its asymptotic series. Exact to 1e-16 from 16 on. */
function stirlingError(n: number): number {
  if (n < 16) {
    let logFactorial = 0
    for (let i = 2; i <= n; i++) logFactorial += Math.log(i)
    return n === 0 ? 0 : logFactorial - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI)
  }
  const square = n * n
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n
}

/** x ln(x / m) + m − x without cancellation where x is near m (Loader 2000). */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x === 0 ? m : x * Math.log(x / m) + m - x
  const v = (x - m) / (x + m)
  let term = 2 * x * v
  let sum = (x - m) * v
  for (let k = 1; k < 1000; k++) {
    term *= v * v
    const next = sum + term / (2 * k + 1)
    if (next === sum) return next
    sum = next
  }
  return sum
}

/** Probability of exactly `heads` in `n` throws of a fair coin (Loader 2000, saddle-point form; relative error 1e-14). */
export function fairCoinProbability(heads: number, n: number): number {
  if (heads === 0 || heads === n) return 2 ** -n
  const half = n / 2
  const exponent =
    stirlingError(n) -
    stirlingError(heads) -
    stirlingError(n - heads) -
    deviance(heads, half) -
    deviance(n - heads, half)
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * heads * (n - heads)))
}

/**
 * Two-sided exact p-value of `a` against `b` (McNemar 1947 in its exact form; R's binom.test with p = 0.5): twice the
 * smaller tail, at most 1. The cost is that of the tail's terms that can be told from 0.
 *
 * @param a Whole, 0 or more; so is `b`.
 * @returns 1 where both are 0: nothing speaks against a fair coin.
 */
export function signTest(a: number, b: number): number {
  const n = a + b
  const least = Math.min(a, b)
  if (n === 0) return 1
  let term = fairCoinProbability(least, n)
  let tail = 0
  for (let heads = least; heads >= 0 && tail + term > tail; heads--) {
    tail += term
    term *= heads / (n - heads + 1)
  }
  return Math.min(1, 2 * tail)
}
