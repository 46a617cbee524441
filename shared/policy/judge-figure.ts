/** One figure held against one limit, with its uncertainty: pass, fail, inconclusive or missing. */
import type { Limits, Outcome } from '../contract/policy.ts'
import { formatShort } from '../format/number.ts'
import { moverDifference } from '../statistics/mover.ts'

/** A figure as the evidence has it. Without an interval, `low` and `high` are null. */
export interface Figure {
  readonly value: number | string | boolean | null
  readonly low: number | null
  readonly high: number | null
  /** Rows behind it; null where the evidence does not say. */
  readonly n: number | null
  readonly method: string | null
  /** Why value or interval is null. */
  readonly reason: string | null
}

export interface Verdict {
  readonly outcome: Outcome
  readonly reason: string
}

const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** Reads a node of the evidence: a bare number, text or truth value, or an object with value, low, high and n. */
export function readFigure(node: unknown): Figure | null {
  if (typeof node === 'number' || typeof node === 'string' || typeof node === 'boolean') {
    return { value: node, low: null, high: null, n: null, method: null, reason: null }
  }
  if (typeof node !== 'object' || node === null || !('value' in node)) return null
  const { value, low, high, n, method, reason } = node as Readonly<Record<string, unknown>>
  if (value !== null && typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean')
    return null
  return {
    value,
    low: finite(low),
    high: finite(high),
    n: finite(n),
    method: typeof method === 'string' ? method : null,
    reason: typeof reason === 'string' ? reason : null,
  }
}

/** The limits as one closed range; null where `equals` is meant. */
export function rangeOf(limits: Limits): readonly [number, number] | null {
  if (limits.at_least !== undefined) return [limits.at_least, Infinity]
  if (limits.at_most !== undefined) return [-Infinity, limits.at_most]
  return limits.between ?? null
}

/** "at least 0.8", "between 0 and 0.1". */
export function limitsText(limits: Limits): string {
  if (limits.at_least !== undefined) return `at least ${formatShort(limits.at_least)}`
  if (limits.at_most !== undefined) return `at most ${formatShort(limits.at_most)}`
  if (limits.between) return `between ${formatShort(limits.between[0])} and ${formatShort(limits.between[1])}`
  if (limits.equals !== undefined)
    return `exactly ${typeof limits.equals === 'number' ? formatShort(limits.equals) : String(limits.equals)}`
  return 'no limit'
}

/**
 * The whole interval inside the limits passes, the whole interval outside fails, an interval that straddles a limit is
 * inconclusive: the rows are too few to tell. A figure without an interval is judged by its value alone, and the reason
 * says so.
 */
export function judgeFigure(
  figure: Figure,
  limits: Limits,
  { judge = 'interval', nAtLeast = 0 }: { readonly judge?: 'interval' | 'value'; readonly nAtLeast?: number } = {},
): Verdict {
  const { value, low, high, n } = figure
  if (value === null) return { outcome: 'missing', reason: figure.reason ?? 'the figure is not defined' }
  if (nAtLeast > 0 && (n === null || n < nAtLeast)) {
    return {
      outcome: 'inconclusive',
      reason: n === null ? 'the evidence does not say how many rows are behind it' : `${n} of ${nAtLeast} rows needed`,
    }
  }
  if (limits.equals !== undefined) {
    return value === limits.equals
      ? { outcome: 'pass', reason: 'it is equal' }
      : { outcome: 'fail', reason: `it is ${String(value)}` }
  }
  const range = rangeOf(limits)
  if (!range || typeof value !== 'number') {
    return { outcome: 'missing', reason: 'it is not a number, so it cannot be held against this limit' }
  }
  const [from, to] = range
  const inside = (x: number): boolean => x >= from && x <= to
  if (judge === 'value' || low === null || high === null) {
    const how =
      judge === 'value'
        ? 'judged by its value alone'
        : figure.n === null
          ? 'a plain number, which is what it is'
          : 'it has no interval, so its value alone decides'
    return { outcome: inside(value) ? 'pass' : 'fail', reason: how }
  }
  if (low >= from && high <= to) return { outcome: 'pass', reason: 'the whole interval is within the limit' }
  if (high < from || low > to) return { outcome: 'fail', reason: 'the whole interval is past the limit' }
  return {
    outcome: 'inconclusive',
    reason: inside(value)
      ? 'the value is within the limit, but its interval straddles it: too few rows to tell'
      : 'the value is past the limit, but its interval straddles it: too few rows to tell',
  }
}

/**
 * Candidate minus champion. The interval is made from the two intervals by MOVER (Zou and Donner 2008, Statistics in
 * Medicine 27:1693), which takes the two to be independent: on the same rows they move together, so it is wider than a
 * paired interval would be, and never too narrow for positive correlation.
 */
export function differenceOf(candidate: Figure, champion: Figure): Figure {
  const missing = (reason: string): Figure => ({
    value: null,
    low: null,
    high: null,
    n: candidate.n,
    method: null,
    reason,
  })
  if (typeof candidate.value !== 'number') return missing(candidate.reason ?? 'the figure is not defined')
  if (typeof champion.value !== 'number')
    return missing(`the champion’s figure is not defined: ${champion.reason ?? 'no reason recorded'}`)
  const value = candidate.value - champion.value
  const n = candidate.n === null || champion.n === null ? null : Math.min(candidate.n, champion.n)
  if (candidate.low === null || candidate.high === null || champion.low === null || champion.high === null) {
    return { value, low: null, high: null, n, method: null, reason: 'one of the two figures has no interval' }
  }
  const interval = moverDifference(
    { value: candidate.value, low: candidate.low, high: candidate.high },
    { value: champion.value, low: champion.low, high: champion.high },
  )
  return { value, ...interval, n, method: 'MOVER from two independent intervals', reason: null }
}
