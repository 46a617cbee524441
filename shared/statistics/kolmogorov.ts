/** Distributions of the Kolmogorov–Smirnov distance, exact for two samples and for one, with full tails. */
import { logGamma } from './gamma.ts'

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b]
  return a
}

/**
 * Exact probability that two samples of one continuous distribution are at least `distance` apart (Hodges 1957; in the
 * form of Viehmann 2021, which adds positive numbers only, so that a p-value of 1e-150 keeps its digits). It walks the
 * lattice of rank orders column by column, where a cell holds the probability that a path to it has left the band.
 * Cost: n · (2 · distance · m).
 *
 * @param n Rows of one sample, 1 or more; so is `m`.
 */
export function twoSampleExact(n: number, m: number, distance: number): number {
  const long = Math.max(n, m)
  const short = Math.min(n, m)
  const divisor = greatestCommonDivisor(long, short)
  const stepLong = short / divisor
  const stepShort = long / divisor
  // |i/long − j/short| in units of 1 / lcm is |stepLong · i − stepShort · j|: whole numbers, so that ties are exact.
  const limit = Math.round(distance * stepLong * long)
  if (limit <= 0) return 1
  let from = 0
  let cells = new Float64Array(short + 1)
  let next = new Float64Array(short + 1)
  let to = Math.min(Math.ceil(limit / stepShort), short + 1)
  // Outside the band a path has left it for certain.
  cells.fill(1)
  cells.fill(0, 0, to)
  for (let i = 1; i <= long; i++) {
    const first = Math.min(short, Math.max(0, Math.floor((stepLong * i - limit) / stepShort) + 1))
    const last = Math.min(Math.ceil((stepLong * i + limit) / stepShort), short + 1)
    if (last <= first) return 1
    let value = first === 0 ? 0 : 1
    for (let j = first; j < last; j++) {
      const before = j >= from && j < to ? cells[j]! : 1
      value = (before * i + value * j) / (i + j)
      next[j] = value
    }
    const swap = cells
    cells = next
    next = swap
    from = first
    to = last
  }
  return cells[short]!
}

/** One-sided exact tail of n rows against a distribution (Smirnov 1944; Birnbaum and Tingey 1951). */
function oneSided(n: number, d: number): number {
  // Past this size the sum is long, and the corrected exponent (Maag and Dicaire 1971) is as good as its rounding.
  if (n > 100_000) return Math.exp(-((6 * n * d + 1) ** 2) / (18 * n))
  const logOfN = logGamma(n + 1)
  let sum = 0
  for (let v = 0; v <= Math.floor(n * (1 - d)); v++) {
    const below = d + v / n
    const above = 1 - below
    const rest = n - v
    const power = rest === 0 ? 0 : above <= 0 ? -Infinity : rest * Math.log(above)
    sum += Math.exp(logOfN - logGamma(v + 1) - logGamma(rest + 1) + power + (v - 1) * Math.log(below))
  }
  return Math.min(1, d * sum)
}

/** P(Dₙ < d) by the matrix power of Durbin (1968; Marsaglia, Tsang and Wang 2003), for small n · d. */
function byMatrix(n: number, d: number): number {
  const k = Math.ceil(n * d)
  const h = k - n * d
  const size = 2 * k - 1
  let matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) if (i - j + 1 >= 0) matrix[i * size + j] = 1
  }
  for (let i = 0; i < size; i++) {
    matrix[i * size]! -= h ** (i + 1)
    matrix[(size - 1) * size + i]! -= h ** (size - i)
  }
  matrix[(size - 1) * size]! += 2 * h - 1 > 0 ? (2 * h - 1) ** size : 0
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let g = 1; g <= i - j + 1; g++) matrix[i * size + j]! /= g
    }
  }
  let power = new Float64Array(size * size)
  for (let i = 0; i < size; i++) power[i * size + i] = 1
  let exponent = 0
  let matrixExponent = 0
  const scale = (): void => {
    if (matrix[(k - 1) * size + k - 1]! < 1e140) return
    matrix = matrix.map((value) => value * 1e-140)
    matrixExponent += 140
  }
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = multiply(power, matrix, size)
      exponent += matrixExponent
    }
    matrix = multiply(matrix, matrix, size)
    matrixExponent *= 2
    scale()
  }
  const logFactor = logGamma(n + 1) - n * Math.log(n) + exponent * Math.LN10
  return power[(k - 1) * size + k - 1]! * Math.exp(logFactor)
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const product = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!
      if (factor === 0) continue
      for (let j = 0; j < size; j++) product[i * size + j]! += factor * b[k * size + j]!
    }
  }
  return product
}

/** P(Dₙ < d) by the expansion of Pelz and Good (1976), for n above 140 and moderate d. */
function bySeries(n: number, d: number): number {
  const z = Math.sqrt(n) * d
  const z2 = z * z
  const z4 = z2 * z2
  const z6 = z4 * z2
  const pi2 = Math.PI ** 2
  const pi4 = pi2 * pi2
  const pi6 = pi4 * pi2
  const terms = [0, 0, 0, 0]
  let second = 0
  let third = 0
  for (let k = Math.ceil((16 * z) / Math.PI); k > 0; k--) {
    const odd = (2 * k - 1) ** 2
    const weight = Math.exp((-pi2 * odd) / (8 * z2))
    terms[0]! += weight
    terms[1]! += weight * ((pi2 / 4) * odd - z2)
    terms[2]! +=
      weight * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * pi2 * odd) / 4 + (pi4 * (1 - 2 * z2) * odd * odd) / 16)
    terms[3]! +=
      weight *
      (-30 * z6 -
        90 * z4 * z4 +
        (pi2 * (135 * z4 - 96 * z6) * odd) / 4 +
        (pi4 * (212 * z4 - 60 * z2) * odd * odd) / 16 +
        (pi6 * (5 - 30 * z2) * odd ** 3) / 64)
    const even = Math.exp((-pi2 * k * k) / (2 * z2)) * k * k
    second += even
    third += even * (3 * z2 - pi2 * k * k)
  }
  const root = Math.sqrt(2 * Math.PI)
  const k0 = (root * terms[0]!) / z
  const k1 = (root * terms[1]!) / (6 * z4)
  const k2 = (root * terms[2]!) / (72 * z6 * z) - (root * pi2 * second) / (36 * z2 * z)
  const k3 = (root * terms[3]!) / (6480 * z6 * z4) + (root * pi2 * third) / (216 * z6)
  return k0 + k1 / Math.sqrt(n) + k2 / n + k3 / n ** 1.5
}

/**
 * Probability that the empirical distribution of n rows is at least `d` away from the true one, two-sided, for finite n
 * (the choice of methods follows Simard and L'Ecuyer 2011).
 *
 * @param n Whole, 1 or more.
 */
export function oneSampleSurvival(n: number, d: number): number {
  if (d >= 1) return 0
  const scaled = n * d
  if (scaled <= 0.5) return 1
  if (scaled * d >= 370) return 0
  if (scaled >= n - 1) return Math.min(1, 2 * (1 - d) ** n)
  if (d >= 0.5 || scaled * d >= (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * oneSided(n, d))
  const below = n <= 140 ? byMatrix(n, d) : bySeries(n, d)
  return Math.min(1, Math.max(0, 1 - below))
}
