/** Pairs of models that are equally good: a difference is claimed in about 5 % of them, and no more. */
import { describe, expect, it } from 'vitest'
import { binaryAnswers, multiclassAnswers } from '../../../shared/comparison/answers.ts'
import { compareBinary } from '../../../shared/comparison/compare-binary.ts'
import { compareMulticlass } from '../../../shared/comparison/compare-multiclass.ts'
import { compareRegression } from '../../../shared/comparison/compare-regression.ts'
import { mcnemar } from '../../../shared/comparison/mcnemar.ts'
import type { PairedEstimate } from '../../../shared/comparison/paired-estimate.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'
import { twoSidedNormal } from '../../../shared/statistics/erfc.ts'

const pairs = 1000
const seed = 11

type Draw = (random: Random, n: number) => Record<string, PairedEstimate>

/** Two models that see the same signal through noise of their own: exchangeable, so equally good. */
const binary: Draw = (random, n) => {
  const y = new Uint8Array(n)
  const scores = [new Float64Array(n), new Float64Array(n)]
  for (let row = 0; row < n; row++) {
    const signal = 1.4 * random.normal() - 0.6
    y[row] = random.uniform() < 1 / (1 + Math.exp(-signal)) ? 1 : 0
    for (const score of scores) score[row] = 1 / (1 + Math.exp(-(signal + 0.8 * random.normal())))
  }
  const [other, reference] = scores.map((score) => binaryAnswers(y, score, null, 0.5))
  return compareBinary({ y, other: other!, reference: reference!, seed })
}

const multiclass: Draw = (random, n) => {
  const y = new Int32Array(n)
  const scores = [new Float64Array(3 * n), new Float64Array(3 * n)]
  for (let row = 0; row < n; row++) {
    y[row] = Math.floor(random.uniform() ** 1.3 * 3)
    for (const score of scores) {
      const raw = [0, 1, 2].map((k) => Math.exp(random.normal() + (k === y[row] ? 1.2 : 0)))
      const sum = raw[0]! + raw[1]! + raw[2]!
      raw.forEach((value, k) => (score[3 * row + k] = value / sum))
    }
  }
  const [other, reference] = scores.map((score) => multiclassAnswers(y, 3, score, null))
  return compareMulticlass({ y, classes: 3, other: other!, reference: reference!, seed })
}

const regression: Draw = (random, n) => {
  const y = new Float64Array(n)
  const [other, reference] = [new Float64Array(n), new Float64Array(n)]
  for (let row = 0; row < n; row++) {
    const x = random.normal()
    y[row] = 20 + 3 * x + (1 + 0.3 * Math.abs(x)) * random.normal()
    for (const prediction of [other, reference]) prediction[row] = 20 + 3 * x + 0.7 * random.normal()
  }
  return compareRegression({ y, other, reference })
}

/** By metric, the share of pairs in which a difference is claimed, and in which the interval leaves out 0. */
function rates(draw: Draw, n: number): Map<string, { claimed: number; missed: number }> {
  const found = new Map<string, { claimed: number; missed: number }>()
  for (let pair = 0; pair < pairs; pair++) {
    for (const [key, { difference, zAt }] of Object.entries(draw(createRandom(1000 + 7919 * pair), n))) {
      const { low, high } = difference
      const before = found.get(key) ?? { claimed: 0, missed: 0 }
      found.set(key, {
        claimed: before.claimed + (zAt !== null && twoSidedNormal(zAt(0)) < 0.05 ? 1 / pairs : 0),
        missed: before.missed + (low !== null && high !== null && (low > 0 || high < 0) ? 1 / pairs : 0),
      })
    }
  }
  return found
}

function expectNominal(found: ReturnType<typeof rates>): void {
  for (const [key, { claimed, missed }] of found) {
    // 0.05 ± 3.5 standard errors of a share of 1,000.
    expect(claimed, `${key} claims a difference`).toBeLessThan(0.075)
    expect(missed, `${key}'s interval`).toBeLessThan(0.075)
    expect(missed, `${key}'s interval`).toBeGreaterThan(0.027)
  }
}

describe('equally good models', () => {
  it('binary', () => {
    const found = rates(binary, 500)
    expect([...found.keys()]).toEqual(expect.arrayContaining(['roc_auc', 'average_precision', 'log_loss', 'f1', 'mcc']))
    expectNominal(found)
  }, 240_000)

  it('multiclass', () => expectNominal(rates(multiclass, 400)), 240_000)

  it('regression', () => expectNominal(rates(regression, 300)), 120_000)

  it('McNemar’s exact test claims no more than 5 %, as exact tests do', () => {
    let claimed = 0
    for (let pair = 0; pair < 1000; pair++) {
      const random = createRandom(pair)
      const right = () => Uint8Array.from({ length: 200 }, () => (random.uniform() < 0.8 ? 1 : 0))
      if (mcnemar(right(), right()).exactP < 0.05) claimed++
    }
    expect(claimed / 1000).toBeLessThan(0.06)
    expect(claimed / 1000).toBeGreaterThan(0.015)
  })
})
