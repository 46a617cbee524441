/** Production of several labels a row and of rankings: labels come back in any shape and are judged as an evaluation judges. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MonitorId, VersionId } from '../../shared/contract/ids.ts'
import type { LogMapping, MonitorBatch } from '../../shared/contract/monitor-log.ts'
import type { MonitorReport } from '../../shared/contract/monitor-report.ts'
import type { Person } from '../../shared/contract/person.ts'
import type { Run } from '../../shared/contract/run.ts'
import { trustOf } from '../../shared/serving/trust.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { trustSettings } from '../../electron/engine/release/prove-release.ts'
import { workspaceTrust } from '../../electron/engine/release/workspace-trust.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { approveRun, passphrase } from '../support/monitored-workspace.ts'
import { releaseOf, startServing } from '../support/release.ts'
import { post } from '../support/serving-client.ts'

const labels = ['news', 'sport', '<b>art</b>'] as const
const inputs = ['x1', 'x2', 'x3', 'x4'] as const
const approvedRows = 1200
const rows = 1600
/** Rows of a query. */
const size = 10

let folder: string
let test: TestEngine
let tagger: VersionId
let ranker: VersionId
let taggerRun: Run
let rankerRun: Run
let ada: Person
const file = (name: string) => join(folder, name)

/** Inputs and what a model says of them. */
interface Scored {
  readonly x: readonly (readonly string[])[]
  /** By row. */
  readonly scores: readonly (readonly number[])[]
}

async function scored(widths: readonly number[], n: number, seed: number): Promise<Scored> {
  const random = createRandom(seed)
  const x = Array.from({ length: n }, () => inputs.map(() => random.normal().toFixed(3)))
  const session = await InferenceSession.create(makeMlp(widths, 3))
  const data = Float32Array.from(x.flat(), Number)
  const { probability } = await session.run({ X: new Tensor('float32', data, [n, inputs.length]) })
  const width = widths.at(-1)!
  const all = probability!.data as Float32Array
  return { x, scores: x.map((_, row) => [...all.subarray(row * width, (row + 1) * width)]) }
}

/** As often as the model says. */
function drawLabels({ scores }: Scored, seed: number): number[][] {
  const random = createRandom(seed)
  return scores.map((own) => own.map((score) => (random.uniform() < score ? 1 : 0)))
}
/** 0 to 3, mostly in the model's order. */
function drawGrades({ scores }: Scored, seed: number): number[] {
  const random = createRandom(seed)
  return scores.map(([score]) => Math.max(0, Math.min(3, Math.round(4 * score! - 0.5 + 0.4 * random.normal()))))
}

const csv = (name: string, table: readonly object[]): string => {
  writeFileSync(file(name), Papa.unparse([...table]))
  return file(name)
}
const lines = (name: string, objects: readonly object[]): string => {
  writeFileSync(file(name), objects.map((one) => JSON.stringify(one)).join('\n'))
  return file(name)
}
const named = (names: readonly string[], values: readonly unknown[]) =>
  Object.fromEntries(names.map((name, k) => [name, values[k]]))
const timeOf = (row: number): string => new Date(Date.UTC(2026, 8, 7) + (56 * 86_400_000 * row) / rows).toISOString()

let tags: Scored
let truth: number[][]
let documents: Scored
let grades: number[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-monitor-tasks-'))
  test = await openTestEngine()
  writeFileSync(file('tagger.onnx'), makeMlp([4, 3], 3))
  writeFileSync(file('ranker.onnx'), makeMlp([4, 1], 3))
  const known = await scored([4, 3], approvedRows, 11)
  const knownLabels = drawLabels(known, 12)
  const articles = known.x.map((x, k) => ({ ...named(inputs, x), ...named(labels, knownLabels[k]!) }))
  const ranked = await scored([4, 1], approvedRows, 13)
  const knownGrades = drawGrades(ranked, 14)
  const searches = ranked.x.map((x, k) => ({
    ...named(inputs, x),
    query: `q${Math.floor(k / size)}`,
    grade: knownGrades[k],
  }))
  const first = await test.importModel(file('tagger.onnx'), 'Tagger')
  const second = await test.importModel(file('ranker.onnx'), 'Ranker')
  tagger = first.id
  ranker = second.id
  taggerRun = await test.score(first, await test.importDataset(csv('articles.csv', articles), { labels: [...labels] }))
  await test.evaluate(taggerRun, 0.4)
  rankerRun = await test.score(
    second,
    await test.importDataset(csv('searches.csv', searches), { target: 'grade', task: 'ranking', group: 'query' }),
  )
  await test.evaluate(rankerRun)
  ada = await approveRun(
    test,
    taggerRun,
    `assay: policy/1
name: Tags
task: multilabel
risk_tier: medium
objective: { business: Tag, measure: metrics.f1_micro, target: { at_least: 0.3 } }
deployment: { kind: real-time }
gates:
  - { id: f1, title: F1, path: metrics.f1_micro, at_least: 0.3, judge: value }
`,
  )
  // From the middle on the world is another one: what the model says is wrong.
  const half = rows / 2
  tags = await scored([4, 3], rows, 21)
  truth = drawLabels(tags, 22).map((own, k) => (k < half ? own : own.map((has) => 1 - has)))
  documents = await scored([4, 1], rows, 23)
  grades = drawGrades(documents, 24).map((grade, k) => (k < half ? grade : 3 - grade))
}, 120_000)
afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

