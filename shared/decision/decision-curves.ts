/** Curves of at most 101 points: net benefit, gain and lift, and value by threshold. */
import type { DecisionCurve, DecisionSection, GainCurve, Payoff } from '../contract/decision.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import { atCapacity, atThreshold, confusionAt } from './cumulative-counts.ts'
import type { CumulativeCounts } from './cumulative-counts.ts'
import { netBenefitMetric, valueMetric } from './operating-point.ts'

const steps = 100

/** Net benefit at 0.01, 0.02, … 0.99, beside that of selecting every row. */
export function decisionCurve(counts: CumulativeCounts): DecisionCurve {
  const n = counts.positives + counts.negatives
  const curve = { threshold: [], netBenefit: [], low: [], high: [], selectAll: [] } as {
    threshold: number[]
    netBenefit: number[]
    low: (number | null)[]
    high: (number | null)[]
    selectAll: number[]
  }
  for (let step = 1; step < steps; step++) {
    const p = step / steps
    const metric = netBenefitMetric(confusionAt(counts, atThreshold(counts, p)), p)
    curve.threshold.push(p)
    curve.netBenefit.push(metric.value!)
    curve.low.push(metric.low)
    curve.high.push(metric.high)
    curve.selectAll.push((counts.positives - counts.negatives * (p / (1 - p))) / n)
  }
  return curve
}

/** Gain and lift with 0 %, 1 %, … 100 % of the rows selected; of equal scores a part is selected in proportion. */
export function gainCurve(counts: CumulativeCounts): GainCurve {
  const { tp, fp, positives, negatives, threshold } = counts
  const n = positives + negatives
  const curve = { selected: [], gain: [], gainLow: [], gainHigh: [], lift: [], threshold: [] } as {
    selected: number[]
    gain: number[]
    gainLow: number[]
    gainHigh: number[]
    lift: (number | null)[]
    threshold: (number | null)[]
  }
  for (let step = 0; step <= steps; step++) {
    const rows = (n * step) / steps
    const at = atCapacity(counts, rows)
    const whole = confusionAt(counts, at)
    const left = rows - whole.tp - whole.fp
    const next = at + 1
    let found = whole.tp
    if (left > 0 && next < tp.length) {
      const size = tp[next]! + fp[next]! - whole.tp - whole.fp
      found += (left / size) * (tp[next]! - whole.tp)
    }
    const { low, high } = positives > 0 ? wilsonInterval(found, positives) : { low: 0, high: 0 }
    curve.selected.push(step / steps)
    curve.gain.push(positives > 0 ? found / positives : 0)
    // Of no rows and of all rows the gain is known.
    curve.gainLow.push(step === steps ? 1 : low)
    curve.gainHigh.push(step === 0 ? 0 : high)
    curve.lift.push(rows > 0 && positives > 0 ? found / rows / (positives / n) : null)
    curve.threshold.push(threshold[Math.min(left > 0 ? next : at, threshold.length - 1)] ?? null)
  }
  return curve
}

/** Value a row at 101 thresholds from the least to the largest score, or from 0 to 1 for probabilities. */
export function valueCurve(
  counts: CumulativeCounts,
  payoff: Payoff,
  probabilities: boolean,
): NonNullable<DecisionSection['valueCurve']> {
  const { threshold } = counts
  const low = probabilities ? 0 : (threshold[threshold.length - 1] ?? 0)
  const high = probabilities ? 1 : (threshold[0] ?? 1)
  const at = Array.from({ length: steps + 1 }, (_, step) => (low * (steps - step) + high * step) / steps)
  const metrics = at.map((cut) => valueMetric(confusionAt(counts, atThreshold(counts, cut)), payoff))
  return {
    threshold: at,
    value: metrics.map((metric) => metric.value!),
    low: metrics.map((metric) => metric.low),
    high: metrics.map((metric) => metric.high),
  }
}
