/** Simulation: unchanged data raise alarms no more often than they may, and intervals hold the truth. */
import { describe, expect, it } from 'vitest'
import { driftOptionsSchema } from '../../../shared/contract/drift-request.ts'
import type { DriftOptions } from '../../../shared/contract/drift-request.ts'
import { compareNumbers } from '../../../shared/drift/compare-column.ts'
import type { ComparedColumn } from '../../../shared/drift/compare-column.ts'
import { decideColumns } from '../../../shared/drift/decide.ts'
import { estimateClassification } from '../../../shared/drift/estimate-classification.ts'
import { estimateRegression } from '../../../shared/drift/estimate-regression.ts'
import { labelsGivenScores } from '../../../shared/drift/concept-drift.ts'
import { classifyDomain } from '../../../shared/drift/domain-classifier.ts'
import { alarmRates, numbers, sample, unchanged } from '../../support/unchanged-data.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'

/** How often a share of `rate` may be exceeded in `times` tries, three standard errors above. */
const atMost = (rate: number, times: number): number => rate + 3 * Math.sqrt((rate * (1 - rate)) / times)

describe('false alarms on unchanged data, of seven columns and their missing shares, at a stated rate of 5 %', () => {
  const options = (more: object): DriftOptions =>
    driftOptionsSchema.parse({ minimumPsi: 0, splits: 0, multivariate: false, ...more })

  it('Benjamini–Hochberg and Holm; and what comes of no correction', () => {
    const pairs = 1000
    const corrections = ['benjamini-hochberg', 'holm', 'none'] as const
    const [byBenjaminiHochberg, byHolm, byNone] = alarmRates(options({}), corrections, pairs, 300, 200)
    expect(byBenjaminiHochberg).toBeLessThanOrEqual(atMost(0.05, pairs))
    expect(byHolm).toBeLessThanOrEqual(atMost(0.05, pairs))
    expect(byNone).toBeGreaterThan(0.2)
  })

  it.each([
    ['limits learnt from random splits', options({ preset: 'learnt', splits: 100 }), 'holm'],
    ["Evidently's rule, with its p-values corrected", options({ preset: 'evidently' }), 'benjamini-hochberg'],
  ] as const)('%s', (_, chosen, correction) => {
    const pairs = 300
    expect(alarmRates(chosen, [correction], pairs, 300, 200)[0]).toBeLessThanOrEqual(atMost(0.05, pairs))
  })

  it('a shift of half a standard deviation in one column is found among them', () => {
    const chosen = driftOptionsSchema.parse({ splits: 0 })
    const random = createRandom(12)
    const found = Array.from({ length: 20 }, () => {
      const shifted = compareNumbers(
        {
          reference: sample(numbers[0]!, random, 600),
          current: sample((r) => r.normal() + 0.5, random, 500),
          chunks: null,
        },
        chosen,
      )
      return decideColumns([shifted, ...unchanged(random, chosen, 600, 500)], chosen).decisions[0]!.decision.verdict
    })
    expect(found.filter((verdict) => verdict === 'drifted').length).toBeGreaterThanOrEqual(19)
  })
})

describe('95 % intervals of effects hold the truth', () => {
  const settings = { preset: 'assay', alpha: 0.05, splits: 0, seed: 1 } as const
  const compare = (random: Random, n: number, m: number): ComparedColumn =>
    compareNumbers(
      {
        reference: Float64Array.from({ length: n }, () => random.normal()),
        current: Float64Array.from({ length: m }, () => 0.4 + 1.3 * random.normal()),
        chunks: null,
      },
      settings,
    )

  it('in 91 to 99.5 % of simulations', () => {
    const truth = compare(createRandom(999), 400_000, 400_000)
    const simulations = 300
    const held = new Map<string, number>()
    for (let simulation = 0; simulation < simulations; simulation++) {
      for (const [name, { effect }] of Object.entries(compare(createRandom(simulation + 1), 1000, 800).tests)) {
        if (!effect || effect.low === null) continue
        const value = truth.tests[name as keyof typeof truth.tests]!.effect!.value
        held.set(name, (held.get(name) ?? 0) + (effect.low <= value && value <= effect.high! ? 1 : 0))
      }
    }
    expect([...held.keys()].sort()).toEqual(
      ['chi2', 'energy', 'hellinger', 'js', 'kl', 'ks', 'mann_whitney', 'psi', 't', 'tvd', 'wasserstein'].sort(),
    )
    for (const [name, times] of held) {
      expect(times / simulations, name).toBeGreaterThanOrEqual(0.91)
      expect(times / simulations, name).toBeLessThanOrEqual(0.995)
    }
  })
})

