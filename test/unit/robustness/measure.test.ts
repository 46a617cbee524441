import { describe, expect, it } from 'vitest'
import { readAnswers } from '../../../shared/robustness/answers.ts'
import type { AnswerShape } from '../../../shared/robustness/answers.ts'
import { headlineFor, measurePoint } from '../../../shared/robustness/measure-point.ts'
import { measureMonotonicity, monotonicityGrid } from '../../../shared/robustness/monotonicity.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const binary: AnswerShape = { task: 'binary', positive: 1, threshold: 0.5 }

function probabilities(score: Float64Array): Float64Array[] {
  return [score.map((p) => 1 - p), score]
}

function draw(seed: number, n: number, noise: number) {
  const random = createRandom(seed)
  const classes = new Int32Array(n)
  const before = new Float64Array(n)
  const after = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const logit = 1.4 * random.normal()
    classes[row] = random.uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0
    before[row] = 1 / (1 + Math.exp(-logit))
    after[row] = 1 / (1 + Math.exp(-(logit + noise * random.normal())))
  }
  return { classes, before, after }
}

/** The share of pairs of a positive and a negative row that are ranked right. */
function slowAuc(classes: Int32Array, score: Float64Array): number {
  let right = 0
  let pairs = 0
  for (let i = 0; i < classes.length; i++) {
    for (let j = 0; j < classes.length; j++) {
      if (classes[i] !== 1 || classes[j] !== 0) continue
      pairs++
      right += score[i]! > score[j]! ? 1 : score[i] === score[j] ? 0.5 : 0
    }
  }
  return right / pairs
}

describe('a binary point', () => {
  const { classes, before, after } = draw(3, 400, 1)
  const base = readAnswers(binary, 400, probabilities(before), null)
  const changed = readAnswers(binary, 400, probabilities(after), null)
  const point = measurePoint(binary, 'roc_auc', { classes, values: null }, base, changed, true)

  it('has the metric, its change and the flips of a slow version', () => {
    expect(point.metric.value).toBeCloseTo(slowAuc(classes, after), 12)
    expect(point.change.value).toBeCloseTo(slowAuc(classes, after) - slowAuc(classes, before), 12)
    const flips = before.filter((score, row) => score >= 0.5 !== after[row]! >= 0.5).length
    expect(point.flips.value).toBeCloseTo(flips / 400, 12)
    const shift = before.reduce((sum, score, row) => sum + Math.abs(score - after[row]!), 0) / 400
    expect(point.shift.value).toBeCloseTo(shift, 12)
    for (const metric of [point.metric, point.change, point.flips, point.shift, point.confidence]) {
      expect(metric.low!).toBeLessThanOrEqual(metric.value!)
      expect(metric.high!).toBeGreaterThanOrEqual(metric.value!)
    }
  })

  it('rows without a finite score are left out of both sides and counted', () => {
    const holed = after.map((score, row) => (row < 10 ? NaN : score))
    const { notFinite, flips, change } = measurePoint(
      binary,
      'roc_auc',
      { classes, values: null },
      base,
      readAnswers(binary, 400, probabilities(holed), null),
      true,
    )
    expect(notFinite).toBe(10)
    expect(flips.n).toBe(390)
    expect(change.n).toBe(390)
  })

  it('nothing changed is a change of nothing, without an interval', () => {
    const same = measurePoint(binary, 'roc_auc', { classes, values: null }, base, base, true)
    expect(same.change).toMatchObject({ value: 0, low: null, reason: 'the two never differ' })
    expect(same.flips.value).toBe(0)
  })

  it('rows whose truth is unknown have flips and confidence, and no metric', () => {
    const unknown = measurePoint(binary, 'roc_auc', { classes, values: null }, base, changed, false)
    expect(unknown.metric.value).toBeNull()
    expect(unknown.metric.reason).toMatch(/truth/)
    expect(unknown.confidence.value).not.toBeNull()
  })
})

