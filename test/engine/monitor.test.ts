/** Logs of any shape, labels that come late, sampled traffic, adapting without training, and a server that is tried. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BatchId, MonitorId, VersionId } from '../../shared/contract/ids.ts'
import type { LogBatch, LogMapping, MonitorBatch } from '../../shared/contract/monitor-log.ts'
import type { MonitorReport } from '../../shared/contract/monitor-report.ts'
import { evaluateBinary } from '../../shared/metrics/evaluate-binary.ts'
import { choosePeriod } from '../../electron/engine/monitor/cut-windows.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { approveChurn, writeProduction } from '../support/monitored-workspace.ts'

let folder: string
let test: TestEngine
let versionId: VersionId
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-monitoring-'))
  writeProduction(folder)
  test = await openTestEngine()
  await approveChurn(test)
  versionId = (await test.call.monitor.versions())[0]!.versionId
}, 120_000)
afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

async function take(name: string, mapping?: LogMapping): Promise<LogBatch> {
  const { jobId } = await test.call.monitor.import({
    file: { path: file(name) },
    versionId,
    ...(mapping ? { mapping } : {}),
  })
  return find(await test.finish(jobId)) as Promise<LogBatch>
}
const find = async (id: string): Promise<MonitorBatch> =>
  (await test.call.monitor.batches({})).find((batch) => batch.id === id)!
const labels = async (name: string): Promise<MonitorBatch> =>
  find(await test.finish((await test.call.monitor.importLabels({ file: { path: file(name) }, versionId })).jobId))
async function report(period: 'auto' | 'rows' | 'week' = 'auto'): Promise<MonitorReport> {
  const { jobId } = await test.call.monitor.report({ versionId, period })
  return test.call.monitor.get({ id: (await test.finish(jobId)) as MonitorId })
}
const forget = (id: BatchId) => test.call.monitor.removeBatch({ id })
const parsed = (name: string) =>
  Papa.parse<Record<string, string>>(readFileSync(file(name), 'utf8'), { header: true, skipEmptyLines: true }).data

describe('a log', () => {
  it('as CSV, Parquet and nested JSON lines is the same traffic', async () => {
    const asCsv = await take('log.csv')
    expect(asCsv).toMatchObject({ rows: 3000, errors: 31, hasScores: true, absent: [], findings: [] })
    expect(asCsv.leftOut).toEqual({ n: 1, examples: [{ line: 3002, reason: '2 fields, the header has 14' }] })
    expect([asCsv.from, asCsv.to]).toEqual(['2026-09-07T00:00:00.000Z', '2026-11-01T23:33:07.200Z'])
    const fromCsv = await report()
    await forget(asCsv.id)

    const rows = parsed('log.csv').filter((row) => row['ts'] !== 'broken')
    const lines = rows.map(({ ts, request_id: id, probability, latency_ms: ms, error, ...features }) =>
      JSON.stringify({
        meta: { id, at: Date.parse(ts!) },
        features: Object.fromEntries(Object.entries(features).map(([name, text]) => [name, text === '' ? null : text])),
        result: error === '' ? { p: [1 - Number(probability), Number(probability)] } : null,
        ms: Number(ms),
        error: error === '' ? null : error,
      }),
    )
    writeFileSync(file('log.jsonl'), `${lines.join('\r\n')}\n{"half": \n\n[1,2]\n`)
    const asLines = await take('log.jsonl', {
      time: 'meta.at',
      id: 'meta.id',
      scores: { Yes: 'result.p[1]' },
      latency: 'ms',
    })
    expect(asLines).toMatchObject({ rows: 3000, errors: 31, findings: [] })
    expect(asLines.leftOut.examples.map(({ line }) => line)).toEqual([3001, 3003])
    const fromLines = await report()
    await forget(asLines.id)

    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(
      `COPY (SELECT * FROM read_csv('${file('log.csv')}', header=true, ignore_errors=true, all_varchar=true)) TO '${file('log.parquet')}' (FORMAT parquet)`,
    )
    connection.closeSync()
    instance.closeSync()
    const asParquet = await take('log.parquet')
    expect(asParquet).toMatchObject({ rows: 3000, errors: 31, from: asCsv.from, to: asCsv.to, findings: [] })
    await forget(asParquet.id)

    const figures = ({ windows, drift, rows: counts }: MonitorReport) => ({
      counts,
      windows: windows.map(({ label, rows: n, errors, latencyMs, alarms }) => ({
        label,
        n,
        errors,
        latencyMs,
        alarms,
      })),
      drift: drift.columns.map(({ name, decision }) => [name, decision.statistic]),
    })
    expect(figures(fromLines)).toEqual(figures(fromCsv))
    expect(fromCsv.period).toBe('week')
    expect(fromCsv.windows.map(({ alarms }) => alarms > 0)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      true,
      true,
    ])
  }, 120_000)

  it('is refused where it can be of no use, and says which field is missing', async () => {
    writeFileSync(file('nothing.csv'), 'a,b\n1,2\n')
    expect(await codeOf(take('nothing.csv'))).toBe('monitor/mapping')
    expect(await codeOf(take('log.csv', { time: 'when' }))).toBe('monitor/mapping')
    expect(await codeOf(test.finish((await test.call.monitor.import({ file: { path: file('log.csv') } })).jobId))).toBe(
      'monitor/no-version',
    )
    expect(await codeOf(report())).toBe('monitor/no-traffic')
    expect(await codeOf(test.finish((await test.call.monitor.refit({ versionId })).jobId))).toBe('monitor/no-traffic')
    writeFileSync(file('strange.csv'), 'tenure_months,probability\nmany,0.5\n12,0.25\n')
    const batch = await take('strange.csv')
    expect(batch.findings.map(({ code }) => code)).toEqual(['monitor/type'])
    await forget(batch.id)
    expect((await test.call.workspace.verify()).ok).toBe(true)
  })

  it('of half an hour and of three is cut by minutes and by quarters of an hour', async () => {
    const rows = parsed('log.csv').filter((row) => row['ts'] !== 'broken')
    const start = Date.parse('2026-09-07T10:07:30Z')
    for (const [minutes, period, first, windows] of [
      [24, 'minute', '2026-09-07 10:07', 25],
      [180, 'quarter-hour', '2026-09-07 10:00', 13],
    ] as const) {
      const timed = rows.map((row, k) => ({
        ...row,
        ts: new Date(start + (minutes * 60_000 * k) / rows.length).toISOString(),
      }))
      writeFileSync(file('short.csv'), Papa.unparse(timed))
      const batch = await take('short.csv')
      const found = await report()
      expect([found.period, found.windows[0]!.label, found.windows.length]).toEqual([period, first, windows])
      const sum = (key: 'rows' | 'errors') => found.windows.reduce((all, window) => all + window[key]!, 0)
      expect([sum('rows'), sum('errors')]).toEqual([2969, 31])
      await forget(batch.id)
    }
  })

  it('cuts windows that can be judged', () => {
    expect(choosePeriod(10_000, 10_000, 3 * 86_400)).toBe('day')
    expect(choosePeriod(10_000, 10_000, 86_400)).toBe('hour')
    expect(choosePeriod(3000, 3000, 56 * 86_400)).toBe('week')
    expect(choosePeriod(10_000, 10_000, 3 * 3600)).toBe('quarter-hour')
    expect(choosePeriod(10_000, 10_000, 30 * 60)).toBe('minute')
    expect(choosePeriod(3000, 3000, 60)).toBe('rows')
    expect(choosePeriod(3000, 100, 56 * 86_400)).toBe('rows')
  })
})

describe('labels', () => {
  it('come late and in parts; the last one counts, and metrics are those of an evaluation', async () => {
    const all = parsed('labels.csv')
    const half = all.slice(0, 1000)
    writeFileSync(file('first.csv'), Papa.unparse(half.map((row, k) => (k === 0 ? { ...row, churned: 'Yes' } : row))))
    writeFileSync(
      file('second.csv'),
      Papa.unparse([
        ...all.slice(1000),
        half[0]!,
        { request_id: 'nobody', churned: 'No' },
        { request_id: '', churned: 'No' },
        { request_id: all[1]!['request_id'], churned: '' },
      ]),
    )
    await labels('first.csv').then((batch) => expect(batch).toMatchObject({ rows: 1000, matched: 0 }))
    const log = await take('log.csv')
    const second = await labels('second.csv')
    expect(second).toMatchObject({ rows: 1252, matched: 1251 })
    expect(second.findings).toMatchObject([{ code: 'monitor/no-label', where: { rows: 2 } }])
    const found = await report()
    expect(found.rows).toEqual({ logged: 3000, scored: 2969, errors: 31, labelled: 2226 })
    const answered = new Map(all.map(({ request_id: id, churned }) => [id!, churned!]))
    const rows = parsed('log.csv').filter((row) => row['error'] === '' && answered.has(row['request_id']!))
    const slow = evaluateBinary({
      y: Uint8Array.from(rows, (row) => (answered.get(row['request_id']!) === 'Yes' ? 1 : 0)),
      score: Float32Array.from(rows, (row) => Number(row['probability'])),
      threshold: 0.5,
      positive: 'Yes',
      negative: 'No',
      seed: 1,
    }).metrics
    for (const name of ['roc_auc', 'log_loss', 'accuracy', 'f1'])
      expect(found.overall.metrics[name]!.value, name).toBeCloseTo(slow[name]!.value!, 10)
    const [week] = found.windows
    expect(week).toMatchObject({ label: 'week of 2026-09-07', rows: 371, errors: 4, labelled: 371 })
    expect(week!.calibration!.observed.value).toBeCloseTo(
      rows.slice(0, 371).filter((row) => answered.get(row['request_id']!) === 'Yes').length / 371,
      12,
    )
    expect(found.windows.at(-1)!.labelled).toBe(0)
    await forget(log.id)
  }, 120_000)

  it('of a sampled log stand for the requests that were not logged', async () => {
    const rows = parsed('log.csv').filter(({ ts }) => ts !== 'broken')
    writeFileSync(file('sampled.csv'), Papa.unparse(rows.map((row) => ({ ...row, sample: '0.1' }))))
    const batch = await take('sampled.csv')
    const found = await report('week')
    expect(found.windows[0]!.requests).toBeCloseTo(3750, 6)
    await forget(batch.id)
  }, 60_000)
})

describe('what follows', () => {
  it('a closed alert opens again only for windows that it was not about', async () => {
    await take('log.csv')
    await report()
    const before = await test.call.monitor.alerts({ versionId })
    for (const { id, state } of before)
      if (state !== 'closed') await test.call.monitor.changeAlert({ id, to: 'closed', note: 'seen' })
    await report()
    const after = await test.call.monitor.alerts({ versionId })
    expect(after.filter(({ state }) => state !== 'closed')).toEqual([])
    expect(after.length).toBe(before.length)
    const { yaml } = await test.call.monitor.setTriggers({
      versionId,
      yaml: 'assay: triggers/1\ndrift: { windows: 9 }\n',
    })
    expect(yaml).toContain('windows: 9')
    expect((await report()).conditions.map(({ rule }) => rule)).not.toContain('drift')
    expect((await test.call.monitor.alerts({ versionId })).every(({ rule, holds }) => rule !== 'drift' || !holds)).toBe(
      true,
    )
  }, 120_000)

  it('calibration is fitted again on production’s labels: a new, unapproved challenger', async () => {
    const { jobId } = await test.call.monitor.refit({
      versionId,
      method: 'platt',
      payoff: { truePositive: 0, falsePositive: -1, falseNegative: -5, trueNegative: 0 },
    })
    const made = (await test.finish(jobId)) as VersionId
    const entry = await test.call.registry.get({ id: made })
    expect(entry).toMatchObject({ version: 2, aliases: ['challenger'], stage: 'draft', standing: null })
    expect(entry.lineage.parents).toMatchObject([{ versionId, kind: 'recalibrated' }])
    const threshold = await test.call.decisions.chosen({ versionId: made })
    expect(threshold!.threshold).toBeGreaterThan(0.05)
    expect(threshold!.threshold).toBeLessThan(0.4)
  }, 120_000)

  it('an approved version is served, asked, and stopped', async () => {
    const [servable] = await test.call.trying.servable()
    expect(servable).toMatchObject({ versionId, model: 'churn' })
    const server = await test.call.trying.start({ versionId })
    expect(server.inputs.map(({ name }) => name)).toContain('tenure_months')
    const good = await test.call.trying.send({ id: server.id, rows: [server.examples[0]!] })
    expect(good).toMatchObject({ status: 200, ok: true, rows: 1, error: null })
    expect(good.predictions[0]!.score).toBeGreaterThanOrEqual(0)
    const bad = await test.call.trying.send({
      id: server.id,
      rows: [{ ...server.examples[0]!, tenure_months: 'many' }],
    })
    expect(bad).toMatchObject({ ok: false, predictions: [], error: { code: expect.stringMatching(/^input\//) } })
    const [dataset] = await test.call.datasets.list()
    const { rows, total } = await test.call.trying.rows({
      id: server.id,
      datasetId: dataset!.id,
      offset: 5,
      limit: 200,
    })
    expect([rows.length, total]).toEqual([200, dataset!.rows])
    expect((await test.call.trying.send({ id: server.id, rows })).predictions).toHaveLength(200)
    const figures = await test.call.trying.figures({ id: server.id })
    expect(figures).toMatchObject({ requests: 3, refused: 1, rows: 201 })
    expect(figures.latencyMs!.p50).toBeGreaterThan(0)
    expect(await test.call.trying.stop({ id: server.id })).toEqual({ stopped: true })
    expect(await codeOf(test.call.trying.figures({ id: server.id }))).toBe('try/unknown')
    const draft = (await test.call.models.list())[0]!.versions[0]!.id
    expect(await codeOf(test.call.trying.start({ versionId: draft }))).toBe('release/not-approved')
  }, 120_000)
})
