/** From labels and scores of a classifier of K classes to its metrics and curves. */
import type { ClassEvidence, Metrics, MulticlassEvidence } from '../contract/evidence.ts'
import { areProbabilities, calibrate } from './calibration.ts'
import { curvePoints, rocCurve } from './curves.ts'
import { histogram } from './histogram.ts'
import { f1Metric, proportionMetric, undefinedMetric, undefinedMetrics } from './metric.ts'
import { confusionEvidence, countConfusion } from './multiclass-confusion.ts'
import type { Marginals } from './multiclass-confusion.ts'
import { multiclassLabelMetrics } from './multiclass-label-metrics.ts'
import { readMulticlassRows } from './multiclass-rows.ts'
import type { MulticlassRows } from './multiclass-rows.ts'
import { createOneVsOne, oneVsOneKeys } from './one-vs-one.ts'
import { createOneVsRest, oneVsRestKeys } from './one-vs-rest.ts'
import { rankGroups } from './ranked-groups.ts'
import { averagePrecisionMetric, rocAucMetric } from './ranking-metrics.ts'
import { rowMeanMetric } from './row-mean.ts'

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
/** Points of all classes' ROC curves together, past which each is drawn with fewer. */
const allCurvePoints = 6000

/**
 * Every metric, curve and table of a multiclass classifier. What is undefined is null with a reason.
 *
 * @throws Error where there are neither scores nor predicted labels.
 */
export function evaluateMulticlass(request: MulticlassRequest): MulticlassEvaluation {
  const { y, scores, labels, numericLabels, seed } = request
  const rows = scores ? readMulticlassRows(y, scores, labels.length) : null
  const predicted = rows ? rows.predicted : request.predicted
  if (!predicted) throw new Error('evaluateMulticlass needs scores or predicted labels')
  const confusion = countConfusion(y, predicted, labels.length)
  const { metrics, table } = multiclassLabelMetrics({ confusion, numericLabels, seed })
  const probabilities = scores !== null && areProbabilities(scores)
  const ranked = scores ? rankClasses(request, scores, table, probabilities) : withoutRanking(request, table)
  const perRow = rows && probabilities ? probabilityEvidence(y, rows, seed) : null
  return {
    metrics: {
      ...metrics,
      ...topMetrics(rows, y.length, labels.length),
      ...ranked.metrics,
      ...(perRow?.metrics ?? undefinedMetrics(probabilityKeys, y.length, scores ? noProbabilities : noScores)),
    },
    detail: {
      kind: 'multiclass',
      classes: ranked.classes,
      confusion: confusionEvidence(confusion, labels),
      confidence: perRow?.confidence ?? null,
      calibration: perRow?.calibration ?? null,
    },
  }
}

/** top_k_accuracy for each k that leaves a class out. */
function topMetrics(rows: MulticlassRows | null, n: number, classes: number): Metrics {
  return Object.fromEntries(
    topKeys
      .filter((top) => top < classes)
      .map((top) => [
        `top_${top}_accuracy`,
        rows
          ? proportionMetric(
              rows.trueRank.reduce((sum, rank) => sum + (rank < top ? 1 : 0), 0),
              n,
              'no rows',
            )
          : undefinedMetric(n, noScores),
      ]),
  )
}

function probabilityEvidence(y: Int32Array, rows: MulticlassRows, seed: number) {
  const right = Uint8Array.from(y, (truth, row) => (truth === rows.predicted[row] ? 1 : 0))
  const { calibration, ece, mce } = calibrate(right, rows.confidence, seed)
  const metrics: Metrics = {
    log_loss: rowMeanMetric(y.length, (row) => rows.logLoss[row]!),
    brier_score: rowMeanMetric(y.length, (row) => rows.squaredError[row]!, [0, 2]),
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

function classLabelMetrics({ n, support, predicted, hits }: Marginals, k: number): Metrics {
  const rows = support[k]!
  const calls = predicted[k]!
  const right = hits[k]!
  const jaccard = proportionMetric(right, rows + calls - right, 'no row is of the class or predicted as it')
  return {
    precision: proportionMetric(right, calls, 'no rows predicted as the class'),
    recall: proportionMetric(right, rows, 'no rows of the class'),
    specificity: proportionMetric(n - rows - calls + right, n - rows, 'no rows of other classes'),
    f1: f1Metric(jaccard),
    prevalence: proportionMetric(rows, n, 'no rows'),
    selection_rate: proportionMetric(calls, n, 'no rows'),
  }
}

function withoutRanking({ y, labels }: MulticlassRequest, table: Marginals): Ranked {
  const keys = ['roc_auc', 'average_precision', ...classProbabilityKeys]
  return {
    metrics: undefinedMetrics([...oneVsRestKeys, ...oneVsOneKeys], y.length, noScores),
    classes: labels.map((label, k) => ({
      label,
      support: table.support[k]!,
      predicted: table.predicted[k]!,
      metrics: { ...classLabelMetrics(table, k), ...undefinedMetrics(keys, y.length, noScores) },
      roc: null,
      calibration: null,
    })),
  }
}

/** One class after the other, so that the memory is that of one column of scores. */
function rankClasses(
  { y, labels, seed }: MulticlassRequest,
  scores: Float32Array | Float64Array,
  table: Marginals,
  probabilities: boolean,
): Ranked {
  const n = y.length
  const width = labels.length
  const oneVsRest = createOneVsRest(n)
  const oneVsOne = createOneVsOne(y, width)
  const points = Math.max(20, Math.min(curvePoints, Math.floor(allCurvePoints / width)))
  const positive = new Uint8Array(n)
  const column = scores instanceof Float32Array ? new Float32Array(n) : new Float64Array(n)
  const classes = labels.map((label, k): ClassEvidence => {
    for (let row = 0; row < n; row++) {
      positive[row] = y[row] === k ? 1 : 0
      column[row] = scores[row * width + k]!
    }
    const groups = rankGroups(positive, column)
    oneVsRest.add(positive, groups)
    oneVsOne.add(k, groups)
    const calibrated = probabilities ? calibrate(positive, column, seed) : null
    return {
      label,
      support: table.support[k]!,
      predicted: table.predicted[k]!,
      metrics: {
        ...classLabelMetrics(table, k),
        roc_auc: rocAucMetric(groups),
        average_precision: averagePrecisionMetric(groups),
        ...(calibrated
          ? {
              brier_score: rowMeanMetric(n, (row) => (column[row]! - positive[row]!) ** 2, [0, 1]),
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
