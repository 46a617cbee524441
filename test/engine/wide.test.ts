/** A table of a thousand columns: imported in seconds, with the same types and statistics as a narrow one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDuck } from '../../electron/data-plane/duck.ts'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'

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

it('takes a log of a thousand columns in, and writes them out again, in row groups that fit in memory', async () => {
  const header = Array.from({ length: width }, (_, column) => `x${column}`)
  const line = (row: number): string[] => header.map((_, column) => String((row * 31 + column * 17) % 97))
  const table = (name: string, rows: number, more: (row: number) => readonly string[], names: readonly string[]) => {
    const lines = Array.from({ length: rows }, (_, row) => [...line(row), ...more(row)].join())
    writeFileSync(join(test.folder, name), [[...header, ...names].join(), ...lines].join('\n'))
    return join(test.folder, name)
  }
  writeFileSync(join(test.folder, 'wide.onnx'), makeMlp([width, 1]))
  const known = table('known.csv', 200, (row) => [String(row % 2)], ['y'])
  const dataset = await test.importDataset(known, { target: 'y', task: 'binary' })
  const version = await test.importModel(join(test.folder, 'wide.onnx'), 'Wide')
  await test.evaluate(await test.score(version, dataset))
  const rows = 7000
  const log = table('log.csv', rows, (row) => [`r${row}`, '0.25', String(row % 2)], ['id', 'probability', 'y'])
  const started = performance.now()
  await test.finish((await test.call.monitor.import({ file: { path: log }, versionId: version.id })).jobId)
  const [batch] = await test.call.monitor.batches({})
  expect(batch).toMatchObject({ rows, findings: [], absent: [] })
  const task = await test.call.monitor.openTask({ versionId: version.id, note: '' })
  const folder = join(test.folder, 'again')
  await test.finish(
    (await test.call.monitor.retrain({ id: task.id, folder: { path: folder }, image: 'train:1' })).jobId,
  )
  expect(performance.now() - started).toBeLessThan(60_000)
  const duck = await openDuck({ temporaryDirectory: test.folder })
  for (const path of [test.engine.workspace.files.path(batch!.data.sha256), join(folder, 'data.parquet')]) {
    const found = await duck.run(
      `SELECT row_group_num_rows FROM parquet_metadata('${path}') WHERE column_id = 0 ORDER BY row_group_id`,
    )
    const groups = (await found.getRows()).map(([n]) => Number(n))
    expect(groups.reduce((sum, n) => sum + n, 0)).toBe(rows)
    // Of 4,096 rows, and what the last piece that was read brings with it.
    expect(Math.max(...groups), path).toBeLessThan(4096 + 2048)
    expect(groups.length, path).toBeGreaterThan(1)
  }
  duck.close()
}, 120_000)
