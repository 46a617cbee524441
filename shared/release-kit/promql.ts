/** Queries over the server's metrics. Names of columns come from users: every one of them is escaped. */
import type { ProductionLimit } from './production-limits.ts'

export const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

/** A regular expression that matches the text alone, and holds no two braces in a row, which Argo would take as its own. */
export const exactly = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** Codes that are the server's fault; what callers get wrong, and callers who left, are not counted. */
const faults = 'server/(internal|timeout|overloaded|draining)|release/.+'

export interface Scope {
  /** Label matchers, for example job="churn-metrics". */
  readonly matchers: string
  /** Labels that the result keeps, in the order of `by (…)`. */
  readonly by: readonly string[]
  readonly window: string
}

const braces = (...matchers: readonly string[]): string => `{${matchers.filter(Boolean).join(',')}}`
const keep = (labels: readonly string[]): string => (labels.length > 0 ? ` by (${labels.join(', ')})` : '')
const on = ({ by }: Scope): string => `on (${by.join(', ')})`

export function requestRate({ matchers, by, window }: Scope, ...more: readonly string[]): string {
  return `sum${keep(by)} (rate(assay_requests_total${braces(matchers, ...more)}[${window}]))`
}

/** Share of requests that failed by the server's fault. 0, not nothing, where none did. */
export function errorRate(scope: Scope): string {
  const all = requestRate(scope)
  return `(${requestRate(scope, `code=~${quoted(faults)}`)} or ${all} * 0) / ${all}`
}

/** A quantile of whole requests, in milliseconds, as exact as the histogram's buckets. */
export function latencyMs({ matchers, by, window }: Scope, quantile: number): string {
  return `1000 * histogram_quantile(${quantile}, sum${keep(['le', ...by])} (rate(assay_request_seconds_bucket${braces(matchers)}[${window}])))`
}

/** The largest population stability index among columns, of pods that have seen enough rows. */
function largestPsi({ matchers, by }: Scope, column: string | null, rows: number): string {
  const which = column === null ? matchers : [matchers, `column=~${quoted(exactly(column))}`].filter(Boolean).join(',')
  const pod = 'namespace, pod, column'
  return `max${keep(by)} (assay_input_psi${braces(which)} and on (${pod}) sum by (${pod}) (assay_input_bin_rows${braces(which)}) >= ${rows})`
}

/** Fewer rows than this say little about ten bins: chance alone gives an index of 9/n + 9/m. */
export const fewestRows = 1000

/** Requests below which a measure says nothing, and a canary waits. */
export function fewestRequests({ measure, atMost }: ProductionLimit): number {
  // Rule of three: no failure among 3/p requests puts the rate under p with 95 %.
  if (measure === 'error_rate') return Math.max(100, Math.ceil(3 / Math.max(atMost, 1e-6)))
  // At least five requests beyond the quantile.
  return measure === 'latency_p99_ms' ? 500 : 100
}

const quantiles = { latency_p50_ms: 0.5, latency_p95_ms: 0.95, latency_p99_ms: 0.99 } as const

/** The measured side of a limit; empty while there is too little traffic to tell. */
export function limitQuery(limit: ProductionLimit, scope: Scope): string {
  if (limit.measure === 'input_psi') return largestPsi(scope, limit.column, fewestRows)
  const value = limit.measure === 'error_rate' ? errorRate(scope) : latencyMs(scope, quantiles[limit.measure])
  const { matchers, by, window } = scope
  const seen = `sum${keep(by)} (increase(assay_requests_total${braces(matchers)}[${window}]))`
  return `(${value}) and ${on(scope)} (${seen} >= ${fewestRequests(limit)})`
}
