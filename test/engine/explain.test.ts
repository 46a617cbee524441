/** Explanations through the engine: real scorer processes, worker threads, the evidence and its files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import { drawChart } from '../../shared/report/charts/chart.ts'
import { buildReport } from '../../shared/report/build-report.ts'
import { imageExplanationSchema } from '../../shared/contract/explain.ts'
import type { Explanation } from '../../shared/contract/explain.ts'
import type { Binding } from '../../shared/contract/model.ts'
import type { Run } from '../../shared/contract/run.ts'
import { closeLocalSession } from '../../electron/engine/explain/local-session.ts'
import { makeReasonsFile } from '../../electron/engine/explain/reasons-file.ts'
import { readEvenly } from '../../electron/engine/explain/read-rows.ts'
import { readDataset, readVersion } from '../../electron/engine/records.ts'
import { pickRows } from '../../shared/explain/given-rows.ts'
import { makeReasoner } from '../../shared/explain/reason-codes.ts'
import type { Reasoner } from '../../shared/explain/reason-codes.ts'
import { reasonsFileSchema, writeReference } from '../../shared/explain/reasons-file.ts'
import { attribute, initializer, input, model as onnxModel, node, output } from '../support/build-model.ts'
import { reasonsRuntime } from '../support/reasons-runtime.ts'
import { besideCheckout, codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const readBack = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

let test: TestEngine
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(async () => {
  await closeLocalSession(test.engine)
  await test.close()
})

async function evaluated(dataset: string, model: string, options: DatasetOptions): Promise<Run> {
  const data = await test.importDataset(dataset, options)
  const run = await test.score(await test.importModel(model), data)
  await test.evaluate(run)
  return run
}

async function explain(run: Run, more: object = {}): Promise<Explanation> {
  const { jobId } = await test.call.explain.start({ id: run.id, effects: false, ...more })
  await test.finish(jobId)
  return (await test.call.explain.get({ id: run.id }))!
}

const churn = { target: 'churned', id: 'customer_id', task: 'binary', positive: 'Yes' } as const

describe('churn, gradient boosting behind encoders', () => {
  let run: Run
  beforeAll(async () => {
    run = await evaluated(join(samples, 'churn/holdout.csv'), join(samples, 'churn/gradient-boosting.onnx'), churn)
  })

  it('explains every row exactly in log-odds of the raw columns', async () => {
    const explanation = await explain(run, { effects: true })
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
    const evidence = await test.call.runs.evidence({ id: run.id })
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
    expect((await test.call.workspace.verify()).problems).toEqual([])
  })

  it('keeps the attributions when unused files are swept, and exports them', async () => {
    const other = await test.importDataset(join(samples, 'wine/holdout.csv'), {
      target: 'cultivar',
      task: 'multiclass',
    })
    await test.call.datasets.remove({ id: other.id })
    const out = join(test.folder, 'values.csv')
    const { jobId } = await test.call.explain.exportValues({ id: run.id, file: { path: out }, format: 'csv' })
    await test.finish(jobId)
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
    const row = await test.call.explain.row({ id: run.id, row: 17 })
    const table = Papa.parse<Record<string, string>>(readFileSync(join(test.folder, 'values.csv'), 'utf8'), {
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
    const longer = await test.call.explain.whatIf({ id: run.id, row: 17, changes: { tenure_months: '70' } })
    expect(longer.scores.find((score) => score.name === 'Yes')!.score).not.toBe(yes)
    expect(longer.outputs[0]!.parts.find((part) => part.name === 'tenure_months')!.value).toBe('70')
    expect(await codeOf(test.call.explain.whatIf({ id: run.id, row: 0, changes: { tenure_months: 'long' } }))).toBe(
      'explain/bad-value',
    )
    expect(await codeOf(test.call.explain.whatIf({ id: run.id, row: 0, changes: { shoe: '44' } }))).toBe(
      'explain/no-such-column',
    )
    expect(await codeOf(test.call.explain.row({ id: run.id, row: 5000 }))).toBe('explain/no-such-row')
  })

  it('gives a server the same reasons, with nothing but the graph, a file and ONNX Runtime', async () => {
    const { binding } = run
    const version = readVersion(test.engine.workspace.ledger, run.versionId)
    const model = new Uint8Array(readFileSync(test.engine.workspace.files.path(version.servedSha256)))
    const file = reasonsFileSchema.parse(JSON.parse(JSON.stringify(await makeReasonsFile(test.engine, run.id))))
    const reasoner: Reasoner = makeReasoner(
      model,
      binding,
      file,
      await reasonsRuntime(model, binding, () => reasoner.front!.bytes),
    )
    const rows = await readEvenly(
      test.engine,
      readDataset(test.engine.workspace.ledger, run.datasetId),
      reasoner.columns,
      50,
    )
    const reasons = await reasoner.reasons(rows)
    for (const place of [0, 7, 49]) {
      const { outputs } = await test.call.explain.row({ id: run.id, row: rows.numbers[place]! })
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
      test.engine,
      readDataset(test.engine.workspace.ledger, run.datasetId),
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

  it('finds small changes that turn the decision, within a second', async () => {
    const rows = await test.call.runs.rows({
      id: run.id,
      request: { offset: 0, limit: 1, sort: { column: 'probability Yes', direction: 'descending' } },
    })
    const id = rows.rows[0]![0]
    const all = await test.call.runs.rows({ id: run.id, request: { offset: 0, limit: 1000 } })
    const risky = Math.max(
      0,
      all.rows.findIndex((row) => Number(row.at(-2)) > 0.5 || row[0] === id),
    )
    // Once to open the session that a person's window would have open.
    await test.call.explain.row({ id: run.id, row: risky })
    const asked = { id: run.id, row: risky, fixed: ['gender', 'senior'] }
    await test.call.explain.counterfactuals(asked)
    const { found, tried, usual, elapsedMs } = await test.call.explain.counterfactuals(asked)
    expect(elapsedMs).toBeLessThan(1000)
    expect(tried).toBeGreaterThan(50)
    expect(found.length).toBe(10)
    expect(new Set(found.map((one) => one.changes.map(({ column }) => column).join())).size).toBeGreaterThan(4)
    for (const one of found) {
      expect(one.changes.length).toBeLessThanOrEqual(3)
      expect(one.changes.every((change) => change.column !== 'gender' && change.column !== 'senior')).toBe(true)
      expect(one.plausible).toBe(one.nearest! <= usual!)
      const again = await test.call.explain.whatIf({
        id: run.id,
        row: risky,
        changes: Object.fromEntries(one.changes.map((change) => [change.column, change.to])),
      })
      expect(again.scores.find((score) => score.name === 'Yes')!.score! < 0.5).toBe(one.score < 0.5)
    }
    // Bounds hold, and a column that costs more is left to the others.
    const single =
      found.find((one) => one.changes.length === 1 && one.changes[0]!.column === 'tenure_months') ?? found[0]!
    const own = Number(
      (await test.call.explain.row({ id: run.id, row: risky })).outputs[0]!.parts.find(
        (p) => p.name === 'tenure_months',
      )!.value,
    )
    const bounded = await test.call.explain.counterfactuals({
      ...asked,
      bounds: { tenure_months: { low: own - 3, high: own + 3 } },
      costs: { contract: 1000, [single.changes[0]!.column]: 1000 },
    })
    for (const { changes, distance } of bounded.found) {
      for (const { column, to } of changes) {
        if (column === 'tenure_months') expect(Math.abs(Number(to) - own)).toBeLessThanOrEqual(3)
        if (column === 'contract') expect(distance).toBeGreaterThanOrEqual(1000)
      }
    }
    for (const [more, code] of [
      [{ fixed: ['shoe'] }, 'explain/no-such-column'],
      [{ bounds: { contract: { low: 1, high: 2 } } }, 'explain/bad-bound'],
      [{ bounds: { tenure_months: { low: 3, high: 2 } } }, 'explain/bad-bound'],
      [{ goal: { kind: 'class', name: 'Perhaps' } }, 'explain/bad-goal'],
      [{ goal: { kind: 'range', low: 1, high: 2 } }, 'explain/bad-goal'],
    ] as const) {
      expect(await codeOf(test.call.explain.counterfactuals({ id: run.id, row: risky, ...more } as never))).toBe(code)
    }
  })

  it('finds the nearest rows that the model decides otherwise, among all rows', async () => {
    const row = 17
    const { found, decision, searched } = await test.call.explain.neighbours({ id: run.id, row, wanted: 3 })
    expect(searched).toBe(5000)
    // Slowly: every row of the file, by the same distance.
    const lines = Papa.parse<Record<string, string>>(readFileSync(join(samples, 'churn/holdout.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    const scored: (string | number | null)[][] = []
    for (let offset = 0; offset < 5000; offset += 1000) {
      scored.push(...(await test.call.runs.rows({ id: run.id, request: { offset, limit: 1000 } })).rows)
    }
    const names = (await test.call.explain.get({ id: run.id }))!.players.map((player) => player.name)
    const unit = (name: string) => {
      const sorted = lines
        .map((line) => line[name]!)
        .filter((text) => text !== '')
        .map(Number)
        .sort((a, b) => a - b)
      const at = (p: number) => {
        const place = p * (sorted.length - 1)
        const low = Math.floor(place)
        return sorted[low]! + (place - low) * ((sorted[low + 1] ?? sorted[low])! - sorted[low]!)
      }
      return at(0.75) - at(0.25) || sorted.at(-1)! - sorted[0]!
    }
    const numeric = names.filter((name) =>
      lines.every((line) => line[name] === '' || Number.isFinite(Number(line[name]))),
    )
    const units = new Map(numeric.map((name) => [name, unit(name)]))
    const far = (a: Record<string, string>, b: Record<string, string>) =>
      names.reduce((sum, name) => {
        if (!units.has(name) || a[name] === '' || b[name] === '') return sum + (a[name] === b[name] ? 0 : 1)
        return sum + Math.abs(Number(a[name]) - Number(b[name])) / units.get(name)!
      }, 0)
    const side = (k: number) => Number(scored[k]!.at(-2)) >= 0.5
    const all = lines.flatMap((line, k) =>
      side(k) === side(row) ? [] : [{ row: k, distance: far(lines[row]!, line) }],
    )
    all.sort((a, b) => a.distance - b.distance || a.row - b.row)
    expect(found.map((one) => one.row)).toEqual(all.slice(0, 3).map((one) => one.row))
    found.forEach((one, k) => {
      expect(one.distance).toBeCloseTo(all[k]!.distance, 5)
      expect(one.decision).not.toBe(decision)
      expect(one.target).toBe(lines[one.row]!['churned'])
      expect(one.differences.length).toBeGreaterThan(0)
    })
  })

  it('agrees with sampling and enumeration, which know nothing of the graph', async () => {
    const tree = await explain(run, { game: 'interventional' })
    expect(tree.game).toBe('interventional')
    const sampled = await explain(run, { method: 'permutation', rows: 60 })
    expect(sampled.sampling!.evaluations).toBeGreaterThan(10_000)
    expect(sampled.rows.explained).toBeLessThanOrEqual(60)
    expect(sampled.additivity.largest).toBeLessThan(1e-9)
    // The scales differ, log-odds against probability; the order of the large ones does not.
    const top = (explanation: Explanation) =>
      explanation.outputs[0]!.features.slice(0, 3).map((feature) => explanation.players[feature.player]!.name)
    expect(new Set(top(sampled))).toEqual(new Set(top(tree)))
    const lines = readFileSync(join(samples, 'churn/holdout.csv'), 'utf8').split('\n')
    const few = join(test.folder, 'few.csv')
    writeFileSync(few, lines.slice(0, 101).join('\n'))
    const background = (await test.importDataset(few, churn)).id
    const exact = await explain(run, { method: 'exact', rows: 3, background })
    expect(exact.reference.used).toBe(100)
    const kernel = await explain(run, { method: 'kernel', rows: 3, background })
    const value = (explanation: Explanation, name: string) =>
      explanation.outputs[0]!.features.find((feature) => explanation.players[feature.player]!.name === name)!.mean
        .value!
    for (const name of ['contract', 'tenure_months']) {
      expect(Math.abs(value(exact, name) - value(kernel, name))).toBeLessThan(5 * kernel.sampling!.largestError)
    }
  })

  it('is cancelled without leaving anything', async () => {
    const before = (await test.call.runs.get({ id: run.id })).evidenceSha256
    const { jobId } = await test.call.explain.start({ id: run.id, method: 'permutation', rows: 5000 })
    setTimeout(() => void test.call.jobs.cancel({ id: jobId }), 700)
    const job = await test.engine.jobs.finished(jobId)
    expect(job.state).toBe('cancelled')
    expect((await test.call.runs.get({ id: run.id })).evidenceSha256).toBe(before)
  })
})

describe('other models', () => {
  it('explains a linear model in closed form', async () => {
    const run = await evaluated(
      join(samples, 'churn/holdout.csv'),
      join(samples, 'churn/logistic-regression.onnx'),
      churn,
    )
    const explanation = await explain(run)
    expect(explanation).toMatchObject({ method: 'linear', space: 'log-odds', exact: true })
    expect(explanation.parity!.largest).toBeLessThan(1e-5)
    const row = await test.call.explain.row({ id: run.id, row: 3 })
    const sum = row.outputs[0]!.parts.reduce((total, part) => total + part.attribution, row.outputs[0]!.base)
    expect(Math.abs(sum - row.outputs[0]!.margin)).toBeLessThan(1e-9)
    // Its files go with the run.
    const stored = () => test.engine.workspace.files.known().map((file) => file.sha256)
    expect(stored()).toContain(explanation.valuesSha256)
    await test.call.runs.remove({ id: run.id })
    expect(stored()).not.toContain(explanation.valuesSha256)
    expect(stored()).not.toContain(explanation.stateSha256)
  })

  it('explains each class of a forest', async () => {
    const run = await evaluated(join(samples, 'wine/holdout.csv'), join(samples, 'wine/random-forest.onnx'), {
      target: 'cultivar',
      task: 'multiclass',
    })
    const explanation = await explain(run)
    expect(explanation.outputs.length).toBe(3)
    expect(explanation.space).toBe('probability')
    const bases = explanation.outputs.map((output) => output.base)
    expect(bases.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
  })

  it('explains a regression', async () => {
    const run = await evaluated(join(samples, 'diabetes/holdout.csv'), join(samples, 'diabetes/ridge.onnx'), {
      target: 'progression',
      task: 'regression',
    })
    const explanation = await explain(run, { effects: true })
    expect(explanation).toMatchObject({ method: 'linear', space: 'target' })
    expect(explanation.importance!.metric).toBe('r2')
    // Of a linear model both effects are lines of its slope, and every row's curve is parallel to them.
    expect(explanation.effects.length).toBeGreaterThan(3)
    for (const { grid, partialDependence, accumulated, individual } of explanation.effects) {
      const at = grid as number[]
      const slope = (curve: readonly number[], k: number) => (curve[k]! - curve[k - 1]!) / (at[k]! - at[k - 1]!)
      const mean = partialDependence.map((metric) => metric.value!)
      const whole = (mean.at(-1)! - mean[0]!) / (at.at(-1)! - at[0]!)
      const close = (value: number, k: number) =>
        expect(Math.abs(value - whole) * (at[k]! - at[k - 1]!)).toBeLessThan(2e-3)
      for (let k = 1; k < at.length; k++) {
        for (const curve of [mean, accumulated!, individual[0]!, individual.at(-1)!]) close(slope(curve, k), k)
      }
      expect(partialDependence[0]!.low).toBeLessThan(partialDependence[0]!.value!)
    }
    // The closed form by another way: f less its mean with the column's values of every other row.
    const row = await test.call.explain.row({ id: run.id, row: 4 })
    const table = Papa.parse<Record<string, string>>(readFileSync(join(samples, 'diabetes/holdout.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    for (const { name, value, attribution } of row.outputs[0]!.parts.slice(0, 3)) {
      const effect = explanation.effects.find((one) => explanation.players[one.player]!.name === name)!
      const [low, high] = [effect.grid[0] as number, effect.grid.at(-1) as number]
      const slope = (effect.individual[0]!.at(-1)! - effect.individual[0]![0]!) / (high - low)
      const average = table.reduce((sum, line) => sum + Number(line[name]), 0) / table.length
      expect(Math.abs(attribution - slope * (Number(value) - average))).toBeLessThan(
        1e-3 * Math.abs(attribution) + 1e-2,
      )
    }
    // A range stands for a decision; neighbours predict something else by a standard deviation.
    expect(await codeOf(test.call.explain.counterfactuals({ id: run.id, row: 0 }))).toBe('explain/bad-goal')
    const before = (await test.call.explain.row({ id: run.id, row: 0 })).scores[0]!.score!
    const goal = { kind: 'range', low: before + 15, high: null } as const
    const { found } = await test.call.explain.counterfactuals({ id: run.id, row: 0, goal })
    expect(found.length).toBeGreaterThan(2)
    for (const one of found) expect(one.score).toBeGreaterThanOrEqual(before + 15)
    const near = await test.call.explain.neighbours({ id: run.id, row: 0 })
    expect(near.found.length).toBe(5)
    for (const one of near.found) expect(Math.abs(one.score - before)).toBeGreaterThan(10)
  })

  it('says what in a picture a class rests on by three methods, and which to believe over rows', async () => {
    const run = await evaluated(join(samples, 'digits/holdout.csv'), join(samples, 'digits/mlp.onnx'), {
      target: 'label',
      task: 'multiclass',
    })
    const found = await test.call.explain.image({ id: run.id, row: 0 })
    expect(found.maps.map(({ method }) => method)).toEqual(['occlusion', 'rise', 'superpixels'])
    for (const { map, deletion, insertion } of found.maps) {
      expect(map.length).toBe(found.width * found.height)
      expect(deletion.score[0]).toBeCloseTo(found.score, 4)
      expect(insertion.score.at(-1)).toBeCloseTo(found.score, 4)
      expect(insertion.score[0]).toBeCloseTo(deletion.score.at(-1)!, 4)
      expect(deletion.area).toBeLessThan(found.random.deletion.area)
    }
    // Superpixels share out what hiding all costs.
    const total = found.maps[2]!.map.reduce((sum, value) => sum + value, 0)
    expect(total).toBeCloseTo(found.score - found.maps[2]!.deletion.score.at(-1)!, 3)
    expect(await codeOf(test.call.explain.image({ id: run.id, row: 0, className: 'cat' }))).toBe(
      'explain/no-such-class',
    )
    const { jobId } = await test.call.explain.start({ id: run.id, rows: 5 })
    await test.finish(jobId)
    expect(await test.call.explain.get({ id: run.id })).toBeNull()
    const { sections } = await test.call.runs.evidence({ id: run.id })
    const section = imageExplanationSchema.parse(sections!['imageExplanation'])
    expect(section.methods.length).toBe(3)
    for (const { deletion, insertion } of section.methods) {
      expect(deletion.low).toBeGreaterThan(0)
      expect(insertion.low).toBeGreaterThan(0)
    }
    expect(section.examples[0]!.picture.length).toBe(section.examples[0]!.width * section.examples[0]!.height)
    expect(JSON.stringify(section).length).toBeLessThan(60_000)
    const report = buildReport(await test.call.runs.evidence({ id: run.id }), 'a'.repeat(64))
    const shown = report.sections.find(({ id }) => id === 'image-explanation')!
    const drawn = shown.blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : []))
    expect(drawn.length).toBe(4)
    expect(drawChart(drawn[0]!.chart).markup).toContain('Superpixel SHAP')
  })

  it('says which words of a text the score rests on, and that deleting them tells', async () => {
    // Words split by spaces, counted, weighed: "awful" and "refund" speak for a complaint, "thanks" against it.
    const words = ['awful', 'refund', 'thanks', 'the']
    const weights = [2, 1, -1.5, 0]
    const path = join(test.folder, 'words.onnx')
    writeFileSync(
      path,
      onnxModel(
        [
          input('text', 8, ['N']),
          output('scores', 1, ['N', 2]),
          node('StringSplit', ['text'], ['tokens', 'counts'], { attributes: [attribute.text('delimiter', ' ')] }),
          node('TfIdfVectorizer', ['tokens'], ['bag'], {
            attributes: [
              attribute.text('mode', 'TF'),
              attribute.int('min_gram_length', 1),
              attribute.int('max_gram_length', 1),
              attribute.int('max_skip_count', 0),
              attribute.ints('ngram_counts', [0]),
              attribute.ints('ngram_indexes', [0, 1, 2, 3]),
              attribute.texts('pool_strings', words),
            ],
          }),
          initializer(
            'w',
            [4, 2],
            weights.flatMap((weight) => [0, weight]),
          ),
          initializer('b', [2], [0, -1]),
          node('Gemm', ['bag', 'w', 'b'], ['logits']),
          node('Softmax', ['logits'], ['scores'], { attributes: [attribute.int('axis', 1)] }),
        ],
        { irVersion: 9, opsets: [['', 20]] },
      ),
    )
    const texts = ['the parcel was awful, the refund came late', 'thanks the service was fine', 'awful', 'ok']
    const csv = join(test.folder, 'words.csv')
    const lines = Array.from({ length: 40 }, (_, k) => `"${texts[k % 4]!}",${k % 2 === 0 ? 'complaint' : 'praise'}`)
    writeFileSync(csv, ['text,kind', ...lines].join('\n'))
    const data = await test.importDataset(csv, { target: 'kind', task: 'binary', positive: 'complaint' })
    const version = await test.importModel(path)
    const binding: Binding = {
      inputs: [{ input: 'text', kind: 'column', column: 'text' }],
      output: {
        task: 'binary',
        score: ['scores'],
        label: null,
        transform: 'none',
        classes: ['praise', 'complaint'],
        positive: 'complaint',
      },
      missingText: '',
      fixedBatch: null,
    }
    const run = await test.score(version, data, { binding })
    await test.evaluate(run)
    const found = await test.call.explain.texts({ id: run.id, row: 0, className: 'complaint' })
    const [column] = found.columns
    expect(column!.before + column!.words.map((word) => word.text).join('')).toBe(texts[0])
    // Punctuation stays with its word: "awful," is not in the vocabulary, "refund" is.
    const effect = (word: string) => column!.words.find(({ text }) => text.trim() === word)!.effect
    const score = (sum: number) => 1 / (1 + Math.exp(-sum))
    expect(effect('refund')).toBeCloseTo(score(1 - 1) - score(-1), 5)
    expect(effect('parcel')).toBe(0)
    expect(column!.byEffect.at(-1)).toBeCloseTo(score(-1), 5)
    const mean = (curve: readonly number[]) => curve.reduce((sum, value) => sum + value, 0) / curve.length
    expect(mean(column!.byEffect)).toBeLessThanOrEqual(mean(column!.atRandom))
    const praise = await test.call.explain.texts({ id: run.id, row: 1, className: 'complaint' })
    expect(praise.columns[0]!.words[0]!.effect).toBeCloseTo(score(-2.5) - score(-1), 5)
    expect((await test.call.explain.texts({ id: run.id, row: 2 })).columns).toEqual([])
  })

  it('refuses an explanation of what is not evaluated', async () => {
    const data = await test.importDataset(join(samples, 'diabetes/holdout.csv'), {
      target: 'progression',
      task: 'regression',
    })
    const run = await test.score(await test.importModel(join(samples, 'diabetes/ridge.onnx')), data)
    expect(await codeOf(test.call.explain.start({ id: run.id }))).toBe('run/not-evaluated')
  })
})

const cases = besideCheckout('cases')
describe.skipIf(cases === null)('reference cases', () => {
  it('telco_churn: equals the enumeration over 12 raw columns through imputer and encoders', async () => {
    const folder = join(cases!, 'telco_churn')
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    const { features, fixed, background, rows, result } = expected.exact_shapley_12_features
    const names = [...Object.keys(fixed), ...features]
    const write = (name: string, list: Record<string, unknown>[]): string => {
      const path = join(test.folder, name)
      writeFileSync(
        path,
        Papa.unparse(
          list.map((row, k) => ({ ...fixed, ...row, Churn: k % 2 === 0 ? 'Yes' : 'No' })),
          {
            columns: [...names, 'Churn'],
          },
        ),
      )
      return path
    }
    const types: DatasetOptions['types'] = Object.fromEntries(
      names.map((name) => [
        name,
        ['tenure', 'MonthlyCharges', 'TotalCharges', 'SeniorCitizen'].includes(name) ? 'float' : 'string',
      ]),
    )
    const options: DatasetOptions = { target: 'Churn', task: 'binary', positive: 'Yes', types }
    const run = await evaluated(write('telco.csv', rows), join(folder, 'model_raw.onnx'), options)
    const reference = await test.importDataset(write('telco-background.csv', background), options)
    const explanation = await explain(run, { method: 'exact', background: reference.id, rows: 3 })
    expect(explanation.reference.used).toBe(8)
    for (const [r, one] of (result as { base: number; fx: number; values: Record<string, number> }[]).entries()) {
      expect(explanation.outputs[0]!.base).toBeCloseTo(one.base, 5)
      void r
    }
    const out = join(test.folder, 'telco-values.csv')
    const { jobId } = await test.call.explain.exportValues({ id: run.id, file: { path: out }, format: 'csv' })
    await test.finish(jobId)
    const table = Papa.parse<Record<string, string>>(readFileSync(out, 'utf8'), { header: true, skipEmptyLines: true })
    let worst = 0
    ;(result as { values: Record<string, number> }[]).forEach((one, r) => {
      for (const name of features as string[]) {
        worst = Math.max(worst, Math.abs(one.values[name]! - Number(table.data[r]![`attribution ${name}`])))
      }
      for (const name of Object.keys(fixed)) expect(Number(table.data[r]![`attribution ${name}`])).toBe(0)
    })
    expect(worst).toBeLessThan(1e-6)
    // The trees themselves, in log-odds against the same background, add up and give the fixed columns exactly 0.
    const tree = await explain(run, { background: reference.id, game: 'interventional' })
    expect(tree.parity!.largest).toBeLessThan(1e-5)
    const constant = tree.outputs[0]!.features.filter((f) => Object.keys(fixed).includes(tree.players[f.player]!.name))
    expect(constant.map((f) => f.largest)).toEqual(constant.map(() => 0))
  })

  it('california_gbr: equals the enumeration through imputer and one-hot encoder, in dollars', async () => {
    const folder = join(cases!, 'california_gbr')
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    const { background, rows, result } = expected.exact_shapley
    const write = (name: string, list: Record<string, unknown>[]): string => {
      const path = join(test.folder, name)
      writeFileSync(path, Papa.unparse(list.map((row, k) => ({ ...row, median_house_value: 1000 * k }))))
      return path
    }
    const numbers = Object.keys(rows[0]).filter((name) => name !== 'ocean_proximity')
    const options: DatasetOptions = {
      target: 'median_house_value',
      task: 'regression',
      types: Object.fromEntries(numbers.map((name) => [name, 'float'])),
    }
    const run = await evaluated(write('houses.csv', rows), join(folder, 'model.onnx'), options)
    const reference = await test.importDataset(write('houses-background.csv', background), options)
    const explanation = await explain(run, { background: reference.id, game: 'interventional' })
    expect(explanation).toMatchObject({ method: 'tree', space: 'target' })
    for (let r = 0; r < rows.length; r++) {
      const row = await test.call.explain.row({ id: run.id, row: r })
      for (const part of row.outputs[0]!.parts) {
        // 2e-6 of the prediction is what float32 weights leave.
        expect(Math.abs(part.attribution - result[r].values[part.name])).toBeLessThan(1)
      }
    }
    // The ridge regression behind the same encoders: φ is f less its mean with the column's values of the background.
    const ridge = await test.score(
      await test.importModel(join(folder, 'model_ridge.onnx')),
      await test.importDataset(join(test.folder, 'houses.csv'), options),
    )
    await test.evaluate(ridge)
    expect(await explain(ridge, { background: reference.id })).toMatchObject({ method: 'linear', space: 'target' })
    const one = await test.call.explain.row({ id: ridge.id, row: 1 })
    const before = one.scores[0]!.score!
    for (const { name, attribution } of one.outputs[0]!.parts.slice(0, 4)) {
      let mean = 0
      for (const other of background as Record<string, string | number | null>[]) {
        const value = other[name]
        const changes = { [name]: value === null || value === undefined ? null : String(value) }
        const { scores } = await test.call.explain.whatIf({ id: ridge.id, row: 1, changes })
        mean += scores[0]!.score! / background.length
      }
      expect(Math.abs(attribution - (before - mean))).toBeLessThan(1)
    }
  })

  it("california_gbr: permutation importance agrees with scikit-learn's, drawn by other random numbers", async () => {
    const folder = join(cases!, 'california_gbr')
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    const run = await evaluated(join(folder, 'holdout.csv'), join(folder, 'model.onnx'), {
      target: 'median_house_value',
      task: 'regression',
    })
    const { importance, players } = await explain(run, { effects: true, interactions: false })
    const reference = expected.permutation_importance.model[0].features as Record<string, { mean: number; std: number }>
    expect(importance!.features.length).toBe(9)
    for (const { player, drop } of importance!.features) {
      const { mean, std } = reference[players[player]!.name]!
      expect(Math.abs(drop.value! - mean)).toBeLessThan(5 * std)
    }
  })
})
