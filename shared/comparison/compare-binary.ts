/** Paired differences of two binary classifiers on the same rows. */
import { binaryStatistics, binaryStatisticKeys } from './binary-statistics.ts'
import { pairedBootstrap } from './paired-bootstrap.ts'
import { pairedDelong } from './paired-delong.ts'
import { influenceEstimate, meanEstimate, proportionEstimate, undefinedEstimate } from './paired-estimate.ts'
import type { PairedEstimate } from './paired-estimate.ts'
import type { RowInfluence } from './row-influence.ts'

/** One classifier's answers, made once and used in each of its pairs. */
export interface BinaryAnswers {
  /** 1 where the row is called positive, else 0. */
  readonly called: Uint8Array
  readonly auc: RowInfluence | null
  readonly averagePrecision: RowInfluence | null
  /** Probabilities of the positive class; null where the scores are none. */
  readonly probability: Float32Array | Float64Array | null
  /** −ln of the true class's probability, one a row; null without probabilities. */
  readonly logLoss: Float64Array | null
  /** Squared error of the probability, one a row. */
  readonly squaredError: Float64Array | null
  /** Why ranking is not compared. */
  readonly rankless: string | null
}

export interface BinaryPairRequest {
  /** 1 where the row is positive, else 0. */
  readonly y: Uint8Array
  readonly other: BinaryAnswers
  readonly reference: BinaryAnswers
  readonly seed: number
}

const noProbabilities = 'one of the two gives no probabilities'

/** Every paired difference of a binary task, by metric: other minus reference. */
export function compareBinary(request: BinaryPairRequest): Record<string, PairedEstimate> {
  return { ...rankingDifferences(request), ...probabilityDifferences(request), ...labelDifferences(request) }
}

function rankingDifferences({ y, other, reference }: BinaryPairRequest): Record<string, PairedEstimate> {
  const rankless = other.rankless ?? reference.rankless
  if (rankless !== null) {
    return {
      roc_auc: undefinedEstimate(y.length, rankless),
      average_precision: undefinedEstimate(y.length, rankless),
    }
  }
  return {
    roc_auc: pairedDelong(y, other.auc, reference.auc),
    average_precision:
      other.averagePrecision && reference.averagePrecision
        ? influenceEstimate(
            other.averagePrecision.value - reference.averagePrecision.value,
            other.averagePrecision.influence,
            reference.averagePrecision.influence,
            'Influence function, paired',
          )
        : undefinedEstimate(y.length, 'no positive rows'),
  }
}

function probabilityDifferences({ y, other, reference }: BinaryPairRequest): Record<string, PairedEstimate> {
  const n = y.length
  if (!other.probability || !reference.probability) {
    const none = undefinedEstimate(n, noProbabilities)
    return { log_loss: none, brier_score: none }
  }
  return {
    log_loss: meanEstimate(other.logLoss!, reference.logLoss!),
    brier_score: meanEstimate(other.squaredError!, reference.squaredError!),
  }
}

function labelDifferences({ y, other, reference, seed }: BinaryPairRequest): Record<string, PairedEstimate> {
  // Cell 4 y + 2 reference + other.
  const cells = new Float64Array(8)
  for (let row = 0; row < y.length; row++) cells[4 * y[row]! + 2 * reference.called[row]! + other.called[row]!]!++
  const [n00, n01, n10, n11, p00, p01, p10, p11] = cells as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const resampled = pairedBootstrap({
    cells,
    width: binaryStatisticKeys.length,
    seed,
    statistics: ([a, b, c, d, e, f, g, h], ofOther, ofReference) => {
      binaryStatistics({ tn: a! + c!, fp: b! + d!, fn: e! + g!, tp: f! + h! }, ofOther)
      binaryStatistics({ tn: a! + b!, fp: c! + d!, fn: e! + f!, tp: g! + h! }, ofReference)
    },
  })
  const positives = p00 + p01 + p10 + p11
  const negatives = n00 + n01 + n10 + n11
  return {
    accuracy: proportionEstimate({ onlyFirst: n10 + p01, onlySecond: n01 + p10, n: y.length }, 'no rows'),
    recall: proportionEstimate({ onlyFirst: p01, onlySecond: p10, n: positives }, 'no positive rows'),
    specificity: proportionEstimate({ onlyFirst: n10, onlySecond: n01, n: negatives }, 'no negative rows'),
    selection_rate: proportionEstimate({ onlyFirst: n01 + p01, onlySecond: n10 + p10, n: y.length }, 'no rows'),
    ...Object.fromEntries(binaryStatisticKeys.map((key, k) => [key, resampled[k]!])),
  }
}
