/** From the labels that rows have and the probabilities of each to the metrics of a multilabel classifier. */
import type { ClassEvidence, Metrics, MultilabelEvidence } from '../contract/evidence.ts'
import { binaryConfusionMetrics, confusionOfGroups } from './binary-confusion.ts'
import { calibrate, groupsAreProbabilities } from './calibration.ts'
import { curvePointsOf, largest, limitClasses, mostDetailed } from './class-detail.ts'
import { rocCurve } from './curves.ts'
import { histogram } from './histogram.ts'
import { undefinedMetrics } from './metric.ts'
import { labelAverages } from './multilabel-averages.ts'
import { labelRowMetrics } from './multilabel-rows.ts'
import { createOneVsRest, oneVsRestKeys, pooledRanking } from './one-vs-rest.ts'
import { rankGroups } from './ranked-groups.ts'
import { averagePrecisionMetric, rocAucMetric } from './ranking-metrics.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface MultilabelRequest {
  /** n × L, row-major: 1 where the row has the label, else 0. */
  readonly truth: Uint8Array
  /** n × L, row-major, finite. */
  readonly scores: Float32Array | Float64Array
  readonly labels: readonly string[]
  /** A label is given where its score is at or above this. */
  readonly threshold: number
  /** Seed of every resampling. */
  readonly seed: number
  /** What each row counts for, more than 0; 1 where left out. Counts and histograms are of rows all the same. */
  readonly weight?: Float64Array | null
}

export interface MultilabelEvaluation {
  readonly metrics: Metrics
  readonly detail: MultilabelEvidence
}

const probabilityKeys = ['log_loss', 'brier_score', 'ece', 'mce'] as const
const noProbabilities = 'scores outside 0 to 1 are not probabilities'

/** What the averages over labels are called here, by what they are called over classes. */
const rankingNames: Readonly<Record<(typeof oneVsRestKeys)[number], string>> = {
  roc_auc_ovr: 'roc_auc_macro',
  roc_auc_ovr_present: 'roc_auc_macro_present',
  roc_auc_ovr_weighted: 'roc_auc_weighted',
  average_precision_macro: 'average_precision_macro',
}

/** Every metric, curve and table of a multilabel classifier. What is undefined is null with a reason. */
export function evaluateMultilabel(request: MultilabelRequest): MultilabelEvaluation {
  const { truth, scores, labels, threshold, weight } = request
  const width = labels.length
  const n = width === 0 ? 0 : truth.length / width
  const given = mapTo(Uint8Array, scores, (score) => (score >= threshold ? 1 : 0))
  const ranked = createOneVsRest(n, weight)
  const classes = rankLabels(request, n, ranked.add)
  const averages = ranked.metrics()
  const rows = { n, width, truth, given, weight: weight ?? null }
  return {
    metrics: {
      ...labelRowMetrics(rows, scores),
      ...labelAverages(rows),
      ...Object.fromEntries(oneVsRestKeys.map((key) => [rankingNames[key], averages[key]!])),
      ...pooledRanking(rows, scores),
    },
    detail: {
      kind: 'multilabel',
      threshold,
      classes: limitClasses(classes),
      labelsPerRow: labelCounts(truth, given, n, width),
    },
  }
}

function labelCounts(
  truth: Uint8Array,
  given: Uint8Array,
  n: number,
  width: number,
): MultilabelEvidence['labelsPerRow'] {
  const counts = new Float64Array(2 * n)
  for (let row = 0; row < n; row++) {
    for (let k = row * width; k < (row + 1) * width; k++) {
      counts[row]! += truth[k]!
      counts[n + row]! += given[k]!
    }
  }
  const most = Math.min(
    50,
    counts.reduce((largest, count) => Math.max(largest, count), 0),
  )
  // One bin a count; the last one holds the rows with more.
  return histogram(counts, (at) => (at < n ? 0 : 1), ['actual', 'predicted'], most + 1, [-0.5, most + 0.5])
}

/** One label after the other, so that the memory is that of one column of scores. */
function rankLabels(
  { truth, scores, labels, threshold, seed, weight }: MultilabelRequest,
  n: number,
  add: ReturnType<typeof createOneVsRest>['add'],
): ClassEvidence[] {
  const width = labels.length
  const positive = new Uint8Array(n)
  const column = scores instanceof Float32Array ? new Float32Array(n) : new Float64Array(n)
  const points = curvePointsOf(width)
  const supports = new Array<number>(width).fill(0)
  truth.forEach((has, at) => (supports[at % width]! += has))
  const detailed = new Set(largest(supports, mostDetailed))
  return labels.map((label, k): ClassEvidence => {
    for (let row = 0; row < n; row++) {
      positive[row] = truth[row * width + k]!
      column[row] = scores[row * width + k]!
    }
    const groups = rankGroups(positive, column, weight)
    add(positive, groups)
    const confusion = confusionOfGroups(groups, threshold)
    const { precision, recall, specificity, f1, prevalence, selection_rate } = binaryConfusionMetrics(confusion, seed)
    const calibrated = detailed.has(k) && groupsAreProbabilities(groups) ? calibrate(groups, seed) : null
    return {
      label,
      support: confusion.tp.rows + confusion.fn.rows,
      predicted: confusion.tp.rows + confusion.fp.rows,
      metrics: {
        precision: precision!,
        recall: recall!,
        specificity: specificity!,
        f1: f1!,
        prevalence: prevalence!,
        selection_rate: selection_rate!,
        roc_auc: rocAucMetric(groups),
        average_precision: averagePrecisionMetric(groups),
        ...(calibrated
          ? {
              log_loss: calibrated.logLoss,
              brier_score: calibrated.brier,
              ece: calibrated.ece,
              mce: calibrated.mce,
            }
          : undefinedMetrics(probabilityKeys, n, noProbabilities)),
      },
      roc: rocCurve(groups, points),
      calibration: calibrated?.calibration ?? null,
    }
  })
}
