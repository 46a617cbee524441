/** What a release's server needs: time of single rows and memory, for the kit's limits. */
import { availableParallelism } from 'node:os'
import { AssayError } from '../../../shared/contract/errors.ts'
import { measuredSchema } from '../../../shared/serving/measured.ts'
import type { Measured } from '../../../shared/serving/measured.ts'
import type { GoldenRow } from '../../../shared/serving/release-manifest.ts'
import { quantileOfSorted } from '../../../shared/statistics/quantile.ts'

const warmUp = 20
const requests = 500
/** A slow model is measured less often. */
const longestMs = 5_000

async function timeOf(url: string, row: GoldenRow, signal: AbortSignal): Promise<number> {
  const since = performance.now()
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(row.inputs),
    signal,
  })
  await answer.arrayBuffer()
  if (answer.ok) return performance.now() - since
  throw new AssayError({
    code: 'release/proof-failed',
    message: `The server of the release answered a golden row with ${answer.status} while it was timed.`,
    remedy: 'Look at its log: assay serve DIR.',
  })
}

async function residentBytes(rest: string, signal: AbortSignal): Promise<number> {
  const text = await (await fetch(`${rest}/metrics`, { signal })).text()
  return Math.round(Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]))
}

/**
 * Sends golden rows one by one, one after another. @returns null where there is no row to send, or the system does not
 * say how much memory a process has
 */
export async function measureServer(
  rest: string,
  golden: readonly GoldenRow[],
  signal: AbortSignal,
): Promise<Measured | null> {
  if (golden.length === 0) return null
  const url = `${rest}/v1/predict`
  const end = performance.now() + longestMs
  const times: number[] = []
  for (let k = 0; k < warmUp + requests && (performance.now() < end || times.length === 0); k++) {
    const ms = await timeOf(url, golden[k % golden.length]!, signal)
    if (k >= Math.min(warmUp, golden.length)) times.push(ms)
  }
  const bytes = await residentBytes(rest, signal)
  if (!(bytes > 0)) return null
  const sorted = Float64Array.from(times).sort()
  return measuredSchema.parse({
    requests: times.length,
    p50Ms: quantileOfSorted(sorted, 0.5),
    p99Ms: quantileOfSorted(sorted, 0.99),
    meanMs: times.reduce((sum, ms) => sum + ms, 0) / times.length,
    residentBytes: bytes,
    processors: availableParallelism(),
  } satisfies Measured)
}