describe('performance without labels', () => {
  /** Scores that mean what they say; `shift` moves them, and the labels with them. */
  const draw = (random: Random, rows: number, shift: number) => {
    const scores = new Float64Array(rows)
    const events = new Uint8Array(rows)
    for (let row = 0; row < rows; row++) {
      const chance = 1 / (1 + Math.exp(-(random.normal() * 1.5 - 1 + shift)))
      events[row] = random.uniform() < chance ? 1 : 0
      // Overconfident: calibration on the reference has something to do.
      scores[row] = 1 / (1 + Math.exp(-1.6 * Math.log(chance / (1 - chance))))
    }
    return { scores, events }
  }

  it('what happens lies in the interval in at least 91 % of simulations, when only the scores have moved', () => {
    const simulations = 200
    const held = new Map<string, number>()
    for (let simulation = 0; simulation < simulations; simulation++) {
      const random = createRandom(simulation * 7919 + 12_345)
      const { metrics } = estimateClassification(draw(random, 4000, 0), draw(random, 2000, 0.7), 0.5, 7)
      for (const [name, { estimated, realised }] of Object.entries(metrics)) {
        const inside = estimated.low! <= realised!.value! && realised!.value! <= estimated.high!
        held.set(name, (held.get(name) ?? 0) + (inside ? 1 : 0))
      }
    }
    expect(held.size).toBe(7)
    for (const [name, times] of held) expect(times / simulations, name).toBeGreaterThanOrEqual(0.91)
  })

  it('errors of a regression are expected where predictions have moved to larger ones', () => {
    const random = createRandom(4)
    const rows = (n: number, shift: number) => {
      const predictions = Float64Array.from({ length: n }, () => random.normal() + shift)
      return { predictions, targets: predictions.map((value) => value + Math.exp(0.5 * value) * random.normal()) }
    }
    const { metrics } = estimateRegression(rows(5000, 0), rows(3000, 0.5))
    for (const { estimated, reference, realised } of Object.values(metrics)) {
      expect(estimated.low!).toBeGreaterThan(reference.high!)
      expect(estimated.low!).toBeLessThan(realised!.value!)
      expect(estimated.high!).toBeGreaterThan(realised!.value!)
    }
  })

  it('concept drift is not claimed when only the scores have moved, and is when the labels have', () => {
    let alarms = 0
    for (let simulation = 0; simulation < 200; simulation++) {
      const random = createRandom(simulation + 1)
      if (labelsGivenScores(draw(random, 1000, 0), draw(random, 800, 0.2)).p! <= 0.05) alarms++
    }
    expect(alarms / 200).toBeLessThanOrEqual(atMost(0.05, 200))
    const random = createRandom(5)
    const before = draw(random, 2000, 0)
    const after = draw(random, 2000, 0)
    const changed = after.events.map((event) => (event === 0 && random.uniform() < 0.15 ? 1 : event))
    const { p, effect } = labelsGivenScores(before, { scores: after.scores, events: changed })
    expect(p!).toBeLessThan(1e-6)
    expect(effect!.low!).toBeGreaterThan(1)
  })
})

it('the domain classifier sees a change between two columns that neither shows, and nothing where nothing is', () => {
  const random = createRandom(6)
  const rows = 1500
  const side = (together: number) => {
    const first = Float64Array.from({ length: rows }, () => random.normal())
    return [first, first.map((value) => together * value + Math.sqrt(1 - together ** 2) * random.normal())] as const
  }
  const judge = (together: number) => {
    const [a, b] = [side(0), side(together)]
    const features = [0, 1].map((k) => ({
      name: `x${k}`,
      kind: 'numeric' as const,
      reference: a[k]!,
      current: b[k]!,
    }))
    const both = { reference: rows, current: rows }
    return classifyDomain({ features, rows: both, total: both }, 1)
  }
  expect(judge(0.8).auc.low!).toBeGreaterThan(0.6)
  expect(judge(0).auc.low!).toBeLessThan(0.5)
  expect(judge(0).auc.high!).toBeGreaterThan(0.5)
})
