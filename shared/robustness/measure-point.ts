/** Changed answers against unchanged ones on the same rows: the headline metric, its change, and who changed sides. */
import type { Metric } from '../contract/evidence.ts'
import { influenceEstimate, proportionEstimate } from '../comparison/paired-estimate.ts'
import type { PairedEstimate } from '../comparison/paired-estimate.ts'
import { pairedDelong } from '../comparison/paired-delong.ts'
import { aucInfluence } from '../comparison/row-influence.ts'
import { proportionMetric, transformedMetric, undefinedMetric } from '../metrics/metric.ts'
import { rankGroups } from '../metrics/ranked-groups.ts'
import { rocAucMetric } from '../metrics/ranking-metrics.ts'
import { rowMeanMetric } from '../metrics/row-mean.ts'
import { confidenceOf } from './answers.ts'
import type { AnswerShape, Answers, PointMeasure, Truth } from './answers.ts'
import { mapTo } from '../statistics/map-to.ts'

export type HeadlineName = 'roc_auc' | 'accuracy' | 'rmse'

/** The evaluation's own headline where it is one of these three, else what the task allows. */
export function headlineFor(task: AnswerShape['task'], hasScores: boolean, wanted: string): HeadlineName {
  if (task === 'regression') return 'rmse'
  return task === 'binary' && hasScores && wanted !== 'accuracy' ? 'roc_auc' : 'accuracy'
}

const unknownTruth = 'the truth of rows that no longer look like the data is not known'
const noClasses = 'a regression has no classes'

/** Rows on which both answers are finite. */
function commonRows(base: Answers, changed: Answers): Uint32Array {
  const rows = new Uint32Array(base.rows)
  let n = 0
  for (let row = 0; row < base.rows; row++) if (base.finite[row] === 1 && changed.finite[row] === 1) rows[n++] = row
  return rows.subarray(0, n)
}

/** @param truthHolds Whether the changed rows still have their truth; without it there is no metric. */
export function measurePoint(
  shape: AnswerShape,
  headline: HeadlineName,
  truth: Truth,
  base: Answers,
  changed: Answers,
  truthHolds: boolean,
): PointMeasure {
  const rows = commonRows(base, changed)
  const n = rows.length
  const measured = truthHolds
    ? headlineOf(shape, headline, truth, base, changed, rows)
    : { metric: undefinedMetric(n, unknownTruth), change: undefinedMetric(n, unknownTruth) }
  const flipped = rows.reduce((sum, row) => sum + (base.decided?.[row] === changed.decided?.[row] ? 0 : 1), 0)
  const confidence = confidenceOf(changed)
  return {
    ...measured,
    flips: base.decided ? proportionMetric(flipped, n, 'no rows') : undefinedMetric(n, noClasses),
    shift: shiftOf(base, changed, rows),
    confidence: confidence
      ? rowMeanMetric(n, (at) => confidence[rows[at]!]!, [0, 1])
      : undefinedMetric(n, base.decided ? 'the model gives labels but no scores' : noClasses),
    notFinite: changed.finite.reduce((sum, finite) => sum + 1 - finite, 0),
  }
}

function shiftOf(base: Answers, changed: Answers, rows: Uint32Array): Metric {
  if (!base.columns || !changed.columns) return undefinedMetric(rows.length, 'the model gives labels but no scores')
  const before = base.columns
  const after = changed.columns
  // The class decided for at first: how much surer or less sure of it the model has become.
  const place = (row: number): number => base.decided?.[row] ?? 0
  return rowMeanMetric(
    rows.length,
    (at) => {
      const row = rows[at]!
      return Math.abs(after[place(row)]![row]! - before[place(row)]![row]!)
    },
    [0, Infinity],
  )
}

function headlineOf(
  shape: AnswerShape,
  headline: HeadlineName,
  truth: Truth,
  base: Answers,
  changed: Answers,
  rows: Uint32Array,
): { metric: Metric; change: Metric } {
  const n = rows.length
  if (n === 0) return { metric: undefinedMetric(0, 'no rows'), change: undefinedMetric(0, 'no rows') }
  if (headline === 'rmse') return rootMeanSquare(truth.values!, base.columns![0]!, changed.columns![0]!, rows)
  const classes = truth.classes!
  if (headline === 'accuracy') {
    const right = (answers: Answers, row: number): boolean => answers.decided![row] === classes[row]
    let correct = 0
    let onlyFirst = 0
    let onlySecond = 0
    for (const row of rows) {
      const now = right(changed, row)
      const before = right(base, row)
      if (now) correct++
      if (now && !before) onlyFirst++
      if (before && !now) onlySecond++
    }
    return {
      metric: proportionMetric(correct, n, 'no rows'),
      change: settled(proportionEstimate({ onlyFirst, onlySecond, n }, 'no rows')),
    }
  }
  const positive = mapTo(Uint8Array, rows, (row) => (classes[row] === shape.positive ? 1 : 0))
  const ranked = (answers: Answers) =>
    rankGroups(
      positive,
      mapTo(Float64Array, rows, (row) => answers.columns![shape.positive]![row]!),
    )
  const groups = ranked(changed)
  return {
    metric: rocAucMetric(groups),
    change: settled(pairedDelong(positive, aucInfluence(positive, groups), aucInfluence(positive, ranked(base)))),
  }
}

const settled = ({ difference }: PairedEstimate): Metric => difference

/** Root of the mean squared error, and its change by what each row adds to it (delta method). */
function rootMeanSquare(
  values: Float64Array,
  base: Float64Array,
  changed: Float64Array,
  rows: Uint32Array,
): { metric: Metric; change: Metric } {
  const n = rows.length
  const squares = (prediction: Float64Array): Float64Array =>
    mapTo(Float64Array, rows, (row) => (values[row]! - prediction[row]!) ** 2)
  const before = squares(base)
  const after = squares(changed)
  const root = (squared: Float64Array): number => Math.sqrt(squared.reduce((sum, value) => sum + value, 0) / n)
  const influence = (squared: Float64Array): Float64Array => {
    const value = root(squared)
    return squared.map((square) => (value > 0 ? (square - value * value) / (2 * value * n) : 0))
  }
  const metric = transformedMetric(
    rowMeanMetric(n, (at) => after[at]!, [0, Infinity]),
    Math.sqrt,
  )
  const change = influenceEstimate(
    root(after) - root(before),
    influence(after),
    influence(before),
    'Row influences, paired',
  )
  return { metric, change: settled(change) }
}
