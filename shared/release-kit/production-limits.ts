/**
 * Limits that production can be held to: those of the approved policy that can be measured without labels, and, where it
 * has none on errors, latency or drift, proposed ones that say so. What cannot be measured is listed with the reason.
 */
import type { Policy, ProductionMeasure } from '../contract/policy.ts'
import { parseEvidencePath } from '../policy/evidence-path.ts'
import type { Step } from '../policy/evidence-path.ts'
import { gatesOf } from '../policy/judge-policy.ts'
import type { Measured } from '../serving/measured.ts'

export interface ProductionLimit {
  /** The gate's id, or that of the policy's production limit; `proposed-…` where nobody approved it. */
  readonly id: string
  readonly measure: ProductionMeasure
  readonly atMost: number
  /** For drift: one column; null for the worst of all. */
  readonly column: string | null
  /** approved: it stands in the policy that the approvers signed. */
  readonly source: 'approved gate' | 'approved production limit' | 'proposed'
  readonly reason: string
}

export interface NotMeasurable {
  readonly gate: string
  readonly path: string
  readonly reason: string
}

export interface ProductionLimits {
  readonly limits: readonly ProductionLimit[]
  readonly notMeasurable: readonly NotMeasurable[]
}

/** Column of sections.drift.columns[…].psi: null for all of them, undefined where the path is another one. */
function driftColumn(steps: readonly Step[]): string | null | undefined {
  const [first, second, third, which, last, end] = steps
  const isNamed = (step: Step | undefined, name: string): boolean => step?.kind === 'name' && step.name === name
  if (!isNamed(first, 'sections') || !isNamed(second, 'drift') || !isNamed(third, 'columns')) return undefined
  if (!isNamed(last, 'psi') || (end !== undefined && !isNamed(end, 'value'))) return undefined
  if (which?.kind === 'all') return null
  return which?.kind === 'where' && which.key === 'name' ? which.value : undefined
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/^(metrics|detail)\b/, 'it needs labels, which come later or never: the monitor holds it once they do'],
  [/^run\b/, 'it was measured in large batches on the evaluating machine; requests in production have other sizes'],
  [/^(rows|findings|dataset)\b/, 'it is about the evaluated rows, not about traffic'],
  [/^sections\./, 'it is a figure of an analysis of the evaluated rows that the server does not compute'],
]

function whyNot(path: string): string {
  return reasons.find(([pattern]) => pattern.test(path))?.[1] ?? 'the server exposes nothing that it could be read from'
}

/** Limits that nobody approved, for what the policy leaves open. */
function proposed(measured: Measured | null): ProductionLimit[] {
  // The upper end of a histogram's bucket can be 2.5 times what was there, and a cluster is slower than loopback.
  const latency = measured ? Math.max(50, Math.ceil(measured.p99Ms * 10)) : 1000
  const common = { column: null, source: 'proposed' } as const
  return [
    {
      id: 'proposed-error-rate',
      measure: 'error_rate',
      atMost: 0.01,
      reason: 'No limit on failed requests was approved; one in a hundred is proposed.',
      ...common,
    },
    {
      id: 'proposed-latency-p99',
      measure: 'latency_p99_ms',
      atMost: latency,
      reason: measured
        ? `No limit on latency was approved; ten times the ${measured.p99Ms.toFixed(1)} ms that the proof measured, at least 50 ms, is proposed.`
        : 'No limit on latency was approved and none was measured; one second is proposed.',
      ...common,
    },
    {
      id: 'proposed-drift',
      measure: 'input_psi',
      atMost: 0.25,
      reason: 'No limit on drift was approved; 0.25 is what is by convention called a large shift.',
      ...common,
    },
  ]
}

const kindOf = (measure: ProductionMeasure): string => measure.split('_')[0]!

export function productionLimits(policy: Policy | null, measured: Measured | null): ProductionLimits {
  const limits: ProductionLimit[] = (policy?.deployment.limits ?? []).map((limit) => ({
    id: limit.id,
    measure: limit.measure,
    atMost: limit.at_most,
    column: null,
    source: 'approved production limit',
    reason: limit.reason ?? 'It stands in the approved policy.',
  }))
  const notMeasurable: NotMeasurable[] = []
  for (const gate of policy ? gatesOf(policy) : []) {
    const parsed = parseEvidencePath(gate.path)
    const column = parsed.ok ? driftColumn(parsed.steps) : undefined
    const skip = (reason: string): unknown => notMeasurable.push({ gate: gate.id, path: gate.path, reason })
    if (column === undefined) skip(whyNot(gate.path))
    else if (gate.at_most === undefined) skip('only an upper limit on drift can be held in production')
    else
      limits.push({
        id: gate.id,
        measure: 'input_psi',
        atMost: gate.at_most,
        column,
        source: 'approved gate',
        reason: gate.reason ?? 'It is a gate of the approved policy.',
      })
  }
  const covered = new Set(limits.map((limit) => kindOf(limit.measure)))
  limits.push(...proposed(measured).filter((limit) => !covered.has(kindOf(limit.measure))))
  return { limits, notMeasurable }
}
