/** Rows against the approved schema: what fits is scored as the workbench scored it, what does not is refused by name. */
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { doubleText } from '../../../shared/serving/duck-text.ts'
import { CellError } from '../../../shared/serving/cells.ts'
import { columnValues, readJsonRow, readTextRow } from '../../../shared/serving/input-rows.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { decodeBase64 } from '../../../electron/serving/proofs.ts'
import { inputColumn } from '../../support/input-column.ts'

const column = (name: string, type: InputColumn['type'], more: Partial<InputColumn> = {}): InputColumn =>
  inputColumn({ name, type, ...more })
const dialect = { decimal: '.' as const, missing: ['NA'] }
const one = (input: InputColumn, value: unknown) => readJsonRow([input], { [input.name]: value }, decodeBase64)
const codes = (read: ReturnType<typeof one>) => read.problems.map((problem) => problem.code)

describe('JSON rows', () => {
  it.each([
    ['integer', 7, 7],
    ['integer', '9007199254740993', 9007199254740993n],
    ['float', 1.5, 1.5],
    ['float', 2, 2],
    ['boolean', true, true],
    ['string', 'a', 'a'],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamp', '2024-02-29T12:30:00.500Z', '2024-02-29 12:30:00.5'],
    ['timestamp', '2024-02-29 12:30', '2024-02-29 12:30:00'],
  ] as const)('%s takes %j', (type, value, cell) => {
    expect(one(column('x', type), value)).toEqual({ cells: [cell], problems: [], warnings: [] })
  })

  it.each([
    ['integer', 1.5, 'input/type'],
    ['integer', '1', null],
    ['integer', 2 ** 53, 'input/type'],
    ['integer', '9223372036854775808', 'input/type'],
    ['float', '1.5', 'input/type'],
    ['float', Infinity, 'input/not-finite'],
    ['float', [1], 'input/type'],
    ['boolean', 1, 'input/type'],
    ['string', 1, 'input/type'],
    ['string', 'x'.repeat(10_001), 'input/too-long'],
    ['date', '2023-02-29', 'input/type'],
    ['date', '29.02.2024', 'input/type'],
    ['timestamp', '2024-01-01T25:00:00', 'input/type'],
    ['image', 'not base64!', 'input/type'],
    ['string', null, 'input/missing'],
    ['string', {}, 'input/type'],
  ] as const)('%s and %j: %s', (type, value, code) => {
    expect(codes(one(column('x', type), value))).toEqual(code === null ? [] : [code])
  })

  it('wants every column to be there, and finds none on the prototype', () => {
    const read = readJsonRow([column('a', 'float'), column('toString', 'string')], { a: 1 }, decodeBase64)
    expect(read.problems).toMatchObject([{ code: 'input/absent', column: 'toString' }])
  })

  it('takes a missing value where evaluated rows had one', () => {
    expect(one(column('x', 'float', { missing: true }), null)).toEqual({ cells: [null], problems: [], warnings: [] })
  })

  it('warns of what was never evaluated', () => {
    const number = column('x', 'float', { minimum: 0, maximum: 10 })
    expect(one(number, 10).warnings).toEqual([])
    expect(one(number, 10.01).warnings).toMatchObject([{ code: 'input/out-of-range', column: 'x' }])
    const text = column('y', 'string', { categories: ['a', 'b'] })
    expect(one(text, 'a').warnings).toEqual([])
    expect(one(text, 'c').warnings).toMatchObject([{ code: 'input/unseen-category', column: 'y' }])
  })
})

