/** Float64's machine epsilon, scikit-learn's clip: a true class given probability 0 costs 36 nats, not infinity. */
export const logLossEpsilon = Number.EPSILON

/** −ln p in nats, p clipped to [ε, 1 − ε]. */
export function clippedLogLoss(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, logLossEpsilon), 1 - logLossEpsilon))
}
