/** Groups of a regression's rows: errors and predictions of each, and how far the groups are apart. */
import type { Metric } from '../contract/evidence.ts'
import type { FairnessGroup, GroupComparison, Parity } from '../contract/fairness.ts'
import { metricWithInterval, metricWithoutInterval, normalMetric, transformedMetric } from '../metrics/metric.ts'
import { studentQuantile } from '../statistics/student-t.ts'
import { normalCdf } from '../statistics/normal.ts'
import { welch, welchInterval, welchTwoSided } from '../statistics/welch.ts'
import type { Moments } from '../statistics/welch.ts'
import { groupLabel } from './classifier-groups.ts'
import type { FormedGroups } from './form-groups.ts'
import { spreadOf } from './spread.ts'
import type { GroupEstimate } from './spread.ts'

export interface RegressionRows {
  readonly target: Float64Array
  readonly prediction: Float64Array
}

const meanNames = ['mean_residual', 'mae', 'mse', 'prediction_mean', 'target_mean'] as const
type MeanName = (typeof meanNames)[number]
const notNegative: ReadonlySet<MeanName> = new Set(['mae', 'mse'])

/** The means whose spread is shown; the squared error would only say the absolute one again. */
const parities: readonly { readonly name: string; readonly of: MeanName }[] = [
  { name: 'mean_residual_parity', of: 'mean_residual' },
  { name: 'absolute_error_parity', of: 'mae' },
  { name: 'prediction_parity', of: 'prediction_mean' },
]

function valueOf(name: MeanName, target: number, prediction: number): number {
  switch (name) {
    case 'mean_residual':
      return target - prediction
    case 'mae':
      return Math.abs(target - prediction)
    case 'mse':
      return (target - prediction) ** 2
    case 'prediction_mean':
      return prediction
    case 'target_mean':
      return target
  }
}

export type RegressionTable = Readonly<Record<MeanName, Moments>>

/** Welford's (1962) running mean and squares for each group and each mean, in one pass. */
export function measureGroups({ target, prediction }: RegressionRows, formed: FormedGroups): RegressionTable[] {
  const width = meanNames.length
  const groups = formed.groups.length
  const n = new Float64Array(groups)
  const mean = new Float64Array(groups * width)
  const squares = new Float64Array(groups * width)
  for (let row = 0; row < target.length; row++) {
    const group = formed.groupOf[row]!
    if (group < 0) continue
    const count = ++n[group]!
    for (let k = 0; k < width; k++) {
      const at = group * width + k
      const value = valueOf(meanNames[k]!, target[row]!, prediction[row]!)
      const delta = value - mean[at]!
      mean[at]! += delta / count
      squares[at]! += delta * (value - mean[at]!)
    }
  }
  return formed.groups.map(
    (_, group) =>
      Object.fromEntries(
        meanNames.map((name, k) => [
          name,
          { n: n[group]!, mean: mean[group * width + k]!, squares: squares[group * width + k]! },
        ]),
      ) as RegressionTable,
  )
}

function standardError({ n, squares }: Moments): number {
  return n > 1 ? Math.sqrt(squares / (n - 1) / n) : NaN
}

function meanMetric(name: MeanName, moments: Moments): Metric {
  return normalMetric({
    value: moments.mean,
    standardError: standardError(moments),
    n: moments.n,
    method: 'Standard error of the mean over rows',
    range: notNegative.has(name) ? [0, Infinity] : [-Infinity, Infinity],
  })
}

/** @param total rows of all groups, of which each has its share */
export function regressionGroups(
  formed: FormedGroups,
  tables: readonly RegressionTable[],
  total: number,
): FairnessGroup[] {
  return formed.groups.map(({ values, rows }, group) => {
    const table = tables[group]!
    const metrics = Object.fromEntries(meanNames.map((name) => [name, meanMetric(name, table[name])]))
    const { mse, ...shown } = metrics
    return {
      label: groupLabel(values),
      values: [...values],
      n: rows,
      share: rows / total,
      counts: null,
      metrics: { ...shown, rmse: transformedMetric(mse!, Math.sqrt) },
      calibration: null,
    }
  })
}

/** p-values are adjusted by the caller, who knows all tests of the document. */
export function regressionParity(groups: readonly FairnessGroup[], tables: readonly RegressionTable[]): Parity[] {
  return parities.map(({ name, of }): Parity => {
    const estimates = tables.map((table, group): GroupEstimate => {
      const moments = table[of]
      const error = standardError(moments)
      const intervalAt = (z: number) => {
        const half = error > 0 ? studentQuantile(normalCdf(-z), moments.n - 1) * error : 0
        const low = moments.mean - half
        return { low: notNegative.has(of) ? Math.max(0, low) : low, high: moments.mean + half }
      }
      return { label: groups[group]!.label, value: moments.mean, n: moments.n, intervalAt }
    })
    const spread = spreadOf([estimates], 'MOVER (Student’s t limits)')
    let smallest = 1
    let pairs = 0
    for (let i = 0; i < tables.length; i++) {
      for (let j = i + 1; j < tables.length; j++) {
        smallest = Math.min(smallest, welchTwoSided(welch(tables[i]![of], tables[j]![of])))
        pairs++
      }
    }
    return {
      name,
      of: [of],
      ...spread,
      ratio: of === 'mae' ? spread.ratio : null,
      p: pairs === 0 ? null : Math.min(1, pairs * smallest),
      pAdjusted: null,
      test: pairs === 0 ? null : pairs === 1 ? 'Welch' : 'Welch, the least of all pairs (Bonferroni)',
    }
  })
}

/** Differences of each group from the reference group. @param reference its place */
export function regressionComparisons(
  groups: readonly FairnessGroup[],
  tables: readonly RegressionTable[],
  reference: number,
): GroupComparison[] {
  return groups.flatMap(({ label }, group) => {
    if (group === reference) return []
    return [
      {
        group: label,
        measures: {},
        differences: Object.fromEntries(
          parities.map(({ of }) => {
            const result = welch(tables[group]![of], tables[reference]![of])
            const n = tables[group]![of].n + tables[reference]![of].n
            const difference =
              result.standardError > 0
                ? metricWithInterval(result.difference, n, 'Welch', welchInterval(result))
                : metricWithoutInterval(result.difference, n, 'no spread between rows to make an interval from')
            return [of, { difference, p: welchTwoSided(result), pAdjusted: null }]
          }),
        ),
      },
    ]
  })
}
