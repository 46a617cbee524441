/**
 * The difference from the champion out of a paired comparison, where one is part of the evidence: from scores of the
 * same rows, so that it is known better than from two lone intervals.
 */
import { comparisonSchema } from '../contract/comparison.ts'
import type { Contender } from '../contract/comparison.ts'
import type { Metric } from '../contract/evidence.ts'
import type { Evidence } from '../contract/run.ts'
import type { Step } from './evidence-path.ts'
import type { Figure } from './judge-figure.ts'
import type { Champion } from './judge-policy.ts'

/** The same metric at the same threshold: floats that travelled through JSON are equal to the last bit or nearly so. */
const same = (a: Metric | undefined, b: Metric | undefined): boolean =>
  typeof a?.value === 'number' &&
  typeof b?.value === 'number' &&
  Math.abs(a.value - b.value) <= 1e-9 * Math.max(1, Math.abs(a.value))

const isOf = (contender: Contender | undefined, evidence: Evidence, metric: string): boolean =>
  contender?.run?.scoresSha256 === evidence.run.scoresSha256 &&
  same(contender.metrics[metric], evidence.metrics[metric])

function toFigure(difference: Metric, sign: 1 | -1): Figure {
  const { value, low, high, n, method, reason } = difference
  const ends = sign === 1 ? [low, high] : [high, low]
  const flip = (x: number | null | undefined): number | null => (x === null || x === undefined ? null : sign * x)
  return {
    value: flip(value),
    low: flip(ends[0]),
    high: flip(ends[1]),
    n,
    method: method === null ? null : `paired: ${method}`,
    reason: reason ?? null,
  }
}

/**
 * Candidate minus champion in one overall metric; null where the evidence holds no comparison of just these two runs on
 * this data, or compares another metric.
 */
export function pairedDifference(steps: readonly Step[], evidence: Evidence, champion: Champion): Figure | null {
  const [area, name] = steps
  if (steps.length !== 2 || area?.kind !== 'name' || area.name !== 'metrics' || name?.kind !== 'name') return null
  const parsed = comparisonSchema.safeParse(evidence.sections?.['comparison'])
  if (!parsed.success || parsed.data.dataset.dataSha256 !== evidence.dataset.dataSha256) return null
  const { contenders, pairs, reference } = parsed.data
  const find = (key: string): Contender | undefined => contenders.find((contender) => contender.key === key)
  for (const pair of pairs) {
    const difference = pair.differences[name.name]?.difference
    if (!difference) continue
    const [first, second] = [find(reference), find(pair.other)]
    if (isOf(second, evidence, name.name) && isOf(first, champion.evidence, name.name)) return toFigure(difference, 1)
    if (isOf(first, evidence, name.name) && isOf(second, champion.evidence, name.name)) return toFigure(difference, -1)
  }
  return null
}