describe('rows of text', () => {
  it.each([
    ['integer', ' 12 ', 12],
    ['float', '-1.5e3', -1500],
    ['float', '1,234.5', 1234.5],
    ['float', 'nan', null],
    ['boolean', 'YES', true],
    ['string', ' kept as it is ', ' kept as it is '],
    ['string', 'NA', null],
    ['string', '', null],
  ] as const)('%s reads %j', (type, text, cell) => {
    expect(readTextRow([column('x', type, { missing: true })], [text], dialect, decodeBase64).cells).toEqual([cell])
  })

  it.each([
    ['integer', '1.0'],
    ['float', '1,5'],
    ['float', 'inf'],
    ['float', '0x10'],
    ['boolean', 'maybe'],
  ] as const)('%s refuses %j', (type, text) => {
    const read = readTextRow([column('x', type)], [text], dialect, decodeBase64)
    expect(read.problems.map((problem) => problem.code)).toEqual(['input/type'])
  })

  it('refuses a long number that ends in a letter as fast as it is read', () => {
    const since = performance.now()
    const read = readTextRow([column('x', 'float')], [`${'1'.repeat(200_000)}x`], dialect, decodeBase64)
    expect(codes(read)).toEqual(['input/type'])
    expect(performance.now() - since).toBeLessThan(1000)
  })

  it('reads a decimal comma where the evaluated file had one', () => {
    const read = readTextRow([column('x', 'float')], ['1,5'], { ...dialect, decimal: ',' }, decodeBase64)
    expect(read.cells).toEqual([1.5])
  })

  it('parts thousands by points there, as the import does, unless the column has decimal points', () => {
    const read = (text: string, input: InputColumn) =>
      readTextRow([input], [text], { ...dialect, decimal: ',' }, decodeBase64)
    for (const [text, type, value] of [
      ['1.234', 'float', 1234],
      ['1.234,5', 'float', 1234.5],
      ['-12.345.678,25', 'float', -12345678.25],
      ['1.234', 'integer', 1234],
    ] as const)
      expect(read(text, column('x', type)).cells).toEqual([value])
    for (const text of ['52.52', '0.123', '1.2345', '1.23,4'])
      expect(read(text, column('x', 'float')).problems).toMatchObject([{ code: 'input/type' }])
    expect(read('52.520', column('x', 'float', { decimal: '.' })).cells).toEqual([52.52])
    expect(readTextRow([column('x', 'float')], ['0,123'], dialect, decodeBase64).problems).toHaveLength(1)
  })

  it('says which column a short row ends before', () => {
    const read = readTextRow([column('a', 'float'), column('b', 'float')], ['1', undefined], dialect, decodeBase64)
    expect(read.problems).toMatchObject([{ code: 'input/absent', column: 'b' }])
  })
})

describe('columns as the data plane delivers them', () => {
  it('takes whole numbers of any type, and no fraction, for whole-number inputs', () => {
    const whole = (value: number) => columnValues(column('x', 'float'), 'bigint', [value])
    expect([...(columnValues(column('x', 'float'), 'bigint', [7, -2, 2 ** 53 - 1]) as BigInt64Array)]).toEqual([
      7n,
      -2n,
      9007199254740991n,
    ])
    for (const value of [0.5, 2.4, -2.6, 2 ** 60]) expect(() => whole(value)).toThrow(CellError)
  })

  it('writes numbers for text inputs as DuckDB does', async () => {
    const special = [
      0, -0, 1, -1, 0.1, 1e15, 1e16, 1.5e16, 123456789012345680, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308,
    ]
    let seed = 7
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648
    const values = [
      ...special,
      ...Array.from({ length: 500 }, () => (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20)),
    ]
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const statement = await connection.prepare('SELECT $1::DOUBLE::VARCHAR')
    for (const value of values) {
      statement.bindDouble(1, value)
      const [[text]] = (await (await statement.run()).getRows()) as [[string]]
      expect(doubleText(value)).toBe(text)
    }
    connection.closeSync()
  })

  it('gives NaN for missing numbers, null for missing texts, and refuses missing whole numbers', () => {
    const input = column('x', 'float', { missing: true })
    expect(columnValues(input, 'float', [1, null])).toEqual(Float32Array.of(1, NaN))
    expect(columnValues(input, 'string', [1, null])).toEqual(['1.0', null])
    expect(() => columnValues(input, 'bigint', [null])).toThrow(/must not be missing/)
    expect(columnValues(column('x', 'boolean'), 'double', [true, false])).toEqual(Float64Array.of(1, 0))
    expect(columnValues(column('x', 'boolean'), 'string', [true])).toEqual(['true'])
    expect(columnValues(column('x', 'integer'), 'string', [3, 2n ** 60n])).toEqual(['3', '1152921504606846976'])
  })
})
