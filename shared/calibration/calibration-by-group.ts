/** Whether probabilities mean what they say in each slice, too: a model may be right on the whole and wrong in every part. */
import type { CalibrationGroup, CalibrationGroups } from '../contract/calibration.ts'
import type { GroupColumn } from '../comparison/group-differences.ts'
import { proportionMetric } from '../metrics/metric.ts'
import { rowMeanMetric } from '../metrics/row-mean.ts'
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'
import type { EventRequest } from './measure-calibration.ts'
import { equalWidthSums, gapErrors } from './reliability.ts'
import { mapTo } from '../statistics/map-to.ts'

/** Groups with fewer rows are not looked at: their rates say nothing. */
const fewestRows = 30
/** Groups that are listed; all are tested and corrected for. */
const listed = 60
const level = 0.05

/**
 * In each group the events that happened against those that were predicted. The test is of the hypothesis that every
 * probability is right, under which the events have the variance Σ p (1 − p) (Cox 1958); false discoveries are held at
 * 5 % over all groups (Benjamini and Hochberg 1995).
 *
 * @param columns Group of each row by column; groups of one column need not hold all rows.
 */
export function calibrationByGroup(
  { event, happened, probability, seed }: EventRequest,
  columns: readonly GroupColumn[],
): CalibrationGroups {
  const groups: Omit<CalibrationGroup, 'pAdjusted' | 'verdict'>[] = columns.flatMap(
    ({ name, groups: values, groupOf }) =>
      rowsByGroup(groupOf, values.length).flatMap((rows, group) => {
        const n = rows.length
        if (n < fewestRows) return []
        const own = mapTo(Uint8Array, rows, (row) => happened[row]!)
        const chances = mapTo(Float64Array, rows, (row) => probability[row]!)
        const expected = chances.reduce((sum, p) => sum + p, 0)
        const variance = chances.reduce((sum, p) => sum + p * (1 - p), 0)
        const events = own.reduce((sum, one) => sum + one, 0)
        return [
          {
            column: name,
            value: values[group]!,
            n,
            predicted: expected / n,
            observed: proportionMetric(events, n, 'no rows'),
            gap: rowMeanMetric(n, (at) => own[at]! - chances[at]!, [-1, 1]),
            ece: gapErrors(equalWidthSums(own, chances), seed).mean,
            pValue:
              variance > 0 ? twoSidedNormal((events - expected) / Math.sqrt(variance)) : events === expected ? 1 : 0,
          },
        ]
      }),
  )
  const adjusted = benjaminiHochberg(groups.map(({ pValue }) => pValue))
  const found = groups
    .map((group, at): CalibrationGroup => {
      const pAdjusted = adjusted[at]!
      const apart = group.gap.value! > 0 ? 'predicted too seldom' : 'predicted too often'
      return { ...group, pAdjusted, verdict: pAdjusted < level ? apart : 'no difference shown' }
    })
    .sort((a, b) => a.pValue - b.pValue || Math.abs(b.gap.value!) - Math.abs(a.gap.value!))
  return { event, tested: found.length, found: found.slice(0, listed) }
}

function rowsByGroup(groupOf: Int16Array, groups: number): Uint32Array[] {
  const counts = new Uint32Array(groups)
  for (const group of groupOf) if (group >= 0) counts[group]!++
  const rows = Array.from(counts, (n) => new Uint32Array(n))
  counts.fill(0)
  groupOf.forEach((group, row) => {
    if (group >= 0) rows[group]![counts[group]!++] = row
  })
  return rows
}
