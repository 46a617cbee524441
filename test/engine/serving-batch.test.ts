/** Batch jobs: shards as processes of their own, merged, are one process's file to the last byte. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { samples } from '../support/engine.ts'
import { goldenOf, runServing, servingEntry } from '../support/release.ts'
import { servedChurn } from '../support/served-churn.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const input = join(samples, 'churn/holdout.csv')
const served = servedChurn({ digits: true, server: false })

const sha = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
const batch = (output: string, more: readonly string[] = [], release = served.churn.folder, file = input) =>
  runServing(['batch', '--release', release, '--input', file, '--output', output, ...more])
const merge = (folder: string, to: string) => runServing(['merge', '--output', folder, '--to', to])

type Row = Record<string, unknown>
const parseRow = (line: string): Row => JSON.parse(line) as Row

async function duckRows(path: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const read = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`)
  connection.closeSync()
  instance.closeSync()
  return read.getRowObjects()
}

describe('shards', () => {
  it('four processes equal one, byte for byte, also after one was killed', async () => {
    const [one, four] = [temporaryFolder(), temporaryFolder()]
    const keep = ['--keep', 'customer_id']
    expect((await batch(one, keep)).code).toBe(0)
    expect((await merge(one, join(one, 'all.csv'))).code).toBe(0)
    // Killed once its part is being written; the second run finishes it.
    const child = spawn(process.execPath, [
      servingEntry,
      'batch',
      '--trust-release-keys',
      '--release',
      served.churn.folder,
      '--input',
      input,
      '--output',
      four,
      '--shard',
      '2/4',
      ...keep,
    ])
    for (let k = 0; k < 500; k++) {
      const part = existsSync(four) ? readdirSync(four).find((name) => name.includes('.tmp-')) : undefined
      if (part && statSync(join(four, part)).size > 0) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(readdirSync(four).some((name) => name.endsWith('.json'))).toBe(false)
    const ended = await Promise.all([0, 1, 2, 3].map((shard) => batch(four, ['--shard', `${shard}/4`, ...keep])))
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    const merged = await merge(four, join(four, 'all.csv'))
    expect(JSON.parse(merged.stdout)).toMatchObject({ rows: 5000, bad: 0 })
    expect(sha(join(four, 'all.csv'))).toBe(sha(join(one, 'all.csv')))
    expect(sha(join(one, 'all.csv'))).toBe(sha(join(one, 'part-00000-of-00001.csv')))
    const lines = Papa.parse<Record<string, string>>(readFileSync(join(four, 'all.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    const given = Papa.parse<Record<string, string>>(readFileSync(input, 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    expect(lines.map((line) => line['customer_id'])).toEqual(given.map((line) => line['customer_id']))
    expect(lines.map((line) => line['row'])).toEqual(given.map((_, k) => String(k + 1)))
    // Done already: the part is left as it is.
    const again = await runServing(
      ['batch', '--release', served.churn.folder, '--input', input, '--output', four, '--shards', '4', ...keep],
      { JOB_COMPLETION_INDEX: '2' },
    )
    expect(JSON.parse(again.stdout)).toMatchObject({ already: true, shard: 2 })
  }, 120_000)

  it.each([
    ['jsonl', 1],
    // More rows than a row group has.
    ['parquet', 2],
  ] as const)(
    'two equal one as %s, with what the delimited file says',
    async (format, times) => {
      // Texts that are long, foreign or a formula.
      const [header, ...lines] = readFileSync(input, 'utf8').trim().split('\n')
      const file = join(temporaryFolder(), 'many.csv')
      const note = (k: number): string => ['', '=1+1', 'größer 🙂', '"a ""quoted"" one"', 'x'.repeat(300)][k % 5]!
      const many = [0, 1].slice(0, times).flatMap((turn) => lines.map((line, k) => `${line},${note(k + turn)}`))
      writeFileSync(file, `${[`${header},note`, ...many].join('\n')}\n`)
      const [one, two, text] = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
      const wish = (more: readonly string[]) => ['--keep', 'customer_id,note', ...more]
      const score = (folder: string, more: readonly string[]) => batch(folder, wish(more), served.churn.folder, file)
      const ended = await Promise.all([
        score(one, ['--out-format', format]),
        score(text, []),
        ...[0, 1].map((shard) => score(two, ['--shard', `${shard}/2`, '--out-format', format])),
      ])
      expect(ended.map(({ stderr }) => stderr).join('')).toBe('')
      const all = join(two, `all.${format}`)
      expect(JSON.parse((await merge(two, all)).stdout)).toMatchObject({ rows: many.length, bad: 0 })
      expect(sha(all)).toBe(sha(join(one, `part-00000-of-00001.${format}`)))
      const csv = Papa.parse<Record<string, string>>(
        readFileSync(join(text, 'part-00000-of-00001.csv'), 'utf8').replaceAll("'=1+1", '=1+1'),
        { header: true, skipEmptyLines: true },
      ).data
      const found =
        format === 'jsonl' ? readFileSync(all, 'utf8').trim().split('\n').map(parseRow) : await duckRows(all)
      expect(found.length).toBe(many.length)
      found.forEach((row, k) => {
        const texts = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))
        if (JSON.stringify(texts) !== JSON.stringify(csv[k])) expect(texts).toEqual(csv[k])
      })
      expect(typeof found[0]!['probability_Yes']).toBe('number')
    },
    120_000,
  )

  it('are not merged while one is missing, altered, or of another file', async () => {
    const folder = temporaryFolder()
    await batch(folder, ['--shard', '0/2'])
    const codeOf = async () => JSON.parse((await merge(folder, join(folder, 'all.csv'))).stderr)
    expect(await codeOf()).toMatchObject({ code: 'batch/part-missing' })
    await batch(folder, ['--shard', '1/2'])
    const part = join(folder, 'part-00001-of-00002.csv')
    const text = readFileSync(part, 'utf8')
    writeFileSync(part, text.replace('Yes', 'No'))
    expect(await codeOf()).toMatchObject({ code: 'batch/part-altered' })
    expect(existsSync(join(folder, 'all.csv'))).toBe(false)
    const other = join(temporaryFolder(), 'other.csv')
    writeFileSync(other, readFileSync(input, 'utf8').split('\n').slice(0, 1000).join('\n'))
    await batch(folder, ['--shard', '1/2'], served.churn.folder, other)
    expect(await codeOf()).toMatchObject({ code: 'batch/parts-differ' })
  }, 60_000)
})

describe('files', () => {
  it('JSON lines give what the delimited file gives', async () => {
    const [csv, jsonl] = [temporaryFolder(), temporaryFolder()]
    const golden = goldenOf(served.churn.folder)
    const names = Object.keys(golden[0]!.inputs)
    const [semicolons, lines] = [join(csv, 'in.csv'), join(jsonl, 'in.jsonl')]
    writeFileSync(
      semicolons,
      `\ufeff${Papa.unparse({ fields: names, data: golden.map((row) => names.map((name) => row.inputs[name] ?? 'NA')) }, { delimiter: ';', newline: '\r\n' })}`,
    )
    writeFileSync(lines, golden.map((row) => JSON.stringify(row.inputs)).join('\n'))
    expect((await batch(csv, [], served.churn.folder, semicolons)).stderr).toBe('')
    expect((await batch(jsonl, [], served.churn.folder, lines)).stderr).toBe('')
    const name = 'part-00000-of-00001.csv'
    expect(readFileSync(join(csv, name), 'utf8')).toBe(readFileSync(join(jsonl, name), 'utf8'))
  })

  it('Parquet gives what the delimited file gives, whatever compresses it, in shards that read their own row groups', async () => {
    const csv = temporaryFolder()
    const keep = ['--keep', 'customer_id']
    expect((await batch(csv, keep)).code).toBe(0)
    const wanted = sha(join(csv, 'part-00000-of-00001.csv'))
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    for (const codec of ['snappy', 'zstd', 'gzip', 'brotli']) {
      const folder = temporaryFolder()
      const file = join(folder, 'in.parquet')
      await connection.run(
        `COPY (FROM read_csv('${input}', nullstr=['', 'NA'], auto_type_candidates=['BIGINT', 'DOUBLE', 'VARCHAR'])) TO '${file}' (FORMAT parquet, CODEC '${codec}', ROW_GROUP_SIZE 2048)`,
      )
      const shards = codec === 'zstd' ? 3 : 1
      for (let shard = 0; shard < shards; shard++) {
        const ended = await batch(folder, ['--shard', `${shard}/${shards}`, ...keep], served.churn.folder, file)
        expect(ended.stderr).toBe('')
      }
      expect((await merge(folder, join(folder, 'all.csv'))).code).toBe(0)
      expect(sha(join(folder, 'all.csv')), codec).toBe(wanted)
    }
    connection.closeSync()
    instance.closeSync()
  }, 120_000)

  it('a value to keep that is nested deeper than it can be written ends the job with 42 and its line', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'in.jsonl')
    const [first, second] = goldenOf(served.churn.folder).map((row) => JSON.stringify(row.inputs))
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    writeFileSync(file, [first, `${second!.slice(0, -1)},"note":${deep}}`].join('\n'))
    const ended = await batch(join(folder, 'out'), ['--keep', 'note'], served.churn.folder, file)
    expect([ended.code, JSON.parse(ended.stderr)]).toMatchObject([42, { code: 'batch/json', where: { line: 2 } }])
  }, 60_000)

  it('images come as base64', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'in.jsonl')
    writeFileSync(
      file,
      goldenOf(served.digits.folder)
        .map((row) => `${JSON.stringify(row.inputs)}\n`)
        .join(''),
    )
    expect((await batch(folder, [], served.digits.folder, file)).code).toBe(0)
    const lines = readFileSync(join(folder, 'part-00000-of-00001.csv'), 'utf8').trim().split('\n')
    expect(lines.length).toBe(goldenOf(served.digits.folder).length + 1)
  })

  it('a bad row ends the job with 42 and its line, or is marked when told to', async () => {
    const folder = temporaryFolder()
    const text = readFileSync(input, 'utf8').split('\n').slice(0, 20)
    text[7] = text[7]!.replace(/,\d+,(Month-to-month|One year|Two year),/, ',many,$1,')
    const file = join(folder, 'bad.csv')
    writeFileSync(file, text.join('\n'))
    const stopped = await batch(join(folder, 'stop'), [], served.churn.folder, file)
    expect(stopped.code).toBe(42)
    expect(JSON.parse(stopped.stderr)).toMatchObject({
      code: 'batch/bad-row',
      where: { line: 8, row: 7, column: 'tenure_months' },
    })
    expect(readdirSync(join(folder, 'stop'))).toEqual([])
    const marked = await batch(join(folder, 'mark'), ['--bad-rows', 'mark'], served.churn.folder, file)
    expect(JSON.parse(marked.stdout)).toMatchObject({ bad: 1 })
    const lines = Papa.parse<Record<string, string>>(
      readFileSync(join(folder, 'mark', 'part-00000-of-00001.csv'), 'utf8'),
      { header: true, skipEmptyLines: true },
    ).data
    expect(lines.length).toBe(19)
    expect(lines[6]).toMatchObject({ row: '7', probability_Yes: '', predicted: '', error: 'input/type tenure_months' })
    expect(lines[7]!['probability_Yes']).toMatch(/^0\.\d+$/)
  })

  it.each([
    ['no such file', '/no/such/file.csv', '', 'batch/input', 42],
    ['a column that is not there', 'short.csv', 'gender,senior\nMale,No\n', 'batch/missing-column', 42],
    ['an empty file', 'empty.csv', '', 'batch/missing-column', 42],
    ['text that is not UTF-8', 'latin.csv', Buffer.from([0x67, 0xe4, 0x0a]), 'batch/encoding', 42],
    ['no Parquet', 'x.parquet', 'PAR1 but nothing of it PAR1', 'batch/parquet', 42],
    ['lines that are no JSON', 'x.jsonl', '{"gender": \n', 'batch/json', 42],
  ])('%s: says so', async (_, name, content, code, exit) => {
    const folder = temporaryFolder()
    const file = name.startsWith('/') ? name : join(folder, name)
    if (!name.startsWith('/')) writeFileSync(file, content)
    const ended = await batch(join(folder, 'out'), [], served.churn.folder, file)
    expect([ended.code, JSON.parse(ended.stderr).code]).toEqual([exit, code])
  })
})
