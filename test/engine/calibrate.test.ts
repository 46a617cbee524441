/** Calibration through the engine, on the models that ship with Assay. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyCalibrator } from '../../shared/calibration/apply-calibrator.ts'
import type { CalibrationMethod } from '../../shared/contract/calibration.ts'
import type { Dataset } from '../../shared/contract/dataset.ts'
import type { VersionId } from '../../shared/contract/ids.ts'
import type { ModelVersion } from '../../shared/contract/model.ts'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import { readModel } from '../../shared/onnx/read-model.ts'
import { openChurnRuns } from '../support/churn-runs.ts'
import { codeOf, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
let holdout: Dataset
let boosting: Run
let logistic: Run
let evidence: Evidence

beforeAll(async () => {
  ;({ test, holdout, boosting, logistic, evidence } = await openChurnRuns())
})
afterAll(() => test.close())

describe('calibration', () => {
  it('is measured, judged on rows held back, and written into the evidence', async () => {
    const { jobId } = await test.call.calibrations.start({
      id: boosting.id,
      slices: [[{ kind: 'equals', column: 'contract', value: 'Two year' }]],
    })
    await test.finish(jobId)
    const section = (await test.call.calibrations.get({ id: boosting.id }))!
    expect(section.candidates.map(({ method }) => method)).toEqual(['platt', 'temperature', 'beta', 'isotonic'])
    expect(section.split!.fitRows + section.split!.judgedRows).toBe(5000)
    expect(section.events[0]!.event).toBe('Yes')
    expect(section.events[0]!.metrics['ece']).toEqual(evidence.metrics['ece'])
    // The named slice holds the rows that the column's own value holds.
    const { tested, found } = section.groups!
    expect(tested).toBeGreaterThan(15)
    const named = found.find(({ column }) => column === 'slice')!
    const own = found.find(({ column, value }) => column === 'contract' && value === 'Two year')!
    expect(named).toEqual({ ...own, column: 'slice', value: 'contract = Two year' })
    expect(section.events[0]!.metrics['calibration_slope']!.value).toBeGreaterThan(0.8)
  })

  it.each(['platt', 'temperature', 'beta', 'isotonic'] as const)(
    'accepted %s: the new version’s scores are those of the calibrator, to float32 rounding',
    async (method: CalibrationMethod) => {
      const { jobId } = await test.call.calibrations.accept({ id: boosting.id, method })
      const id = (await test.finish(jobId)) as VersionId
      const version = await test.call.models.get({ id })
      expect(version.name).toBe('boosting')
      expect(version.binding!.output).toMatchObject({ label: null, transform: 'none' })
      expect(version.edits.at(-1)).toMatch(/^Appended .* to version 1; log loss/)
      expect(version.metadata['assay.calibration.1']).toContain(`"method":"${method}"`)
      const calibrated = await test.score(version, holdout)
      const section = (await test.call.calibrations.get({ id: boosting.id }))!
      const { calibrator } = section.candidates.find((one) => one.method === method)!
      const [before, after] = [await scoresOf(boosting), await scoresOf(calibrated)]
      const expected = applyCalibrator(calibrator, before, 2)
      let worst = 0
      expected.forEach((value, at) => (worst = Math.max(worst, Math.abs(value - after[at]!) / Math.max(value, 1e-6))))
      // One rounding to float32 is 6e-8 of the number.
      expect(worst).toBeLessThan(2.5e-7)
      // Everything that was in the graph is there byte for byte, in the same order.
      const stored = (file: ModelVersion) =>
        readModel(readFileSync(test.engine.workspace.files.path(file.servedSha256))).graph
      const parent = stored(await test.call.models.get({ id: boosting.versionId }))
      const child = stored(version)
      expect(child.nodes.slice(0, parent.nodes.length).map(({ name }) => name)).toEqual(
        parent.nodes.map(({ name }) => name),
      )
      expect(child.outputs.map(({ name }) => name)).toEqual([
        ...parent.outputs.map(({ name }) => name),
        'calibrated_probabilities',
      ])
    },
  )

  it('a calibrated version can be calibrated again', async () => {
    const [model] = (await test.call.models.list()).filter(({ name }) => name === 'boosting')
    const again = await test.score(await test.call.models.get({ id: model!.versions[0]!.id }), holdout)
    await test.evaluate(again)
    await test.finish((await test.call.calibrations.start({ id: again.id, methods: ['platt'] })).jobId)
    const id = (await test.finish(
      (await test.call.calibrations.accept({ id: again.id, method: 'platt' })).jobId,
    )) as VersionId
    const version = await test.call.models.get({ id })
    expect(version.binding!.output.score).toEqual(['calibrated_probabilities_2'])
    expect(Object.keys(version.metadata)).toEqual(
      expect.arrayContaining(['assay.calibration.1', 'assay.calibration.2']),
    )
  })

  it('the lineage leads from data over the recipe and the version to the calibration and what it gave', async () => {
    const { modelId } = await test.call.registry.get({ id: boosting.versionId })
    await test.call.registry.setLineage({
      id: boosting.versionId,
      lineage: { parents: [], datasets: [{ datasetId: boosting.datasetId, use: 'training' }] },
    })
    const { nodes, edges } = await test.call.registry.lineage({ modelId })
    const recipes = nodes.filter(({ kind }) => kind === 'recipe')
    // One for all versions with this preparation: calibrations inherit it.
    const recipe = recipes.find(({ title }) => title === 'Imputer, OneHotEncoder ×5')!
    expect(recipes.filter(({ title }) => title === recipe.title)).toEqual([recipe])
    const calibration = nodes.find(({ kind, title }) => kind === 'calibration' && title === 'isotonic calibration')!
    expect(calibration.detail).toMatch(/^fitted on /)
    const to = edges.find(({ from }) => from === calibration.id)!.to
    expect(edges).toEqual(
      expect.arrayContaining([
        { from: boosting.datasetId, to: recipe.id, label: 'training' },
        { from: recipe.id, to: boosting.versionId, label: 'prepares' },
        { from: boosting.versionId, to: calibration.id, label: 'calibrated' },
        { from: boosting.datasetId, to: calibration.id, label: 'fitted on' },
        { from: calibration.id, to, label: 'gives' },
      ]),
    )
    expect(nodes.find(({ id }) => id === to)).toMatchObject({ kind: 'version' })
    expect(edges.filter(({ from, to: end }) => end === to && from === recipe.id)).toEqual([])
  })

  it('the audit log says who accepted what, and the workspace verifies', async () => {
    const { entries } = await test.call.workspace.audit({ offset: 0, limit: 200 })
    const accepted = entries.filter(({ event }) => event === 'calibration accepted')
    expect(accepted.length).toBe(5)
    expect(accepted.at(-1)!.detail).toMatchObject({ parent: boosting.versionId, run: boosting.id, method: 'platt' })
    expect((await test.call.workspace.verify()).ok).toBe(true)
  })

  it('more classes than two: every method is fitted; one temperature, and a map a class, are appended and equal', async () => {
    const wine = await test.importDataset(join(samples, 'wine/holdout.csv'), { target: 'cultivar', task: 'multiclass' })
    const run = await test.score(await test.importModel(join(samples, 'wine/random-forest.onnx')), wine)
    await test.evaluate(run)
    await test.finish((await test.call.calibrations.start({ id: run.id })).jobId)
    const section = (await test.call.calibrations.get({ id: run.id }))!
    expect(section.events[0]!.event).toBe('the predicted class is right')
    expect(section.events.length).toBe(4)
    const width = run.binding.output.classes.length
    for (const { method, calibrator } of section.candidates) {
      if (method === 'platt' || method === 'isotonic') continue
      const id = (await test.finish((await test.call.calibrations.accept({ id: run.id, method })).jobId)) as VersionId
      const calibrated = await test.score(await test.call.models.get({ id }), wine)
      const expected = applyCalibrator(calibrator, await scoresOf(run), width)
      const found = await scoresOf(calibrated)
      let worst = 0
      expected.forEach((value, at) => (worst = Math.max(worst, Math.abs(value - found[at]!))))
      expect(worst, method).toBeLessThan(2.5e-7)
    }
    expect(section.candidates.map(({ method }) => method).sort()).toEqual(['beta', 'isotonic', 'platt', 'temperature'])
  })

  it('refuses what cannot be calibrated or was not judged, with a code', async () => {
    expect(
      await codeOf(test.finish((await test.call.calibrations.accept({ id: logistic.id, method: 'beta' })).jobId)),
    ).toBe('calibration/not-made')
    const diabetes = await test.importDataset(join(samples, 'diabetes/holdout.csv'), {
      target: 'progression',
      task: 'regression',
    })
    const ridge = await test.score(await test.importModel(join(samples, 'diabetes/ridge.onnx')), diabetes)
    expect(await codeOf(test.finish((await test.call.calibrations.start({ id: ridge.id })).jobId))).toBe(
      'calibration/no-probabilities',
    )
  })

  async function scoresOf(run: Run): Promise<Float64Array> {
    const { classes, transform } = run.binding.output
    const width = classes.length
    // What a float32 model gave is stored as float32, and shown with as many digits as that takes.
    const stored = transform === 'none' ? Math.fround : (value: number) => value
    const scores = new Float64Array(run.rows * width)
    for (let offset = 0; offset < run.rows; offset += 1000) {
      const page = await test.call.runs.rows({ id: run.id, request: { offset, limit: 1000 } })
      const first = page.columns.findIndex(({ name }) => name.startsWith('probability '))
      page.rows.forEach((row, at) => {
        for (let k = 0; k < width; k++) scores[(offset + at) * width + k] = stored(Number(row[first + k]))
      })
    }
    return scores
  }
})