it('the interval of a change holds the true change in 92 to 98 % of simulations', () => {
  const large = draw(1, 200_000, 0.8)
  const auc = (seed: number, n: number) => {
    const { classes, before, after } = seed === 0 ? large : draw(seed, n, 0.8)
    const rows = classes.length
    const base = readAnswers(binary, rows, probabilities(before), null)
    const changed = readAnswers(binary, rows, probabilities(after), null)
    return measurePoint(binary, 'roc_auc', { classes, values: null }, base, changed, true).change
  }
  const truth = auc(0, 0).value!
  let held = 0
  const simulations = 400
  for (let seed = 1; seed <= simulations; seed++) {
    const change = auc(seed + 10, 400)
    if (change.low! <= truth && truth <= change.high!) held++
  }
  expect(held / simulations).toBeGreaterThanOrEqual(0.92)
  expect(held / simulations).toBeLessThanOrEqual(0.98)
})

it('accuracy: changed decisions are counted as pairs', () => {
  const shape: AnswerShape = { task: 'multiclass', positive: 0, threshold: 0.5 }
  const base = readAnswers(shape, 6, null, Int32Array.of(0, 1, 2, 0, 1, 2))
  const changed = readAnswers(shape, 6, null, Int32Array.of(0, 2, 2, 1, 1, 0))
  const truth = { classes: Int32Array.of(0, 1, 2, 1, 1, 2), values: null }
  const point = measurePoint(shape, headlineFor('multiclass', false, 'accuracy'), truth, base, changed, true)
  expect(point.metric.value).toBeCloseTo(4 / 6, 12)
  expect(point.change.value).toBeCloseTo(-1 / 6, 12)
  expect(point.flips.value).toBeCloseTo(3 / 6, 12)
  expect(point.confidence.value).toBeNull()
})

it('regression: RMSE and its change against plain sums', () => {
  const shape: AnswerShape = { task: 'regression', positive: 0, threshold: 0.5 }
  const random = createRandom(2)
  const values = Float64Array.from({ length: 300 }, () => 10 * random.normal())
  const before = values.map((value) => value + random.normal())
  const after = before.map((value) => value + random.normal())
  const rmse = (prediction: Float64Array): number =>
    Math.sqrt(prediction.reduce((sum, value, row) => sum + (value - values[row]!) ** 2, 0) / 300)
  const point = measurePoint(
    shape,
    'rmse',
    { classes: null, values },
    readAnswers(shape, 300, [before], null),
    readAnswers(shape, 300, [after], null),
    true,
  )
  expect(point.metric.value).toBeCloseTo(rmse(after), 10)
  expect(point.change.value).toBeCloseTo(rmse(after) - rmse(before), 10)
  expect(point.change.low!).toBeGreaterThan(0)
  expect(point.flips.value).toBeNull()
})

describe('monotonicity', () => {
  const grid = [1, 2, 3, 4]
  const scores = Float64Array.from([
    ...[0.1, 0.2, 0.2, 0.4], // rises
    ...[0.4, 0.3, 0.2, 0.1], // falls
    ...[0.5, 0.5, 0.5, 0.5], // stays
    ...[0.1, 0.6, 0.3, 0.7], // does neither
  ])
  it('each row is one of four, and violations are against the direction', () => {
    const free = measureMonotonicity('x', grid, scores, null)
    expect([free.rising.value, free.falling.value, free.flat.value, free.mixed.value]).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(free.meanScore[3]).toBeCloseTo((0.4 + 0.1 + 0.5 + 0.7) / 4, 12)
    // The mean rises, so the falling and the mixed row go against it.
    expect(free.violations.value).toBe(0.5)
    expect(free.largestViolation).toBeCloseTo(0.3, 12)
    expect(measureMonotonicity('x', grid, scores, 'falling').violations.value).toBe(0.5)
  })
  it('rounding is no movement, and a row without a score is left out', () => {
    const nearly = Float64Array.from([0, 1, 1 - 1e-8, 1, NaN, 0, 0, 0])
    const result = measureMonotonicity('x', grid, nearly, 'rising')
    expect(result.rows).toBe(1)
    expect(result.rising.value).toBe(1)
    expect(result.violations.value).toBe(0)
    expect(result.largestViolation).toBe(0)
  })
  it('a grid has distinct places between 5 % and 95 % of the rows', () => {
    const values = Float64Array.from({ length: 101 }, (_, k) => 100 - k)
    expect(monotonicityGrid(values, false)).toEqual([5, 15, 25, 35, 50, 65, 75, 85, 95])
    expect(monotonicityGrid(Float64Array.of(0, 0, 1, 1), true)).toEqual([0, 1])
    expect(monotonicityGrid(Float64Array.of(3, 3, NaN), false)).toEqual([])
  })
})
