/** The surrogate tree finds what a score is made of, and says honestly how well it imitates it. */
import { describe, expect, it } from 'vitest'
import { growSurrogate } from '../../../shared/explain/surrogate.ts'
import type { SurrogateColumn } from '../../../shared/explain/surrogate.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const rows = 4000
const random = createRandom(5)
const age = Float64Array.from({ length: rows }, () => Math.floor(20 + 50 * random.uniform()))
const plan = Array.from({ length: rows }, () => ['a', 'b', 'c', null][Math.floor(random.uniform() * 4)] ?? null)
const noise = Float64Array.from({ length: rows }, () => random.normal())
const columns: SurrogateColumn[] = [
  { name: 'age', values: age, isNumber: true },
  { name: 'plan', values: plan, isNumber: false },
  { name: 'noise', values: noise, isNumber: true },
]

describe('surrogate tree', () => {
  it('recovers a score of two tests, and its fidelity is 1', () => {
    const score = Float64Array.from({ length: rows }, (_, row) =>
      age[row]! <= 40 ? 0.9 : plan[row] === 'b' || plan[row] === null ? 0.5 : 0.1,
    )
    const tree = growSurrogate(columns, score, 2)!
    expect(tree.nodes[0]!.column).toBe('age')
    expect(tree.nodes.map((node) => node.column)).toContain('plan')
    expect(tree.nodes.find((node) => node.column === 'plan')!.test).toMatch(/^one of [ac], [ac]$/)
    expect(tree.nodes.map((node) => node.column)).not.toContain('noise')
    // Cuts are quantiles of the data, so a few rows may lie on the wrong side.
    expect(tree.fidelity.value!).toBeGreaterThan(0.95)
    expect(tree.nodes[0]!.n).toBe(rows / 2)
  })

  it('does not claim to imitate noise', () => {
    const score = Float64Array.from({ length: rows }, () => random.normal())
    const tree = growSurrogate(columns, score, 4)!
    expect(tree.fidelity.value!).toBeLessThan(0.02)
    expect(tree.fidelity.low!).toBeLessThan(0)
  })

  it('has an interval that covers the fidelity on other rows', () => {
    // A step by category, which one test tells exactly, and noise of variance 1.
    const isStep = plan.map((value) => (value === 'a' || value === 'c' ? 1 : 0))
    const share = isStep.reduce<number>((sum, bit) => sum + bit, 0) / rows
    const truth = (share * (1 - share)) / (share * (1 - share) + 1)
    let covered = 0
    for (let repeat = 0; repeat < 60; repeat++) {
      const score = Float64Array.from(isStep, (bit) => bit + random.normal())
      const { low, high } = growSurrogate([columns[1]!], score, 1)!.fidelity
      if (low! <= truth && truth <= high!) covered++
    }
    // 57 of 60 on average; 51 or fewer would happen once in a hundred times.
    expect(covered).toBeGreaterThanOrEqual(51)
  })

  it('is not grown where nothing varies', () => {
    expect(growSurrogate(columns, new Float64Array(rows).fill(0.3))).toBeNull()
  })
})
