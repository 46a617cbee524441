/** Numbers as they are written where commas are decimal: 1.234,50 is more than a thousand, and 1.234 is, too. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Dataset } from '../../shared/contract/dataset.ts'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let folder: string
let test: TestEngine
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-commas-'))
  test = await openTestEngine()
})
afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

async function imported(name: string, header: string, rows: readonly string[]): Promise<Dataset> {
  const path = join(folder, name)
  writeFileSync(path, `${header}\n${rows.join('\n')}\n`)
  return test.importDataset(path)
}
const of = ({ columns }: Dataset, name: string) => columns.find((column) => column.name === name)!

it('points between groups of three digits are no decimal points', async () => {
  const rows = Array.from(
    { length: 50 },
    (_, k) => `${k},5;${1 + (k % 9)}.${100 + k};${1 + (k % 9)}.${100 + k},25; 2.000 `,
  )
  const dataset = await imported('de.csv', 'price;pieces;amount;padded', rows)
  expect(dataset.source.dialect).toMatchObject({ delimiter: ';', decimal: ',' })
  expect(of(dataset, 'price')).toMatchObject({ type: 'float', min: '0.5', max: '49.5' })
  expect(of(dataset, 'pieces')).toMatchObject({ type: 'integer', min: '1100', max: '9144', missing: 0 })
  expect(of(dataset, 'amount')).toMatchObject({ type: 'float', min: '1100.25', max: '9144.25', missing: 0 })
  expect(of(dataset, 'padded')).toMatchObject({ type: 'integer', min: '2000', max: '2000', missing: 0 })
})

it('amounts with points and commas alone tell that commas are decimal', async () => {
  const dataset = await imported('amounts.csv', 'id;amount', ['a;1.234,567', 'b;12.345,678'])
  expect(of(dataset, 'amount')).toMatchObject({ type: 'float', max: '12345.678' })
})

it('a column that has points throughout keeps them, and says so', async () => {
  const rows = Array.from({ length: 30 }, (_, k) => `${k},5;52.${1000 + k};${k % 2 ? '1,5' : '2.25'}`)
  const dataset = await imported('mixed.csv', 'price;latitude;both', rows)
  expect(of(dataset, 'latitude')).toMatchObject({ type: 'float', decimal: '.', min: '52.1', max: '52.1029' })
  expect(of(dataset, 'price').decimal).toBeUndefined()
  // No reading makes numbers of both.
  expect(of(dataset, 'both').type).toBe('string')
})

it('a value in the last row counts as much as one in the first', async () => {
  const rows = Array.from({ length: 6000 }, (_, k) => `${k % 90},5;${k % 90},5`)
  const dataset = await imported('late.csv', 'a;b', [...rows, '1,5;1.234'])
  expect(of(dataset, 'b')).toMatchObject({ type: 'float', max: '1234.0' })
  const plain = Array.from({ length: 6000 }, (_, k) => `${k},${k}`)
  const infinite = await imported('infinite.csv', 'a,b', [...plain, '1,inf'])
  expect(of(infinite, 'b').type).toBe('string')
})

it('a fraction with a comma in a file of points is no thousand', async () => {
  const dataset = await imported('quoted.csv', 'a,b', ['1,"0,123"', '2,"0,250"'])
  expect(of(dataset, 'b').type).toBe('string')
})
