/** Thresholds that bring groups nearer: what they reach, and what they cost. */
import { describe, expect, it } from 'vitest'
import { analyseFairness } from '../../../shared/fairness/analyse-fairness.ts'
import { correctAt, gapAt, singleThreshold, staircase, stepAt } from '../../../shared/fairness/staircase.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { classifier, code, draw, input } from './drawn-groups.ts'

describe('thresholds by group', () => {
  const { group, score, y } = draw(createRandom(21), 8000, ['a', 'b'], 1.2)
  const { mitigation } = analyseFairness(input({ rows: classifier(y, score), columns: [code('group', group)] }))

  it('make the rate that they aim at equal on rows they were not fitted to, and name the price', () => {
    expect(mitigation.map(({ goal, choice }) => `${goal} ${choice}`)).toEqual([
      'demographic_parity keep',
      'demographic_parity best',
      'demographic_parity single',
      'equal_opportunity keep',
      'equal_opportunity best',
      'equal_opportunity single',
      'equalized_odds keep',
      'equalized_odds best',
      'equalized_odds single',
    ])
    for (const entry of mitigation) {
      expect(entry.rowsFitted + entry.rowsJudged).toBe(8000)
      expect(Math.abs(entry.rowsFitted - 4000)).toBeLessThan(200)
      expect(entry.gapBefore.value!).toBeGreaterThan(0.15)
      // Deterministic thresholds cannot make two rates equal at once where scores are calibrated in both groups.
      if (entry.goal !== 'equalized_odds' || entry.choice === 'single') {
        expect(entry.gapAfter.value!).toBeLessThan(entry.choice === 'single' ? 0.05 + 0.04 : 0.06)
      } else expect(entry.gapAfter.value!).toBeLessThan(entry.gapBefore.value!)
      const change = entry.accuracyAfter.value! - entry.accuracyBefore.value!
      expect(entry.accuracyChange.value).toBeCloseTo(change, 12)
      expect(entry.accuracyChange.low!).toBeLessThanOrEqual(change)
      expect(entry.accuracyChange.high!).toBeGreaterThanOrEqual(change)
    }
    // Scores are calibrated in both groups, so that moving either threshold costs accuracy.
    expect(mitigation[0]!.accuracyChange.high!).toBeLessThan(0)
  })

  it('or one threshold for all, the most accurate of those that leave the groups near, found as by trying each', () => {
    for (const goal of ['demographic_parity', 'equal_opportunity', 'equalized_odds'] as const) {
      const stairs = ['a', 'b'].map((name) => {
        const rows = Uint32Array.from(group.flatMap((value, row) => (value === name && row < 400 ? [row] : [])))
        return staircase(y, score, rows)
      })
      const found = singleThreshold(stairs, goal, 0.1)
      let best = { correct: -1, threshold: null as number | null }
      for (const cut of [Infinity, ...stairs.flatMap(({ threshold }) => [...threshold])].sort((p, q) => q - p)) {
        const steps = stairs.map((one) => stepAt(one, cut))
        if (gapAt(stairs, goal, steps) > 0.1) continue
        const correct = stairs.reduce((sum, one, at) => sum + correctAt(one, steps[at]!), 0)
        if (correct > best.correct) best = { correct, threshold: cut === Infinity ? null : cut }
      }
      expect(found).toBe(best.threshold)
    }
    const single = mitigation.filter(({ choice }) => choice === 'single')
    for (const entry of single) {
      expect(new Set(entry.groups.map(({ thresholdAfter }) => thresholdAfter)).size).toBe(1)
      expect(entry.accuracyChange.value!).toBeLessThan(0)
    }
  })

  it('keep the overall rate where asked, and count who changes sides', () => {
    const keep = mitigation[0]!
    expect(Math.abs(keep.selectionAfter.value! - keep.selectionBefore.value!)).toBeLessThan(0.03)
    const [a, b] = keep.groups
    expect(a!.thresholdAfter!).toBeLessThan(0.5)
    expect(b!.thresholdAfter!).toBeGreaterThan(0.5)
    expect(a!.newlySelected).toBeGreaterThan(0)
    expect(a!.noLongerSelected).toBe(0)
    expect(b!.newlySelected).toBe(0)
    const changed = a!.newlySelected - b!.noLongerSelected
    expect((keep.selectionAfter.value! - keep.selectionBefore.value!) * keep.rowsJudged).toBeCloseTo(changed, 6)
  })
})
