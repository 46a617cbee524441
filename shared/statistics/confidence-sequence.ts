/**
 * Bounds on a running mean that hold at every moment at once, so that one may look after each row and stop when one
 * likes: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024, Annals of
 * Statistics 52(6)), one-sided, which is Robbins' mixture of normal likelihood ratios (1970) with a standard deviation
 * that is learnt on the way. Where the mean moves, it bounds the mean of the means so far.
 */
export interface SequenceBounds {
  readonly mean: number
  /** The mean was never below it, in all but a share `alpha` of such sequences; likewise for `high`. */
  readonly low: number
  readonly high: number
}

export class ConfidenceSequence {
  readonly #alpha: number
  /** ρ² of the mixture. */
  readonly #scale: number
  #n = 0
  #mean = 0
  #squares = 0

  /**
   * @param alpha Share of sequences in which a bound may ever fail; of each bound by itself, in (0, 1).
   * @param tightAt The number of values at which the bounds are to be narrowest for what they are, at least 1.
   */
  constructor(alpha: number, tightAt: number) {
    this.#alpha = alpha
    const pull = -2 * Math.log(alpha)
    this.#scale = (pull + Math.log(pull + 1)) / tightAt
  }

  add(value: number): void {
    this.#n++
    const step = value - this.#mean
    this.#mean += step / this.#n
    this.#squares += step * (value - this.#mean)
  }

  /** After at least one value; the asymptotics want some dozens. */
  bounds(): SequenceBounds {
    const t = this.#n
    const spread = t * this.#scale + 1
    const deviation = Math.sqrt(this.#squares / t)
    const half =
      deviation * Math.sqrt(((2 * spread) / (t * t * this.#scale)) * Math.log1p(Math.sqrt(spread) / (2 * this.#alpha)))
    return { mean: this.#mean, low: this.#mean - half, high: this.#mean + half }
  }
}
