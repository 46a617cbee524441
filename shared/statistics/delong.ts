/** Groups of rows with one score each, from the highest score to the lowest, as counts. */
export interface ScoreGroups {
  readonly positives: Float64Array
  readonly negatives: Float64Array
}

export interface DeLong {
  /** Probability that a positive row scores higher than a negative row, ties counting half. */
  readonly auc: number
  /** NaN where there are fewer than two positive or two negative rows. */
  readonly variance: number
  /** What one positive row of each group adds to the estimate: (V₁₀ − AUC) / m. The squares sum to the variance. */
  readonly positiveInfluence: Float64Array
  /** What one negative row of each group adds to the estimate: (V₀₁ − AUC) / n. */
  readonly negativeInfluence: Float64Array
}

/**
 * Area under the ROC curve with its variance from structural components (DeLong, DeLong and Clarke-Pearson 1988), in
 * one sweep over the sorted groups (as Sun and Xu 2014) instead of over all pairs.
 *
 * @param groups At least one positive and one negative row in all.
 */
export function delong({ positives, negatives }: ScoreGroups): DeLong {
  const size = positives.length
  let m = 0
  let n = 0
  for (let g = 0; g < size; g++) {
    m += positives[g]!
    n += negatives[g]!
  }
  const positiveInfluence = new Float64Array(size)
  const negativeInfluence = new Float64Array(size)
  let positivesAbove = 0
  let negativesAbove = 0
  let auc = 0
  for (let g = 0; g < size; g++) {
    const p = positives[g]!
    const q = negatives[g]!
    positiveInfluence[g] = (n - negativesAbove - q / 2) / n
    negativeInfluence[g] = (positivesAbove + p / 2) / m
    auc += (p * positiveInfluence[g]!) / m
    positivesAbove += p
    negativesAbove += q
  }
  let positiveSquares = 0
  let negativeSquares = 0
  for (let g = 0; g < size; g++) {
    const v10 = positiveInfluence[g]! - auc
    const v01 = negativeInfluence[g]! - auc
    positiveSquares += positives[g]! * v10 * v10
    negativeSquares += negatives[g]! * v01 * v01
    positiveInfluence[g] = v10 / m
    negativeInfluence[g] = v01 / n
  }
  const variance = m > 1 && n > 1 ? positiveSquares / (m - 1) / m + negativeSquares / (n - 1) / n : NaN
  return { auc, variance, positiveInfluence, negativeInfluence }
}
