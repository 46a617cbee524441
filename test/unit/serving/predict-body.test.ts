/** A body is a row, a list of rows, or both with how many reasons are wanted: whatever a model's columns are called. */
import { expect, it } from 'vitest'
import { readPredict } from '../../../electron/serving/rest/predict-body.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { inputColumn } from '../../support/input-column.ts'

const named = (...names: string[]): InputColumn[] => names.map((name) => inputColumn({ name }))
const row = { age: 3 }

it.each<[string, unknown, InputColumn[], unknown[], number]>([
  ['a row', row, named('age'), [row], 0],
  ['rows', [row, row], named('age'), [row, row], 0],
  ['rows with reasons', { rows: [row], reasons: 3 }, named('age'), [row], 3],
  ['a row with reasons', { rows: row, reasons: 3 }, named('age'), [row], 3],
  ['reasons beside the columns', { ...row, reasons: 2 }, named('age'), [{ ...row, reasons: 2 }], 2],
  ['a column called reasons', { reasons: 0.5 }, named('reasons'), [{ reasons: 0.5 }], 0],
  ['reasons for it', { rows: [{ reasons: 0.5 }], reasons: 1 }, named('reasons'), [{ reasons: 0.5 }], 1],
  ['a column called rows', { rows: 7, reasons: 1 }, named('rows'), [{ rows: 7, reasons: 1 }], 1],
  ['a column called rows that is missing', { rows: null }, named('rows'), [{ rows: null }], 0],
  ['no object', 'x', named('age'), ['x'], 0],
  ['nothing', null, named('age'), [null], 0],
  ['no rows', { rows: [] }, named('age'), [], 0],
])('%s', (_, body, inputs, rows, reasons) => {
  expect(readPredict(body, inputs)).toEqual({ rows, reasons })
})

it.each([-1, 51, 1.5, '3', null, NaN, [1], {}])('%j is no number of reasons', (reasons) => {
  expect(() => readPredict({ rows: [row], reasons }, named('age'))).toThrow(
    expect.objectContaining({ code: 'request/reasons' }),
  )
})

it('an inherited name is none', () => {
  expect(readPredict(Object.create({ rows: [row], reasons: 1 }), named('age'))).toEqual({
    rows: [expect.anything()],
    reasons: 0,
  })
})
