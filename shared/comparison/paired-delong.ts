import { undefinedEstimate, normalEstimate } from './paired-estimate.ts'
import type { PairedEstimate } from './paired-estimate.ts'
import type { RowInfluence } from './row-influence.ts'

/**
 * Difference of two areas under the ROC curve on the same rows (DeLong, DeLong and Clarke-Pearson 1988; pROC's roc.test,
 * paired). The covariance of the two comes from each row's own components.
 *
 * @param positive 1 where the row is positive, else 0.
 * @param other Area and row influences of the other; so of the reference. Null where a class has no rows.
 */
export function pairedDelong(
  positive: Uint8Array,
  other: RowInfluence | null,
  reference: RowInfluence | null,
): PairedEstimate {
  const n = positive.length
  if (!other || !reference) return undefinedEstimate(n, 'a class has no rows')
  let m = 0
  let positiveSquares = 0
  let negativeSquares = 0
  for (let row = 0; row < n; row++) {
    const moved = other.influence[row]! - reference.influence[row]!
    if (positive[row] === 1) {
      m++
      positiveSquares += moved * moved
    } else negativeSquares += moved * moved
  }
  const negatives = n - m
  if (m < 2 || negatives < 2) return undefinedEstimate(n, 'fewer than two rows of a class')
  // An influence is (V − AUC) / m, so the sample variance of V over m is m / (m − 1) times the sum of squares.
  const variance = (m / (m - 1)) * positiveSquares + (negatives / (negatives - 1)) * negativeSquares
  return normalEstimate({
    value: other.value - reference.value,
    standardError: Math.sqrt(variance),
    n,
    method: 'DeLong, paired',
  })
}
