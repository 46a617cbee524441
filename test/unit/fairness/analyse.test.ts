/** Groups, rates and gaps: against Fairlearn’s definitions, against slow versions, and where there is little to say. */
import { describe, expect, it } from 'vitest'
import { fairnessSectionSchema } from '../../../shared/contract/fairness.ts'
import { analyseFairness } from '../../../shared/fairness/analyse-fairness.ts'
import { parities } from '../../../shared/fairness/classifier-groups.ts'
import { clarifyDefinitions, groupMetricDefinitions, parityGuides } from '../../../shared/fairness/definitions.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { casesPresent, readColumns, readExpected } from '../metrics/read-case.ts'
import { classifier, code, draw, input } from './drawn-groups.ts'
import { slowClarify, slowRates } from './slow-versions.ts'
import type { PlainRow } from './slow-versions.ts'

/** Of expected.json: fairness by column, of each model. */
interface TelcoFairness {
  readonly metrics: Readonly<
    Record<
      string,
      {
        readonly fairness: Readonly<
          Record<
            string,
            Readonly<
              Record<'dp_difference' | 'dp_ratio' | 'tpr_difference' | 'fpr_difference' | 'eo_difference', number>
            > & {
              readonly groups: Readonly<
                Record<string, Readonly<Record<string, number>> & { readonly confusion: unknown }>
              >
            }
          >
        >
      }
    >
  >
}

describe.skipIf(!casesPresent)('telco_churn agrees with scikit-learn and Fairlearn’s definitions', () => {
  const columns = casesPresent ? readColumns('telco_churn') : {}
  const raw = casesPresent ? readColumns('telco_churn', 'holdout.csv') : {}
  const names = ['gender', 'SeniorCitizen', 'Partner']

  it.each([
    ['model', 'gb_p_yes'],
    ['model_raw', 'raw_gb_p_yes'],
  ])('%s', (model, scores) => {
    const expected = readExpected<TelcoFairness>('telco_churn').metrics[model]!.fairness
    const y = Uint8Array.from(raw['Churn']!, (value) => (value === 'Yes' ? 1 : 0))
    const score = Float64Array.from(columns[scores]!, Number)
    const result = analyseFairness(
      input({ rows: classifier(y, score), columns: names.map((name) => code(name, raw[name]!)) }),
    )
    const near = (actual: number | null | undefined, wanted: number, what: string): void =>
      expect(Math.abs(actual! - wanted), what).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted)))
    names.forEach((name, index) => {
      const attribute = result.attributes[index]!
      const parity = (wanted: string) => attribute.parity.find((entry) => entry.name === wanted)!
      for (const [label, group] of Object.entries(expected[name]!.groups)) {
        const mine = attribute.groups.find((entry) => entry.label === label)!
        expect(mine.n).toBe(group['n'])
        expect(mine.counts).toEqual(group['confusion'])
        for (const key of ['base_rate', 'selection_rate', 'accuracy', 'tpr', 'fpr', 'fnr', 'ppv', 'roc_auc'])
          near(mine.metrics[key]!.value, group[key]!, `${name} ${label} ${key}`)
      }
      near(parity('demographic_parity').difference.value, expected[name]!.dp_difference, 'dp_difference')
      near(parity('demographic_parity').ratio!.value, expected[name]!.dp_ratio, 'dp_ratio')
      near(parity('equal_opportunity').difference.value, expected[name]!.tpr_difference, 'tpr_difference')
      near(parity('predictive_equality').difference.value, expected[name]!.fpr_difference, 'fpr_difference')
      near(parity('equalized_odds').difference.value, expected[name]!.eo_difference, 'eo_difference')
    })
  })
})

