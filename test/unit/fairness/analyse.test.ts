import { describe, expect, it } from 'vitest'
import type { FairnessAttribute } from '../../../shared/contract/fairness.ts'
import { fairnessSectionSchema } from '../../../shared/contract/fairness.ts'
import { analyseFairness } from '../../../shared/fairness/analyse-fairness.ts'
import type { FairnessInput } from '../../../shared/fairness/analyse-fairness.ts'
import { parities } from '../../../shared/fairness/classifier-groups.ts'
import { clarifyDefinitions, groupMetricDefinitions, parityGuides } from '../../../shared/fairness/definitions.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'
import { casesPresent, readColumns, readExpected } from '../metrics/read-case.ts'
import { slowClarify, slowRates } from './slow-versions.ts'
import type { PlainRow } from './slow-versions.ts'
import { correctAt, gapAt, singleThreshold, staircase, stepAt } from '../../../shared/fairness/staircase.ts'

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

function code(name: string, values: readonly string[]) {
  const labels = [...new Set(values)].sort()
  return { name, labels, codes: Uint16Array.from(values, (value) => labels.indexOf(value)) }
}

function input(more: Partial<FairnessInput> & Pick<FairnessInput, 'rows' | 'columns'>): FairnessInput {
  return {
    attributes: more.columns.map((_, place) => [place]),
    strata: null,
    reference: {},
    minimumGroup: 30,
    threshold: 0.5,
    seed: 1,
    ...more,
  }
}

function classifier(y: Uint8Array, score: Float64Array, threshold = 0.5) {
  const decided = Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0))
  return {
    kind: 'classifier' as const,
    y,
    decided,
    correct: y.map((truth, row) => (truth === decided[row] ? 1 : 0)),
    score,
    probabilities: true,
  }
}

