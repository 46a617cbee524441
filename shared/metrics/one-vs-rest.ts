/** Averages over classes of ranking metrics of one class against the rest, with intervals over the rows. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { delongInfluence } from '../statistics/delong.ts'
import { averagePrecisionInfluence } from './average-precision.ts'
import { normalMetric, undefinedMetric } from './metric.ts'
import type { LabelRows } from './multilabel-rows.ts'
import { missingClassReason, rankGroups } from './ranked-groups.ts'
import type { RankedGroups } from './ranked-groups.ts'
import { mapTo } from '../statistics/map-to.ts'

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
  /** Classes that each row is of: one, but for rows with several labels. */
  const ofClasses = new Float64Array(n)
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
      if (isPositive) ofClasses[row]!++
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
        : average(
            weightedSum / supports,
            weightedInfluence.map((each, row) => each - (weightedSum / supports) * ofClasses[row]!),
            supports,
            aucMethod,
          ),
      average_precision_macro: precisionMissing
        ? undefinedMetric(n, precisionMissing)
        : average(precisionSum / classes, precisionInfluence, classes, 'Influence function summed over classes'),
    }
  }

  const average = (value: number, influence: Float64Array, divisor: number, method: string): Metric =>
    influenceMetric({ value, influence, divisor, method, weight: weight ?? null })

  return { add, metrics }
}

interface InfluenceMetric {
  readonly value: number
  /** What each row adds, times the divisor. */
  readonly influence: Float64Array
  readonly divisor: number
  readonly method: string
  readonly weight: Float64Array | null
}

/** Rows' influences, centred; their squares are the variance. */
function influenceMetric({ value, influence, divisor, method, weight }: InfluenceMetric): Metric {
  const n = influence.length
  const weightOf = (row: number): number => (weight ? weight[row]! : 1)
  const total = weight ? weight.reduce((sum, each) => sum + each, 0) : n
  const centre = influence.reduce((sum, each, row) => sum + each * weightOf(row), 0) / total
  const squares = influence.reduce((sum, each, row) => sum + ((each - centre) * weightOf(row)) ** 2, 0)
  return normalMetric({ value, standardError: Math.sqrt(squares) / divisor, n, method, scale: 'logit' })
}

/**
 * Area under the ROC curve and average precision over all pairs of row and label together (scikit-learn's average
 * micro). The pairs of a row depend on each other: their influences are summed by row before they are squared.
 */
export function pooledRanking(
  { n, width, truth, weight }: LabelRows,
  scores: Float32Array | Float64Array,
): Record<'roc_auc_micro' | 'average_precision_micro', Metric> {
  const pairWeight = weight && mapTo(Float64Array, truth, (_, at) => weight[Math.floor(at / width)]!)
  const groups = rankGroups(truth, scores, pairWeight)
  const byRow = (atPositive: Float64Array, atNegative: Float64Array): Float64Array => {
    const influence = new Float64Array(n)
    eachRow(truth, groups, (pair, group, isPositive) => {
      influence[Math.floor(pair / width)]! += isPositive ? atPositive[group]! : atNegative[group]!
    })
    return influence
  }
  const metric = (value: number, influence: Float64Array, method: string): Metric =>
    influenceMetric({ value, influence, divisor: 1, method, weight })
  const missingClass = missingClassReason(groups)
  const auc = missingClass ? null : delongInfluence(groups)
  const precision = groups.positiveRows === 0 ? null : averagePrecisionInfluence(groups)
  return {
    roc_auc_micro: auc
      ? metric(auc.auc, byRow(auc.positiveInfluence, auc.negativeInfluence), 'DeLong influence summed over rows')
      : undefinedMetric(n, missingClass!),
    average_precision_micro: precision
      ? metric(
          precision.value,
          byRow(precision.positiveInfluence, precision.negativeInfluence),
          'Influence function summed over rows',
        )
      : undefinedMetric(n, 'no row has a label'),
  }
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