describe('against slow versions', () => {
  const random = createRandom(12)
  const { group, score, y } = draw(random, 3000, ['a', 'b', 'c'], 0.4)
  const stratum = Array.from(group, () => (random.uniform() < 0.4 ? 'x' : 'y'))
  const rows = group.map((name, row): PlainRow => ({
    group: name,
    y: y[row] === 1,
    selected: score[row]! >= 0.5,
    stratum: stratum[row]!,
  }))
  const result = analyseFairness(
    input({
      rows: classifier(y, score),
      columns: [code('group', group), code('stratum', stratum)],
      attributes: [[0]],
      strata: 1,
      reference: { group: 'b' },
    }),
  )
  const attribute = result.attributes[0]!

  it('rates of each group', () => {
    for (const entry of attribute.groups) {
      for (const [name, value] of Object.entries(slowRates(rows, entry.label)))
        expect(entry.metrics[name]!.value, `${entry.label} ${name}`).toBeCloseTo(value, 12)
    }
  })

  it('Clarify’s measures against the named reference', () => {
    expect(attribute.reference).toBe('b')
    expect(attribute.comparisons.map((entry) => entry.group)).toEqual(['a', 'c'])
    for (const entry of attribute.comparisons) {
      for (const [name, value] of Object.entries(slowClarify(rows, entry.group, 'b'))) {
        const mine = entry.measures[name]!
        expect(mine.value, `${entry.group} ${name}`).toBeCloseTo(value, 12)
        expect(mine.low!, name).toBeLessThanOrEqual(mine.value!)
        expect(mine.high!, name).toBeGreaterThanOrEqual(mine.value!)
      }
    }
  })

  it('the widest gap over groups', () => {
    const rates = ['a', 'b', 'c'].map((name) => slowRates(rows, name))
    for (const { name, of } of parities) {
      const entry = attribute.parity.find((one) => one.name === name)!
      const gaps = of.map((key) => {
        const values = rates.map((rate) => rate[key]!)
        return { gap: Math.max(...values) - Math.min(...values), ratio: Math.min(...values) / Math.max(...values) }
      })
      expect(entry.difference.value, name).toBeCloseTo(Math.max(...gaps.map((one) => one.gap)), 12)
      expect(entry.ratio!.value, name).toBeCloseTo(Math.min(...gaps.map((one) => one.ratio)), 12)
    }
  })

  it('is a valid section, and every number in it has a definition', () => {
    const section = fairnessSectionSchema.parse({
      schema: 'assay.fairness/1',
      createdAt: new Date().toISOString(),
      task: 'binary',
      rows: { total: 3000, used: 3000 },
      selected: 'yes',
      threshold: 0.5,
      minimumGroup: 30,
      strata: 'stratum',
      ...result,
    })
    expect(JSON.parse(JSON.stringify(section))).toEqual(section)
    for (const entry of section.attributes[0]!.groups)
      for (const name of Object.keys(entry.metrics)) expect(groupMetricDefinitions[name], name).toBeDefined()
    for (const entry of section.attributes[0]!.comparisons)
      for (const name of Object.keys(entry.measures)) expect(clarifyDefinitions[name], name).toBeDefined()
    for (const entry of section.attributes[0]!.parity) expect(parityGuides[entry.name], entry.name).toBeDefined()
  })
})

it('crosses columns, sets small groups aside and says how many rows that are', () => {
  const random = createRandom(3)
  const { score, y } = draw(random, 1000, ['all'], 0)
  const first = Array.from(y, () => (random.uniform() < 0.5 ? 'p' : 'q'))
  const second = Array.from(y, (_, row) => (row < 20 ? 'rare' : 'common'))
  const { attributes, findings } = analyseFairness(
    input({ rows: classifier(y, score), columns: [code('one', first), code('two', second)], attributes: [[0, 1]] }),
  )
  expect(attributes[0]!.name).toBe('one × two')
  expect(attributes[0]!.groups.map((group) => group.label)).toEqual(['p × common', 'q × common'])
  expect(attributes[0]!.suppressed).toEqual({ groups: 2, rows: 20 })
  expect(findings.map((finding) => finding.code)).toContain('fairness/groups-suppressed')
})

