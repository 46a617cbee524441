/** Names from a dataset in the CSV that people open in a spreadsheet: no formula, and no SQL. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { guardCell } from '../../shared/format/spreadsheet.ts'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { input, initializer, model, node, output } from '../support/build-model.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
let test: TestEngine
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(() => test.close())

it('scores leave as text, whatever the classes and columns are called', async () => {
  const classes = ['=1+1', 'x AS "y', 'שלום'] as const
  const header = ['=HYPERLINK("http://127.0.0.1")', 'a', 'label; DROP TABLE x']
  const rows = Array.from({ length: 45 }, (_, k) => [`@id${k}`, String((k % 7) / 7), classes[k % 3]!])
  writeFileSync(join(folder, 'hostile.csv'), Papa.unparse([header, ...rows]))
  writeFileSync(
    join(folder, 'hostile.onnx'),
    model([
      node('Gemm', ['x', 'W', 'c'], ['z']),
      node('Softmax', ['z'], ['p']),
      initializer('W', [1, 3], [1, -1, 0.5]),
      initializer('c', [3], [0, 0.1, 0]),
      input('x', 1, ['N', 1]),
      output('p', 1, ['N', 3]),
    ]),
  )
  const dataset = await test.importDataset(join(folder, 'hostile.csv'), {
    target: header[2]!,
    id: header[0]!,
    task: 'multiclass',
  })
  const run = await test.score(await test.importModel(join(folder, 'hostile.onnx')), dataset)
  const file = { path: join(folder, 'scores.csv') }
  const { jobId } = await test.call.runs.exportScores({ id: run.id, file, format: 'csv' })
  await test.finish(jobId)
  const read = Papa.parse<string[]>(readFileSync(file.path, 'utf8').trim()).data
  expect(read).toHaveLength(46)
  for (const cell of read.flat()) expect(guardCell(cell)).toBe(cell)
  expect(read[0]).toEqual(expect.arrayContaining([`'${header[0]}`, 'probability_x AS "y', 'probability_שלום']))
  expect(read[1]).toEqual(expect.arrayContaining(["'@id0", "'=1+1"]))
})

it('guards text that a spreadsheet would run, and no number', () => {
  expect(['=1+1', '+cmd', '@x', '-a', '\t=1', '\n=1', '-0.5', '+3e4', 'a=b', ''].map(guardCell)).toEqual([
    "'=1+1",
    "'+cmd",
    "'@x",
    "'-a",
    "'\t=1",
    "'\n=1",
    '-0.5',
    '+3e4',
    'a=b',
    '',
  ])
})
