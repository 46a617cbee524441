/** A table of a thousand columns: imported in seconds, with the same types and statistics as a narrow one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const width = 1000
const rows = 300
let test: TestEngine

beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(() => test.close())

it('imports a thousand columns, each with its own type and statistics', async () => {
  const path = join(test.folder, 'wide.csv')
  const header = Array.from({ length: width }, (_, column) => `c${column}`)
  // By the column: whole numbers, fractions, dates, texts; in every fifth the last row alone decides.
  const value = (row: number, column: number): string => {
    if (column % 5 === 4) return row === rows - 1 ? 'late' : String(row)
    if (column % 5 === 3) return ['north', 'south', ''][row % 3]!
    if (column % 5 === 2) return `2026-01-${String(1 + (row % 28)).padStart(2, '0')}`
    return column % 5 === 1 ? (row + column / 1000).toFixed(3) : String(row * column)
  }
  const lines = Array.from({ length: rows }, (_, row) => header.map((_, column) => value(row, column)).join())
  writeFileSync(path, [header.join(), ...lines].join('\n'))
  const started = performance.now()
  const { columns } = await test.importDataset(path)
  // It took minutes, or more memory than DuckDB has, when every column was asked for in one query.
  expect(performance.now() - started).toBeLessThan(60_000)
  const types = ['integer', 'float', 'date', 'string', 'string']
  expect(columns.map(({ type }) => type)).toEqual(header.map((_, column) => types[column % 5]))
  expect(columns[7]).toMatchObject({ name: 'c7', min: '2026-01-01', max: '2026-01-28', distinct: 28 })
  expect(columns[995]).toMatchObject({ min: '0', max: String(299 * 995), distinct: rows, missing: 0 })
  expect(columns[998]).toMatchObject({
    missing: 100,
    distinct: 2,
    top: [
      { value: 'north', n: 100 },
      { value: 'south', n: 100 },
    ],
  })
  expect(columns[999]!.top).toHaveLength(100)
})
