/** Rows in which nothing is to be found: whatever the search finds is a false alarm. */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'
import { drawColumns, search } from './data.ts'

const simulations = 1000

/** Share of null data sets in which something is found, and in which the tree is split. */
function alarms(draw: (random: Random) => number, isRate: boolean, n: number, level = 0.05) {
  const random = createRandom(77)
  let found = 0
  let split = 0
  for (let simulation = 0; simulation < simulations; simulation++) {
    const columns = drawColumns(random, n, 4, 4)
    const losses = new Float64Array(n)
    for (let row = 0; row < n; row++) losses[row] = draw(random)
    const result = search({ losses, isRate, columns, level })
    if (result.found.length > 0) found++
    if (result.tree.split) split++
  }
  return { found: found / simulations, split: split / simulations }
}

/** Three standard errors of a share of 5 % over so many simulations. */
const noise = 3 * Math.sqrt((0.05 * 0.95) / simulations)

describe('on null data the search raises a false alarm in at most 5 % of data sets', () => {
  it('error rate of 15 %', () => {
    const { found, split } = alarms((random) => (random.uniform() < 0.15 ? 1 : 0), true, 1000)
    expect(found).toBeLessThanOrEqual(0.05 + noise)
    expect(split).toBeLessThanOrEqual(0.05 + noise)
  })

  it('error rate of 1 %, where a normal approximation would see far too much', () => {
    const { found, split } = alarms((random) => (random.uniform() < 0.01 ? 1 : 0), true, 1500)
    expect(found).toBeLessThanOrEqual(0.05 + noise)
    expect(split).toBeLessThanOrEqual(0.05 + noise)
  })

  it('log loss, which has a long tail', () => {
    const draw = (random: Random): number => {
      const p = random.uniform() ** 0.4
      return -Math.log(random.uniform() < p ? p : 1 - p)
    }
    const { found, split } = alarms(draw, false, 1000)
    expect(found).toBeLessThanOrEqual(0.05 + noise)
    expect(split).toBeLessThanOrEqual(0.05 + noise)
  })

  it('absolute error of normal residuals', () => {
    const { found, split } = alarms((random) => Math.abs(random.normal()), false, 1000)
    expect(found).toBeLessThanOrEqual(0.05 + noise)
    expect(split).toBeLessThanOrEqual(0.05 + noise)
  })

  it('a level of 20 % is used, so that the search is not merely deaf', () => {
    const { found } = alarms((random) => Math.abs(random.normal()), false, 1000, 0.2)
    expect(found).toBeLessThanOrEqual(0.2 + 2 * noise)
    expect(found).toBeGreaterThan(0.02)
  })
})
