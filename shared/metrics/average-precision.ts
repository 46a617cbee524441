import type { ScoreGroups } from '../statistics/delong.ts'

export interface AveragePrecision {
  readonly value: number
  readonly standardError: number
}

export interface AveragePrecisionInfluence extends AveragePrecision {
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
 * derivatives sum to 0 over the rows, and their squares, times the squares of the rows' weights, to the variance.
 *
 * @param groups At least one positive row in all.
 */
export function averagePrecision(groups: ScoreGroups): AveragePrecision {
  return sweepBack(groups, () => undefined)
}

/** As `averagePrecision`, with what each row adds. */
export function averagePrecisionInfluence(groups: ScoreGroups): AveragePrecisionInfluence {
  const positiveInfluence = new Float64Array(groups.positives.length)
  const negativeInfluence = new Float64Array(groups.positives.length)
  const estimate = sweepBack(groups, (g, atPositive, atNegative) => {
    positiveInfluence[g] = atPositive
    negativeInfluence[g] = atNegative
  })
  return { ...estimate, positiveInfluence, negativeInfluence }
}

function sweepBack(
  { positives, negatives, squares }: ScoreGroups,
  visit: (group: number, atPositive: number, atNegative: number) => void,
): AveragePrecision {
  const size = positives.length
  let tp = 0
  let seen = 0
  let sum = 0
  for (let g = 0; g < size; g++) {
    tp += positives[g]!
    seen += positives[g]! + negatives[g]!
    if (positives[g]! > 0) sum += (positives[g]! * tp) / seen
  }
  const total = tp
  const value = sum / total
  const { positives: positiveSquares, negatives: negativeSquares } = squares ?? { positives, negatives }
  let h1 = 0
  let h2 = 0
  let variance = 0
  for (let g = size - 1; g >= 0; g--) {
    const p = positives[g]!
    const inverse = 1 / seen
    const precision = tp * inverse
    h1 += p * inverse
    h2 += p * precision * inverse
    const atPositive = (precision + h1 - value - h2) / total
    const atNegative = -h2 / total
    visit(g, atPositive, atNegative)
    variance += positiveSquares[g]! * atPositive * atPositive + negativeSquares[g]! * atNegative * atNegative
    tp -= p
    seen -= p + negatives[g]!
  }
  return { value, standardError: Math.sqrt(variance) }
}
