import { describe, expect, it } from 'vitest'
import {
  atBestValue,
  atCapacity,
  atThreshold,
  confusionAt,
  cumulativeCounts,
} from '../../../shared/decision/cumulative-counts.ts'
import { decisionCurve, gainCurve, valueCurve } from '../../../shared/decision/decision-curves.ts'
import { operatingPoint } from '../../../shared/decision/operating-point.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { expectSound } from '../metrics/sound.ts'
import { casesPresent, numbers, readColumns, readExpected } from '../metrics/read-case.ts'

/** Of expected.json, what is read here. */
interface TelcoMetrics {
  readonly metrics: {
    readonly model: Readonly<
      Record<'precision' | 'recall' | 'specificity' | 'npv' | 'accuracy' | 'f1' | 'lift_top_decile', number>
    > & {
      readonly confusion: Readonly<Record<string, number>>
      readonly threshold_sweep: readonly { readonly threshold: number; readonly predicted_positive: number }[]
    }
  }
}

function draw(seed: number, n: number, digits = 2) {
  const random = createRandom(seed)
  const y = new Uint8Array(n)
  const score = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const x = 1.5 * random.normal() - 0.7
    y[row] = random.uniform() < 1 / (1 + Math.exp(-x)) ? 1 : 0
    score[row] = Number((1 / (1 + Math.exp(-x - random.normal()))).toFixed(digits))
  }
  return { y, score, counts: cumulativeCounts(y, score) }
}

function slowConfusion(y: Uint8Array, score: Float64Array, threshold: number) {
  const cells = { tp: 0, fp: 0, fn: 0, tn: 0 }
  for (let row = 0; row < y.length; row++) {
    if (score[row]! >= threshold) cells[y[row] === 1 ? 'tp' : 'fp']++
    else cells[y[row] === 1 ? 'fn' : 'tn']++
  }
  return cells
}

const payoff = { truePositive: 3, falsePositive: -1, falseNegative: -4, trueNegative: 0.5 }
const valueOf = ({ tp, fp, fn, tn }: ReturnType<typeof slowConfusion>) => 3 * tp - fp - 4 * fn + 0.5 * tn

