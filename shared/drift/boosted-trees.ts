/**
 * Gradient boosting of trees of depth two for a yes-or-no answer (Friedman 2001; Newton steps as Chen and Guestrin 2016),
 * on features cut into at most 255 bins: small, and enough to see a shift in one column or between two.
 */
export interface TrainingRows {
  /** One array a feature: the bin of each row. */
  readonly bins: readonly Uint8Array[]
  /** How many bins each feature has. */
  readonly sizes: readonly number[]
  /** 0 or 1. */
  readonly labels: Uint8Array
}

export interface BoostingOptions {
  readonly trees: number
  readonly learningRate: number
  /** Least sum of second derivatives (rows times p (1 − p)) in a leaf. */
  readonly leastWeight: number
}

interface Split {
  readonly feature: number
  /** Bins up to this one go left. */
  readonly bin: number
  readonly gain: number
}

interface Tree {
  readonly root: Split | null
  readonly left: Split | null
  readonly right: Split | null
  /** left-left, left-right, right-left, right-right; without a split both halves of a side are equal. */
  readonly leaves: Float64Array
}

export interface BoostedModel {
  readonly base: number
  readonly trees: readonly Tree[]
  /** Sum of the gains of each feature's splits. */
  readonly gains: Float64Array
}

const ridge = 1

const score = (gradient: number, weight: number): number => (gradient * gradient) / (weight + ridge)

function bestSplit(
  { bins, sizes }: TrainingRows,
  rows: Uint32Array,
  gradients: Float64Array,
  weights: Float64Array,
  leastWeight: number,
): Split | null {
  let allGradient = 0
  let allWeight = 0
  for (const row of rows) {
    allGradient += gradients[row]!
    allWeight += weights[row]!
  }
  const sumGradient = new Float64Array(256)
  const sumWeight = new Float64Array(256)
  let best: Split | null = null
  bins.forEach((column, feature) => {
    const size = sizes[feature]!
    sumGradient.fill(0, 0, size)
    sumWeight.fill(0, 0, size)
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]!
      const bin = column[row]!
      sumGradient[bin]! += gradients[row]!
      sumWeight[bin]! += weights[row]!
    }
    let gradient = 0
    let weight = 0
    for (let bin = 0; bin + 1 < size; bin++) {
      gradient += sumGradient[bin]!
      weight += sumWeight[bin]!
      if (weight < leastWeight || allWeight - weight < leastWeight) continue
      const gain =
        score(gradient, weight) + score(allGradient - gradient, allWeight - weight) - score(allGradient, allWeight)
      if (gain > (best?.gain ?? 1e-9)) best = { feature, bin, gain }
    }
  })
  return best
}

/**
 * Gradient boosting of the logistic loss (Friedman 2001) on binned columns.
 *
 * @param rows those to fit on, with both labels among them
 * @param options `leastWeight` is the sum of p(1 − p) that each leaf must have
 */
export function boostTrees(training: TrainingRows, rows: Uint32Array, options: BoostingOptions): BoostedModel {
  const { bins, labels } = training
  let positives = 0
  for (const row of rows) positives += labels[row]!
  const base = Math.log(positives / (rows.length - positives))
  const margin = new Float64Array(labels.length).fill(base)
  const gradients = new Float64Array(labels.length)
  const weights = new Float64Array(labels.length)
  const gains = new Float64Array(bins.length)
  const trees: Tree[] = []
  for (let round = 0; round < options.trees; round++) {
    for (const row of rows) {
      const p = 1 / (1 + Math.exp(-margin[row]!))
      gradients[row] = labels[row]! - p
      weights[row] = p * (1 - p)
    }
    const split = (part: Uint32Array): Split | null =>
      bestSplit(training, part, gradients, weights, options.leastWeight)
    const root = split(rows)
    if (root === null) break
    const parts = partition(rows, bins, root)
    const left = split(parts[0])
    const right = split(parts[1])
    const leaves = new Float64Array(4)
    const quarters = [...halves(parts[0], bins, left), ...halves(parts[1], bins, right)]
    quarters.forEach((part, leaf) => {
      let gradient = 0
      let weight = 0
      for (const row of part) {
        gradient += gradients[row]!
        weight += weights[row]!
      }
      leaves[leaf] = (options.learningRate * gradient) / (weight + ridge)
      for (const row of part) margin[row]! += leaves[leaf]!
    })
    // A side without a split has all its rows in the first of its two leaves.
    if (left === null) leaves[1] = leaves[0]!
    if (right === null) leaves[3] = leaves[2]!
    for (const used of [root, left, right]) if (used !== null) gains[used.feature]! += used.gain
    trees.push({ root, left, right, leaves })
  }
  return { base, trees, gains }
}

function partition(rows: Uint32Array, bins: readonly Uint8Array[], split: Split): [Uint32Array, Uint32Array] {
  const column = bins[split.feature]!
  return [rows.filter((row) => column[row]! <= split.bin), rows.filter((row) => column[row]! > split.bin)]
}

function halves(rows: Uint32Array, bins: readonly Uint8Array[], split: Split | null): [Uint32Array, Uint32Array] {
  return split === null ? [rows, new Uint32Array(0)] : partition(rows, bins, split)
}

/** The model's log odds for one row. */
export function predictMargin({ base, trees }: BoostedModel, bins: readonly Uint8Array[], row: number): number {
  let margin = base
  for (const { root, left, right, leaves } of trees) {
    const goesRight = root !== null && bins[root.feature]![row]! > root.bin
    const side = goesRight ? right : left
    const outer = side !== null && bins[side.feature]![row]! > side.bin
    margin += leaves[(goesRight ? 2 : 0) + (outer ? 1 : 0)]!
  }
  return margin
}
