/** Columns named as something that every JavaScript object inherits are columns like others. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Run } from '../../shared/contract/run.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { evaluated, fairnessOf, robustnessOf, slicesOf } from '../support/analysed.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'

let test: TestEngine
let run: Run

beforeAll(async () => {
  test = await openTestEngine()
  const random = createRandom(11)
  const rows = Array.from({ length: 300 }, (_, row) => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()]
    return [a, b, c, row % 2 === 0 ? 'valueOf' : 'hasOwnProperty', a > b ? 1 : 0].join()
  })
  writeFileSync(join(test.folder, 'rows.csv'), ['constructor,toString,__proto__,isPrototypeOf,y', ...rows].join('\n'))
  writeFileSync(join(test.folder, 'model.onnx'), makeMlp([3, 1]))
  run = await evaluated(test, test.folder, 'model.onnx', 'rows.csv', {
    target: 'y',
    task: 'binary',
    positive: '1',
    protected: ['isPrototypeOf'],
  })
})
afterAll(() => test.close())

it('keeps their names, but for the one that no record can hold', async () => {
  const { columns } = await test.call.datasets.get({ id: run.datasetId })
  expect(columns.map(({ name }) => name)).toEqual(['constructor', 'toString', 'proto', 'isPrototypeOf', 'y'])
})

it('analyses them', async () => {
  const { monotonicity } = await robustnessOf(test, run, { expected: { toString: 'falling' } })
  const expected = Object.fromEntries(monotonicity.map((one) => [one.column, one.expected]))
  expect(expected).toEqual({ constructor: null, toString: 'falling', proto: null })
  expect((await fairnessOf(test, run)).attributes[0]!.groups.map(({ label }) => label).sort()).toEqual([
    'hasOwnProperty',
    'valueOf',
  ])
  expect((await slicesOf(test, run)).rows.used).toBe(300)
})

it('explains one row of them, with one changed', async () => {
  await test.finish((await test.call.explain.start({ id: run.id, effects: false, interactions: false })).jobId)
  await test.call.explain.row({ id: run.id, row: 0 })
  const changed = await test.call.explain.whatIf({ id: run.id, row: 0, changes: { constructor: '2.5' } })
  expect(JSON.stringify(changed)).toContain('"2.5"')
  const request = { id: run.id, row: 0, bounds: { toString: { low: -1, high: 1 } } }
  expect(await codeOf(test.call.explain.counterfactuals(request as never))).toBe('no error')
})
