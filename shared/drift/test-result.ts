/** How tests say what they found, or why they cannot. */
import type { DriftEffect, DriftTest } from '../contract/drift-column.ts'
import { z95 } from '../statistics/normal.ts'

/** A test that is not defined here. */
export const undefinedTest = (reason: string): DriftTest => ({
  statistic: null,
  p: null,
  method: 'not computed',
  effect: null,
  reason,
})

/** An effect whose interval is the estimate plus and minus 1.96 standard errors, within what it can be. */
export function normalEffect(
  measure: string,
  value: number,
  standardError: number,
  method: string,
  [least, most]: readonly [number, number] = [0, Infinity],
): DriftEffect {
  if (!Number.isFinite(standardError)) return plainEffect(measure, value)
  return {
    measure,
    value,
    low: Math.min(value, Math.max(least, value - z95 * standardError)),
    high: Math.max(value, Math.min(most, value + z95 * standardError)),
    method,
  }
}

/** An effect without an interval. */
export const plainEffect = (measure: string, value: number): DriftEffect => ({
  measure,
  value,
  low: null,
  high: null,
  method: null,
})
