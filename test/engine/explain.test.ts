/** Explanations of all rows and of one, through the engine: real scorer processes, worker threads, the evidence, its files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildReport } from '../../shared/report/build-report.ts'
import type { Run } from '../../shared/contract/run.ts'
import { makeReasonsFile } from '../../electron/engine/explain/reasons-file.ts'
import { readEvenly } from '../../electron/engine/explain/read-rows.ts'
import { readDataset, readVersion } from '../../electron/engine/records.ts'
import { pickRows } from '../../shared/explain/given-rows.ts'
import { makeReasoner } from '../../shared/explain/reason-codes.ts'
import type { Reasoner } from '../../shared/explain/reason-codes.ts'
import { reasonsFileSchema, writeReference } from '../../shared/explain/reasons-file.ts'
import { reasonsRuntime } from '../support/reasons-runtime.ts'
import { codeOf, samples } from '../support/engine.ts'
import { churn, explainingEngine } from '../support/explaining.ts'

const readBack = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

const on = explainingEngine()
let run: Run
beforeAll(async () => {
  run = await on.evaluated(join(samples, 'churn/holdout.csv'), join(samples, 'churn/gradient-boosting.onnx'), churn)
})

describe('churn, gradient boosting behind encoders', () => {
  it('explains every row exactly in log-odds of the raw columns', async () => {
    const explanation = await on.explain(run, { effects: true })
    expect(explanation).toMatchObject({ method: 'tree', game: 'path-dependent', space: 'log-odds', exact: true })
    expect(explanation.rows).toEqual({ total: 5000, explained: 5000 })
    expect(explanation.players.map((player) => player.name)).toEqual([
      'gender',
      'senior',
      'tenure_months',
      'contract',
      'payment_method',
      'internet',
      'monthly_charges',
      'total_charges',
      'support_calls',
    ])
    expect(explanation.players[3]).toMatchObject({ kind: 'category', inputs: 3 })
    expect(explanation.additivity.largest).toBeLessThan(explanation.additivity.bound)
    expect(explanation.parity!.largest).toBeLessThan(1e-5)
    const [output] = explanation.outputs
    expect(output!.name).toBe('Yes')
    expect(output!.features[0]!.meanAbs.low).toBeLessThan(output!.features[0]!.meanAbs.value!)
    expect(output!.strips[0]!.counts.reduce((a, b) => a + b, 0)).toBe(5000)
    const dependence = output!.dependence.find((entry) => explanation.players[entry.player]!.name === 'contract')!
    expect(dependence.bins.map((bin) => bin.label).sort()).toEqual(['Month-to-month', 'One year', 'Two year'])
    expect(dependence.bins.reduce((sum, bin) => sum + bin.n, 0)).toBe(5000)
    expect(output!.interactions.length).toBeGreaterThan(5)
    expect(explanation.importance).toMatchObject({ metric: 'roc_auc', rows: 5000 })
    expect(explanation.importance!.features[0]!.drop.value).toBeGreaterThan(0.01)
    const effect = explanation.effects.find((entry) => explanation.players[entry.player]!.name === 'tenure_months')!
    expect(effect.partialDependence.length).toBe(effect.grid.length)
    expect(effect.accumulated!.length).toBe(effect.grid.length)
    expect(explanation.surrogate!.fidelity.value).toBeGreaterThan(0.5)
    expect(explanation.surrogate!.nodes[0]!.n).toBe(2500)
    const { friedman, quality } = explanation
    expect(friedman!.pairs.length).toBe(15)
    for (const { h } of [...friedman!.columns, ...friedman!.pairs]) expect(h.value! >= 0 && h.value! <= 1).toBe(true)
    // True attributions find what the score rests on sooner than chance, and no small shift turns them over.
    expect(quality!.deletion.gain.low).toBeGreaterThan(0)
    expect(quality!.insertion.gain.low).toBeGreaterThan(0)
    expect(quality!.deletion.byAttribution[0]).toBeCloseTo(quality!.insertion.byAttribution.at(-1)!, 4)
    expect(quality!.stability.change.value).toBeLessThan(0.5)
    expect(quality!.stability.change.value).toBeGreaterThanOrEqual(quality!.stability.scoreChange.value! - 1e-6)
    expect(quality!.agreement.map(({ method }) => method)).toEqual([
      'replacing one column',
      'permutation sampling of the scores',
    ])
    for (const { rank } of quality!.agreement) expect(rank.value).toBeGreaterThan(0.5)
    const evidence = await on.test.call.runs.evidence({ id: run.id })
    const told = JSON.stringify(buildReport(evidence, 'a'.repeat(64)).sections.find(({ id }) => id === 'explanation'))
    for (const words of [
      'Mean |attribution|',
      'interaction values',
      "Friedman's H",
      'tree that imitates',
      'Deletion, gain',
      'Adds up',
    ]) {
      expect(told).toContain(words)
    }
    expect(JSON.stringify(evidence.sections!['explanation']).length).toBeLessThan(200_000)
    expect((await on.test.call.workspace.verify()).problems).toEqual([])
  })

  it('keeps the attributions when unused files are swept, and exports them', async () => {
    const other = await on.test.importDataset(join(samples, 'wine/holdout.csv'), {
      target: 'cultivar',
      task: 'multiclass',
    })
    await on.test.call.datasets.remove({ id: other.id })
    const out = join(on.test.folder, 'values.csv')
    const { jobId } = await on.test.call.explain.exportValues({ id: run.id, file: { path: out }, format: 'csv' })
    await on.test.finish(jobId)
    const table = Papa.parse<Record<string, string>>(readFileSync(out, 'utf8'), { header: true, skipEmptyLines: true })
    expect(table.data.length).toBe(5000)
    for (const row of table.data.slice(0, 50)) {
      const parts = Object.entries(row).filter(([name]) => name.startsWith('attribution '))
      expect(parts.length).toBe(9)
      const sum = parts.reduce((total, [, value]) => total + Number(value), Number(row['base']))
      expect(Math.abs(sum - Number(row['margin']))).toBeLessThan(1e-5)
    }
  })

  it('explains a row as the file of all rows does, and a changed row by its new score', async () => {
    const row = await on.test.call.explain.row({ id: run.id, row: 17 })
    const table = Papa.parse<Record<string, string>>(readFileSync(join(on.test.folder, 'values.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    const [output] = row.outputs
    for (const part of output!.parts) {
      expect(Math.abs(part.attribution - Number(table[17]![`attribution ${part.name}`]))).toBeLessThan(1e-12)
    }
    const sum = output!.parts.reduce((total, part) => total + part.attribution, output!.base)
    expect(Math.abs(sum - output!.margin)).toBeLessThan(1e-12)
    const yes = row.scores.find((score) => score.name === 'Yes')!.score!
    expect(Math.abs(1 / (1 + Math.exp(-output!.margin)) - yes)).toBeLessThan(1e-6)
    expect(output!.words[0]).toContain('speaks')
    const longer = await on.test.call.explain.whatIf({ id: run.id, row: 17, changes: { tenure_months: '70' } })
    expect(longer.scores.find((score) => score.name === 'Yes')!.score).not.toBe(yes)
    expect(longer.outputs[0]!.parts.find((part) => part.name === 'tenure_months')!.value).toBe('70')
    expect(await codeOf(on.test.call.explain.whatIf({ id: run.id, row: 0, changes: { tenure_months: 'long' } }))).toBe(
      'explain/bad-value',
    )
    expect(await codeOf(on.test.call.explain.whatIf({ id: run.id, row: 0, changes: { shoe: '44' } }))).toBe(
      'explain/no-such-column',
    )
    expect(await codeOf(on.test.call.explain.row({ id: run.id, row: 5000 }))).toBe('explain/no-such-row')
  })

  it('gives a server the same reasons, with nothing but the graph, a file and ONNX Runtime', async () => {
    const { binding } = run
    const version = readVersion(on.test.engine.workspace.ledger, run.versionId)
    const model = new Uint8Array(readFileSync(on.test.engine.workspace.files.path(version.servedSha256)))
    const file = reasonsFileSchema.parse(JSON.parse(JSON.stringify(await makeReasonsFile(on.test.engine, run.id))))
    const reasoner: Reasoner = makeReasoner(
      model,
      binding,
      file,
      await reasonsRuntime(model, binding, () => reasoner.front!.bytes),
    )
    const rows = await readEvenly(
      on.test.engine,
      readDataset(on.test.engine.workspace.ledger, run.datasetId),
      reasoner.columns,
      50,
    )
    const reasons = await reasoner.reasons(rows)
    for (const place of [0, 7, 49]) {
      const { outputs } = await on.test.call.explain.row({ id: run.id, row: rows.numbers[place]! })
      expect(reasons[place]!.map((reason) => reason.words)).toEqual(outputs[0]!.words)
      expect(reasons[place]!.map((reason) => reason.value)).toEqual(
        outputs[0]!.parts.slice(0, 4).map((part) => part.value),
      )
      reasons[place]!.forEach(({ attribution }, k) =>
        expect(Math.abs(attribution - outputs[0]!.parts[k]!.attribution)).toBeLessThan(1e-12),
      )
    }
    // Any other graph: the same rows by sampling, against background rows that the file carries.
    const background = await readEvenly(
      on.test.engine,
      readDataset(on.test.engine.workspace.ledger, run.datasetId),
      reasoner.columns,
      100,
    )
    const sampled = makeReasoner(
      model,
      binding,
      {
        ...file,
        method: 'permutation',
        space: 'probability',
        reference: readBack(writeReference({ kind: 'rows', ...background })),
      },
      await reasonsRuntime(model, binding, () => new Uint8Array()),
    )
    expect(sampled.front).toBeNull()
    const [first] = await sampled.reasons(pickRows(rows, [7]))
    expect(first!.length).toBeGreaterThan(1)
    expect(reasons[7]!.map(({ name }) => name)).toContain(first![0]!.name)
  })
  it('is cancelled without leaving anything', async () => {
    const before = (await on.test.call.runs.get({ id: run.id })).evidenceSha256
    const { jobId } = await on.test.call.explain.start({ id: run.id, method: 'permutation', rows: 5000 })
    setTimeout(() => void on.test.call.jobs.cancel({ id: jobId }), 700)
    const job = await on.test.engine.jobs.finished(jobId)
    expect(job.state).toBe('cancelled')
    expect((await on.test.call.runs.get({ id: run.id })).evidenceSha256).toBe(before)
  })
})
