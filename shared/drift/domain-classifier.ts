/**
 * Can a model tell current rows from reference rows? Boosted trees are trained to, five-fold, and judged on rows that
 * they have not seen: an area under the ROC curve of 0.5 says that no column, and no two together, have drifted.
 */
import type { DomainClassifier } from '../contract/drift.ts'
import { argsort } from '../statistics/argsort.ts'
import { delong } from '../statistics/delong.ts'
import { normalSurvival } from '../statistics/erfc.ts'
import { z95 } from '../statistics/normal.ts'
import { createRandom, shuffleInPlace } from '../statistics/random.ts'
import { sortNumbers } from '../statistics/sort-numbers.ts'
import { boostTrees, predictMargin } from './boosted-trees.ts'
import type { TrainingRows } from './boosted-trees.ts'
import type { FeatureSample, SampledFeature } from './feature-sample.ts'
import { mapTo } from '../statistics/map-to.ts'

const folds = 5
const binsAtMost = 32
/** Small trees and few of them: enough to see a shift. */
export const boostingOptions = { trees: 40, learningRate: 0.2, leastWeight: 5 }
const listed = 20

/** Quantile bins from 1, missing values in bin 0; a category is its own bin as long as there is room. */
function binFeature({ kind, reference, current }: SampledFeature): { bins: Uint8Array; size: number } {
  const values = new Float64Array(reference.length + current.length)
  values.set(reference)
  values.set(current, reference.length)
  if (kind === 'categorical') {
    const bins = mapTo(Uint8Array, values, (value) => (Number.isNaN(value) ? 0 : 1 + Math.min(253, value)))
    return { bins, size: 255 }
  }
  const sorted = sortNumbers(values.filter(Number.isFinite))
  const edges = new Set<number>()
  for (let bin = 1; bin < binsAtMost; bin++) edges.add(sorted[Math.floor((bin * sorted.length) / binsAtMost)]!)
  const inner = Float64Array.from(edges).sort()
  const bins = mapTo(Uint8Array, values, (value) => {
    if (Number.isNaN(value)) return 0
    let bin = 1
    while (bin <= inner.length && value >= inner[bin - 1]!) bin++
    return bin
  })
  return { bins, size: inner.length + 2 }
}

/** Every feature cut into bins, the rows of the reference first. */
export function binFeatures(features: readonly SampledFeature[]): Pick<TrainingRows, 'bins' | 'sizes'> {
  const binned = features.map(binFeature)
  return { bins: binned.map(({ bins }) => bins), sizes: binned.map(({ size }) => size) }
}

/** @param sample At least 50 rows of each and one feature. */
export function classifyDomain(sample: FeatureSample, seed: number): DomainClassifier {
  const n = sample.rows.reference
  const m = sample.rows.current
  const labels = new Uint8Array(n + m).fill(1, n)
  const training = { ...binFeatures(sample.features), labels }
  const fold = foldOfRows(sample, seed)
  const margins = new Float64Array(n + m)
  const gains = new Float64Array(sample.features.length)
  for (let held = 0; held < folds; held++) {
    const rows = Uint32Array.from(labels.keys()).filter((row) => fold[row] !== held)
    const model = boostTrees(training, rows, boostingOptions)
    model.gains.forEach((gain, feature) => (gains[feature]! += gain))
    for (let row = 0; row < n + m; row++) {
      if (fold[row] === held) margins[row] = predictMargin(model, training.bins, row)
    }
  }
  const { auc, variance } = areaOf(margins, labels)
  const error = Math.sqrt(variance)
  const total = gains.reduce((sum, gain) => sum + gain, 0)
  return {
    auc: {
      value: auc,
      low: Math.max(0, auc - z95 * error),
      high: Math.min(1, auc + z95 * error),
      n: n + m,
      method: `DeLong, ${folds}-fold cross-validation of boosted trees`,
    },
    p: error > 0 ? normalSurvival((auc - 0.5) / error) : auc > 0.5 ? 0 : 1,
    importance: sample.features
      .map(({ name }, feature) => ({ column: name, share: total > 0 ? gains[feature]! / total : 0 }))
      .sort((a, b) => b.share - a.share)
      .slice(0, listed),
    rows: { reference: n, current: m },
  }
}

/** Folds of equal size within each sample, rows shuffled. */
function foldOfRows({ features, rows }: FeatureSample, seed: number): Uint8Array {
  const { reference: n, current: m } = rows
  const random = createRandom(seed)
  const fold = new Uint8Array(n + m)
  for (const [from, size] of [
    [0, n],
    [n, m],
  ] as const) {
    for (let k = 0; k < size; k++) fold[from + k] = k % folds
    shuffleInPlace(fold, from, size, random)
  }
  joinCommonRows(
    fold,
    hashRows(
      features.map(({ reference }) => reference),
      n,
    ),
    hashRows(
      features.map(({ current }) => current),
      m,
    ),
  )
  return fold
}

/** Of so many rows of a sample that no other is equal, equal rows of two samples are one row and not chance. */
const ownShare = 0.95

/**
 * Puts a row that both samples hold into the same fold in both: else what was learnt from one of the two would call the
 * other the opposite, and equal samples be told apart backwards. Rows that are equal by chance, as those of a few
 * categories are, stay where they are: to pair them would let the surplus of a category be learnt.
 */
function joinCommonRows(fold: Uint8Array, reference: Int32Array, current: Int32Array): void {
  const foldOf = new Map(Array.from(reference, (hash, row) => [hash, fold[row]!]))
  if (foldOf.size < ownShare * reference.length || new Set(current).size < ownShare * current.length) return
  current.forEach((hash, row) => {
    const own = foldOf.get(hash)
    if (own !== undefined) fold[reference.length + row] = own
  })
}

/** FNV-1a of each row's values, bit by bit. */
function hashRows(columns: readonly Float64Array[], rows: number): Int32Array {
  const hashes = new Int32Array(rows).fill(-2128831035)
  for (const column of columns) {
    const words = new Int32Array(Float64Array.from(column, (value) => (Number.isNaN(value) ? NaN : value + 0)).buffer)
    for (let row = 0; row < rows; row++) {
      const half = Math.imul(hashes[row]! ^ words[2 * row]!, 16777619)
      hashes[row] = Math.imul(half ^ (half >>> 15) ^ words[2 * row + 1]!, 16777619)
    }
  }
  return hashes
}

function areaOf(margins: Float64Array, labels: Uint8Array): { auc: number; variance: number } {
  const order = argsort(margins).reverse()
  const positives: number[] = []
  const negatives: number[] = []
  let before = NaN
  for (const row of order) {
    if (margins[row] !== before) {
      positives.push(0)
      negatives.push(0)
      before = margins[row]!
    }
    const group = positives.length - 1
    if (labels[row] === 1) positives[group]!++
    else negatives[group]!++
  }
  return delong({ positives: Float64Array.from(positives), negatives: Float64Array.from(negatives) })
}
