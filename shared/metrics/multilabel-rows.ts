/** Metrics of a multilabel classifier that are a mean over rows. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { argsort } from '../statistics/argsort.ts'
import { areProbabilities } from './calibration.ts'
import { clippedLogLoss } from './log-loss.ts'
import { undefinedMetrics } from './metric.ts'
import { rowMeanMetric, rowShareMetric } from './row-mean.ts'

export interface LabelRows {
  readonly n: number
  /** Labels, L. */
  readonly width: number
  /** n × L: 1 where the row has the label. */
  readonly truth: Uint8Array
  /** n × L: 1 where the row is given the label. */
  readonly given: Uint8Array
  readonly weight: Float64Array | null
}

type Scores = Float32Array | Float64Array

/** 0 where there is nothing to divide by, as scikit-learn's averages take it (zero_division = 0). */
export const ratioOrZero = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** Labels of each row that it has, that it is given, and both. */
function countsOf({ n, width, truth, given }: LabelRows) {
  const actual = new Float64Array(n)
  const called = new Float64Array(n)
  const both = new Float64Array(n)
  for (let row = 0, at = 0; row < n; row++) {
    for (const end = at + width; at < end; at++) {
      actual[row]! += truth[at]!
      called[row]! += given[at]!
      both[row]! += truth[at]! & given[at]!
    }
  }
  return { actual, called, both }
}

/** Metrics that are means over rows of several labels: Hamming loss, Jaccard index, subset accuracy, ranking and loss. */
export function labelRowMetrics(rows: LabelRows, scores: Scores): Metrics {
  const { n, width, truth, weight } = rows
  const { actual, called, both } = countsOf(rows)
  const wrong = (row: number): number => actual[row]! + called[row]! - 2 * both[row]!
  const mean = (valueAt: (row: number) => number, range: readonly [number, number] = [0, 1]): Metric =>
    rowMeanMetric(n, valueAt, range, weight)
  const overLabels = (lossOf: (p: number, has: boolean) => number) => (row: number) => {
    let sum = 0
    for (let at = row * width; at < (row + 1) * width; at++) sum += lossOf(scores[at]!, truth[at] === 1)
    return sum / width
  }
  const ranks = rankingOfRows(rows, scores)
  return {
    subset_accuracy: rowShareMetric(n, (row) => wrong(row) === 0, weight),
    hamming_loss: mean((row) => wrong(row) / width),
    precision_samples: mean((row) => ratioOrZero(both[row]!, called[row]!)),
    recall_samples: mean((row) => ratioOrZero(both[row]!, actual[row]!)),
    f1_samples: mean((row) => ratioOrZero(2 * both[row]!, actual[row]! + called[row]!)),
    jaccard_samples: mean((row) => ratioOrZero(both[row]!, actual[row]! + called[row]! - both[row]!)),
    label_ranking_average_precision: mean((row) => ranks.averagePrecision[row]!),
    label_ranking_loss: mean((row) => ranks.loss[row]!),
    coverage_error: mean((row) => ranks.coverage[row]!, [0, width]),
    ...(areProbabilities(scores)
      ? {
          log_loss: mean(
            overLabels((p, has) => clippedLogLoss(has ? p : 1 - p)),
            [0, Infinity],
          ),
          brier_score: mean(overLabels((p, has) => (has ? (1 - p) * (1 - p) : p * p))),
        }
      : undefinedMetrics(['log_loss', 'brier_score'], n, 'scores outside 0 to 1 are not probabilities')),
  }
}

/**
 * How well each row's own labels rank among all labels, ties going against the model as in scikit-learn's
 * label_ranking_average_precision_score, label_ranking_loss and coverage_error (Tsoumakas et al. 2010).
 */
function rankingOfRows({ n, width, truth }: LabelRows, scores: Scores) {
  const averagePrecision = new Float64Array(n)
  const loss = new Float64Array(n)
  const coverage = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const own = scores.subarray(row * width, (row + 1) * width)
    const order = argsort(own)
    let seen = 0
    let positives = 0
    let precision = 0
    let wrongPairs = 0
    for (let end = width; end > 0;) {
      // One tie, from the highest score down.
      let start = end
      let here = 0
      do {
        start--
        here += truth[row * width + order[start]!]!
      } while (start > 0 && own[order[start - 1]!] === own[order[end - 1]!])
      const negativesAbove = seen - positives
      seen = width - start
      positives += here
      // A tie of a label that the row has and one that it lacks counts half, a negative above a positive whole.
      wrongPairs += here * (negativesAbove + (end - start - here))
      if (here > 0) {
        precision += here * (positives / seen)
        coverage[row] = seen
      }
      end = start
    }
    // Rows with no label or with all of them cannot be ranked wrongly.
    const lacking = width - positives
    averagePrecision[row] = positives === 0 || lacking === 0 ? 1 : precision / positives
    loss[row] = positives === 0 || lacking === 0 ? 0 : wrongPairs / (positives * lacking)
  }
  return { averagePrecision, loss, coverage }
}
