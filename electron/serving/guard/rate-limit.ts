/** A token bucket for each caller: `rate` requests a second on the long run, `burst` of them at once. */

interface Bucket {
  tokens: number
  at: number
}

/** Callers without a key are told apart by address; so many are remembered. */
const most = 10_000

export class RateLimit {
  readonly #rate: number
  readonly #burst: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(rate: number, burst: number) {
    this.#rate = rate
    this.#burst = burst > 0 ? burst : Math.max(1, rate)
  }

  /** Seconds to wait; 0 lets the request pass and counts it. */
  take(caller: string, now: number): number {
    if (this.#rate === 0) return 0
    const known = this.#buckets.get(caller)
    const tokens = known ? Math.min(this.#burst, known.tokens + ((now - known.at) / 1000) * this.#rate) : this.#burst
    const allowed = tokens >= 1
    this.#buckets.delete(caller)
    // The one longest unheard of goes first: its bucket is full again, or nearly.
    if (this.#buckets.size >= most) this.#buckets.delete(this.#buckets.keys().next().value!)
    this.#buckets.set(caller, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed ? 0 : (1 - tokens) / this.#rate
  }
}
