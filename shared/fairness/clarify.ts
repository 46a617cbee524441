/**
 * The bias measures of Amazon SageMaker Clarify (smclarify, 2021, `posttraining.py`), group d against reference group a.
 * Where smclarify answers 0 or infinity for a division by 0, the measure is null here.
 */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { metricWithInterval, metricWithoutInterval, normalMetric, undefinedMetric } from '../metrics/metric.ts'
import { moverDifference, moverRatio } from '../statistics/mover.ts'
import type { Estimate } from '../statistics/mover.ts'
import { z95 } from '../statistics/normal.ts'
import { poissonBootstrap } from '../statistics/poisson-bootstrap.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import { rateParts } from './group-rates.ts'
import type { GroupTable, Part, RateName } from './group-rates.ts'

const replicates = 500

function proportion({ events, n }: Part): Estimate {
  return { value: events / n, ...wilsonInterval(events, n) }
}

/** Difference of a rate, first minus second. */
export function rateDifference(name: RateName, first: GroupTable, second: GroupTable): Metric {
  const a = rateParts[name](first)
  const b = rateParts[name](second)
  const n = a.n + b.n
  if (a.n === 0 || b.n === 0) return undefinedMetric(n, `${name} is not defined in both groups`)
  const interval = moverDifference(proportion(a), proportion(b))
  return metricWithInterval(a.events / a.n - b.events / b.n, n, 'Newcombe (Wilson limits)', interval)
}

function rateRatio(name: RateName, first: GroupTable, second: GroupTable): Metric {
  const a = rateParts[name](first)
  const b = rateParts[name](second)
  const n = a.n + b.n
  if (a.n === 0 || b.n === 0) return undefinedMetric(n, `${name} is not defined in both groups`)
  if (b.events === 0) return undefinedMetric(n, `${name} of the reference group is 0`)
  return metricWithInterval(
    proportion(a).value / proportion(b).value,
    n,
    'MOVER ratio (Wilson limits)',
    moverRatio(proportion(a), proportion(b)),
  )
}

/**
 * A ratio of counts that are Poisson, normal on the log scale.
 *
 * @param cells Each count with what it adds to ln(ratio) for one more row.
 */
function logRatio(value: number, cells: readonly { readonly rows: number; readonly slope: number }[]): Estimate {
  const error = Math.sqrt(cells.reduce((sum, { rows, slope }) => sum + rows * slope * slope, 0))
  return { value, low: value * Math.exp(-z95 * error), high: value * Math.exp(z95 * error) }
}

/** Labels over decisions of one kind: (both + missed) / (both + added). */
function labelsOverDecisions(both: number, missed: number, added: number): Estimate | null {
  const labels = both + missed
  const decisions = both + added
  if (labels === 0 || decisions === 0) return null
  return logRatio(labels / decisions, [
    { rows: both, slope: 1 / labels - 1 / decisions },
    { rows: missed, slope: 1 / labels },
    { rows: added, slope: 1 / decisions },
  ])
}

/** Misses over false alarms. */
function treatment({ fn, fp }: GroupTable): Estimate | null {
  if (fn === 0 || fp === 0) return null
  return logRatio(fn / fp, [
    { rows: fn, slope: 1 / fn },
    { rows: fp, slope: 1 / fp },
  ])
}

function ratioDifference(first: Estimate | null, second: Estimate | null, n: number, reason: string): Metric {
  if (!first || !second) return undefinedMetric(n, reason)
  const method = 'MOVER difference of log-normal ratios'
  return metricWithInterval(first.value - second.value, n, method, moverDifference(first, second))
}

const rowsOf = ({ tp, fp, fn, tn }: GroupTable): number => tp + fp + fn + tn

/** Every measure but CDDPL. */
export function clarifyMeasures(d: GroupTable, a: GroupTable): Metrics {
  const n = rowsOf(a) + rowsOf(d)
  return {
    DPPL: rateDifference('selection_rate', a, d),
    DI: rateRatio('selection_rate', d, a),
    DCA: ratioDifference(
      labelsOverDecisions(a.tp, a.fn, a.fp),
      labelsOverDecisions(d.tp, d.fn, d.fp),
      n,
      'a group has no positive rows, or none is selected',
    ),
    DCR: ratioDifference(
      labelsOverDecisions(d.tn, d.fp, d.fn),
      labelsOverDecisions(a.tn, a.fp, a.fn),
      n,
      'a group has no negative rows, or all are selected',
    ),
    RD: rateDifference('tpr', a, d),
    SD: rateDifference('tnr', d, a),
    DAR: rateDifference('ppv', a, d),
    DRR: rateDifference('npv', d, a),
    AD: rateDifference('accuracy', a, d),
    TE: ratioDifference(treatment(d), treatment(a), n, 'a group has no misses or no false alarms'),
  }
}

/** Rows of one stratum: of group d and of group a, selected and not. */
export interface Stratum {
  readonly dSelected: number
  readonly dRejected: number
  readonly aSelected: number
  readonly aRejected: number
}

/**
 * Conditional demographic disparity in predicted labels: within each stratum, the share of group d among the rejected
 * minus its share among the selected, weighted by the stratum's rows. As in smclarify, a share of no rows is 0.
 */
export function conditionalDisparity(strata: readonly Stratum[], seed: number): Metric {
  const cells = Float64Array.from(
    strata.flatMap(({ dSelected, dRejected, aSelected, aRejected }) => [dSelected, dRejected, aSelected, aRejected]),
  )
  const n = cells.reduce((sum, rows) => sum + rows, 0)
  const share = (part: number, other: number): number => (part + other === 0 ? 0 : part / (part + other))
  const disparity = (table: Float64Array): number => {
    let sum = 0
    let rows = 0
    for (let at = 0; at < table.length; at += 4) {
      const [dSelected, dRejected, aSelected, aRejected] = [table[at]!, table[at + 1]!, table[at + 2]!, table[at + 3]!]
      const here = dSelected + dRejected + aSelected + aRejected
      sum += here * (share(dRejected, aRejected) - share(dSelected, aSelected))
      rows += here
    }
    return sum / rows
  }
  if (n === 0) return undefinedMetric(0, 'no rows')
  const value = disparity(cells)
  const { standardErrors } = poissonBootstrap({
    cells,
    replicates,
    seed,
    width: 1,
    statistics: (table, out) => {
      out[0] = disparity(table)
    },
  })
  const method = `Poisson bootstrap of the strata’s counts (${replicates} replicates, seed ${seed})`
  if (!(standardErrors[0]! > 0)) return metricWithoutInterval(value, n, 'the bootstrap shows no spread')
  return normalMetric({ value, standardError: standardErrors[0]!, n, method, range: [-1, 1] })
}
