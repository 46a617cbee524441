/**
 * What chance alone makes of a distance: the rows of both samples are mixed and split at random, again and again, into
 * two samples of the sizes at hand, and the distance between them is taken (a permutation test). A limit learnt in this
 * way fits the column and the number of rows, where a fixed 0.1 fits neither. Rows of both are mixed, because a reference
 * alone does not hold the rare values that chance gives to other rows: splits of it raise twice the false alarms on
 * columns with long tails or many rare categories.
 *
 * Splits are drawn as counts in cells (Poisson with the cell's share as mean), at most 1,024 of them of equal count, so
 * the cost does not depend on the rows. A distribution with the same mean and variance stands for the splits, for the two
 * indices themselves and for the squares of the other distances, which are sums of squares when nothing has changed: it
 * gives a p-value beyond one in the number of splits, which a correction over many columns needs. For binned distances,
 * whose squares weigh alike, it is a gamma distribution. For the Wasserstein and the energy distance and the mean
 * discrepancy one square leads, and its weight is known: the variance of the difference of means, to which no other
 * difference of means of a function of slope 1 comes up (Kantorovich and Rubinstein 1958), and the largest eigenvalue of
 * the covariance of F − G, and of the centred kernel.
 */
import type { DriftTestName, LearntDistance } from '../contract/drift-column.ts'
import { gammaSurvival, gammaUpperQuantile } from '../statistics/gamma.ts'
import { leadingSquareSurvival, upperQuantile } from '../statistics/leading-square-tail.ts'
import { drawPoisson } from '../statistics/poisson.ts'
import { createRandom } from '../statistics/random.ts'
import { binnedDistanceNames, measureBins, measureWidth } from './binned-distances.ts'
import type { BinnedSamples } from './bins.ts'
import { bandwidthOf, decaysOf, leadingEigenvalue, squaredDiscrepancy } from './column-discrepancy.ts'
import type { ValueTable } from './value-table.ts'

const cellsAtMost = 1024
const numericNames = ['wasserstein', 'energy', 'mmd'] as const
export type LearntName = (typeof binnedDistanceNames)[number] | (typeof numericNames)[number]

/** Mean and variance of a distance (its square, but for psi and kl) over the splits. */
export interface NullDistance {
  readonly mean: number
  readonly variance: number
  /** Mean and deviation of the distance itself. */
  readonly plainMean: number
  readonly plainDeviation: number
  /** Weight of the leading square; null where none leads. */
  readonly lead: number | null
}
export type NullDistances = Partial<Record<LearntName, NullDistance>>

const power = (name: LearntName): 1 | 2 => (name === 'psi' || name === 'kl' ? 1 : 2)

class Spread {
  #count = 0
  #mean = 0
  #squares = 0
  #plain = 0
  #plainSquares = 0
  readonly #power: 1 | 2

  constructor(exponent: 1 | 2) {
    this.#power = exponent
  }

  add(distance: number): void {
    const value = this.#power === 1 ? distance : distance * distance
    this.#count++
    const delta = value - this.#mean
    this.#mean += delta / this.#count
    this.#squares += delta * (value - this.#mean)
    this.#plain += distance
    this.#plainSquares += distance * distance
  }