describe('threshold, capacity and best value by halving', () => {
  it.each([1, 2, 3])('equal a loop over all rows, ties included, seed %d', (seed) => {
    const { y, score, counts } = draw(seed, 700)
    for (const threshold of [-1, 0, 0.1, 0.333, 0.5, 0.77, 0.99, 1, 2]) {
      expect(confusionAt(counts, atThreshold(counts, threshold))).toEqual(slowConfusion(y, score, threshold))
    }
    const cuts = [Infinity, ...new Set(score)].sort((a, b) => b - a)
    const sizes = cuts.map((cut) => score.filter((value) => value >= cut).length)
    for (const capacity of [0, 1, 7, 100, 350, 699, 700, 5000]) {
      const { tp, fp } = confusionAt(counts, atCapacity(counts, capacity))
      expect(tp + fp).toBe(Math.max(...sizes.filter((size) => size <= capacity)))
    }
    const values = cuts.map((cut) => valueOf(slowConfusion(y, score, cut)))
    expect(valueOf(confusionAt(counts, atBestValue(counts, payoff)))).toBeCloseTo(Math.max(...values), 9)
  })

  it('costs that make nothing worth selecting select nothing, and of equal values the fewest rows', () => {
    const { counts } = draw(5, 300)
    const cost = (falsePositive: number, falseNegative: number) => ({
      truePositive: 0,
      falsePositive,
      falseNegative,
      trueNegative: 0,
    })
    expect(atBestValue(counts, cost(-1000, 0))).toBe(-1)
    expect(atBestValue(counts, cost(0, 0))).toBe(-1)
    expect(confusionAt(counts, atBestValue(counts, cost(-1, -1000))).fn).toBe(0)
  })

  it.each([
    [1, [0.2, 0.8], [0, 1]],
    [2, [0.8, 0.2], [0, 1]],
    [3, [0.5, 0.5], [0, 1]],
  ] as const)('two rows, order %d', (_, score, y) => {
    const counts = cumulativeCounts(Uint8Array.from(y), Float64Array.from(score))
    const best = confusionAt(counts, atBestValue(counts, { ...payoff, falsePositive: -3 }))
    const tried = [2, ...score].map((cut) => {
      const { tp, fp, fn, tn } = slowConfusion(Uint8Array.from(y), Float64Array.from(score), cut)
      return 3 * tp - 3 * fp - 4 * fn + 0.5 * tn
    })
    expect(3 * best.tp - 3 * best.fp - 4 * best.fn + 0.5 * best.tn).toBe(Math.max(...tried))
  })

  it('a million rows are asked for a thousand points in well under a second', () => {
    const { counts } = draw(9, 1_000_000, 9)
    const started = performance.now()
    for (let query = 0; query < 1000; query++) {
      atCapacity(counts, query * 1000)
      atBestValue(counts, payoff)
      operatingPoint({ counts, at: atThreshold(counts, query / 1000), probabilities: true, payoff })
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it.skipIf(!casesPresent)('telco_churn at 0.5: the confusion, precision, recall and accuracy of expected.json', () => {
    const columns = readColumns('telco_churn')
    const y = Uint8Array.from(columns['Churn']!, (value) => (value === 'Yes' || value === '1' ? 1 : 0))
    const counts = cumulativeCounts(y, numbers(columns['gb_p_yes']!))
    const expected = readExpected<TelcoMetrics>('telco_churn').metrics.model
    const point = operatingPoint({ counts, at: atThreshold(counts, 0.5), threshold: 0.5, probabilities: true })
    expect({ tn: point.tn, fp: point.fp, fn: point.fn, tp: point.tp }).toEqual(expected.confusion)
    for (const key of ['precision', 'recall', 'specificity', 'npv', 'accuracy', 'f1'] as const) {
      expect(Math.abs(point.metrics[key]!.value! / expected[key] - 1), key).toBeLessThan(1e-9)
    }
    for (const entry of expected.threshold_sweep) {
      const at = operatingPoint({ counts, at: atThreshold(counts, entry.threshold), probabilities: true })
      expect(at.tp + at.fp).toBe(entry.predicted_positive)
    }
    const decile = gainCurve(counts).lift[10]!
    expect(Math.abs(decile / expected.lift_top_decile - 1)).toBeLessThan(0.01)
  })
})

describe('operating point', () => {
  it('every number is finite within its interval, or null with a reason', () => {
    const { counts } = draw(2, 400)
    for (const threshold of [0, 0.3, 0.99, 2]) {
      const at = atThreshold(counts, threshold)
      expectSound(operatingPoint({ counts, at, threshold, payoff, probabilities: true }).metrics)
    }
  })

  it('net benefit is Vickers’ and Elkin’s formula, and that of selecting all is known', () => {
    const { y, score, counts } = draw(3, 2000)
    const curve = decisionCurve(counts)
    for (const at of [5, 30, 60]) {
      const p = curve.threshold[at]!
      const { tp, fp } = slowConfusion(y, score, p)
      expect(curve.netBenefit[at]).toBeCloseTo(tp / 2000 - ((fp / 2000) * p) / (1 - p), 12)
      const rate = y.reduce((a, b) => a + b, 0) / 2000
      expect(curve.selectAll[at]).toBeCloseTo(rate - ((1 - rate) * p) / (1 - p), 12)
    }
  })

  it('intervals of lift, net benefit and value hold the truth in 95 % of draws', () => {
    const metricsOf = (seed: number, n: number) => {
      const { counts } = draw(seed, n, 6)
      return operatingPoint({ counts, at: atThreshold(counts, 0.4), threshold: 0.4, payoff, probabilities: true })
        .metrics
    }
    const truth = metricsOf(999, 1_000_000)
    const keys = ['lift', 'net_benefit', 'value']
    const held = new Map(keys.map((key) => [key, 0]))
    for (let seed = 1; seed <= 400; seed++) {
      const found = metricsOf(seed, 600)
      for (const key of keys) {
        const { low, high } = found[key]!
        if (low! <= truth[key]!.value! && truth[key]!.value! <= high!) held.set(key, held.get(key)! + 1)
      }
    }
    for (const [key, count] of held) {
      expect(count / 400, key).toBeGreaterThanOrEqual(0.92)
      expect(count / 400, key).toBeLessThanOrEqual(0.98)
    }
  })

  it('without probabilities there is no net benefit, and the reason is said', () => {
    const { y, score } = draw(3, 100)
    const counts = cumulativeCounts(
      y,
      score.map((value) => 10 * value - 3),
    )
    const point = operatingPoint({ counts, at: atThreshold(counts, 1), probabilities: false })
    expect(point.metrics['net_benefit']).toMatchObject({
      value: null,
      reason: expect.stringContaining('probabilities'),
    })
  })
})

describe('curves', () => {
  it('gain and lift go from nothing to everything, and a tie is shared in proportion', () => {
    const y = Uint8Array.of(1, 1, 0, 0, 1, 0, 0, 0, 0, 0)
    const counts = cumulativeCounts(y, Float64Array.of(0.9, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1))
    const curve = gainCurve(counts)
    expect(curve.gain[0]).toBe(0)
    expect(curve.gain[10]).toBeCloseTo(1 / 3, 12)
    // Two of the four tied rows: half of their two positive ones.
    expect(curve.gain[30]).toBeCloseTo(2 / 3, 12)
    expect(curve.lift[30]).toBeCloseTo(2 / 3 / 0.3, 12)
    expect(curve.gain[100]).toBe(1)
    expect(curve.lift[100]).toBeCloseTo(1, 12)
  })

  it('the best value is not below any point of the value curve', () => {
    const { counts } = draw(4, 900)
    const best = operatingPoint({ counts, at: atBestValue(counts, payoff), payoff, probabilities: true }).metrics[
      'value'
    ]!
    expect(best.value).toBeGreaterThanOrEqual(Math.max(...valueCurve(counts, payoff, true).value) - 1e-12)
  })
})
