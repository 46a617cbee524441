/** From an estimated difference to a verdict: is there one, is the other not worse, does it matter? */
import type { PairedDifference } from '../contract/comparison.ts'
import type { MetricDefinition } from '../contract/evidence.ts'
import { holm } from '../statistics/holm.ts'
import { normalCdf } from '../statistics/normal.ts'
import type { PairedEstimate } from './paired-estimate.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'

const level = 0.05
/** A region holds the difference when this much of the posterior lies in it (Kruschke 2018 uses the 95 % interval). */
const enough = 0.95

export interface JudgeRequest {
  /** One metric, every contender against the reference. */
  readonly estimates: readonly PairedEstimate[]
  readonly better: MetricDefinition['better']
  /** In the metric's unit; undefined without one. */
  readonly margin: number | undefined
}

/**
 * Judges one metric for all contenders at once, because their p-values are corrected together (Holm).
 *
 * @returns One a contender, in order.
 */
export function judgeDifferences({ estimates, better, margin }: JudgeRequest): PairedDifference[] {
  // +1 where more is better, −1 where less is; a metric without a direction has a difference but no winner.
  const direction = better === 'higher' ? 1 : better === 'lower' ? -1 : 0
  const pValues = estimates.map(({ zAt }) => (zAt === null ? null : twoSidedNormal(zAt(0))))
  const adjusted = holm(pValues)
  const bound = direction === 0 ? undefined : margin
  // The other is worse by the margin: its difference lies at −margin, on the side that is worse.
  const inferiorityP = estimates.map(({ zAt }) =>
    zAt === null || bound === undefined ? null : normalCdf(-direction * zAt(-direction * bound)),
  )
  const inferiorityAdjusted = holm(inferiorityP)
  return estimates.map((estimate, index): PairedDifference => {
    const { difference, test, zAt } = estimate
    const pAdjusted = adjusted[index]!
    return {
      difference,
      test,
      pValue: pValues[index]!,
      pAdjusted,
      verdict: verdictOf(estimate, pAdjusted, direction),
      nonInferiority:
        zAt === null || bound === undefined
          ? null
          : {
              margin: bound,
              pValue: inferiorityP[index]!,
              pAdjusted: inferiorityAdjusted[index]!,
              verdict: nonInferiorityVerdict(estimate, bound, direction, inferiorityAdjusted[index]!),
            },
      rope: zAt === null || bound === undefined ? null : ropeOf(zAt, bound, direction),
    }
  })
}

function verdictOf(
  { difference, zAt }: PairedEstimate,
  pAdjusted: number | null,
  direction: number,
): PairedDifference['verdict'] {
  if (difference.value === null) return 'undefined'
  if (zAt === null || pAdjusted === null) return difference.value === 0 ? 'no difference shown' : 'not tested'
  if (pAdjusted >= level) return 'no difference shown'
  if (direction === 0) return 'differs'
  return direction * difference.value > 0 ? 'better' : 'worse'
}

/** One-sided at 0.025, as the lower end of a 95 % interval is. */
function nonInferiorityVerdict(
  { difference }: PairedEstimate,
  margin: number,
  direction: number,
  pAdjusted: number,
): 'non-inferior' | 'inferior' | 'inconclusive' {
  if (pAdjusted < level / 2) return 'non-inferior'
  const best = direction > 0 ? difference.high : difference.low
  return best !== null && direction * best < -margin ? 'inferior' : 'inconclusive'
}

/**
 * Probabilities of a region of practical equivalence (Kruschke 2018). The posterior under a flat prior is the confidence
 * distribution of the test: P(difference < δ) = Φ(−z(δ)).
 */
function ropeOf(zAt: (delta: number) => number, halfWidth: number, direction: number): PairedDifference['rope'] {
  const below = normalCdf(-zAt(-halfWidth))
  const above = normalCdf(zAt(halfWidth))
  const worse = direction > 0 ? below : above
  const better = direction > 0 ? above : below
  const equivalent = Math.max(0, 1 - worse - better)
  const verdict =
    worse >= enough ? 'worse' : better >= enough ? 'better' : equivalent >= enough ? 'equivalent' : 'undecided'
  return { halfWidth, worse, equivalent, better, verdict }
}