async function batch(id: string): Promise<MonitorBatch> {
  return (await test.call.monitor.batches({})).find((one) => one.id === id)!
}
async function takeLog(path: string, versionId: VersionId | undefined, mapping?: LogMapping): Promise<MonitorBatch> {
  const { jobId } = await test.call.monitor.import({
    file: { path },
    ...(versionId ? { versionId } : {}),
    ...(mapping ? { mapping } : {}),
  })
  return batch(await test.finish(jobId))
}
async function takeLabels(path: string, versionId: VersionId, more: object = {}): Promise<MonitorBatch> {
  return batch(await test.finish((await test.call.monitor.importLabels({ file: { path }, versionId, ...more })).jobId))
}
async function report(versionId: VersionId, period: 'auto' | 'rows' = 'auto'): Promise<MonitorReport> {
  const { jobId } = await test.call.monitor.report({ versionId, period })
  return test.call.monitor.get({ id: (await test.finish(jobId)) as MonitorId })
}
async function forgetAll(): Promise<void> {
  for (const { id } of await test.call.monitor.batches({})) await test.call.monitor.removeBatch({ id })
}
async function asParquet(from: string, to: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (SELECT * FROM read_csv('${from}', header=true)) TO '${to}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return to
}

/** Micro-averaged F1 from its definition. */
function f1Micro(from: number, to: number, threshold: number): number {
  let [both, sum] = [0, 0]
  for (let row = from; row < to; row++) {
    labels.forEach((_, k) => {
      const given = tags.scores[row]![k]! >= threshold ? 1 : 0
      both += given * truth[row]![k]!
      sum += given + truth[row]![k]!
    })
  }
  return (2 * both) / sum
}

/** NDCG of one list from its definition; scores of the MLP are never equal. */
function ndcg(from: number): number | null {
  const own = Array.from({ length: size }, (_, k) => from + k)
  const gain = (order: readonly number[]): number =>
    order.reduce((sum, row, rank) => sum + grades[row]! / Math.log2(rank + 2), 0)
  const best = gain([...own].sort((a, b) => grades[b]! - grades[a]!))
  return best === 0 ? null : gain([...own].sort((a, b) => documents.scores[b]![0]! - documents.scores[a]![0]!)) / best
}
function meanNdcg(queries: number): number {
  const found = Array.from({ length: queries }, (_, q) => ndcg(q * size)).filter((value) => value !== null)
  return found.reduce((sum, value) => sum + value, 0) / found.length
}