it('a column with one group is a finding, not a table', () => {
  const { score, y } = draw(createRandom(3), 200, ['all'], 0)
  const { attributes, findings } = analyseFairness(
    input({
      rows: classifier(y, score),
      columns: [
        code(
          'one',
          Array.from(y, () => 'same'),
        ),
      ],
    }),
  )
  expect(attributes).toEqual([])
  expect(findings.map((finding) => finding.code)).toEqual(['fairness/one-group'])
})

it('a rate without rows is null with its reason, and takes no part in the gap', () => {
  const n = 120
  const group = Array.from({ length: n }, (_, row) => ['a', 'b', 'c'][row % 3]!)
  // Group c has no positive rows.
  const y = Uint8Array.from(group, (name, row) => (name !== 'c' && row % 2 === 0 ? 1 : 0))
  const score = Float64Array.from(group, (_, row) => ((row * 37) % 100) / 100)
  const { attributes, findings } = analyseFairness(
    input({ rows: classifier(y, score), columns: [code('group', group)] }),
  )
  const c = attributes[0]!.groups[2]!
  expect(c.metrics['tpr']).toMatchObject({ value: null, reason: 'no positive rows' })
  expect(c.metrics['roc_auc']!.value).toBeNull()
  const opportunity = attributes[0]!.parity.find((entry) => entry.name === 'equal_opportunity')!
  expect(opportunity.difference.value).not.toBeNull()
  expect([opportunity.lowest, opportunity.highest]).not.toContain('c')
  // Which is said: what is not measured of a group is not shown to be fair to it.
  const said = findings.find((finding) => finding.code === 'fairness/group-without-value')!
  expect(said.message).toContain('tpr: c (no positive rows)')
  expect(said.message).not.toContain('fpr:')
})

it('regression: mean residual and absolute error by group, against plain sums', () => {
  const random = createRandom(8)
  const n = 900
  const group = Array.from({ length: n }, (_, row) => ['a', 'b'][row % 2]!)
  const target = Float64Array.from(group, () => 50 + 10 * random.normal())
  const prediction = target.map((value, row) => value - (group[row] === 'a' ? 2 : 0) + random.normal())
  const { attributes, mitigation } = analyseFairness(
    input({
      rows: { kind: 'regression', target, prediction },
      columns: [code('group', group)],
      threshold: null,
    }),
  )
  const mean = (name: string, of: (residual: number) => number): number => {
    const mine = group.flatMap((value, row) => (value === name ? [target[row]! - prediction[row]!] : []))
    return mine.reduce((sum, residual) => sum + of(residual), 0) / mine.length
  }
  const [a, b] = attributes[0]!.groups
  expect(a!.metrics['mean_residual']!.value).toBeCloseTo(
    mean('a', (residual) => residual),
    10,
  )
  expect(b!.metrics['mae']!.value).toBeCloseTo(mean('b', Math.abs), 10)
  expect(b!.metrics['rmse']!.value).toBeCloseTo(Math.sqrt(mean('b', (residual) => residual ** 2)), 10)
  const parity = attributes[0]!.parity.find((entry) => entry.name === 'mean_residual_parity')!
  expect(parity.difference.low!).toBeGreaterThan(1.5)
  expect(parity.pAdjusted!).toBeLessThan(1e-6)
  expect(parity.ratio).toBeNull()
  expect(mitigation).toEqual([])
})

it('areas under the ROC curve of groups are tested by their own standard errors', () => {
  const { group, score, y } = draw(createRandom(31), 4000, ['a', 'b'], 0)
  // Half of b's scores say nothing.
  const random = createRandom(32)
  const worse = score.map((value, row) => (group[row] === 'b' && random.uniform() < 0.5 ? random.uniform() : value))
  const parity = (scores: Float64Array) =>
    analyseFairness(input({ rows: classifier(y, scores), columns: [code('group', group)] })).attributes[0]!.parity.find(
      (entry) => entry.name === 'auc_parity',
    )!
  expect(parity(score).p!).toBeGreaterThan(0.01)
  expect(parity(worse)).toMatchObject({ lowest: 'b', highest: 'a', test: 'DeLong, independent rows' })
  expect(parity(worse).p!).toBeLessThan(1e-6)
})
