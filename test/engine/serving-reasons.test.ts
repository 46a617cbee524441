/** Reasons for predictions, given by the container's program: those of the workbench, over live REST. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import type { ExplainRequest } from '../../shared/contract/explain.ts'
import type { Run } from '../../shared/contract/run.ts'
import type { ExplainedPrediction } from '../../shared/serving/predictions.ts'
import { trustOf } from '../../shared/serving/trust.ts'
import { writeRelease } from '../../electron/engine/release/write-release.ts'
import { closeLocalSession } from '../../electron/engine/explain/local-session.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import {
  approvalBy,
  approverKey,
  goldenOf,
  releaseOf,
  releaser,
  runServing,
  signAgain,
  startServing,
  statementFor,
  trustedHere,
} from '../support/release.ts'
import type { Running } from '../support/release.ts'
import { figuresOf, post } from '../support/serving-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let test: TestEngine
const running: Running[] = []
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(async () => {
  for (const server of running) expect(await server.stop()).toBe(0)
  await closeLocalSession(test.engine)
  await test.close()
})

interface Served {
  readonly run: Run
  readonly folder: string
  readonly server: Running
}

async function runOf(data: string, model: string, options: DatasetOptions): Promise<Run> {
  const dataset = await test.importDataset(join(samples, data), options)
  return test.score(await test.importModel(join(samples, model)), dataset)
}

async function served(
  data: string,
  model: string,
  options: DatasetOptions,
  reasons: Partial<ExplainRequest>,
): Promise<Served> {
  const run = await runOf(data, model, options)
  const { folder } = await releaseOf(test, run, {}, reasons)
  const server = await startServing(folder, { ASSAY_MAX_REASON_ROWS: '60' })
  running.push(server)
  return { run, folder, server }
}

async function predict(server: Running, body: unknown): Promise<ExplainedPrediction[]> {
  const answer = await post(server.rest, '/v1/predict', JSON.stringify(body))
  expect(answer.status, answer.text).toBe(200)
  return (answer.body as { predictions: ExplainedPrediction[] }).predictions
}

type Case = readonly [data: string, model: string, options: DatasetOptions]
const wine: Case = ['wine/holdout.csv', 'wine/random-forest.onnx', { target: 'cultivar', task: 'multiclass' }]
const diabetes: Case = ['diabetes/holdout.csv', 'diabetes/ridge.onnx', { target: 'progression', task: 'regression' }]
const churnOptions = { target: 'churned', id: 'customer_id', task: 'binary', positive: 'Yes' } as const

const numbers = ['tenure_months', 'monthly_charges', 'total_charges', 'support_calls']
/** A row of the churn sample as a caller sends it. */
const inputOf = (names: readonly string[], cells: readonly string[]) =>
  Object.fromEntries(
    names.map((name, k) => {
      const text = cells[k]!.trim()
      return [name, text === '' ? null : numbers.includes(name) ? Number(text) : text]
    }),
  )

