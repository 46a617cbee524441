/** What an explanation of many columns leaves out, so that it ends. */
import { expect, it } from 'vitest'
import { planImportance } from '../../../electron/engine/explain/importance.ts'
import { affordableRows, affordableSamples } from '../../../shared/explain/sampling/sampled-rows.ts'
import { atOnce } from '../../../shared/explain/work.ts'

function table(rows: number, width: number) {
  const columns = Array.from({ length: width }, (_, k) => ({
    name: `c${k}`,
    as: 'float' as const,
    values: new Float32Array(rows),
  }))
  return {
    given: { rows, columns, numbers: Float64Array.from({ length: rows }, (_, row) => row) },
    truth: { values: Float64Array.from({ length: rows }, (_, row) => row) },
    players: columns.map(({ name }) => ({ name, columns: [name], kind: 'number' as const, inputs: 1 })),
    // The later a column, the larger its attributions; the first one is not read.
    sizes: Float64Array.from({ length: width }, (_, k) => k),
  }
}

it('twenty columns are shuffled in all rows that were read', () => {
  const { asked, given, truth } = planImportance({ ...table(20_000, 20), exact: false })
  expect(given.rows).toBe(20_000)
  expect(truth.values).toHaveLength(20_000)
  expect(asked).toEqual(Array.from({ length: 20 }, (_, k) => 19 - k))
})

it('of a thousand columns the hundred with the largest attributions are shuffled, in evenly spaced rows', () => {
  const { asked, given, truth } = planImportance({ ...table(4000, 1000), exact: true })
  expect(given.rows).toBe(2000)
  expect([...truth.values.subarray(0, 3)]).toEqual([0, 2, 4])
  expect(asked).toEqual(Array.from({ length: 100 }, (_, k) => 999 - k))
})

it('a column whose attribution is exactly 0 need not be shuffled', () => {
  expect(planImportance({ ...table(100, 3), exact: true }).asked).toEqual([2, 1])
  expect(planImportance({ ...table(100, 3), exact: false }).asked).toEqual([2, 1, 0])
})

it('made-up rows of many columns are scored a few at a time, and of fewer explained rows', () => {
  // A sample of permutation sampling: the columns in one order and in its reverse.
  expect(atOnce(2 * 20, 20, 64)).toBe(64)
  expect(atOnce(2 * 1000, 1000, 64)).toBe(4)
  expect(affordableRows(100, 200)).toBe(200)
  expect(affordableRows(400, 200)).toBe(65)
  expect(affordableRows(1000, 200)).toBe(20)
  // As many samples as ever for few columns, and never fewer than an error can be told from.
  expect(affordableSamples('permutation', 100, 200)).toBe(250)
  expect(affordableSamples('permutation', 1000, 20)).toBe(25)
  expect(affordableSamples('kernel', 1000, 20)).toBe(25_000)
  expect(affordableSamples('permutation', 5000, 200)).toBe(16)
})
