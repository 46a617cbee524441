/**
 * The complementary error function and the normal tail with full relative accuracy: p-values of 1e-150 are compared and
 * corrected like any other, and 1 − Φ(x) would be 0 there.
 */

const smallNumerator = [
  3.1611237438705656, 113.864154151050156, 377.485237685302021, 3209.37758913846947, 0.185777706184603153,
]
const smallDenominator = [23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062]
const middleNumerator = [
  0.564188496988670089, 8.88314979438837594, 66.1191906371416295, 298.635138197400131, 881.95222124176909,
  1712.04761263407058, 2051.07837782607147, 1230.33935479799725, 2.15311535474403846e-8,
]
const middleDenominator = [
  15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019, 3290.79923573345963,
  4362.61909014324716, 3439.36767414372164, 1230.33935480374942,
]
const farNumerator = [
  0.305326634961232344, 0.360344899949804439, 0.125781726111229246, 0.0160837851487422766, 6.58749161529837803e-4,
  0.0163153871373020978,
]
const farDenominator = [
  2.56852019228982242, 1.87295284992346725, 0.527905102951428412, 0.0605183413124413191, 0.00233520497626869185,
]

/** Cody's ratio of polynomials: the last coefficient of the numerator leads, the one before it closes. */
function ratio(numerator: readonly number[], denominator: readonly number[], x: number): number {
  const last = denominator.length - 1
  let top = numerator[last + 1]! * x
  let bottom = x
  for (let k = 0; k < last; k++) {
    top = (top + numerator[k]!) * x
    bottom = (bottom + denominator[k]!) * x
  }
  return (top + numerator[last]!) / (bottom + denominator[last]!)
}

/** exp(−x²) without losing the low digits of x². */
function gaussian(x: number): number {
  const coarse = Math.floor(x * 16) / 16
  return Math.exp(-coarse * coarse) * Math.exp(-(x - coarse) * (x + coarse))
}

/** 1 − erf(x) (Cody 1969, relative error about 1e-16 until it underflows at x = 27). */
export function erfc(x: number): number {
  const size = Math.abs(x)
  if (size <= 0.46875) return 1 - x * ratio(smallNumerator, smallDenominator, size * size)
  let tail: number
  if (size <= 4) tail = gaussian(size) * ratio(middleNumerator, middleDenominator, size)
  else if (size < 27) {
    const inverse = 1 / (size * size)
    const correction = inverse * ratio(farNumerator, farDenominator, inverse)
    tail = (gaussian(size) * (1 / Math.sqrt(Math.PI) - correction)) / size
  } else tail = 0
  return x < 0 ? 2 - tail : tail
}

/** Probability that a standard normal number is above `z`. */
export const normalSurvival = (z: number): number => erfc(z / Math.SQRT2) / 2

/** Two-sided p-value of a standard normal statistic. */
export const twoSidedNormal = (z: number): number => Math.min(1, erfc(Math.abs(z) / Math.SQRT2))
