import type { ScoreGroups } from '../statistics/delong.ts'

export interface AveragePrecision {
  readonly value: number
  readonly standardError: number
  /** What one positive row of each group adds to the estimate. */
  readonly positiveInfluence: Float64Array
  /** What one negative row of each group adds to the estimate. */
  readonly negativeInfluence: Float64Array
}

/**
 * Average precision, Σ (Rₖ − Rₖ₋₁) Pₖ over distinct scores from the highest down (scikit-learn's
 * average_precision_score), and its standard error from the influence function.
 *
 * Write P for the positive rows, TP(t) and F(t) for the positive rows and all rows at or above t. AP is
 * ∫ TP/F dTP / P, a functional of the distribution of (score, label). Its derivative at a row with score s and label y
 * is (1/P) · [y · (TP(s)/F(s) + H₁(s) − AP) − H₂(s)], H₁(s) = ∫_{t ≤ s} dTP/F, H₂(s) = ∫_{t ≤ s} TP/F² dTP. The
 * derivatives sum to 0 over the rows, and their squares to the variance.
 *
 * @param groups At least one positive row in all.
 */
export function averagePrecision({ positives, negatives }: ScoreGroups): AveragePrecision {
  const size = positives.length
  const rows = new Float64Array(size)
  const precision = new Float64Array(size)
  let tp = 0
  let seen = 0
  let sum = 0
  for (let g = 0; g < size; g++) {
    tp += positives[g]!
    seen += positives[g]! + negatives[g]!
    rows[g] = seen
    precision[g] = tp / seen
    sum += positives[g]! * precision[g]!
  }
  const value = sum / tp
  const positiveInfluence = new Float64Array(size)
  const negativeInfluence = new Float64Array(size)
  let h1 = 0
  let h2 = 0
  let variance = 0
  for (let g = size - 1; g >= 0; g--) {
    h1 += positives[g]! / rows[g]!
    h2 += (positives[g]! * precision[g]!) / rows[g]!
    const atPositive = (precision[g]! + h1 - value - h2) / tp
    const atNegative = -h2 / tp
    positiveInfluence[g] = atPositive
    negativeInfluence[g] = atNegative
    variance += positives[g]! * atPositive * atPositive + negatives[g]! * atNegative * atNegative
  }
  return { value, standardError: Math.sqrt(variance), positiveInfluence, negativeInfluence }
}
