/** From one model's scores to what its pairs need, made once: influences, losses and decisions of every row. */
import { clippedLogLoss } from '../metrics/log-loss.ts'
import { areProbabilities } from '../metrics/calibration.ts'
import { readMulticlassRows } from '../metrics/multiclass-rows.ts'
import { missingClassReason, rankGroups } from '../metrics/ranked-groups.ts'
import { delongInfluence } from '../statistics/delong.ts'
import type { BinaryAnswers } from './compare-binary.ts'
import type { MulticlassAnswers } from './compare-multiclass.ts'
import { aucInfluence, averagePrecisionInfluence } from './row-influence.ts'
import type { RowInfluence } from './row-influence.ts'
import { mapTo } from '../statistics/map-to.ts'

export type Scores = Float32Array | Float64Array

const labelsOnly = 'one of the two gives labels but no scores'

/**
 * @param y 1 where the row is positive, else 0.
 * @param score Of the positive class, one a row; null for a model that gives labels only.
 * @param called The model's own labels, 1 for positive; read only where there is no score.
 * @param threshold A row is called positive at or above it.
 */
export function binaryAnswers(
  y: Uint8Array,
  score: Scores | null,
  called: Uint8Array | null,
  threshold: number,
): BinaryAnswers {
  if (!score) {
    const none = { auc: null, averagePrecision: null, probability: null, logLoss: null, squaredError: null }
    return { called: called!, ...none, rankless: labelsOnly }
  }
  const groups = rankGroups(y, score)
  const probability = areProbabilities(score) ? score : null
  return {
    called: Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0)),
    auc: aucInfluence(y, groups),
    averagePrecision: averagePrecisionInfluence(y, groups),
    probability,
    logLoss: probability && mapTo(Float64Array, probability, (p, row) => clippedLogLoss(y[row] === 1 ? p : 1 - p)),
    squaredError: probability && mapTo(Float64Array, probability, (p, row) => (p - y[row]!) ** 2),
    rankless: null,
  }
}

/**
 * @param y Class index, or −1 for a class that the model never names.
 * @param scores n × K, row-major; null for a model that gives labels only.
 * @param called The model's own labels as class indices; read only where there are no scores.
 */
export function multiclassAnswers(
  y: Int32Array,
  classes: number,
  scores: Scores | null,
  called: Int32Array | null,
): MulticlassAnswers {
  if (!scores) {
    const none = { trueRank: null, aucOvr: null, logLoss: null, squaredError: null }
    return { called: called!, ...none }
  }
  const rows = readMulticlassRows(y, scores, classes)
  const probabilities = areProbabilities(scores)
  return {
    called: rows.predicted,
    trueRank: rows.trueRank,
    aucOvr: oneVsRestInfluence(y, classes, scores),
    logLoss: probabilities ? rows.logLoss : null,
    squaredError: probabilities ? rows.squaredError : null,
  }
}

/** Mean area over the classes that have rows, and what each row adds to it; null where fewer than two have. */
function oneVsRestInfluence(y: Int32Array, classes: number, scores: Scores): RowInfluence | null {
  const n = y.length
  const positive = new Uint8Array(n)
  const column = scores instanceof Float32Array ? new Float32Array(n) : new Float64Array(n)
  const influence = new Float64Array(n)
  let sum = 0
  let present = 0
  for (let k = 0; k < classes; k++) {
    for (let row = 0; row < n; row++) {
      positive[row] = y[row] === k ? 1 : 0
      column[row] = scores[row * classes + k]!
    }
    const groups = rankGroups(positive, column)
    if (missingClassReason(groups)) continue
    const { auc, positiveInfluence, negativeInfluence } = delongInfluence(groups)
    for (let group = 0, at = 0; group < groups.ends.length; group++) {
      for (const end = groups.ends[group]!; at < end; at++) {
        const row = groups.order[at]!
        influence[row]! += positive[row] === 1 ? positiveInfluence[group]! : negativeInfluence[group]!
      }
    }
    sum += auc
    present++
  }
  if (present === 0) return null
  return { value: sum / present, influence: influence.map((each) => each / present) }
}
