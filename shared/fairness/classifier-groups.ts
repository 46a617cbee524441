/** Groups of a classifier's rows: counts, rates, ranking, calibration, and how far the groups are apart. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import type { FairnessGroup, GroupComparison, Parity } from '../contract/fairness.ts'
import { calibrate } from '../metrics/calibration.ts'
import { undefinedMetric } from '../metrics/metric.ts'
import { groupScores } from '../metrics/ranked-groups.ts'
import { rocAucMetric } from '../metrics/ranking-metrics.ts'
import { rowMeanMetric } from '../metrics/row-mean.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'
import { z95 } from '../statistics/normal.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import { clarifyMeasures, conditionalDisparity, rateDifference } from './clarify.ts'
import type { Stratum } from './clarify.ts'
import type { CodedColumn, FormedGroups } from './form-groups.ts'
import { rateMetric, rateNames, rateParts } from './group-rates.ts'
import type { GroupTable, RateName } from './group-rates.ts'
import { testRates } from './rate-tests.ts'
import { spreadOf } from './spread.ts'
import type { GroupEstimate } from './spread.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface ClassifierRows {
  /** 1 where the true class is the selected one. */
  readonly y: Uint8Array
  /** 1 where the model's decision is the selected class. */
  readonly decided: Uint8Array
  /** 1 where the predicted class is the true one. */
  readonly correct: Uint8Array
  /** Score of the selected class; null where the model gives none. */
  readonly score: Float32Array | Float64Array | null
  /** Whether the scores are probabilities. */
  readonly probabilities: boolean
}

/** Label of a group: its values, "Female × Yes" where columns are crossed. */
export const groupLabel = (values: readonly string[]): string => values.join(' × ')

/** Which metrics each parity is about, by Fairlearn's and Aequitas's names. */
export const parities: readonly { readonly name: string; readonly of: readonly RateName[] }[] = [
  { name: 'demographic_parity', of: ['selection_rate'] },
  { name: 'equal_opportunity', of: ['tpr'] },
  { name: 'predictive_equality', of: ['fpr'] },
  { name: 'equalized_odds', of: ['tpr', 'fpr'] },
  { name: 'predictive_parity', of: ['ppv'] },
  { name: 'negative_predictive_parity', of: ['npv'] },
  { name: 'accuracy_parity', of: ['accuracy'] },
]

/** The rates in which a group is tested against the reference; the others are one minus one of these. */
const testedRates: readonly RateName[] = ['selection_rate', 'tpr', 'fpr', 'ppv', 'npv', 'accuracy']

/** Curves of more groups than these cannot be told apart, and fill the evidence. */
const mostCalibrated = 12

/** The confusion matrix of each group; rows of small groups are in none. */
export function countGroups(rows: ClassifierRows, formed: FormedGroups): GroupTable[] {
  const cells = new Float64Array(formed.groups.length * 5)
  const { y, decided, correct } = rows
  for (let row = 0; row < y.length; row++) {
    const group = formed.groupOf[row]!
    if (group < 0) continue
    cells[group * 5 + 2 * y[row]! + decided[row]!]!++
    cells[group * 5 + 4]! += correct[row]!
  }
  return formed.groups.map((_, group) => {
    const [tn, fp, fn, tp, right] = cells.subarray(group * 5, group * 5 + 5) as unknown as number[]
    return { tn: tn!, fp: fp!, fn: fn!, tp: tp!, correct: right! }
  })
}

/** Rows of each group, one after another, and where each group starts. */
function byGroup(formed: FormedGroups): { order: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(formed.groups.length + 1)
  formed.groups.forEach(({ rows }, group) => (starts[group + 1] = starts[group]! + rows))
  const next = starts.slice()
  const order = new Uint32Array(starts[formed.groups.length]!)
  for (let row = 0; row < formed.groupOf.length; row++) {
    const group = formed.groupOf[row]!
    if (group >= 0) order[next[group]!++] = row
  }
  return { order, starts }
}

/** @param tables of `countGroups`, in the order of the groups */
export function classifierGroups(
  rows: ClassifierRows,
  formed: FormedGroups,
  tables: readonly GroupTable[],
  seed: number,
): FairnessGroup[] {
  const { order, starts } = byGroup(formed)
  const n = rows.y.length
  return formed.groups.map(({ values, rows: size }, group) => {
    const { tp, fp, fn, tn } = tables[group]!
    const scored = scoreMetrics(rows, order.subarray(starts[group]!, starts[group + 1]!), seed)
    return {
      label: groupLabel(values),
      values: [...values],
      n: size,
      share: size / n,
      counts: { tp, fp, fn, tn },
      metrics: {
        ...Object.fromEntries(rateNames.map((name) => [name, rateMetric(name, tables[group]!)])),
        ...scored.metrics,
      },
      calibration: formed.groups.length <= mostCalibrated ? scored.calibration : null,
    }
  })
}

function scoreMetrics(
  { y, score, probabilities }: ClassifierRows,
  members: Uint32Array,
  seed: number,
): { metrics: Metrics; calibration: FairnessGroup['calibration'] } {
  const n = members.length
  if (!score) {
    const reason = 'the model gives labels but no scores'
    return { metrics: { roc_auc: undefinedMetric(n, reason), ece: undefinedMetric(n, reason) }, calibration: null }
  }
  const truth = mapTo(Uint8Array, members, (row) => y[row]!)
  const own = score instanceof Float32Array ? new Float32Array(n) : new Float64Array(n)
  for (let i = 0; i < n; i++) own[i] = score[members[i]!]!
  const groups = groupScores(truth, own)
  const calibrated = probabilities ? calibrate(groups, seed) : null
  const notProbabilities = undefinedMetric(n, 'scores outside 0 to 1 are not probabilities')
  return {
    metrics: {
      roc_auc: rocAucMetric(groups),
      mean_score: rowMeanMetric(n, (i) => own[i]!),
      ece: calibrated?.ece ?? notProbabilities,
      // Observed minus expected: above 0 the model says too little for this group.
      calibration_gap: calibrated ? rowMeanMetric(n, (i) => truth[i]! - own[i]!, [-1, 1]) : notProbabilities,
    },
    calibration: calibrated?.calibration ?? null,
  }
}

