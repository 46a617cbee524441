/** The score interval of an area against its definition, and against samples of which many rank without a mistake. */
import { expect, it } from 'vitest'
import { areaInterval } from '../../../shared/statistics/area-interval.ts'
import { erfc } from '../../../shared/statistics/erfc.ts'
import { z95 } from '../../../shared/statistics/normal.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

/** Hanley and McNeil (1982) with the mean of both numbers of rows for each, as Newcombe has it. */
function standardError(theta: number, positives: number, negatives: number): number {
  const others = (positives + negatives) / 2 - 1
  const [q1, q2] = [theta / (2 - theta), (2 * theta ** 2) / (1 + theta)]
  const sum = theta * (1 - theta) + others * (q1 - theta ** 2) + others * (q2 - theta ** 2)
  return Math.sqrt(sum / (positives * negatives))
}

it.each([
  [0.8, 20, 50],
  [0.5, 4, 4],
  [0.97, 3, 2000],
  [1, 3, 2000],
  [0, 12, 5],
])('of %f with %i and %i rows ends where the area found is 1.96 standard errors away', (area, positives, negatives) => {
  const { low, high } = areaInterval(area, positives, negatives)
  for (const end of [low, high])
    if (end !== area) expect(Math.abs(end - area)).toBeCloseTo(z95 * standardError(end, positives, negatives), 9)
  expect(low <= area && area <= high).toBe(true)
})

it('holds the true area where a third of the samples have not a pair out of order', () => {
  const random = createRandom(5)
  const [shift, positives, negatives, samples] = [2.8, 6, 30, 1000]
  const truth = erfc(-shift / 2) / 2
  let held = 0
  let perfect = 0
  for (let sample = 0; sample < samples; sample++) {
    const others = Array.from({ length: negatives }, () => random.normal())
    let above = 0
    for (let row = 0; row < positives; row++) {
      const score = random.normal() + shift
      above += others.filter((other) => other < score).length
    }
    const area = above / (positives * negatives)
    if (area === 1) perfect++
    const { low, high } = areaInterval(area, positives, negatives)
    if (low <= truth && truth <= high) held++
  }
  expect(perfect / samples).toBeGreaterThan(0.15)
  expect(held / samples).toBeGreaterThan(0.93)
})
