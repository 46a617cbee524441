/**
 * Maximum mean discrepancy of two samples over all features together, by a Gaussian kernel (Gretton, Borgwardt, Rasch,
 * Schölkopf and Smola 2012): 0 only where the two distributions are the same. The kernel is written as random Fourier
 * features (Rahimi and Recht 2007), so that the cost is linear in rows: the statistic is the squared distance of the two
 * samples' mean features, and p comes of mixing the rows again and again, which is exact whatever the features.
 */
import type { MeanDiscrepancy } from '../contract/drift.ts'
import { meanAndError } from '../statistics/mean.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { createRandom, shuffleInPlace } from '../statistics/random.ts'
import type { Random } from '../statistics/random.ts'
import type { FeatureSample, SampledFeature } from './feature-sample.ts'
import { mapTo } from '../statistics/map-to.ts'

const fourierFeatures = 128
const permutations = 500
/** Values of the mixed rows that all permutations may read. */
const readsAtMost = 1.5e9
/** Categories with a coordinate of their own: codes are in the order of frequency. */
const categoriesAtMost = 50
const pairsForBandwidth = 2000

/** Rows as points: numbers in standard deviations of both samples, missing ones at the mean; a category is a coordinate. */
interface Points {
  readonly n: number
  readonly width: number
  /** Adds weights · point to `into`, for each row and each of `count` rows of weights (row-major, count × width). */
  readonly project: (weights: Float64Array, count: number, into: Float64Array) => void
  readonly squaredDistance: (a: number, b: number) => number
}

function together({ reference, current }: SampledFeature): Float64Array {
  const values = new Float64Array(reference.length + current.length)
  values.set(reference)
  values.set(current, reference.length)
  return values
}

function pointsOf(sample: FeatureSample): Points {
  const n = sample.rows.reference + sample.rows.current
  let width = 0
  const columns = sample.features.map((feature) => {
    const values = together(feature)
    const start = width
    if (feature.kind === 'categorical') {
      const codes = mapTo(Int16Array, values, (code) =>
        Number.isNaN(code) ? categoriesAtMost : Math.min(categoriesAtMost, code),
      )
      width += categoriesAtMost + 1
      return { start, codes, scaled: null }
    }
    width++
    const finite = values.filter(Number.isFinite)
    const { mean, deviation } =
      finite.length > 1 ? meanAndError(finite.length, (k) => finite[k]!) : { mean: 0, deviation: 0 }
    const scaled = values.map((value) => (Number.isFinite(value) && deviation > 0 ? (value - mean) / deviation : 0))
    return { start, codes: null, scaled }
  })
  return {
    n,
    width,
    project: (weights, count, into) => {
      for (const { start, codes, scaled } of columns) {
        for (let row = 0; row < n; row++) {
          const place = start + (codes ? codes[row]! : 0)
          // Two rows of different categories lie √2 · √½ = 1 apart.
          const by = codes ? Math.SQRT1_2 : scaled[row]!
          if (by === 0) continue
          for (let d = 0, at = row * count; d < count; d++, at++) into[at]! += by * weights[d * width + place]!
        }
      }
    },
    squaredDistance: (a, b) =>
      columns.reduce(
        (sum, { codes, scaled }) => sum + (codes ? (codes[a] === codes[b] ? 0 : 1) : (scaled[a]! - scaled[b]!) ** 2),
        0,
      ),
  }
}

/** Median distance of random pairs of rows, the usual choice; 1 where most pairs are equal. */
function bandwidthOf({ n, squaredDistance }: Points, random: Random): number {
  const row = (): number => Math.floor(random.uniform() * n)
  const distances = Float64Array.from({ length: pairsForBandwidth }, () => squaredDistance(row(), row())).sort()
  return Math.sqrt(quantileOfSorted(distances, 0.5)) || 1
}

/** @param sample At least 50 rows of each and one feature. */
export function meanDiscrepancy(sample: FeatureSample, seed: number): MeanDiscrepancy {
  const random = createRandom(seed)
  const points = pointsOf(sample)
  const { n, width } = points
  const first = sample.rows.reference
  const bandwidth = bandwidthOf(points, random)
  const weights = Float64Array.from({ length: fourierFeatures * width }, () => random.normal() / bandwidth)
  const phases = Float64Array.from({ length: fourierFeatures }, () => 2 * Math.PI * random.uniform())
  const features = new Float64Array(n * fourierFeatures)
  for (let at = 0; at < features.length; at++) features[at] = phases[at % fourierFeatures]!
  points.project(weights, fourierFeatures, features)
  const scale = Math.sqrt(2 / fourierFeatures)
  const totals = new Float64Array(fourierFeatures)
  for (let at = 0; at < features.length; at++) {
    features[at] = scale * Math.cos(features[at]!)
    totals[at % fourierFeatures]! += features[at]!
  }
  const sums = new Float64Array(fourierFeatures)
  /** Of the rows at the beginning of the order against the others. */
  const discrepancy = (order: Int32Array): number => {
    sums.fill(0)
    for (let place = 0; place < first; place++) {
      for (let d = 0, at = order[place]! * fourierFeatures; d < fourierFeatures; d++, at++) sums[d]! += features[at]!
    }
    return sums.reduce((total, sum, d) => total + (sum / first - (totals[d]! - sum) / (n - first)) ** 2, 0)
  }
  const order = Int32Array.from({ length: n }, (_, row) => row)
  const statistic = discrepancy(order)
  const times = Math.max(99, Math.min(permutations, Math.floor(readsAtMost / (first * fourierFeatures))))
  const mixed = Float64Array.from({ length: times }, () => {
    shuffleInPlace(order, 0, n, random)
    return discrepancy(order)
  }).sort()
  const above = mixed.reduce((count, one) => count + (one >= statistic ? 1 : 0), 0)
  return {
    statistic,
    p: (1 + above) / (1 + times),
    limit: quantileOfSorted(mixed, 0.95),
    bandwidth,
    fourierFeatures,
    permutations: times,
    rows: sample.rows,
  }
}
