/** From labels and scores of a binary classifier to its metrics and curves. */
import type { BinaryEvidence, Metrics } from '../contract/evidence.ts'
import { binaryConfusionMetrics, confusionOfGroups, countBinaryConfusion } from './binary-confusion.ts'
import { calibrate, groupsAreProbabilities } from './calibration.ts'
import { prCurve, rocCurve } from './curves.ts'
import { groupHistogram } from './histogram.ts'
import { undefinedMetrics } from './metric.ts'
import { groupScores } from './ranked-groups.ts'
import type { ScoredGroups } from './ranked-groups.ts'
import { rankingKeys, rankingMetrics } from './ranking-metrics.ts'
import { thresholdTable } from './threshold-table.ts'

export interface BinaryRequest {
  /** 1 where the row is positive, else 0. */
  readonly y: Uint8Array
  /** Probability, or any finite score that rises with it, of the positive class, one a row; null without scores. */
  readonly score: Float32Array | Float64Array | null
  /** The model's own label, 1 for positive; read only where there are no scores. */
  readonly predicted?: Uint8Array
  /** A row is called positive where its score is at or above this. */
  readonly threshold: number
  readonly positive: string
  readonly negative: string
  /** Seed of every resampling. */
  readonly seed: number
  /** What each row counts for, more than 0; 1 where left out. Counts and histograms are of rows all the same. */
  readonly weight?: Float64Array | null
}

export interface BinaryEvaluation {
  readonly metrics: Metrics
  readonly detail: BinaryEvidence
}

const probabilityKeys = ['log_loss', 'brier_score', 'ece', 'mce'] as const
const scoreBins = 40

/**
 * Every metric, curve and table of a binary classifier. What is undefined is null with a reason.
 *
 * @throws Error where there are neither scores nor predicted labels.
 */
export function evaluateBinary(request: BinaryRequest): BinaryEvaluation {
  const { y, score, threshold, seed, weight } = request
  if (!score && !request.predicted) throw new Error('evaluateBinary needs scores or predicted labels')
  const groups = score && groupScores(y, score, weight)
  const confusion = groups ? confusionOfGroups(groups, threshold) : countBinaryConfusion(y, request.predicted!, weight)
  const scored = groups ? evaluateScores(groups, request) : withoutScores(y.length)
  return {
    metrics: { ...binaryConfusionMetrics(confusion, seed), ...scored.metrics },
    detail: {
      kind: 'binary',
      positive: request.positive,
      negative: request.negative,
      threshold,
      confusion: {
        labels: [request.negative, request.positive],
        counts: [
          [confusion.tn.rows, confusion.fp.rows],
          [confusion.fn.rows, confusion.tp.rows],
        ],
      },
      ...scored.detail,
    },
  }
}

interface Scored {
  readonly metrics: Metrics
  readonly detail: Pick<BinaryEvidence, 'roc' | 'pr' | 'calibration' | 'scores' | 'thresholds'>
}

function withoutScores(n: number): Scored {
  return {
    metrics: undefinedMetrics([...rankingKeys, ...probabilityKeys], n, 'the model gives labels but no scores'),
    detail: { roc: null, pr: null, calibration: null, scores: null, thresholds: null },
  }
}

function evaluateScores(groups: ScoredGroups, { positive, negative, seed }: BinaryRequest): Scored {
  const probabilities = groupsAreProbabilities(groups)
  const calibrated = probabilities ? calibrate(groups, seed) : null
  const probabilityMetrics = calibrated
    ? {
        log_loss: calibrated.logLoss,
        brier_score: calibrated.brier,
        ece: calibrated.ece,
        mce: calibrated.mce,
      }
    : undefinedMetrics(probabilityKeys, groups.rows, 'scores outside 0 to 1 are not probabilities')
  return {
    metrics: { ...rankingMetrics(groups, seed), ...probabilityMetrics },
    detail: {
      roc: rocCurve(groups),
      pr: prCurve(groups),
      calibration: calibrated?.calibration ?? null,
      scores: groupHistogram(groups, [negative, positive], scoreBins, probabilities ? [0, 1] : undefined),
      thresholds: thresholdTable(groups, probabilities),
    },
  }
}
