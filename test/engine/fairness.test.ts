/** Fairness of real runs: the churn sample, whose unfairness was put in by models/make.py, and the reference case. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FairnessSection } from '../../shared/contract/fairness.ts'
import type { Run } from '../../shared/contract/run.ts'
import { churnRun, diabetesRun, evaluated, fairnessOf } from '../support/analysed.ts'
import { besideCheckout, codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(() => test.close())

describe('the churn sample', () => {
  let run: Run
  let section: FairnessSection
  beforeAll(async () => {
    run = await churnRun(test)
    section = await fairnessOf(test, run)
  })

  it('has the shares of the card, by group', () => {
    const group = (attribute: number, label: string) =>
      section.attributes[attribute]!.groups.find((entry) => entry.label === label)!
    // models/churn/CARD.md, from scikit-learn.
    const card = [
      [0, 'Female', 2491, 0.2164, 0.159, 0.4731],
      [0, 'Male', 2509, 0.1865, 0.1263, 0.4915],
      [1, 'No', 4175, 0.1998, 0.1368, 0.4772],
      [1, 'Yes', 825, 0.2097, 0.1721, 0.5029],
    ] as const
    for (const [attribute, label, n, left, selected, recall] of card) {
      const found = group(attribute, label)
      expect(found.n).toBe(n)
      expect(found.metrics['base_rate']!.value).toBeCloseTo(left, 4)
      expect(found.metrics['selection_rate']!.value).toBeCloseTo(selected, 4)
      expect(found.metrics['tpr']!.value).toBeCloseTo(recall, 4)
      expect(found.calibration!.bins).toHaveLength(10)
    }
  })

  it('finds what make.py put in: women and seniors are selected more often, beyond chance', () => {
    expect(section.attributes.map((attribute) => attribute.name)).toEqual(['gender', 'senior', 'gender × senior'])
    expect(section.selected).toBe('Yes')
    expect(section.rows).toEqual({ total: 5000, used: 5000 })
    const parity = (attribute: number) =>
      section.attributes[attribute]!.parity.find((entry) => entry.name === 'demographic_parity')!
    expect(parity(0)).toMatchObject({ lowest: 'Male', highest: 'Female' })
    expect(parity(0).difference.low!).toBeGreaterThan(0)
    expect(parity(0).pAdjusted!).toBeLessThan(0.05)
    expect(parity(1)).toMatchObject({ lowest: 'No', highest: 'Yes' })
    expect(parity(1).difference.low!).toBeGreaterThan(0)
    expect(section.findings.some((finding) => finding.where?.['attribute'] === 'gender')).toBe(true)
  })

  it('shows what thresholds by group would cost', () => {
    const [keep] = section.mitigation.filter((entry) => entry.attribute === 'gender')
    expect(keep!.rowsFitted + keep!.rowsJudged).toBe(5000)
    expect(keep!.groups.map((group) => group.thresholdAfter)).not.toEqual([0.5, 0.5])
    expect(keep!.accuracyChange.low).not.toBeNull()
  })

  it('is part of the evidence, whose hash it changes, and replaces an earlier analysis', async () => {
    const before = (await test.call.runs.get({ id: run.id })).evidenceSha256
    const again = await fairnessOf(test, run, { by: ['contract'], strata: 'internet', minimumGroup: 100 })
    expect(again.attributes.map((attribute) => attribute.name)).toEqual(['contract'])
    expect(again.attributes[0]!.comparisons[0]!.measures['CDDPL']!.value).not.toBeNull()
    expect((await test.call.runs.get({ id: run.id })).evidenceSha256).not.toBe(before)
    expect((await test.call.workspace.verify()).ok).toBe(true)
  })

  it('cuts a column of numbers into ranges, and keeps rows without a value as a group', async () => {
    const { attributes } = await fairnessOf(test, run, { by: ['tenure_months', 'total_charges'], intersections: false })
    expect(attributes[0]!.groups.length).toBe(5)
    expect(attributes[0]!.groups[0]!.label).toMatch(/^under /)
    expect(attributes[1]!.groups.at(-1)!.label).toBe('(missing)')
    const rows = attributes[1]!.groups.reduce((sum, group) => sum + group.n, 0) + attributes[1]!.suppressed.rows
    expect(rows).toBe(5000)
  })

  it('refuses what it cannot do, with a code and a remedy', async () => {
    expect(await codeOf(fairnessOf(test, run, { by: ['nothing'] }))).toBe('dataset/no-such-column')
    expect(await codeOf(fairnessOf(test, run, { by: ['customer_id'] }))).toBe('fairness/too-many-values')
    expect(await codeOf(fairnessOf(test, run, { selected: 'Maybe' }))).toBe('fairness/no-such-class')
    const reference = (value: object) => codeOf(fairnessOf(test, run, { by: ['gender'], reference: value }))
    expect(await reference({ gender: 'Mal' })).toBe('fairness/no-such-group')
    expect(await reference({ contract: 'One year' })).toBe('fairness/no-such-group')
  })
})

it('a run without an evaluation is refused at once', async () => {
  const dataset = await test.importDataset(join(samples, 'wine/holdout.csv'), {
    target: 'cultivar',
    task: 'multiclass',
  })
  const version = await test.importModel(join(samples, 'wine/random-forest.onnx'))
  const run = await test.score(version, dataset)
  expect(await codeOf(test.call.fairness.start({ id: run.id, options: {} }))).toBe('run/not-evaluated')
  await test.evaluate(run)
  expect(await codeOf(fairnessOf(test, run))).toBe('fairness/no-attribute')
  const section = await fairnessOf(test, run, { by: ['alcohol'], minimumGroup: 10 })
  expect(section.findings.map((finding) => finding.code)).toContain('fairness/class-chosen')
  expect(section.mitigation).toEqual([])
  expect(section.attributes[0]!.groups.every((group) => group.metrics['accuracy']!.value !== null)).toBe(true)
})

it('a regression is compared by residual and error', async () => {
  const run = await diabetesRun(test)
  const section = await fairnessOf(test, run, { by: ['sex'] })
  expect(section).toMatchObject({ task: 'regression', selected: null, threshold: null })
  expect(section.attributes[0]!.parity.map((entry) => entry.name)).toEqual([
    'mean_residual_parity',
    'absolute_error_parity',
    'prediction_parity',
  ])
})

const folder = besideCheckout('cases')
it.skipIf(folder === null)('telco_churn through the engine agrees with the expected fairness block', async () => {
  const run = await evaluated(test, join(folder!, 'telco_churn'), 'model_raw.onnx', 'holdout.csv', {
    target: 'Churn',
    id: 'customerID',
    task: 'binary',
    positive: 'Yes',
  })
  const expected = JSON.parse(readFileSync(join(folder!, 'telco_churn/expected.json'), 'utf8')).metrics.model_raw
    .fairness
  const section = await fairnessOf(test, run, { by: ['gender', 'SeniorCitizen', 'Partner'], intersections: false })
  for (const attribute of section.attributes) {
    for (const group of attribute.groups) {
      const wanted = expected[attribute.name].groups[group.label]
      expect(group.counts, `${attribute.name} ${group.label}`).toEqual(wanted.confusion)
      for (const name of ['selection_rate', 'tpr', 'fpr', 'ppv', 'accuracy', 'base_rate'])
        expect(Math.abs(group.metrics[name]!.value! - wanted[name])).toBeLessThanOrEqual(1e-9)
      // Scores are float32: ties may fall otherwise.
      expect(Math.abs(group.metrics['roc_auc']!.value! - wanted.roc_auc)).toBeLessThan(1e-6)
    }
    const parity = (name: string) => attribute.parity.find((entry) => entry.name === name)!
    expect(Math.abs(parity('equalized_odds').difference.value! - expected[attribute.name].eo_difference)).toBeLessThan(
      1e-9,
    )
    expect(Math.abs(parity('demographic_parity').ratio!.value! - expected[attribute.name].dp_ratio)).toBeLessThan(1e-9)
  }
})
