/** From labels and scores of a classifier of K classes to its metrics and curves. */
import type { ClassEvidence, Metrics, MulticlassEvidence } from '../contract/evidence.ts'
import { areProbabilities, calibrate } from './calibration.ts'
import { curvePointsOf, largest, limitClasses, mostDetailed } from './class-detail.ts'
import { rocCurve } from './curves.ts'
import { histogram } from './histogram.ts'
import { addMasses, f1Metric, undefinedMetric, undefinedMetrics, weightedProportionMetric } from './metric.ts'
import type { Mass } from './metric.ts'
import { confusionEvidence, countConfusion } from './multiclass-confusion.ts'
import type { MarginalMasses } from './multiclass-confusion.ts'
import { multiclassLabelMetrics } from './multiclass-label-metrics.ts'
import { readMulticlassRows } from './multiclass-rows.ts'
import type { MulticlassRows } from './multiclass-rows.ts'
import { createOneVsOne, oneVsOneKeys } from './one-vs-one.ts'
import { createOneVsRest, oneVsRestKeys } from './one-vs-rest.ts'
import { groupScores, rankGroups } from './ranked-groups.ts'
import { averagePrecisionMetric, rocAucMetric } from './ranking-metrics.ts'
import { rowMeanMetric, rowShareMetric } from './row-mean.ts'

export interface MulticlassRequest {
  /** Class index, or −1 for a class that the model never names: the row counts as wrong. */
  readonly y: Int32Array
  /** n × K, row-major, finite; null without scores. */
  readonly scores: Float32Array | Float64Array | null
  /** Names of the K classes. */
  readonly labels: readonly string[]
  /** The model's own label, −1 for one that is not in `labels`; read only where there are no scores. */
  readonly predicted?: Int32Array
  /** The classes as numbers, where they are numbers. */
  readonly numericLabels?: readonly number[]
  /** Seed of every resampling. */
  readonly seed: number
  /** What each row counts for, more than 0; 1 where left out. Counts and histograms are of rows all the same. */
  readonly weight?: Float64Array | null
}

export interface MulticlassEvaluation {
  readonly metrics: Metrics
  readonly detail: MulticlassEvidence
}

const topKeys = [2, 3, 5] as const
const probabilityKeys = ['log_loss', 'brier_score', 'ece', 'mce'] as const
const classProbabilityKeys = ['brier_score', 'ece', 'mce'] as const
const noScores = 'the model gives labels but no scores'
const noProbabilities = 'scores outside 0 to 1 are not probabilities'
const confidenceBins = 40

/**
 * Every metric, curve and table of a multiclass classifier. What is undefined is null with a reason.
 *
 * @throws Error where there are neither scores nor predicted labels.
 */
export function evaluateMulticlass(request: MulticlassRequest): MulticlassEvaluation {
  const { y, scores, labels, numericLabels, seed, weight } = request
  const rows = scores ? readMulticlassRows(y, scores, labels.length) : null
  const predicted = rows ? rows.predicted : request.predicted
  if (!predicted) throw new Error('evaluateMulticlass needs scores or predicted labels')
  const confusion = countConfusion(y, predicted, labels.length, weight)
  const { metrics, masses } = multiclassLabelMetrics({ confusion, numericLabels, seed })
  const probabilities = scores !== null && areProbabilities(scores)
  const ranked = scores ? rankClasses(request, scores, masses, probabilities) : withoutRanking(request, masses)
  const perRow = rows && probabilities ? probabilityEvidence(y, rows, seed, weight) : null
  return {
    metrics: {
      ...metrics,
      ...topMetrics(rows, y.length, labels.length, weight),
      ...ranked.metrics,
      ...(perRow?.metrics ?? undefinedMetrics(probabilityKeys, y.length, scores ? noProbabilities : noScores)),
    },
    detail: {
      kind: 'multiclass',
      classes: limitClasses(ranked.classes),
      confusion: confusionEvidence(confusion, labels),
      confidence: perRow?.confidence ?? null,
      calibration: perRow?.calibration ?? null,
    },
  }
}

/** top_k_accuracy for each k that leaves a class out. */
function topMetrics(
  rows: MulticlassRows | null,
  n: number,
  classes: number,
  weight: Float64Array | null | undefined,
): Metrics {
  return Object.fromEntries(
    topKeys
      .filter((top) => top < classes)
      .map((top) => [
        `top_${top}_accuracy`,
        rows ? rowShareMetric(n, (row) => rows.trueRank[row]! < top, weight) : undefinedMetric(n, noScores),
      ]),
  )
}