describe('several labels a row', () => {
  const logRow = (k: number) => ({
    ts: timeOf(k),
    request_id: `a${k}`,
    ...named(inputs, tags.x[k]!),
    ...named(
      labels.map((name) => `probability_${name}`),
      tags.scores[k]!,
    ),
  })
  const table = () => tags.x.map((_, k) => logRow(k))
  const columns = (k: number) => ({
    request_id: `a${k}`,
    ...named(
      labels,
      truth[k]!.map((has) => (has ? 'yes' : 'No')),
    ),
  })
  const listOf = (k: number) => labels.filter((_, l) => truth[k]![l] === 1)

  it('are judged at the approved threshold, and a trigger holds where they are worse', async () => {
    expect(await takeLog(csv('log.csv', table()), tagger)).toMatchObject({ rows, hasScores: true, findings: [] })
    const bare = await report(tagger)
    expect(bare.overall).toMatchObject({
      metrics: {},
      metricsReason: 'no row has all of its labels yet',
      estimateReason: 'CBPE and DLE estimate one answer a row, and a row has several labels',
    })
    expect(bare.conditions.filter(({ rule }) => rule.includes('performance'))).toEqual([])
    // Labels of a row need not come together.
    const all = tags.x.map((_, k) => columns(k))
    const some = all.map(({ request_id, news, sport }: Record<string, unknown>) => ({ request_id, news, sport }))
    expect(await takeLabels(csv('two.csv', some), tagger)).toMatchObject({ rows, matched: rows, findings: [] })
    expect((await report(tagger)).rows.labelled).toBe(0)
    const rest = all.map((row: Record<string, unknown>) => ({
      request_id: row['request_id'],
      [labels[2]]: row[labels[2]],
    }))
    await takeLabels(csv('third.csv', rest), tagger)
    const found = await report(tagger)
    expect(found.rows).toEqual({ logged: rows, scored: rows, errors: 0, labelled: rows })
    expect([found.period, found.watched]).toEqual(['week', ['f1_micro']])
    expect(found.overall.metricsReason).toBeNull()
    expect(found.overall.metrics['f1_micro']!.value).toBeCloseTo(f1Micro(0, rows, 0.4), 10)
    const [week] = found.windows
    expect(week!.metrics['f1_micro']).toMatchObject({ n: 200, low: expect.any(Number), high: expect.any(Number) })
    expect(week!.metrics['f1_micro']!.value).toBeCloseTo(f1Micro(0, 200, 0.4), 10)
    const mean = (values: readonly (readonly number[])[]) =>
      values
        .slice(0, 200)
        .flat()
        .reduce((a, b) => a + b, 0) / 600
    expect(week!.calibration!.predicted).toBeCloseTo(mean(tags.scores), 6)
    expect(week!.calibration!.observed.value).toBeCloseTo(mean(truth), 12)
    expect(week!.gates.map(({ id }) => id)).toEqual(['f1'])
    expect(found.windows.map(({ against }) => against['f1_micro']!.worse)).toEqual([
      ...[false, false, false, false],
      ...[true, true, true, true],
    ])
    expect(found.conditions).toContainEqual(expect.objectContaining({ rule: 'performance', subject: 'f1_micro' }))
    const [task] = await test.call.monitor.tasks({ versionId: tagger })
    expect(task!.reasons.map(({ rule }) => rule)).toContain('performance')
    await test.finish(
      (await test.call.monitor.retrain({ id: task!.id, folder: { path: file('retrain') }, image: 'train:1' })).jobId,
    )
    const request = JSON.parse(readFileSync(file('retrain/request.json'), 'utf8')) as { data: object }
    expect(request.data).toMatchObject({ rows, labelled: true, target: null, labels: [...labels] })
    expect(await codeOf(test.finish((await test.call.monitor.refit({ versionId: tagger })).jobId))).toBe(
      'analysis/task',
    )
    await forgetAll()
  }, 120_000)

  it('come as columns or as lists, in CSV, JSON lines and Parquet, and are the same labels', async () => {
    await takeLog(csv('log.csv', table()), tagger)
    const separate = csv(
      'joined.csv',
      tags.x.map((_, k) => ({ id: `a${k}`, tags: listOf(k).join(' | ') || '[]' })),
    )
    const files: [string, object][] = [
      [
        csv(
          'columns.csv',
          tags.x.map((_, k) => columns(k)),
        ),
        {},
      ],
      [
        lines(
          'lists.jsonl',
          tags.x.map((_, k) => ({ id: `a${k}`, labels: listOf(k) })),
        ),
        {},
      ],
      [separate, {}],
      [await asParquet(separate, file('joined.parquet')), {}],
      [
        lines(
          'nested.jsonl',
          tags.x.map((_, k) => ({ id: `a${k}`, came: { n: truth[k]![0], s: truth[k]![1] === 1, a: truth[k]![2] } })),
        ),
        { labels: { news: 'came.n', sport: 'came.s', [labels[2]]: 'came.a' } },
      ],
    ]
    const figures = []
    for (const [path, more] of files) {
      const came = await takeLabels(path, tagger, more)
      expect(came, path).toMatchObject({ rows, matched: rows, findings: [] })
      figures.push((await report(tagger)).overall.metrics)
      await test.call.monitor.removeBatch({ id: came.id })
    }
    for (const one of figures) expect(one).toEqual(figures[0])
    expect(figures[0]!['f1_micro']!.value).toBeCloseTo(f1Micro(0, rows, 0.4), 10)
    await forgetAll()
  }, 120_000)

  it('that cannot be read are missing and counted; a label of no such name is refused', async () => {
    await takeLog(csv('log.csv', table()), tagger)
    const broken = tags.x.slice(0, 100).map((_, k) => ({ ...columns(k), ...(k < 3 ? { news: 'maybe' } : {}) }))
    const came = await takeLabels(csv('broken.csv', broken), tagger)
    expect(came.findings).toMatchObject([{ code: 'monitor/label-type', where: { rows: 3 } }])
    expect((await report(tagger)).rows.labelled).toBe(97)
    const lists = tags.x
      .slice(200, 300)
      .map((_, k) => ({ id: `a${200 + k}`, labels: k < 2 ? '[broken' : ['politics'] }))
    expect((await takeLabels(lines('broken.jsonl', lists), tagger)).findings).toMatchObject([
      { code: 'monitor/no-label', where: { rows: 2 } },
      { code: 'monitor/label-type', where: { rows: 2 } },
      { code: 'monitor/unknown-label', where: { rows: 98 } },
    ])
    expect((await report(tagger)).rows.labelled).toBe(97 + 98)
    const strange = takeLabels(csv('strange.csv', broken.slice(1)), tagger, { labels: { nothing: 'news' } })
    expect(await codeOf(strange)).toBe('monitor/mapping')
    expect(await codeOf(takeLog(file('log.csv'), tagger, { actuals: { nothing: 'x1' } }))).toBe('monitor/mapping')
    await forgetAll()
  }, 120_000)

  it('go round through the server and its own log', async () => {
    const { jobId } = await test.call.releases.write({
      runId: taggerRun.id,
      folder: { path: file('release') },
      prove: false,
      signer: { personId: ada.id, passphrase },
    })
    await test.finish(jobId)
    const server = await startServing(file('release'), {
      ...trustSettings(trustOf(workspaceTrust(test.engine.workspace.ledger))),
      ASSAY_PREDICTION_LOG: file('own.jsonl'),
    })
    const sent = tags.x.slice(0, 60).map((x) => named(inputs, x.map(Number)))
    expect((await post(server.rest, '/v1/predict', JSON.stringify(sent), { 'x-request-id': 'r1' })).status).toBe(200)
    expect(await server.stop()).toBe(0)
    expect(await takeLog(file('own.jsonl'), undefined)).toMatchObject({ versionId: tagger, rows: 60, hasScores: true })
    const came = tags.x.slice(0, 60).map((_, row) => ({ request: 'r1', row, labels: listOf(row) }))
    expect(await takeLabels(lines('own-labels.jsonl', came), tagger)).toMatchObject({ rows: 60, matched: 60 })
    const found = await report(tagger, 'rows')
    expect(found.rows.labelled).toBe(60)
    expect(found.overall.metrics['f1_micro']!.value).toBeCloseTo(f1Micro(0, 60, 0.4), 10)
    await forgetAll()
  }, 120_000)
})

