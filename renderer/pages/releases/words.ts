/** How the state of a release is written and drawn, and what its parts are called. */
import type { ProductionMeasure } from '../../../shared/contract/policy.ts'
import type { ReleaseEntry, ReleaseSummary } from '../../../shared/contract/release.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import type { Look } from '../approvals/words.ts'

const looks: Readonly<Record<ReleaseEntry['state'], Look>> = {
  'in force': { title: 'In force', icon: 'shield', tone: 'good' },
  expired: { title: 'Expired', icon: 'warning', tone: 'warning' },
  'not approved': { title: 'No longer approved', icon: 'close', tone: 'error' },
  moved: { title: 'Moved', icon: 'help', tone: 'quiet' },
  altered: { title: 'Altered', icon: 'error', tone: 'error' },
}
export const releaseLook = (state: ReleaseEntry['state']): Look => looks[state]

/** What the proof says, in a few words. */
export function proofLook({ proof }: ReleaseSummary): Look {
  if (!proof) return { title: 'Not proved', icon: 'help', tone: 'quiet' }
  const rows = proof.replays[0]?.rows ?? 0
  if (!proof.ok) return { title: 'Scores differ', icon: 'error', tone: 'error' }
  return { title: `${plural(rows, 'row')} × ${formatCount(proof.replays.length)} ways`, icon: 'check', tone: 'good' }
}

/** What the server says of why it predicts what it predicts. */
export const reasonsTitle = ({ reasons }: ReleaseSummary): string =>
  reasons === null
    ? 'none are given'
    : {
        tree: 'given when asked, exact, from the trees',
        linear: 'given when asked, exact, from the linear model',
        exact: 'given when asked, over every coalition of columns',
        permutation: 'given when asked, sampled',
        kernel: 'given when asked, sampled',
      }[reasons]

export const measureTitle = (measure: ProductionMeasure): string =>
  ({
    error_rate: 'Failed requests',
    latency_p50_ms: 'Latency, median',
    latency_p95_ms: 'Latency, 95th percentile',
    latency_p99_ms: 'Latency, 99th percentile',
    input_psi: 'Drift of the worst input',
  })[measure]

export const limitText = (measure: ProductionMeasure, atMost: number): string =>
  measure === 'error_rate'
    ? `${Number((atMost * 100).toPrecision(6))} %`
    : measure === 'input_psi'
      ? `stability index ${atMost}`
      : `${atMost} ms`
