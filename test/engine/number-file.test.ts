/** A dataset's numbers kept row by row: what lies in the file, and that scores from it are those from Parquet. */
import { stat, truncate } from 'node:fs/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset } from '../../shared/contract/dataset.ts'
import type { ModelVersion } from '../../shared/contract/model.ts'
import { holdsColumns, openNumberFile } from '../../electron/data-plane/number-file.ts'
import { writeNumberFile } from '../../electron/data-plane/write-number-file.ts'
import { numbersPath } from '../../electron/engine/datasets/keep-numbers.ts'
import { writeTable } from '../bench/table.ts'
import { initializer, input, model, node, output } from '../support/build-model.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { writeFileSync } from 'node:fs'

const asFloats = (...names: string[]) => names.map((name) => ({ name, as: 'float' as const }))

describe('a number file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-numbers-'))
  const parquetPath = join(folder, 'table.parquet')
  const path = join(folder, 'table.f32')
  const columns = ['double "of"', 'whole', 'yes']
  const rows = 3000
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(
      `COPY (SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i / 3.0::DOUBLE END AS "double ""of""", 'text' AS words,
        (16777216 + i)::BIGINT AS whole, i % 2 = 1 AS yes FROM range(${rows}) t(i)) TO '${parquetPath}' (FORMAT parquet)`,
    )
    await writeNumberFile(parquetPath, columns, path, new AbortController().signal, () => undefined)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('holds each number rounded to float32 once, NaN where it is missing', () => {
    const file = openNumberFile(path, asFloats(...columns))!
    const into = new Float32Array(3 * rows)
    file.read([0, 1, 2], 0, rows, into)
    file.close()
    const expected = new Float32Array(3 * rows)
    for (let i = 0; i < rows; i++) expected.set([i % 7 === 0 ? NaN : i / 3, 16_777_216 + i, i % 2], 3 * i)
    expect(into).toEqual(expected)
  })

  it('gives the columns asked for, in the order asked for, from any row', () => {
    const file = openNumberFile(path, asFloats('yes', 'double "of"'))!
    const into = new Float32Array(4)
    file.read([1, 0], 1001, 2, into)
    file.close()
    expect(into).toEqual(Float32Array.of(NaN, 1, 1002 / 3, 0))
  })

  it('is used for numbers alone, all of them there, and not for a small part of a wide table', () => {
    const file = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    expect(holdsColumns(file, asFloats('a', 'c', 'i'))).toBe(true)
    expect(holdsColumns(file, asFloats('a', 'c', 'z'))).toBe(false)
    expect(holdsColumns(file, [...asFloats('a', 'b'), { name: 'c', as: 'double' }])).toBe(false)
    expect(holdsColumns(file, asFloats('a'))).toBe(false)
    expect(holdsColumns(file, [])).toBe(false)
    expect(openNumberFile(path, asFloats('words'))).toBeNull()
  })

  it('says that its head is not one', () => {
    const strange = join(folder, 'strange.f32')
    writeFileSync(strange, Buffer.from([3, 0, 0, 0, 1, 2, 3, 4]))
    expect(() => openNumberFile(strange, asFloats(...columns))).toThrowError(
      expect.objectContaining({ code: 'dataset/file-changed', where: { byte: 4 } }),
    )
  })

  it('says that it was cut', async () => {
    await truncate(path, (await stat(path)).size - 1)
    const file = openNumberFile(path, asFloats(...columns))!
    const work = () => file.read([0, 1, 2], rows - 1, 1, new Float32Array(3))
    expect(work).toThrowError(expect.objectContaining({ code: 'dataset/file-changed' }))
    file.close()
  })
})

describe('scores from kept numbers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-numbers-'))
  let test: TestEngine
  let dataset: Dataset
  let version: ModelVersion
  beforeAll(async () => {
    test = await openTestEngine()
    const csv = join(folder, 'table.csv')
    await writeTable(csv, 67_000)
    dataset = await test.importDataset(csv, { target: 'y', task: 'binary' })
    const modelPath = join(folder, 'linear.onnx')
    const weights = Array.from({ length: 30 }, (_, k) => (k % 2 ? 0.3 : -0.2) * (k + 1))
    // A batch of 1,000, so that the last is padded.
    const parts = [node('MatMul', ['x', 'w'], ['z']), node('Sigmoid', ['z'], ['p']), initializer('w', [30, 1], weights)]
    writeFileSync(modelPath, model([...parts, input('x', 1, [1000, 30]), output('p', 1, [1000, 1])]))
    version = await test.importModel(modelPath)
  })
  afterAll(async () => {
    await test.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const forget = () =>
    test.engine.workspace.ledger.prepare('DELETE FROM file_use WHERE owner = ?').run(`numbers ${dataset.id}`)

  it('are those from Parquet, to the byte, and whoever scores again need not wait for another process', async () => {
    expect(numbersPath(test.engine.workspace, dataset.id)).not.toBeNull()
    const first = await test.score(version, dataset)
    const again = await test.score(version, dataset)
    forget()
    expect(numbersPath(test.engine.workspace, dataset.id)).toBeNull()
    const fromParquet = await test.score(version, dataset)
    expect(first.scoresSha256).toMatch(/^[0-9a-f]{64}$/)
    expect([again.scoresSha256, fromParquet.scoresSha256]).toEqual([first.scoresSha256, first.scoresSha256])
  })

  it('are refused when the file was cut, and the run says why', async () => {
    const other = await test.importDataset(join(folder, 'table.csv'), { target: 'y', task: 'binary', name: 'other' })
    await truncate(numbersPath(test.engine.workspace, other.id)!, 1000)
    expect(await codeOf(test.score(version, other))).toBe('dataset/file-changed')
    expect((await test.engine.workspace.verify()).problems.join(' ')).toContain('has 1000 bytes')
  })

  it('go with their dataset', async () => {
    const other = await test.importDataset(join(folder, 'table.csv'), {
      target: 'x0',
      task: 'regression',
      name: 'gone',
    })
    const owners = () =>
      test.engine.workspace.ledger.prepare("SELECT owner FROM file_use WHERE owner LIKE 'numbers%'").all()
    expect(owners()).toContainEqual({ owner: `numbers ${other.id}` })
    await test.call.datasets.remove({ id: other.id })
    expect(owners()).not.toContainEqual({ owner: `numbers ${other.id}` })
  })
})
