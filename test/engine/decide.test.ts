/** Decision through the engine, and what the report says of it, of a calibration and of a comparison. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import { compareRuns, openChurnRuns } from '../support/churn-runs.ts'
import { codeOf } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
let boosting: Run
let logistic: Run
let evidence: Evidence

beforeAll(async () => {
  ;({ test, boosting, logistic, evidence } = await openChurnRuns())
  await test.finish((await test.call.calibrations.start({ id: boosting.id })).jobId)
})
afterAll(() => test.close())

/** Rows that the exported scores call positive. */
async function calledPositive(run: Run): Promise<number> {
  const file = { path: join(test.folder, 'scores.csv') }
  await test.finish((await test.call.runs.exportScores({ id: run.id, file, format: 'csv' })).jobId)
  const [head, ...rows] = readFileSync(file.path, 'utf8').trim().split('\n')
  const place = head!.split(',').indexOf('predicted')
  return rows.filter((row) => row.split(',')[place] === run.binding.output.positive).length
}

function positivesOf({ detail }: Evidence): number {
  if (detail.kind !== 'binary') throw new Error('not a binary evidence')
  return detail.confusion.counts.reduce((sum, [, called]) => sum + called!, 0)
}

describe('decision', () => {
  const payoff = { truePositive: 5, falsePositive: -1, falseNegative: -5, trueNegative: 0 }

  it('a threshold gives the evaluation’s own confusion and rates', async () => {
    const point = await test.call.decisions.at({ id: boosting.id, query: { threshold: 0.5 } })
    const detail = evidence.detail as Extract<Evidence['detail'], { kind: 'binary' }>
    expect([
      [point.tn, point.fp],
      [point.fn, point.tp],
    ]).toEqual(detail.confusion.counts)
    for (const key of ['precision', 'recall', 'specificity', 'accuracy', 'f1']) {
      expect(point.metrics[key], key).toEqual(evidence.metrics[key])
    }
  })

  it('the best value, the capacity and the curves agree with each other', async () => {
    const section = await test.call.decisions.look({ id: boosting.id, payoff, capacity: 500 })
    expect(section.rows).toMatchObject({ used: 5000 })
    const best = section.best!
    expect(best.metrics['value']!.value).toBeGreaterThanOrEqual(Math.max(...section.valueCurve!.value))
    const there = await test.call.decisions.at({ id: boosting.id, query: { threshold: best.threshold! }, payoff })
    expect(there.metrics['value']).toEqual(best.metrics['value'])
    const { tp, fp } = section.atCapacity!
    expect(tp + fp).toBeLessThanOrEqual(500)
    expect(tp + fp).toBeGreaterThan(490)
    expect(section.decisionCurve!.threshold).toHaveLength(99)
    expect(section.gainCurve.gain.at(-1)).toBe(1)
  })

  it('a section is written into the evidence', async () => {
    await test.finish((await test.call.decisions.start({ id: boosting.id, payoff })).jobId)
    const { sections } = await test.call.runs.evidence({ id: boosting.id })
    expect(sections!['decision']).toMatchObject({ schema: 'assay.decision/1', payoff })
    // Another analysis does not take it away.
    expect(sections!['calibration']).toBeDefined()
  })

  it('the chosen threshold belongs to the version: evaluations use it, and the log says why', async () => {
    const { versionId } = logistic
    expect(await test.call.decisions.chosen({ versionId })).toBeNull()
    const chosen = await test.call.decisions.choose({
      versionId,
      threshold: 0.3,
      reason: 'finds two of three who leave',
      runId: logistic.id,
    })
    expect(await test.call.decisions.chosen({ versionId })).toEqual(chosen)
    const evaluated = await test.evaluate(logistic)
    expect((evaluated.detail as { threshold: number }).threshold).toBe(0.3)
    expect((await test.evaluate(logistic, 0.5)).detail).toMatchObject({ threshold: 0.5 })
    const { entries } = await test.call.workspace.audit({ offset: 0, limit: 10 })
    expect(entries.find(({ event }) => event === 'threshold chosen')).toMatchObject({
      subject: versionId,
      detail: { threshold: 0.3, before: null, reason: 'finds two of three who leave', run: logistic.id },
    })
    // What leaves the workspace calls rows as the evaluation did.
    const atHalf = await calledPositive(logistic)
    expect(atHalf).toBe(positivesOf(await test.call.runs.evidence({ id: logistic.id })))
    const atChosen = positivesOf(await test.evaluate(logistic))
    expect(await calledPositive(logistic)).toBe(atChosen)
    expect(atChosen).toBeGreaterThan(atHalf)
    await test.call.decisions.choose({ versionId, threshold: 0.4, reason: 'fewer calls' })
    expect((await test.call.decisions.chosen({ versionId }))!.threshold).toBe(0.4)
  })

  it('refuses what it cannot answer, with a code', async () => {
    const at = (request: object) => codeOf(test.call.decisions.at(request as never))
    expect(await at({ id: boosting.id, query: { best: 'value' } })).toBe('decision/no-payoff')
    expect(await at({ id: boosting.id, query: { threshold: 0.5 }, payoff: { ...payoff, falseNegative: 9 } })).toBe(
      'decision/payoff',
    )
    expect(
      await codeOf(
        test.call.decisions.choose({
          versionId: boosting.versionId,
          threshold: 0.3,
          reason: 'a run of another version',
          runId: logistic.id,
        }),
      ),
    ).toBe('decision/other-version')
  })
})

describe('report', () => {
  it('holds what was attached: calibration, decision and comparison', async () => {
    await test.finish((await test.call.decisions.start({ id: boosting.id, capacity: 500 })).jobId)
    const { id } = await compareRuns(test, { runs: [logistic.id, boosting.id], margins: { roc_auc: 0.01 } })
    await test.call.comparisons.attach({ id, runId: boosting.id })
    const path = join(test.folder, '..', 'report.html')
    await test.finish((await test.call.runs.report({ id: boosting.id, file: { path }, format: 'html' })).jobId)
    const html = readFileSync(path, 'utf8')
    for (const words of [
      'Measures of calibration',
      'Adaptive calibration error',
      'Recalibrations, fitted on',
      'Operating points',
      '500 rows at most',
      'boosting 1 against logistic 1',
      'non-inferior',
    ]) {
      expect(html, words).toContain(words)
    }
    const pdf = join(test.folder, '..', 'report.pdf')
    await test.finish((await test.call.runs.report({ id: boosting.id, file: { path: pdf }, format: 'pdf' })).jobId)
    expect(readFileSync(pdf).length).toBeGreaterThan(20_000)
  })
})