describe('reasons are those of the workbench', () => {
  let churn: Served
  beforeAll(async () => {
    churn = await served('churn/holdout.csv', 'churn/gradient-boosting.onnx', churnOptions, {})
  }, 60_000)

  it.each<[string, () => Promise<Served>]>([
    ['trees behind encoders', async () => churn],
    ['a linear regression', () => served(...diabetes, {})],
    ['a multiclass forest, for the likeliest class', () => served(...wine, {})],
  ])('%s', async (_, start) => {
    const { run, folder, server } = await start()
    const golden = goldenOf(folder).slice(0, 12)
    const rows = golden.map((row) => row.inputs)
    const predictions = await predict(server, { rows, reasons: 3 })
    const plain = await predict(server, rows)
    for (const [k, { reasonsFor, reasons, ...rest }] of predictions.entries()) {
      expect(rest).toEqual(plain[k])
      const { outputs } = await test.call.explain.row({ id: run.id, row: golden[k]!.row })
      const output = outputs.length === 1 ? outputs[0]! : outputs.find(({ name }) => name === rest.label)!
      expect(reasonsFor).toBe(output.name)
      expect(reasons.length).toBeGreaterThan(0)
      expect(reasons.length).toBeLessThanOrEqual(3)
      expect(reasons.map(({ words }) => words)).toEqual(output.words.slice(0, 3))
      reasons.forEach(({ column, value, contribution, direction, share }, place) => {
        const part = output.parts[place]!
        expect([column, value]).toEqual([part.name, part.value])
        expect(Math.abs(contribution - part.attribution)).toBeLessThan(1e-12)
        expect(direction).toBe(contribution > 0 ? 'for' : 'against')
        expect(share >= 0.01 && share <= 1).toBe(true)
      })
    }
    // Alone, as one of many: the same.
    const [alone] = await predict(server, { rows: rows[7]!, reasons: 3 })
    expect(alone!.reasons.map(({ words }) => words)).toEqual(predictions[7]!.reasons.map(({ words }) => words))
  })

  it('asks beside the columns of a single row as well, and says what took how long', async () => {
    const [row] = goldenOf(churn.folder)
    const answer = await post(churn.server.rest, '/v1/predict', JSON.stringify({ ...row!.inputs, reasons: 2 }))
    expect((answer.body as { predictions: ExplainedPrediction[] }).predictions[0]!.reasons.length).toBe(2)
    expect(Number(answer.headers.get('assay-reasons-us'))).toBeGreaterThan(0)
    expect((await figuresOf(churn.server.rest))('assay_reasons_rows_total')).toBeGreaterThan(12)
    expect(churn.server.lines.find((line) => line['event'] === 'serving')).toMatchObject({ reasons: 'tree' })
  })

  it('is described by OpenAPI', async () => {
    const api = (await (await fetch(`${churn.server.rest}/openapi.json`)).json()) as {
      components: { schemas: Record<string, { properties: Record<string, { description?: string }> }> }
      paths: object
    }
    const { Reason, Prediction } = api.components.schemas
    expect(Object.keys(Reason!.properties)).toEqual(['column', 'value', 'contribution', 'direction', 'share', 'words'])
    expect(Prediction!.properties['reasons']!.description).toContain('log-odds')
    expect(JSON.stringify(api.paths)).toContain('"maximum":50')
  })

  it.each<[string, object, number, string]>([
    ['many reasons', { reasons: 51 }, 400, 'request/reasons'],
    ['reasons that are no number', { reasons: 'all' }, 400, 'request/reasons'],
    ['reasons for many rows', { reasons: 1, times: 61 }, 413, 'request/too-many-rows'],
  ])('refuses %s', async (_, { reasons, times = 1 }: { reasons?: unknown; times?: number }, status, code) => {
    const [row] = goldenOf(churn.folder)
    const rows = Array.from({ length: times }, () => row!.inputs)
    const answer = await post(churn.server.rest, '/v1/predict', JSON.stringify({ rows, reasons }))
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([status, code])
  })

  const rowsOf = async (path: string): Promise<Record<string, unknown>[]> => {
    const text = () => readFileSync(path, 'utf8').trim()
    if (path.endsWith('.csv'))
      return Papa.parse<Record<string, string>>(text(), { header: true, skipEmptyLines: true }).data
    if (path.endsWith('.jsonl'))
      return text()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const read = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`)
    connection.closeSync()
    instance.closeSync()
    return read.getRowObjects()
  }

  it.each(['csv', 'jsonl', 'parquet'] as const)(
    'in a batch written as %s are those of the server, and merged shards are the bytes of one process',
    async (format) => {
      // Parquet has row groups of 8192 rows, and a bad row has no reasons.
      const [header, ...lines] = readFileSync(join(samples, 'churn/holdout.csv'), 'utf8').trim().split('\n')
      const many = [...lines, lines[0]!.split(',').with(3, 'many').join(), ...(format === 'parquet' ? lines : [])]
      const input = join(temporaryFolder(), 'many.csv')
      writeFileSync(input, `${[header, ...many].join('\n')}\n`)
      const [one, two] = [temporaryFolder(), temporaryFolder()]
      const batch = (output: string, shard: string, more: readonly string[] = ['--reasons', '3']) =>
        runServing([
          ...['batch', '--release', churn.folder, '--input', input, '--output', output, '--shard', shard],
          ...['--out-format', format, '--bad-rows', 'mark', ...more],
        ])
      const ended = await Promise.all([batch(one, '0/1'), batch(two, '0/2'), batch(two, '1/2')])
      expect(ended.map(({ stderr }) => stderr).join('')).toBe('')
      const all = join(two, `all.${format}`)
      expect((await runServing(['merge', '--output', two, '--to', all])).stderr).toBe('')
      expect(readFileSync(all).equals(readFileSync(join(one, `part-00000-of-00001.${format}`)))).toBe(true)
      const found = await rowsOf(all)
      expect(found.length).toBe(many.length)
      const wanted = [0, 511, 512, 2999, 4998]
      const predictions = await predict(churn.server, {
        rows: wanted.map((k) => inputOf(header!.split(','), lines[k]!.split(','))),
        reasons: 3,
      })
      for (const [at, k] of wanted.entries()) {
        const { reasonsFor, reasons } = predictions[at]!
        const row = found[k]!
        expect(row['reasons_for']).toBe(reasonsFor)
        for (const place of [0, 1, 2]) {
          const cell = (part: string) => row[`reason_${place + 1}_${part}`]
          const reason = reasons[place]
          if (reason === undefined) expect([cell('column') || null, cell('words') || null]).toEqual([null, null])
          else {
            expect(cell('column')).toBe(reason.column)
            // Made harmless to spreadsheets there.
            if (format !== 'csv') expect([cell('value'), cell('words')]).toEqual([reason.value, reason.words])
            expect(Number(cell('contribution'))).toBeCloseTo(reason.contribution, 9)
            expect(Number(cell('share'))).toBeCloseTo(reason.share, 9)
          }
        }
      }
      const bad = found[5000]!
      expect(bad['error']).not.toBe('')
      expect([bad['reasons_for'] || null, bad['reason_1_column'] || null]).toEqual([null, null])
      // Other work: a part without reasons is not taken for this one, nor merged with it.
      expect(JSON.parse((await batch(two, '1/2', [])).stdout)).toMatchObject({ already: false, reasons: 0 })
      expect((await runServing(['merge', '--output', two, '--to', all])).stderr).toContain('batch/parts-differ')
    },
    120_000,
  )

  it.each([['0.5'], ['51'], ['many']])('a batch with --reasons %s is refused', async (most) => {
    const more = ['--input', join(samples, 'churn/holdout.csv'), '--output', temporaryFolder(), '--reasons', most]
    const { code, stderr } = await runServing(['batch', '--release', churn.folder, ...more])
    expect([code, (JSON.parse(stderr) as { code: string }).code]).toEqual([2, 'usage/batch'])
  })

  it('refuses to start with reasons that are not those of the approved explanation', async () => {
    const altered = (change: (reasons: { seed: number }) => void, isSigned: boolean): string => {
      const folder = join(temporaryFolder(), 'release')
      cpSync(churn.folder, folder, { recursive: true })
      const path = join(folder, 'reasons.json')
      const reasons = JSON.parse(readFileSync(path, 'utf8')) as { seed: number }
      change(reasons)
      const text = JSON.stringify(reasons)
      writeFileSync(path, text)
      if (!isSigned) return folder
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: object }
      const sha256 = createHash('sha256').update(text).digest('hex')
      Object.assign(manifest.files, { 'reasons.json': { sha256, bytes: Buffer.byteLength(text) } })
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
      signAgain(folder)
      return folder
    }
    const verify = async (folder: string) => (await runServing(['verify', '--release', folder])).stderr
    expect(await verify(altered((reasons) => reasons.seed++, false))).toContain('release/file-altered')
    expect(await verify(altered((reasons) => reasons.seed++, true))).toContain('release/other-reasons')
  })
})

describe('where there are none, or no trees', () => {
  it('samples them for any graph, the same for a row wherever it stands', async () => {
    const { folder, server } = await served(...wine, { method: 'permutation', rows: 20 })
    const [first, second] = goldenOf(folder).map((row) => row.inputs)
    const [, there] = await predict(server, { rows: [first, second], reasons: 5 })
    const [alone] = await predict(server, { rows: second, reasons: 5 })
    expect(there!.reasons.map(({ words }) => words)).toEqual(alone!.reasons.map(({ words }) => words))
    expect(alone!.reasons.length).toBeGreaterThan(1)
    // In a batch too: the second shard's rows alone are what one process writes last.
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    const input = join(temporaryFolder(), 'many.csv')
    const [header, ...lines] = readFileSync(join(samples, 'wine/holdout.csv'), 'utf8').trim().split('\n')
    const many = Array.from({ length: 530 }, (_, k) => lines[k % lines.length]!)
    writeFileSync(input, [header, ...many].join('\n'))
    const batch = (output: string, shard: string) =>
      runServing([
        ...['batch', '--release', folder, '--input', input, '--output', output, '--shard', shard],
        ...['--reasons', '2', '--out-format', 'jsonl'],
      ])
    const ended = await Promise.all([batch(one, '0/1'), batch(two, '1/2')])
    expect(ended.map(({ stderr }) => stderr).join('')).toBe('')
    const whole = readFileSync(join(one, 'part-00000-of-00001.jsonl'), 'utf8')
    const last = readFileSync(join(two, 'part-00001-of-00002.jsonl'), 'utf8')
    expect(last.split('\n').length - 1).toBe(530 - 512)
    expect(whole.endsWith(last)).toBe(true)
    expect(last).toContain('points')
    // Scores are explained: what the reasons add cannot be more than a probability has.
    for (const { contribution, words } of alone!.reasons) {
      expect(Math.abs(contribution)).toBeLessThan(1)
      expect(words).toContain('points')
    }
  })

  it('says so with a code, and releases no reasons of a run that is not explained', async () => {
    const run = await runOf(...diabetes)
    const { folder } = await releaseOf(test, run)
    const server = await startServing(folder)
    running.push(server)
    const [row] = goldenOf(folder)
    const answer = await post(server.rest, '/v1/predict', JSON.stringify({ rows: row!.inputs, reasons: 3 }))
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, 'request/no-reasons'])
    const more = ['--input', join(samples, 'diabetes/holdout.csv'), '--output', temporaryFolder(), '--reasons', '3']
    const ended = await runServing(['batch', '--release', folder, ...more])
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('gives no reasons')])
    const evidence = await test.call.runs.evidence({ id: run.id })
    const { evidenceSha256 } = await test.call.runs.get({ id: run.id })
    const approval = approvalBy([[statementFor(evidence, evidenceSha256!, approverKey), approverKey]])
    const request = { runId: run.id, approval, trust: trustOf(trustedHere), releaser, reasons: true }
    const quiet = { signal: new AbortController().signal, progress: () => undefined }
    const none = join(temporaryFolder(), 'none')
    expect(await codeOf(writeRelease(test.engine, { ...request, folder: none }, quiet))).toBe('release/not-explained')
    expect(existsSync(none)).toBe(false)
  })
})
