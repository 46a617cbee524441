/** What single rows add to the area under the ROC curve and to average precision, so that pairs can be taken. */
import { averagePrecisionInfluence as influenceOfGroups } from '../metrics/average-precision.ts'
import { missingClassReason } from '../metrics/ranked-groups.ts'
import type { RankedGroups } from '../metrics/ranked-groups.ts'
import { delongInfluence } from '../statistics/delong.ts'

export interface RowInfluence {
  readonly value: number
  /** One a row, in row order. */
  readonly influence: Float64Array
}

function spread(
  positive: Uint8Array,
  { order, ends }: RankedGroups,
  atPositive: Float64Array,
  atNegative: Float64Array,
): Float64Array {
  const influence = new Float64Array(order.length)
  for (let group = 0, at = 0; group < ends.length; group++) {
    for (const end = ends[group]!; at < end; at++) {
      const row = order[at]!
      influence[row] = positive[row] === 1 ? atPositive[group]! : atNegative[group]!
    }
  }
  return influence
}

/** Null where a class has no rows. */
export function aucInfluence(positive: Uint8Array, groups: RankedGroups): RowInfluence | null {
  if (missingClassReason(groups)) return null
  const { auc, positiveInfluence, negativeInfluence } = delongInfluence(groups)
  return { value: auc, influence: spread(positive, groups, positiveInfluence, negativeInfluence) }
}

/** Null where there are no positive rows. */
export function averagePrecisionInfluence(positive: Uint8Array, groups: RankedGroups): RowInfluence | null {
  if (groups.positiveRows === 0) return null
  const { value, positiveInfluence, negativeInfluence } = influenceOfGroups(groups)
  return { value, influence: spread(positive, groups, positiveInfluence, negativeInfluence) }
}
