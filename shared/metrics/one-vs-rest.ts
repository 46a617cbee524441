/** Averages over classes of ranking metrics of one class against the rest, with intervals over the rows. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { delongInfluence } from '../statistics/delong.ts'
import { averagePrecisionInfluence } from './average-precision.ts'
import { normalMetric, undefinedMetric } from './metric.ts'
import { missingClassReason } from './ranked-groups.ts'
import type { RankedGroups } from './ranked-groups.ts'

export const oneVsRestKeys = [
  'roc_auc_ovr',
  'roc_auc_ovr_present',
  'roc_auc_ovr_weighted',
  'average_precision_macro',
] as const

const aucMethod = 'DeLong influence summed over classes'

export interface OneVsRest {
  /** Takes in one class: its rows against the others, ranked by its score. */
  add(positive: Uint8Array, groups: RankedGroups): void
  metrics(): Metrics
}

/**
 * A row is in every class's comparison, so the classes' estimates depend on each other. Each row's influences on them
 * are summed first, and the squares of the sums are the variance of the average.
 *
 * @param n Rows.
 * @param weight What each row counts for; 1 where left out.
 */
export function createOneVsRest(n: number, weight?: Float64Array | null): OneVsRest {
  const aucInfluence = new Float64Array(n)
  const weightedInfluence = new Float64Array(n)
  const precisionInfluence = new Float64Array(n)
  let classes = 0
  let aucClasses = 0
  let aucSum = 0
  let weightedSum = 0
  let precisionClasses = 0
  let precisionSum = 0
  let supports = 0

  const add = (positive: Uint8Array, groups: RankedGroups): void => {
    classes++
    const rows = groups.positiveRows
    supports += rows
    if (rows > 0) {
      const { value, positiveInfluence, negativeInfluence } = averagePrecisionInfluence(groups)
      precisionClasses++
      precisionSum += value
      eachRow(positive, groups, (row, group, isPositive) => {
        precisionInfluence[row]! += isPositive ? positiveInfluence[group]! : negativeInfluence[group]!
      })
    }
    if (missingClassReason(groups)) return
    const { auc, positiveInfluence, negativeInfluence } = delongInfluence(groups)
    aucClasses++
    aucSum += auc
    weightedSum += rows * auc
    eachRow(positive, groups, (row, group, isPositive) => {
      const influence = isPositive ? positiveInfluence[group]! : negativeInfluence[group]!
      aucInfluence[row]! += influence
      // A row of the class also raises the class's weight.
      weightedInfluence[row]! += rows * influence + (isPositive ? auc : 0)
    })
  }

  const metrics = (): Metrics => {
    const aucMissing = missing(aucClasses, classes, 'a class has no rows; see the mean over the present classes')
    const precisionMissing = missing(precisionClasses, classes, 'a class has no rows')
    const present = average(aucSum / aucClasses, aucInfluence, aucClasses, aucMethod)
    return {
      roc_auc_ovr: aucMissing ? undefinedMetric(n, aucMissing) : present,
      roc_auc_ovr_present: aucClasses === 0 ? undefinedMetric(n, 'fewer than two classes have rows') : present,
      roc_auc_ovr_weighted: aucMissing
        ? undefinedMetric(n, aucMissing)
        : average(weightedSum / supports, weightedInfluence, supports, aucMethod),
      average_precision_macro: precisionMissing
        ? undefinedMetric(n, precisionMissing)
        : average(precisionSum / classes, precisionInfluence, classes, 'Influence function summed over classes'),
    }
  }

  const average = (value: number, influence: Float64Array, divisor: number, method: string): Metric => {
    const weightOf = (row: number): number => (weight ? weight[row]! : 1)
    const total = weight ? weight.reduce((sum, each) => sum + each, 0) : n
    const centre = influence.reduce((sum, each, row) => sum + each * weightOf(row), 0) / total
    const squares = influence.reduce((sum, each, row) => sum + ((each - centre) * weightOf(row)) ** 2, 0)
    return normalMetric({ value, standardError: Math.sqrt(squares) / divisor, n, method, scale: 'logit' })
  }

  return { add, metrics }
}

function missing(present: number, classes: number, reason: string): string | null {
  return classes === 0 || present < classes ? reason : null
}

function eachRow(
  positive: Uint8Array,
  { order, ends }: RankedGroups,
  visit: (row: number, group: number, isPositive: boolean) => void,
): void {
  for (let group = 0, at = 0; group < ends.length; group++) {
    for (const end = ends[group]!; at < end; at++) visit(order[at]!, group, positive[order[at]!] === 1)
  }
}
