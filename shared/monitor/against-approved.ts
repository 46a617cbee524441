/** Metrics of production windows held against the approved ones, with the p-values of all of them corrected together. */
import type { Metric, Metrics, MetricDefinition } from '../contract/evidence.ts'
import type { AgainstApproved } from '../contract/monitor-report.ts'
import { holm } from '../statistics/holm.ts'
import { moverDifference } from '../statistics/mover.ts'
import { normalCdf, z95 } from '../statistics/normal.ts'

type Definitions = Readonly<Record<string, Pick<MetricDefinition, 'better'>>>

interface Compared {
  readonly difference: Metric
  readonly p: number | null
}

const undefinedDifference = (n: number, reason: string): Compared => ({
  difference: { value: null, low: null, high: null, n, method: null, reason },
  p: null,
})

/**
 * @param drop How much worse is still no reason, in units of the metric.
 * @returns `p` of one-sided "no worse than approved by more than `drop`", from the side of the interval that points back
 *   to the approved value (MOVER, Zou and Donner 2008), taken as normal.
 */
export function compareWithApproved(
  now: Metric,
  approved: Metric | undefined,
  better: MetricDefinition['better'],
  drop: number,
): Compared {
  if (now.value === null) return undefinedDifference(now.n, now.reason ?? 'not defined in this window')
  if (!approved || approved.value === null) return undefinedDifference(now.n, 'the approved evidence has no such value')
  if (better !== 'higher' && better !== 'lower') return undefinedDifference(now.n, 'neither way is better')
  const value = now.value - approved.value
  if (now.low === null || now.high === null || approved.low === null || approved.high === null) {
    return { difference: { value, low: null, high: null, n: now.n, method: null, reason: 'no interval' }, p: null }
  }
  const { low, high } = moverDifference(
    { value: now.value, low: now.low, high: now.high },
    { value: approved.value, low: approved.low, high: approved.high },
  )
  const worse = better === 'higher' ? -value : value
  const deviation = (better === 'higher' ? high - value : value - low) / z95
  const excess = worse - drop
  const p = deviation > 0 ? normalCdf(-excess / deviation) : excess > 0 ? 0 : 1
  return { difference: { value, low, high, n: now.n, method: 'MOVER' }, p }
}

/** One entry a window: its metrics, from labels or estimated. */
export function againstApproved(
  windows: readonly Metrics[],
  approved: Metrics,
  watched: readonly string[],
  definitions: Definitions,
  { drop, alpha }: { readonly drop: number; readonly alpha: number },
): Record<string, AgainstApproved>[] {
  const compared = windows.map((metrics) =>
    watched.flatMap((name) => {
      const metric = metrics[name]
      if (!metric) return []
      return [{ name, ...compareWithApproved(metric, approved[name], definitions[name]?.better ?? 'none', drop) }]
    }),
  )
  const corrected = [...holm(compared.flat().map(({ p }) => p))]
  return compared.map((entries) =>
    Object.fromEntries(
      entries.map(({ name, difference, p }) => {
        const adjusted = corrected.shift() ?? null
        return [name, { difference, p, corrected: adjusted, worse: adjusted !== null && adjusted <= alpha }]
      }),
    ),
  )
}