function rateEstimates(name: RateName, labels: readonly string[], tables: readonly GroupTable[]): GroupEstimate[] {
  return tables.flatMap((table, group) => {
    const { events, n } = rateParts[name](table)
    if (n === 0) return []
    return [{ label: labels[group]!, value: events / n, n, intervalAt: (z) => wilsonInterval(events, n, z) }]
  })
}

/** A metric as an estimate whose interval is normal: its width at 95 % gives its standard error. */
function normalEstimates(labels: readonly string[], metrics: readonly (Metric | undefined)[]): GroupEstimate[] {
  return metrics.flatMap((metric, group) => {
    if (!metric || metric.value === null || metric.low === null || metric.high === null) return []
    const { value, low, high, n } = metric
    const intervalAt = (z: number) => ({
      low: value - ((value - low) * z) / z95,
      high: value + ((high - value) * z) / z95,
    })
    return [{ label: labels[group]!, value, n, intervalAt }]
  })
}

/** Each pair of areas by its difference in standard errors, which are of different rows and so independent. */
function testAreas(areas: readonly GroupEstimate[]): Pick<Parity, 'p' | 'test'> {
  const error = ({ value, intervalAt }: GroupEstimate): number => value - intervalAt(1).low
  let smallest = 1
  let pairs = 0
  areas.forEach((first, at) => {
    for (const second of areas.slice(at + 1)) {
      const distance = Math.abs(first.value - second.value) / Math.hypot(error(first), error(second))
      smallest = Math.min(smallest, twoSidedNormal(distance))
      pairs++
    }
  })
  if (pairs === 0) return { p: null, test: null }
  return {
    p: Math.min(1, pairs * smallest),
    test: pairs === 1 ? 'DeLong, independent rows' : 'DeLong, the least of all pairs (Bonferroni)',
  }
}

/** p-values are adjusted by the caller, who knows all tests of the document. */
export function classifierParity(groups: readonly FairnessGroup[], tables: readonly GroupTable[]): Parity[] {
  const labels = groups.map(({ label }) => label)
  const rates = parities.map(({ name, of }): Parity => {
    const spread = spreadOf(
      of.map((rate) => rateEstimates(rate, labels, tables)),
      of.length > 1 ? 'Newcombe, the largest of both rates' : 'Newcombe (Wilson limits)',
    )
    const tests = of.map((rate) => {
      const parts = tables.map((table) => rateParts[rate](table)).filter(({ n }) => n > 0)
      return parts.length < 2 ? { p: null, test: 'none' } : testRates(parts)
    })
    const known = tests.filter((test) => test.p !== null)
    return {
      name,
      of: [...of],
      ...spread,
      p: known.length === 0 ? null : Math.min(1, known.length * Math.min(...known.map((test) => test.p!))),
      pAdjusted: null,
      test: known.length === 0 ? null : known.length > 1 ? `${known[0]!.test}, the lesser of both` : known[0]!.test,
    }
  })
  if (groups.every((group) => (group.metrics['roc_auc']?.value ?? null) === null)) return rates
  const areas = normalEstimates(
    labels,
    groups.map((group) => group.metrics['roc_auc']),
  )
  const auc = spreadOf([areas], 'MOVER (DeLong limits)')
  return [...rates, { name: 'auc_parity', of: ['roc_auc'], ...auc, ...testAreas(areas), pAdjusted: null }]
}

/** Each group against the reference. `strata` is the column that CDDPL compares within. */
export function classifierComparisons(
  rows: ClassifierRows,
  formed: FormedGroups,
  tables: readonly GroupTable[],
  reference: number,
  strata: CodedColumn | null,
  seed: number,
): GroupComparison[] {
  return formed.groups.flatMap(({ values }, group) => {
    if (group === reference) return []
    const d = tables[group]!
    const a = tables[reference]!
    return [
      {
        group: groupLabel(values),
        measures: {
          ...clarifyMeasures(d, a),
          CDDPL: strata
            ? conditionalDisparity(countStrata(rows, formed, strata, group, reference), seed)
            : undefinedMetric(d.tp + d.fp + d.fn + d.tn, 'no column was named within whose values to compare'),
        },
        differences: Object.fromEntries(
          testedRates.map((rate) => {
            const parts = [rateParts[rate](d), rateParts[rate](a)]
            const p = parts.some(({ n }) => n === 0) ? null : testRates(parts).p
            return [rate, { difference: rateDifference(rate, d, a), p, pAdjusted: null }]
          }),
        ),
      },
    ]
  })
}

function countStrata(
  { decided }: ClassifierRows,
  { groupOf }: FormedGroups,
  strata: CodedColumn,
  d: number,
  a: number,
): Stratum[] {
  const cells = new Float64Array(strata.labels.length * 4)
  for (let row = 0; row < decided.length; row++) {
    const group = groupOf[row]!
    if (group !== d && group !== a) continue
    cells[strata.codes[row]! * 4 + (group === d ? 0 : 2) + (decided[row] === 1 ? 0 : 1)]!++
  }
  return strata.labels.map((_, at) => ({
    dSelected: cells[at * 4]!,
    dRejected: cells[at * 4 + 1]!,
    aSelected: cells[at * 4 + 2]!,
    aRejected: cells[at * 4 + 3]!,
  }))
}