  result(lead: number | null = null): NullDistance {
    if (this.#count < 2) return { mean: 0, variance: 0, plainMean: 0, plainDeviation: 0, lead: null }
    const plainMean = this.#plain / this.#count
    return {
      mean: this.#mean,
      variance: this.#squares / (this.#count - 1),
      plainMean,
      plainDeviation: Math.sqrt(Math.max(0, this.#plainSquares / this.#count - plainMean * plainMean)),
      lead,
    }
  }
}

function drawCounts(
  shares: Float64Array,
  rows: number,
  random: ReturnType<typeof createRandom>,
  out: Float64Array,
): number {
  let total = 0
  for (let k = 0; k < shares.length; k++) {
    const drawn = shares[k] === 0 ? 0 : drawPoisson(random, rows * shares[k]!)
    out[k] = drawn
    total += drawn
  }
  return total
}

/** The binned distances over random splits. @param splits 2 or more. */
export function learnBinned({ reference, current, n, m }: BinnedSamples, splits: number, seed: number): NullDistances {
  const random = createRandom(seed)
  const shares = reference.map((rows, k) => (rows + current[k]!) / (n + m))
  const first = new Float64Array(shares.length)
  const second = new Float64Array(shares.length)
  const out = new Float64Array(measureWidth)
  const spreads = binnedDistanceNames.map((name) => new Spread(power(name)))
  for (let split = 0; split < splits; split++) {
    const rows = drawCounts(shares, n, random, first)
    const others = drawCounts(shares, m, random, second)
    if (rows === 0 || others === 0) continue
    measureBins(first, second, rows, others, out)
    spreads.forEach((spread, index) => spread.add(out[index]!))
  }
  return Object.fromEntries(binnedDistanceNames.map((name, index) => [name, spreads[index]!.result()]))
}

/** Cells of equal count of all rows, each at the mean of its values; each distinct value where there are few. */
function coarseCells({ values, reference, current, n, m }: ValueTable): { at: Float64Array; shares: Float64Array } {
  const total = n + m
  const at: number[] = []
  const shares: number[] = []
  let rows = 0
  let sum = 0
  let before = 0
  for (let k = 0; k < values.length; k++) {
    const here = reference[k]! + current[k]!
    rows += here
    sum += here * values[k]!
    const full = ((before + rows) / total) * cellsAtMost >= at.length + 1
    if (!full && values.length > cellsAtMost) continue
    at.push(sum / rows)
    shares.push(rows / total)
    before += rows
    rows = 0
    sum = 0
  }
  if (rows > 0) {
    at.push(sum / rows)
    shares.push(rows / total)
  }
  return { at: Float64Array.from(at), shares: Float64Array.from(shares) }
}

/**
 * Wasserstein and energy distance and mean discrepancy over random splits.
 *
 * @param deviation Of the reference as it is, which the Wasserstein distance is divided by.
 */
export function learnNumeric(table: ValueTable, deviation: number, splits: number, seed: number): NullDistances {
  const random = createRandom(seed)
  const { n, m } = table
  const { at, shares } = coarseCells(table)
  const first = new Float64Array(shares.length)
  const second = new Float64Array(shares.length)
  const bandwidth = bandwidthOf(table)
  const decays = decaysOf(at, bandwidth)
  const wasserstein = new Spread(2)
  const energy = new Spread(2)
  const mmd = new Spread(2)
  for (let split = 0; split < splits; split++) {
    const rows = drawCounts(shares, n, random, first)
    const others = drawCounts(shares, m, random, second)
    if (rows === 0 || others === 0) continue
    let below = 0
    let belowOther = 0
    let absolute = 0
    let squares = 0
    for (let k = 0; k + 1 < at.length; k++) {
      below += first[k]!
      belowOther += second[k]!
      const gap = below / rows - belowOther / others
      const width = at[k + 1]! - at[k]!
      absolute += Math.abs(gap) * width
      squares += gap * gap * width
    }
    if (deviation > 0) wasserstein.add(absolute / deviation)
    energy.add(Math.sqrt(2 * squares))
    if (bandwidth > 0) mmd.add(Math.sqrt(squaredDiscrepancy(first, second, rows, others, (k) => decays[k - 1]!)))
  }
  const both = 1 / n + 1 / m
  return {
    wasserstein: wasserstein.result(deviation > 0 ? (both * varianceOf(at, shares)) / deviation ** 2 : null),
    energy: energy.result(2 * both * largestEigenvalue(at, shares)),
    mmd: mmd.result(bandwidth > 0 ? both * leadingEigenvalue(at, shares, decays) : null),
  }
}

function varianceOf(at: Float64Array, shares: Float64Array): number {
  const mean = at.reduce((sum, value, k) => sum + shares[k]! * value, 0)
  return at.reduce((sum, value, k) => sum + shares[k]! * (value - mean) ** 2, 0)
}

const powerSteps = 30

/** Of the covariance F(x ∧ y) − F(x) F(y) of an empirical distribution function over dx, by the power method. */
function largestEigenvalue(at: Float64Array, shares: Float64Array): number {
  const cells = at.length - 1
  if (cells < 1) return 0
  const below = new Float64Array(cells)
  const width = new Float64Array(cells)
  for (let k = 0, sum = 0; k < cells; k++) {
    below[k] = sum += shares[k]!
    width[k] = at[k + 1]! - at[k]!
  }
  const vector = below.map((f) => Math.sqrt(Math.max(0, f * (1 - f))))
  const image = new Float64Array(cells)
  let value = 0
  for (let step = 0; step < powerSteps; step++) {
    let sum = 0
    for (let k = 0; k < cells; k++) image[k] = (1 - below[k]!) * (sum += below[k]! * vector[k]! * width[k]!)
    sum = 0
    for (let k = cells - 1; k >= 0; k--) {
      image[k]! += below[k]! * sum
      sum += (1 - below[k]!) * vector[k]! * width[k]!
    }
    let [before, after] = [0, 0]
    for (let k = 0; k < cells; k++) {
      before += vector[k]! ** 2 * width[k]!
      after += image[k]! ** 2 * width[k]!
    }
    if (!(after > 0)) return 0
    value = Math.sqrt(after / before)
    for (let k = 0; k < cells; k++) vector[k] = image[k]! / Math.sqrt(after)
  }
  return value
}

/** The same splits for another number of current rows: squares and indices shrink as 1/n + 1/m. */
export function rescale(known: NullDistance, name: LearntName, n: number, m: number, rows: number): NullDistance {
  const factor = (1 / n + 1 / rows) / (1 / n + 1 / m)
  const plain = factor ** (1 / power(name))
  return {
    mean: known.mean * factor,
    variance: known.variance * factor * factor,
    plainMean: known.plainMean * plain,
    plainDeviation: known.plainDeviation * plain,
    lead: known.lead === null ? null : known.lead * factor,
  }
}

/** The limit that chance exceeds with probability `alpha`, and the probability of the distance that was found. */
export function judgeDistance(name: LearntName, distance: number, known: NullDistance, alpha: number): LearntDistance {
  const value = distance ** power(name)
  const { mean, variance } = known
  const base = { mean: known.plainMean, deviation: known.plainDeviation }
  // Splits that never differ: anything above what they give is not chance.
  if (!(variance > 0)) return { ...base, threshold: known.plainMean, p: value > mean * (1 + 1e-12) ? 0 : 1 }
  if (known.lead !== null && known.lead > 0) {
    const survival = leadingSquareSurvival({ lead: known.lead, mean, variance })
    return { ...base, threshold: Math.sqrt(upperQuantile(survival, alpha, mean)), p: survival(value) }
  }
  const shape = (mean * mean) / variance
  const scale = variance / mean
  return {
    ...base,
    threshold: (gammaUpperQuantile(shape, alpha) * scale) ** (1 / power(name)),
    p: Math.min(1, gammaSurvival(shape, value / scale)),
  }
}

export const isLearnt = (name: DriftTestName): name is LearntName =>
  (binnedDistanceNames as readonly string[]).includes(name) || (numericNames as readonly string[]).includes(name)
