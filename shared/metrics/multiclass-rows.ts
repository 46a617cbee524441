import { clippedLogLoss, logLossEpsilon } from './log-loss.ts'

/** What each row's scores say, so that one pass over n × K scores serves every metric. */
export interface MulticlassRows {
  /** Class with the highest score, the first of equals. */
  readonly predicted: Int32Array
  /** Highest score. */
  readonly confidence: Float64Array
  /** How many classes rank before the true one, the earlier of equals first, as in `predicted`. */
  readonly trueRank: Uint32Array
  /** −ln of the true class's probability in nats: scores clipped to [ε, 1 − ε], then divided by the row's sum. */
  readonly logLoss: Float64Array
  /** Σ over classes of (probability − indicator)², 0 to 2 (Brier 1950). */
  readonly squaredError: Float64Array
}

/**
 * @param y Class index, or −1 for a class that the model never names: it ranks last and has probability 0.
 * @param scores n × K, row-major, finite.
 */
export function readMulticlassRows(
  y: Int32Array,
  scores: Float32Array | Float64Array,
  classes: number,
): MulticlassRows {
  const n = y.length
  const predicted = new Int32Array(n)
  const confidence = new Float64Array(n)
  const trueRank = new Uint32Array(n)
  const logLoss = new Float64Array(n)
  const squaredError = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const start = row * classes
    const truth = y[row]!
    const atTruth = truth < 0 ? 0 : scores[start + truth]!
    let best = 0
    let before = 0
    let clippedSum = 0
    let squares = 0
    for (let k = 0; k < classes; k++) {
      const score = scores[start + k]!
      if (score > scores[start + best]!) best = k
      if (score > atTruth || (score === atTruth && k < truth)) before++
      clippedSum += Math.min(Math.max(score, logLossEpsilon), 1 - logLossEpsilon)
      squares += score * score
    }
    predicted[row] = best
    confidence[row] = scores[start + best]!
    trueRank[row] = truth < 0 ? classes : before
    const clipped = Math.min(Math.max(atTruth, logLossEpsilon), 1 - logLossEpsilon)
    logLoss[row] = truth < 0 ? clippedLogLoss(0) : -Math.log(clipped / clippedSum)
    squaredError[row] = squares - 2 * atTruth + 1
  }
  return { predicted, confidence, trueRank, logLoss, squaredError }
}