function probabilityEvidence(
  y: Int32Array,
  rows: MulticlassRows,
  seed: number,
  weight: Float64Array | null | undefined,
) {
  const right = Uint8Array.from(y, (truth, row) => (truth === rows.predicted[row] ? 1 : 0))
  const { calibration, ece, mce } = calibrate(groupScores(right, rows.confidence, weight), seed)
  const metrics: Metrics = {
    log_loss: rowMeanMetric(y.length, (row) => rows.logLoss[row]!, undefined, weight),
    brier_score: rowMeanMetric(y.length, (row) => rows.squaredError[row]!, [0, 2], weight),
    ece,
    mce,
  }
  const confidence = histogram(rows.confidence, (row) => right[row]!, ['wrong', 'right'], confidenceBins, [0, 1])
  return { metrics, calibration, confidence }
}

interface Ranked {
  readonly metrics: Metrics
  readonly classes: ClassEvidence[]
}

function classLabelMetrics({ all, support, predicted, hits, missed, false: wrong, rest }: MarginalMasses, k: number) {
  const [own, calls, right, others] = [support[k]!, predicted[k]!, hits[k]!, addMasses(wrong[k]!, rest[k]!)]
  const jaccard = weightedProportionMetric(
    right,
    addMasses(missed[k]!, wrong[k]!),
    'no row is of the class or predicted as it',
  )
  const without = (part: Mass): Mass => ({
    sum: all.sum - part.sum,
    squares: all.squares - part.squares,
    rows: all.rows - part.rows,
  })
  return {
    precision: weightedProportionMetric(right, wrong[k]!, 'no rows predicted as the class'),
    recall: weightedProportionMetric(right, missed[k]!, 'no rows of the class'),
    specificity: weightedProportionMetric(rest[k]!, wrong[k]!, 'no rows of other classes'),
    f1: f1Metric(jaccard),
    prevalence: weightedProportionMetric(own, others, 'no rows'),
    selection_rate: weightedProportionMetric(calls, without(calls), 'no rows'),
  }
}

function withoutRanking({ y, labels }: MulticlassRequest, table: MarginalMasses): Ranked {
  const keys = ['roc_auc', 'average_precision', ...classProbabilityKeys]
  return {
    metrics: undefinedMetrics([...oneVsRestKeys, ...oneVsOneKeys], y.length, noScores),
    classes: labels.map((label, k) => ({
      label,
      support: table.support[k]!.rows,
      predicted: table.predicted[k]!.rows,
      metrics: { ...classLabelMetrics(table, k), ...undefinedMetrics(keys, y.length, noScores) },
      roc: null,
      calibration: null,
    })),
  }
}

/** One class after the other, so that the memory is that of one column of scores. */
function rankClasses(
  { y, labels, seed, weight }: MulticlassRequest,
  scores: Float32Array | Float64Array,
  table: MarginalMasses,
  probabilities: boolean,
): Ranked {
  const n = y.length
  const width = labels.length
  const oneVsRest = createOneVsRest(n, weight)
  const oneVsOne = createOneVsOne(y, width, weight)
  const points = curvePointsOf(width)
  const supports = labels.map((_, k) => table.support[k]!.rows)
  const detailed = new Set(largest(supports, mostDetailed))
  const positive = new Uint8Array(n)
  const column = scores instanceof Float32Array ? new Float32Array(n) : new Float64Array(n)
  const classes = labels.map((label, k): ClassEvidence => {
    for (let row = 0; row < n; row++) {
      positive[row] = y[row] === k ? 1 : 0
      column[row] = scores[row * width + k]!
    }
    const groups = rankGroups(positive, column, weight)
    oneVsRest.add(positive, groups)
    oneVsOne.add(k, groups)
    const calibrated = probabilities && detailed.has(k) ? calibrate(groups, seed) : null
    return {
      label,
      support: table.support[k]!.rows,
      predicted: table.predicted[k]!.rows,
      metrics: {
        ...classLabelMetrics(table, k),
        roc_auc: rocAucMetric(groups),
        average_precision: averagePrecisionMetric(groups),
        ...(calibrated
          ? {
              brier_score: calibrated.brier,
              ece: calibrated.ece,
              mce: calibrated.mce,
            }
          : undefinedMetrics(classProbabilityKeys, n, noProbabilities)),
      },
      roc: rocCurve(groups, points),
      calibration: calibrated?.calibration ?? null,
    }
  })
  return { metrics: { ...oneVsRest.metrics(), ...oneVsOne.metrics() }, classes }
}
