/** Values that a reader would change in silence: codes that look like numbers, years of two digits, large ids, NA. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Dataset, DatasetOptions } from '../../shared/contract/dataset.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let folder: string
let test: TestEngine
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-untidy-'))
  test = await openTestEngine()
})
afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

async function imported(name: string, content: string, options: DatasetOptions = {}): Promise<Dataset> {
  writeFileSync(join(folder, name), content)
  return test.importDataset(join(folder, name), options)
}
const typesOf = ({ columns }: Dataset) => Object.fromEntries(columns.map(({ name, type }) => [name, type]))

it('codes stay texts, also where the first is in the last row', async () => {
  const codes = 'under,zero,signed,exponent,number'
  const row = (k: number) => `${k}_000,00${k},-0${k},0e${k},${k}`
  const few = await imported('codes.csv', `${codes}\n${[1, 2, 3].map(row).join('\n')}\n`)
  expect(typesOf(few)).toEqual({
    under: 'string',
    zero: 'string',
    signed: 'string',
    exponent: 'float',
    number: 'integer',
  })
  const plain = Array.from({ length: 6000 }, (_, k) => `${k},${k},${k},${k}`)
  const late = await imported('late.csv', `under,zero,signed,padded\n${plain.join('\n')}\n1_000,007,-07, 007\n`)
  expect(typesOf(late)).toEqual({ under: 'string', zero: 'string', signed: 'string', padded: 'string' })
})

it('a year of two digits is no year of the first century', async () => {
  const dataset = await imported('years.csv', 'short,long\n01.02.24,01.02.2024\n31.12.23,31.12.2023\n')
  expect(typesOf(dataset)).toEqual({ short: 'string', long: 'date' })
})

it('a name with a line end in the header takes no row away', async () => {
  const dataset = await imported('header.csv', '"first\nname",b\n1,2\n3,4\n')
  expect(dataset).toMatchObject({ rows: 2, columns: [{ name: 'first name', min: '1', max: '3' }, { min: '2' }] })
})

it('JSON keeps every digit of a whole number', async () => {
  const ids = ['18446744073709551614', '18446744073709551615', '184467440737095516159']
  const lines = ids.map((id, k) => `{"id": ${id}, "x": ${k}.50, "when": "2026-01-0${k + 1}", "is": ${k > 0}}`)
  const dataset = await imported('ids.jsonl', `${lines.join('\n')}\n`)
  expect(typesOf(dataset)).toEqual({ id: 'string', x: 'float', when: 'date', is: 'boolean' })
  expect(dataset.columns[0]).toMatchObject({ distinct: 3, max: ids[2] })
})

it('no more values are distinct than there are', async () => {
  const rows = Array.from({ length: 2500 }, (_, k) => `id-${(k * 7919) % 2500},${k % 2 ? '' : `v${k}`}`)
  const { columns } = await imported('many.csv', `id,half\n${rows.join('\n')}\n`)
  expect(columns[0]!.distinct).toBeLessThanOrEqual(2500)
  expect(columns[1]!.distinct).toBeLessThanOrEqual(1250)
})

it('texts that are read as missing are said, and can be values', async () => {
  const content = 'country,n\nNA,1\nDE,NA\nNA,3\nnull,4\n'
  const read = await imported('countries.csv', content)
  expect(read.columns).toMatchObject([{ missing: 3 }, { type: 'integer', missing: 1 }])
  expect(read.findings).toMatchObject([{ code: 'dataset/missing-texts', where: { column: 'country', rows: 3 } }])
  expect(read.findings[0]!.message).toContain('"NA" (2), "null" (1)')
  const kept = await imported('kept.csv', content, { dialect: { missing: ['null'] } })
  expect(kept.columns).toMatchObject([
    { missing: 1, distinct: 2 },
    { type: 'string', missing: 0 },
  ])
})

it('a delimiter that is no single byte is refused, not taken by its first half', async () => {
  for (const delimiter of [';;', '§', ''])
    expect(await codeOf(imported('marks.csv', 'a;;b\n1;;2\n', { dialect: { delimiter } }))).toBe('dataset/delimiter')
})