describe('a ranking', () => {
  const logRow = (k: number) => ({
    ts: timeOf(k),
    id: `d${k}`,
    query: `s${Math.floor(k / size)}`,
    ...named(inputs, documents.x[k]!),
    score: documents.scores[k]![0],
  })
  const table = () => documents.x.map((_, k) => logRow(k))
  const came = () => grades.map((grade, k) => ({ id: `d${k}`, grade }))

  it('is judged by query, each whole in one window, and a trigger holds where it is worse', async () => {
    expect(await takeLog(csv('ranked.csv', table()), ranker)).toMatchObject({ rows, hasScores: true, findings: [] })
    expect(await takeLabels(csv('grades.csv', came()), ranker)).toMatchObject({ rows, matched: rows, findings: [] })
    for (const period of ['auto', 'rows'] as const) {
      const found = await report(ranker, period)
      expect(found.rows.labelled).toBe(rows)
      expect(found.overall).toMatchObject({
        metricsReason: null,
        estimateReason: 'a score to rank by is no chance that relevance could be estimated from',
        calibrationReason: 'a score to rank by predicts no value',
      })
      expect(found.overall.metrics['ndcg']!.value).toBeCloseTo(meanNdcg(rows / size), 10)
      expect(found.windows.map(({ labelled }) => labelled % size)).toEqual(found.windows.map(() => 0))
      expect(found.windows.reduce((sum, { labelled }) => sum + labelled, 0)).toBe(rows)
      const [first] = found.windows
      expect(first!.metrics['ndcg']).toMatchObject({ low: expect.any(Number), high: expect.any(Number) })
      expect(first!.metrics['ndcg']!.value).toBeCloseTo(meanNdcg(first!.labelled / size), 10)
      expect(first!.calibration).toBeNull()
      expect(first!.against['ndcg']!.worse).toBe(false)
      expect(found.windows.at(-1)!.against['ndcg']!.worse).toBe(true)
      expect(found.conditions).toContainEqual(expect.objectContaining({ rule: 'performance', subject: 'ndcg' }))
      // Queries are ids, not a column that drifts.
      expect(found.drift.columns.map(({ name }) => name)).toEqual([...inputs, 'prediction'])
    }
    const [task] = await test.call.monitor.tasks({ versionId: ranker })
    await test.finish(
      (await test.call.monitor.retrain({ id: task!.id, folder: { path: file('again') }, image: 'train:1' })).jobId,
    )
    const { data } = JSON.parse(readFileSync(file('again/request.json'), 'utf8')) as {
      data: { columns: { name: string }[] }
    }
    expect(data).toMatchObject({ rows, target: 'grade', query: 'query' })
    expect(data.columns.map(({ name }) => name)).toEqual([...inputs, 'query', 'grade'])
    await forgetAll()
  }, 120_000)

  it('is not judged where no query is known, or each has one row, and the report says so', async () => {
    const reasonOf = async (name: string, change: (row: ReturnType<typeof logRow>, k: number) => object) => {
      await takeLog(csv(name, table().map(change)), ranker)
      await takeLabels(csv('grades.csv', came()), ranker)
      const { overall, windows } = await report(ranker)
      await forgetAll()
      expect(overall.metrics).toEqual({})
      expect(windows.every(({ metrics }) => Object.keys(metrics).length === 0)).toBe(true)
      return overall.metricsReason
    }
    expect(await reasonOf('no-query.csv', ({ query: _, ...row }) => row)).toBe(
      'the logs do not say which query each row belongs to',
    )
    expect(await reasonOf('lone.csv', (row, k) => ({ ...row, query: `s${k}` }))).toBe(
      'each query has one row, so that there is no order to judge',
    )
  }, 120_000)

  it('with relevance that is no number of 0 or more counts it as missing', async () => {
    await takeLog(csv('ranked.csv', table()), ranker)
    const broken = came().map((row, k) => ({
      ...row,
      grade: k === 3 ? 'great' : k === 4 ? -1 : k === 5 ? '2.5' : row.grade,
    }))
    const found = await takeLabels(csv('broken-grades.csv', broken), ranker)
    expect(found.findings).toMatchObject([
      { code: 'monitor/no-label', where: { rows: 2 } },
      { code: 'monitor/label-type', where: { rows: 2 } },
    ])
    expect((await report(ranker)).rows.labelled).toBe(rows - 2)
    await forgetAll()
  }, 120_000)

  it('goes round through the server: a request is a query', async () => {
    const { folder: release } = await releaseOf(test, rankerRun)
    const server = await startServing(release, { ASSAY_PREDICTION_LOG: file('ranker.jsonl') })
    const queries = 8
    for (let q = 0; q < queries; q++) {
      const sent = documents.x.slice(q * size, (q + 1) * size).map((x) => named(inputs, x.map(Number)))
      const answer = await post(server.rest, '/v1/predict', JSON.stringify(sent), { 'x-request-id': `q${q}` })
      expect(answer.status, answer.text).toBe(200)
    }
    expect(await server.stop()).toBe(0)
    await takeLog(file('ranker.jsonl'), undefined)
    const back = grades
      .slice(0, queries * size)
      .map((grade, k) => ({ request: `q${Math.floor(k / size)}`, row: k % size, grade }))
    expect(await takeLabels(csv('back.csv', back), ranker)).toMatchObject({
      rows: queries * size,
      matched: queries * size,
    })
    const found = await report(ranker, 'rows')
    expect(found.overall.metrics['ndcg']!.value).toBeCloseTo(meanNdcg(queries), 10)
    await forgetAll()
    // The same log as a table has an id for the request, and one place for each of its rows.
    const flat = readFileSync(file('ranker.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { time: string; request: string; row: number; inputs: object; scores: number[] },
      )
      .map(({ time, request, row, inputs: x, scores }) => ({ time, request, row, ...x, score: scores[0] }))
    expect(await takeLog(csv('flat.csv', flat), ranker)).toMatchObject({
      findings: [],
      mapping: { query: 'request', row: 'row' },
    })
    await takeLabels(csv('back.csv', back), ranker)
    expect((await report(ranker, 'rows')).overall.metrics).toEqual(found.overall.metrics)
    await forgetAll()
  }, 120_000)
})
