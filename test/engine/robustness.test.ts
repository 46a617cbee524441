/** Rows made worse and scored again by the real scorer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RobustnessSection } from '../../shared/contract/robustness.ts'
import type { Run } from '../../shared/contract/run.ts'
import { churnRun, diabetesRun, evaluated, robustnessOf } from '../support/analysed.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(() => test.close())

describe('robustness of the churn sample', () => {
  let run: Run
  let section: RobustnessSection
  beforeAll(async () => {
    run = await churnRun(test)
    section = await robustnessOf(test, run, { rows: 5000, expected: { support_calls: 'rising' } })
  })

  it('scores the unchanged rows as the run did', async () => {
    const { metrics } = await test.call.runs.evidence({ id: run.id })
    expect(section.rows).toEqual({ total: 5000, sampled: 5000, used: 5000 })
    expect(section.headline).toBe('roc_auc')
    expect(section.baseline.value).toBeCloseTo(metrics['roc_auc']!.value!, 12)
  })

  it('gets worse the more is changed, and says so with intervals', () => {
    expect(section.perturbations.map((entry) => entry.kind)).toEqual([
      ...['noise', 'missing', 'outliers', 'typos', 'unknown category', 'out of distribution'],
    ])
    for (const { kind, points, failure } of section.perturbations) {
      expect(failure, kind).toBeNull()
      const flips = points.map((point) => point.flips.value!)
      expect(flips.at(-1)!, kind).toBeGreaterThan(flips[0]!)
      for (const point of points) expect(point.flips.low!).toBeLessThanOrEqual(point.flips.value!)
    }
    const noise = section.perturbations[0]!
    expect(noise.columns.sort()).toEqual(['monthly_charges', 'support_calls', 'tenure_months', 'total_charges'])
    expect(noise.points.at(-1)!.change.high!).toBeLessThan(0)
    expect(noise.points.at(-1)!.metric.value!).toBeCloseTo(
      section.baseline.value! + noise.points.at(-1)!.change.value!,
      10,
    )
    expect(section.perturbations.at(-1)!.points[0]!.metric.value).toBeNull()
  })

  it('asks each column of numbers whether the score only rises or falls', () => {
    const names = section.monotonicity.map((entry) => entry.column)
    expect(names[0]).toBe('support_calls')
    expect(names.sort()).toEqual(['monthly_charges', 'support_calls', 'tenure_months', 'total_charges'])
    for (const entry of section.monotonicity) {
      const shares = [entry.rising, entry.falling, entry.flat, entry.mixed].map((share) => share.value!)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
      expect(entry.meanScore).toHaveLength(entry.grid.length)
    }
  })

  it('draws the asked number of rows, the same ones each time', async () => {
    const once = await robustnessOf(test, run, { rows: 500, kinds: ['noise', 'blur'], monotonicity: false })
    const again = await robustnessOf(test, run, { rows: 500, kinds: ['noise', 'blur'], monotonicity: false })
    expect(once.rows).toEqual({ total: 5000, sampled: 500, used: 500 })
    expect(once.skipped.map((entry) => entry.what)).toEqual(['Blur'])
    expect(once.findings.map((finding) => finding.code)).toContain('robustness/sampled')
    expect({ ...again, createdAt: once.createdAt }).toEqual(once)
  })

  it('refuses a column that the model does not read', async () => {
    expect(await codeOf(robustnessOf(test, run, { columns: ['gender', 'customer_id'] }))).toBe(
      'robustness/no-such-column',
    )
  })

  it('is cancelled between two scorings, and leaves the evidence as it was', async () => {
    const before = (await test.call.runs.get({ id: run.id })).evidenceSha256
    const { jobId } = await test.call.robustness.start({ id: run.id, options: { rows: 5000 } })
    await test.call.jobs.cancel({ id: jobId })
    expect((await test.engine.jobs.finished(jobId)).state).toBe('cancelled')
    expect((await test.call.runs.get({ id: run.id })).evidenceSha256).toBe(before)
  })
})

it('images are blurred, turned, lit and made noisy', async () => {
  const run = await evaluated(test, samples, 'digits/mlp.onnx', 'digits/holdout.csv', {
    target: 'label',
    task: 'multiclass',
  })
  const section = await robustnessOf(test, run, {})
  expect(section.perturbations.map((entry) => entry.kind)).toEqual(['image noise', 'brightness', 'blur', 'rotation'])
  expect(section.rows.used).toBe(300)
  for (const { points, kind } of section.perturbations) {
    expect(
      points.every((point) => point.metric.value !== null),
      kind,
    ).toBe(true)
  }
  const rotation = section.perturbations.at(-1)!
  expect(rotation.points.at(-1)!.metric.value!).toBeLessThan(section.baseline.value! - 0.2)
  expect(section.monotonicity).toEqual([])
})

it('a regression is measured by its RMSE', async () => {
  const run = await diabetesRun(test)
  const section = await robustnessOf(test, run, { rows: 133 })
  expect(section.headline).toBe('rmse')
  // A linear model is monotone in every column.
  for (const entry of section.monotonicity) expect(entry.violations.value, entry.column).toBe(0)
  // It gives no number for a row with a missing value, which a reader must know.
  expect(section.findings.map((finding) => finding.code)).toContain('robustness/not-finite')
})
