/** The gamma function and what is made of it: tails of chi-square, gamma and Student's t. */

/** Stirling's series for ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), exact to 1e-16 from 16 on. */
function stirlingError(x: number): number {
  const square = x * x
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / x
}

/** ln Γ(x) for x > 0, by Stirling's series after a shift to 16 or above. */
export function logGamma(x: number): number {
  let product = 1
  let shifted = x
  while (shifted < 16) product *= shifted++
  return (
    (shifted - 0.5) * Math.log(shifted) -
    shifted +
    0.5 * Math.log(2 * Math.PI) +
    stirlingError(shifted) -
    Math.log(product)
  )
}

/** ln n! for a whole number n ≥ 0. */
export const logFactorial = (n: number): number => (n < 2 ? 0 : logGamma(n + 1))

const tiny = 1e-300
const epsilon = 2.3e-16

/**
 * Regularised upper incomplete gamma function Q(a, x), the probability that a gamma number of this shape and scale 1 is
 * above x: by the series of P below a + 1, by Lentz's continued fraction above it, which keeps the tail's relative accuracy.
 *
 * @param shape a > 0.
 * @param x 0 or more.
 */
export function gammaSurvival(shape: number, x: number): number {
  if (x <= 0) return 1
  if (x === Infinity) return 0
  const front = Math.exp(shape * Math.log(x) - x - logGamma(shape))
  const most = 1000 + 20 * Math.sqrt(shape)
  if (x < shape + 1) {
    let term = 1 / shape
    let sum = term
    for (let k = 1; k < most; k++) {
      term *= x / (shape + k)
      sum += term
      if (term < sum * epsilon) break
    }
    return Math.max(0, 1 - front * sum)
  }
  let b = x + 1 - shape
  let c = 1 / tiny
  let d = 1 / b
  let fraction = d
  for (let k = 1; k < most; k++) {
    const a = -k * (k - shape)
    b += 2
    d = 1 / nonZero(a * d + b)
    c = nonZero(b + a / c)
    const step = d * c
    fraction *= step
    if (Math.abs(step - 1) < epsilon) break
  }
  return front * fraction
}

const nonZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value)

/** Probability that a chi-square number is above x. */
export const chiSquareSurvival = (x: number, degreesOfFreedom: number): number =>
  gammaSurvival(degreesOfFreedom / 2, x / 2)

/**
 * The x that a gamma number of this shape and scale 1 exceeds with the given probability, by bisection on ln x.
 *
 * @param tail In (0, 1).
 */
export function gammaUpperQuantile(shape: number, tail: number): number {
  let low = Math.log(shape) - 40
  let high = Math.log(shape) + 1
  while (gammaSurvival(shape, Math.exp(high)) > tail) high += 1
  for (let step = 0; step < 80 && high - low > 1e-13; step++) {
    const middle = (low + high) / 2
    if (gammaSurvival(shape, Math.exp(middle)) > tail) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}

/** ln B(a, ½), by the asymptotic series of Γ(a + ½) / Γ(a) where the difference of two large numbers would lose digits. */
function logBetaHalf(a: number): number {
  const half = 0.5 * Math.log(Math.PI)
  if (a < 1000) return logGamma(a) + half - logGamma(a + 0.5)
  return half - (0.5 * Math.log(a) - 1 / (8 * a) + 1 / (192 * a ** 3))
}

/** The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  const most = 1000 + 20 * Math.sqrt(Math.max(a, b))
  for (let k = 1; k < most; k++) {
    const even = (k * (b - k) * x) / ((a + 2 * k - 1) * (a + 2 * k))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    const odd = (-(a + k) * (a + b + k) * x) / ((a + 2 * k) * (a + 2 * k + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    const step = d * c
    fraction *= step
    if (Math.abs(step - 1) < epsilon) break
  }
  return fraction
}

/** Two-sided p-value of Student's t: P(|T| ≥ |t|). Degrees of freedom need not be whole. */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  const a = degreesOfFreedom / 2
  const ratio = (t * t) / degreesOfFreedom
  if (ratio === 0) return 1
  // I_x(a, ½) with x = 1 / (1 + t²/df); 1 − x is kept apart, because x is next to 1 when there are many rows.
  const x = 1 / (1 + ratio)
  const rest = ratio / (1 + ratio)
  const front = Math.exp(-a * Math.log1p(ratio) + 0.5 * Math.log(rest) - logBetaHalf(a))
  return x < (a + 1) / (a + 2.5)
    ? (front * betaFraction(a, 0.5, x)) / a
    : 1 - (front * betaFraction(0.5, a, rest)) / 0.5
}
