/** Groups of rows with one score each, from the highest score to the lowest, as counts or as sums of weights. */
export interface ScoreGroups {
  readonly positives: Float64Array
  readonly negatives: Float64Array
  /** Sums of squared weights; left out where each row weighs 1, so that they are the counts. */
  readonly squares?: PairOfSums
  /** Rows, where `positives` and `negatives` are weights. */
  readonly counts?: PairOfSums
}

export interface PairOfSums {
  readonly positives: Float64Array
  readonly negatives: Float64Array
}

export interface DeLong {
  /** Probability that a positive row scores higher than a negative row, ties counting half. */
  readonly auc: number
  /** NaN where there are fewer than two positive or two negative rows. */
  readonly variance: number
}

export interface DeLongInfluence extends DeLong {
  /** What one positive row of each group adds to the estimate: (V₁₀ − AUC) / m. The squares sum to the variance. */
  readonly positiveInfluence: Float64Array
  /** What one negative row of each group adds to the estimate: (V₀₁ − AUC) / n. */
  readonly negativeInfluence: Float64Array
}

function total(values: Float64Array): number {
  let sum = 0
  for (let g = 0; g < values.length; g++) sum += values[g]!
  return sum
}

/**
 * Area under the ROC curve with its variance from structural components (DeLong, DeLong and Clarke-Pearson 1988), in
 * two sweeps over the sorted groups (as Sun and Xu 2014) instead of over all pairs. Weights are taken as given: a row's
 * component counts with its weight, and its square with the weight's square.
 *
 * @param groups At least one positive and one negative row in all.
 */
export function delong({ positives, negatives, squares }: ScoreGroups): DeLong {
  const m = total(positives)
  const n = total(negatives)
  let auc = 0
  for (let g = 0, below = n; g < positives.length; g++) {
    const q = negatives[g]!
    auc += positives[g]! * (below - q / 2)
    below -= q
  }
  auc /= m * n
  const { positives: positiveWeights, negatives: negativeWeights } = squares ?? { positives, negatives }
  let positiveSquares = 0
  let negativeSquares = 0
  let m2 = 0
  let n2 = 0
  for (let g = 0, above = 0, below = n; g < positives.length; g++) {
    const p = positives[g]!
    const q = negatives[g]!
    const v10 = (below - q / 2) / n - auc
    const v01 = (above + p / 2) / m - auc
    positiveSquares += positiveWeights[g]! * v10 * v10
    negativeSquares += negativeWeights[g]! * v01 * v01
    m2 += positiveWeights[g]!
    n2 += negativeWeights[g]!
    above += p
    below -= q
  }
  return { auc, variance: spread(positiveSquares, m, m2) + spread(negativeSquares, n, n2) }
}

/** Variance of a weighted mean, with Kish's effective count of rows in the place of n in n − 1. */
function spread(squares: number, weight: number, squaredWeight: number): number {
  const effective = (weight * weight) / squaredWeight
  return effective > 1 ? (squares / (weight * weight)) * (effective / (effective - 1)) : NaN
}

/** As `delong`, with what each row adds. */
export function delongInfluence(groups: ScoreGroups): DeLongInfluence {
  const { auc, variance } = delong(groups)
  const { positives, negatives } = groups
  const m = total(positives)
  const n = total(negatives)
  const positiveInfluence = new Float64Array(positives.length)
  const negativeInfluence = new Float64Array(positives.length)
  for (let g = 0, above = 0, below = n; g < positives.length; g++) {
    positiveInfluence[g] = ((below - negatives[g]! / 2) / n - auc) / m
    negativeInfluence[g] = ((above + positives[g]! / 2) / m - auc) / n
    above += positives[g]!
    below -= negatives[g]!
  }
  return { auc, variance, positiveInfluence, negativeInfluence }
}