/** Scores that are calibrated in every group, and base rates that differ by `gap`. */
function draw(random: Random, n: number, groups: readonly string[], gap: number) {
  const group = Array.from({ length: n }, () => groups[Math.floor(random.uniform() * groups.length)]!)
  const score = new Float64Array(n)
  const y = new Uint8Array(n)
  for (let row = 0; row < n; row++) {
    const shift = gap * groups.indexOf(group[row]!)
    score[row] = 1 / (1 + Math.exp(-(1.3 * random.normal() - 0.4 + shift)))
    y[row] = random.uniform() < score[row]! ? 1 : 0
  }
  return { group, score, y }
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
  const { attributes } = analyseFairness(input({ rows: classifier(y, score), columns: [code('group', group)] }))
  const c = attributes[0]!.groups[2]!
  expect(c.metrics['tpr']).toMatchObject({ value: null, reason: 'no positive rows' })
  expect(c.metrics['roc_auc']!.value).toBeNull()
  const opportunity = attributes[0]!.parity.find((entry) => entry.name === 'equal_opportunity')!
  expect(opportunity.difference.value).not.toBeNull()
  expect([opportunity.lowest, opportunity.highest]).not.toContain('c')
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

/** How often the interval of a parity holds the true gap. */
function coverage(groups: readonly string[], truth: readonly number[], n: number, simulations: number): number {
  const random = createRandom(99)
  const gap = Math.max(...truth) - Math.min(...truth)
  let held = 0
  for (let simulation = 0; simulation < simulations; simulation++) {
    const group = Array.from({ length: n }, (_, row) => groups[row % groups.length]!)
    const score = Float64Array.from(group, (name) => (random.uniform() < truth[groups.indexOf(name)]! ? 0.9 : 0.1))
    const y = Uint8Array.from(score, () => (random.uniform() < 0.5 ? 1 : 0))
    const { difference } = parityOf(
      analyseFairness(input({ rows: classifier(y, score), columns: [code('group', group)], threshold: null }))
        .attributes[0]!,
    )
    if (difference.low! <= gap + 1e-12 && gap <= difference.high!) held++
  }
  return held / simulations
}
const parityOf = (attribute: FairnessAttribute) => attribute.parity.find(({ name }) => name === 'demographic_parity')!

describe('the interval of the widest gap', () => {
  it('holds the true gap of two groups in 93 to 99 % of simulations', () => {
    const held = coverage(['a', 'b'], [0.4, 0.3], 600, 400)
    expect(held).toBeGreaterThanOrEqual(0.93)
    expect(held).toBeLessThanOrEqual(0.99)
  })
  it('holds a gap of nothing between five groups, though the largest of many differences is never 0', () => {
    expect(coverage(['a', 'b', 'c', 'd', 'e'], [0.3, 0.3, 0.3, 0.3, 0.3], 1000, 400)).toBeGreaterThanOrEqual(0.93)
  })
})

it('groups that are alike are called different in at most 5 % of documents', () => {
  const random = createRandom(5)
  let alarms = 0
  const simulations = 300
  for (let simulation = 0; simulation < simulations; simulation++) {
    const { score, y } = draw(random, 600, ['all'], 0)
    const first = Array.from(y, () => ['p', 'q', 'r'][Math.floor(random.uniform() * 3)]!)
    const second = Array.from(y, () => ['m', 'n'][Math.floor(random.uniform() * 2)]!)
    const { findings } = analyseFairness(
      input({
        rows: { ...classifier(y, score), score: null },
        columns: [code('one', first), code('two', second)],
        attributes: [[0], [1], [0, 1]],
        threshold: null,
      }),
    )
    if (findings.some((finding) => finding.code === 'fairness/groups-differ')) alarms++
  }
  expect(alarms / simulations).toBeLessThanOrEqual(0.06)
})

describe('thresholds by group', () => {
  const { group, score, y } = draw(createRandom(21), 8000, ['a', 'b'], 1.2)
  const { mitigation } = analyseFairness(input({ rows: classifier(y, score), columns: [code('group', group)] }))

  it('make the rate that they aim at equal on rows they were not fitted to, and name the price', () => {
    expect(mitigation.map(({ goal, choice }) => `${goal} ${choice}`)).toEqual([
      'demographic_parity keep',
      'demographic_parity best',
      'demographic_parity single',
      'equal_opportunity keep',
      'equal_opportunity best',
      'equal_opportunity single',
      'equalized_odds keep',
      'equalized_odds best',
      'equalized_odds single',
    ])
    for (const entry of mitigation) {
      expect(entry.rowsFitted + entry.rowsJudged).toBe(8000)
      expect(Math.abs(entry.rowsFitted - 4000)).toBeLessThan(200)
      expect(entry.gapBefore.value!).toBeGreaterThan(0.15)
      // Deterministic thresholds cannot make two rates equal at once where scores are calibrated in both groups.
      if (entry.goal !== 'equalized_odds' || entry.choice === 'single') {
        expect(entry.gapAfter.value!).toBeLessThan(entry.choice === 'single' ? 0.05 + 0.04 : 0.06)
      } else expect(entry.gapAfter.value!).toBeLessThan(entry.gapBefore.value!)
      const change = entry.accuracyAfter.value! - entry.accuracyBefore.value!
      expect(entry.accuracyChange.value).toBeCloseTo(change, 12)
      expect(entry.accuracyChange.low!).toBeLessThanOrEqual(change)
      expect(entry.accuracyChange.high!).toBeGreaterThanOrEqual(change)
    }
    // Scores are calibrated in both groups, so that moving either threshold costs accuracy.
    expect(mitigation[0]!.accuracyChange.high!).toBeLessThan(0)
  })

  it('or one threshold for all, the most accurate of those that leave the groups near, found as by trying each', () => {
    for (const goal of ['demographic_parity', 'equal_opportunity', 'equalized_odds'] as const) {
      const stairs = ['a', 'b'].map((name) => {
        const rows = Uint32Array.from(group.flatMap((value, row) => (value === name && row < 400 ? [row] : [])))
        return staircase(y, score, rows)
      })
      const found = singleThreshold(stairs, goal, 0.1)
      let best = { correct: -1, threshold: null as number | null }
      for (const cut of [Infinity, ...stairs.flatMap(({ threshold }) => [...threshold])].sort((p, q) => q - p)) {
        const steps = stairs.map((one) => stepAt(one, cut))
        if (gapAt(stairs, goal, steps) > 0.1) continue
        const correct = stairs.reduce((sum, one, at) => sum + correctAt(one, steps[at]!), 0)
        if (correct > best.correct) best = { correct, threshold: cut === Infinity ? null : cut }
      }
      expect(found).toBe(best.threshold)
    }
    const single = mitigation.filter(({ choice }) => choice === 'single')
    for (const entry of single) {
      expect(new Set(entry.groups.map(({ thresholdAfter }) => thresholdAfter)).size).toBe(1)
      expect(entry.accuracyChange.value!).toBeLessThan(0)
    }
  })

  it('keep the overall rate where asked, and count who changes sides', () => {
    const keep = mitigation[0]!
    expect(Math.abs(keep.selectionAfter.value! - keep.selectionBefore.value!)).toBeLessThan(0.03)
    const [a, b] = keep.groups
    expect(a!.thresholdAfter!).toBeLessThan(0.5)
    expect(b!.thresholdAfter!).toBeGreaterThan(0.5)
    expect(a!.newlySelected).toBeGreaterThan(0)
    expect(a!.noLongerSelected).toBe(0)
    expect(b!.newlySelected).toBe(0)
    const changed = a!.newlySelected - b!.noLongerSelected
    expect((keep.selectionAfter.value! - keep.selectionBefore.value!) * keep.rowsJudged).toBeCloseTo(changed, 6)
  })
})

it('a million rows in three attributes take a few seconds at most', () => {
  const n = 1_000_000
  const random = createRandom(2)
  const score = new Float64Array(n)
  const y = new Uint8Array(n)
  const codes = [new Uint16Array(n), new Uint16Array(n)]
  for (let row = 0; row < n; row++) {
    score[row] = random.uniform()
    y[row] = random.uniform() < score[row]! ? 1 : 0
    codes[0]![row] = random.uniform() * 2
    codes[1]![row] = random.uniform() * 6
  }
  const started = performance.now()
  const { attributes } = analyseFairness(
    input({
      rows: classifier(y, score),
      columns: [
        { name: 'one', labels: ['a', 'b'], codes: codes[0]! },
        { name: 'two', labels: ['1', '2', '3', '4', '5', '6'], codes: codes[1]! },
      ],
      attributes: [[0], [1], [0, 1]],
    }),
  )
  expect(attributes).toHaveLength(3)
  expect(performance.now() - started).toBeLessThan(20_000)
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

it('many crossed columns stay within the evidence’s 2 MB, and what is left out is said', () => {
  const random = createRandom(41)
  const { score, y } = draw(random, 20_000, ['all'], 0)
  const columns = Array.from({ length: 8 }, (_, k) =>
    code(
      `column ${k}`,
      Array.from(y, () => String(Math.floor(random.uniform() * 12))),
    ),
  )
  const attributes = columns.flatMap((_, first) => [
    [first],
    ...columns.slice(first + 1).map((_, at) => [first, first + 1 + at]),
  ])
  const result = analyseFairness(input({ rows: classifier(y, score), columns, attributes }))
  expect(JSON.stringify(result).length).toBeLessThan(1_800_000)
  expect(result.findings.map((finding) => finding.code)).toContain('fairness/too-many-groups')
  expect(result.attributes.every((attribute) => attribute.groups.length <= 60)).toBe(true)
})
