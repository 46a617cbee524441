import { describe, expect, it } from 'vitest'
import { analyseCalibration } from '../../../shared/calibration/analyse-calibration.ts'
import type { CalibrationInput } from '../../../shared/calibration/analyse-calibration.ts'
import { applyCalibrator, applyMap } from '../../../shared/calibration/apply-calibrator.ts'
import { calibrationByGroup } from '../../../shared/calibration/calibration-by-group.ts'
import { fitCalibrator } from '../../../shared/calibration/fit-calibrator.ts'
import { fitLogit } from '../../../shared/calibration/fit-logit.ts'
import { poolAdjacent, stepsOf } from '../../../shared/calibration/isotonic.ts'
import { logit, sigmoid } from '../../../shared/calibration/logit.ts'
import { measureCalibration } from '../../../shared/calibration/measure-calibration.ts'
import { equalCountSums } from '../../../shared/calibration/reliability.ts'
import { calibrationSectionSchema } from '../../../shared/contract/calibration.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { expectSound } from '../metrics/sound.ts'
import { casesPresent, numbers, readColumns, readExpected } from '../metrics/read-case.ts'

/** Probabilities that are too extreme by `slope` and shifted by `intercept` in log odds. */
function distorted(seed: number, n: number, slope: number, intercept: number) {
  const random = createRandom(seed)
  const happened = new Uint8Array(n)
  const probability = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const x = 1.5 * random.normal() - 0.7
    happened[row] = random.uniform() < sigmoid(x) ? 1 : 0
    probability[row] = sigmoid((x - intercept) / slope)
  }
  return { happened, probability }
}

function binaryInput(seed: number, n: number, slope: number, intercept: number): CalibrationInput {
  const { happened, probability } = distorted(seed, n, slope, intercept)
  return {
    scores: Float64Array.from({ length: 2 * n }, (_, at) =>
      at % 2 === 1 ? probability[at >> 1]! : 1 - probability[at >> 1]!,
    ),
    classes: Int32Array.from(happened),
    labels: ['no', 'yes'],
    positive: 1,
    columns: [],
    methods: ['platt', 'temperature', 'beta', 'isotonic'],
    fitShare: 0.5,
    seed: 5,
  }
}

describe('isotonic regression', () => {
  /** Max over starts of min over ends of the mean between: the definition, n³. */
  function slowIsotonic(happened: readonly number[]): number[] {
    const mean = (a: number, b: number) => happened.slice(a, b + 1).reduce((x, y) => x + y, 0) / (b - a + 1)
    return happened.map((_, i) => {
      let best = -Infinity
      for (let a = 0; a <= i; a++) {
        let least = Infinity
        for (let b = i; b < happened.length; b++) least = Math.min(least, mean(a, b))
        best = Math.max(best, least)
      }
      return best
    })
  }

  it.each([1, 2, 3, 4, 5])('equals the max-min formula, seed %d', (seed) => {
    const random = createRandom(seed)
    const n = 80
    const order = Array.from({ length: n }, (_, row) => row / n)
    const happened = order.map((p) => (random.uniform() < 0.2 + 0.6 * p ? 1 : 0))
    // Given in another order, so that sorting takes part.
    const shuffled = order.map((_, row) => (row * 37) % n)
    const blocks = poolAdjacent(
      Uint8Array.from(shuffled, (row) => happened[row]!),
      Float64Array.from(shuffled, (row) => order[row]!),
    )
    const expected = slowIsotonic(happened)
    order.forEach((p, row) => {
      const block = blocks.find(({ low, high }) => low <= p && p <= high)!
      expect(block.events / block.rows).toBeCloseTo(expected[row]!, 12)
    })
    const shares = blocks.map(({ events, rows }) => events / rows)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(new Set(shares).size).toBe(shares.length)
  })

  it('pools equal probabilities first', () => {
    const blocks = poolAdjacent(Uint8Array.of(1, 0, 0, 1), Float64Array.of(0.5, 0.5, 0.2, 0.9))
    expect(blocks).toEqual([
      { low: 0.2, high: 0.2, rows: 1, events: 0 },
      { low: 0.5, high: 0.5, rows: 2, events: 1 },
      { low: 0.9, high: 0.9, rows: 1, events: 1 },
    ])
  })

  it('gives each row its block’s share, and no row a probability of 0 or 1', () => {
    const { happened, probability } = distorted(3, 3000, 0.6, 0.4)
    const scores = Float32Array.from(probability)
    const blocks = poolAdjacent(happened, scores)
    const map = stepsOf(blocks)
    for (const [row, p] of scores.entries()) {
      const block = blocks.find(({ low, high }) => low <= p && p <= high)!
      const share = block.events / block.rows
      expect(applyMap(map, p), `row ${row}`).toBe(Math.min(Math.max(share, 1 / 3002), 1 - 1 / 3002))
    }
    expect(map.from.every((from) => from === Math.fround(from))).toBe(true)
  })
})

describe('fits', () => {
  it('scores that tell the classes apart, or all but one score, determine no line', () => {
    const measured = (happened: number[], probability: number[]) =>
      measureCalibration({
        event: 'e',
        happened: Uint8Array.from(happened),
        probability: Float64Array.from(probability),
        seed: 1,
      }).metrics['calibration_slope']!
    const probability = [0.05, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9]
    expect(measured([0, 0, 0, 0, 0, 1, 1, 1], probability)).toMatchObject({
      value: null,
      reason: expect.stringContaining('perfectly'),
    })
    // The two rows at 0.6 are of both classes, all others are told apart.
    expect(measured([0, 0, 0, 0, 0, 1, 1, 1], probability.with(5, 0.6)).value).toBeNull()
    const overlapping = measured([0, 0, 0, 1, 0, 1, 1, 1], probability)
    expect(overlapping.value).toBeGreaterThan(0)
    expect(overlapping.high).toBeLessThan(10)
  })

  it('a logistic fit is where the likelihood is flat, and its errors are the inverse information', () => {
    const { happened, probability } = distorted(7, 4000, 0.7, 0.3)
    const x = probability.map(logit)
    const target = Float64Array.from(happened)
    const fit = fitLogit([x, new Float64Array(4000).fill(1)], target)!
    const [slope, intercept] = fit.coefficients as unknown as [number, number]
    let [g0, g1, a, b, d] = [0, 0, 0, 0, 0]
    for (let row = 0; row < 4000; row++) {
      const p = sigmoid(slope * x[row]! + intercept)
      g0 += (target[row]! - p) * x[row]!
      g1 += target[row]! - p
      const w = p * (1 - p)
      a += w * x[row]! * x[row]!
      b += w * x[row]!
      d += w
    }
    expect(Math.abs(g0)).toBeLessThan(1e-4)
    expect(Math.abs(g1)).toBeLessThan(1e-4)
    expect(fit.standardErrors[0]).toBeCloseTo(Math.sqrt(d / (a * d - b * b)), 8)
    expect(fit.standardErrors[1]).toBeCloseTo(Math.sqrt(a / (a * d - b * b)), 8)
  })

  it('recover the distortion: Platt, temperature, and beta where it is Platt’s', () => {
    const n = 200_000
    const input = (slope: number, intercept: number) => {
      const made = binaryInput(9, n, slope, intercept)
      return { scores: made.scores, classes: made.classes, width: 2, positive: 1 }
    }
    const platt = fitCalibrator({ method: 'platt', ...input(0.5, 0.8) }).calibrator
    if (platt?.kind !== 'binary' || platt.map.kind !== 'logistic') throw new Error('not a logistic map')
    expect(platt.map.slope).toBeCloseTo(0.5, 1)
    expect(Math.abs(platt.map.intercept - 0.8)).toBeLessThan(0.03)
    const temperature = fitCalibrator({ method: 'temperature', ...input(0.5, 0) }).calibrator
    if (temperature?.kind !== 'binary' || temperature.map.kind !== 'logistic') throw new Error('not a temperature')
    expect(Math.abs(1 / temperature.map.slope - 2)).toBeLessThan(0.03)
    const beta = fitCalibrator({ method: 'beta', ...input(0.5, 0.8) }).calibrator
    if (beta?.kind !== 'binary' || beta.map.kind !== 'beta') throw new Error('not a beta map')
    expect(Math.abs(beta.map.a - 0.5)).toBeLessThan(0.05)
    expect(Math.abs(beta.map.b - 0.5)).toBeLessThan(0.05)
    expect(Math.abs(beta.map.c - 0.8)).toBeLessThan(0.05)
  })

  it('softmax temperature is the least of the log loss on a grid', () => {
    const random = createRandom(2)
    const n = 2000
    const width = 4
    const classes = new Int32Array(n)
    const scores = new Float64Array(n * width)
    for (let row = 0; row < n; row++) {
      classes[row] = Math.floor(random.uniform() * width)
      const raw = Array.from({ length: width }, (_, k) =>
        Math.exp(2.5 * (random.normal() + (k === classes[row] ? 1 : 0))),
      )
      const sum = raw.reduce((x, y) => x + y, 0)
      raw.forEach((value, k) => (scores[row * width + k] = value / sum))
    }
    const fitted = fitCalibrator({ method: 'temperature', scores, classes, width, positive: -1 }).calibrator
    if (fitted?.kind !== 'softmax') throw new Error('not a softmax')
    const loss = (temperature: number) => {
      const q = applyCalibrator({ kind: 'softmax', temperature }, scores, width)
      return classes.reduce((sum, k, row) => sum - Math.log(q[row * width + k]!), 0)
    }
    expect(fitted.temperature).toBeGreaterThan(1.5)
    const best = loss(fitted.temperature)
    for (const factor of [0.99, 0.999, 1.001, 1.01]) expect(loss(factor * fitted.temperature)).toBeGreaterThan(best)
  })

  it('a score that points the wrong way is refused by temperature and beta, with the reason', () => {
    const { scores, classes } = binaryInput(4, 2000, -1, 0)
    for (const method of ['temperature', 'beta'] as const) {
      const fitted = fitCalibrator({ method, scores, classes, width: 2, positive: 1 })
      expect(fitted.reason).toMatch(/higher scores go with fewer events/)
    }
  })

  it('one class against the rest gives rows that add to 1', () => {
    const scores = Float64Array.of(0.2, 0.3, 0.5, 0.6, 0.3, 0.1)
    const map = { kind: 'logistic', slope: 0.5, intercept: -0.2 } as const
    const out = applyCalibrator({ kind: 'classes', maps: [map, map, map] }, scores, 3)
    expect(out[0]! + out[1]! + out[2]!).toBeCloseTo(1, 14)
    expect(out[3]).toBeGreaterThan(out[4]!)
  })
})

describe('measures', () => {
  it('reliability − resolution + uncertainty + what lies within bins is the Brier score', () => {
    const { happened, probability } = distorted(1, 5000, 0.6, 0.2)
    const { metrics } = measureCalibration({ event: 'yes', happened, probability, seed: 1 })
    const part = (key: string) => metrics[`brier_${key}`]!.value!
    expect(part('reliability') - part('resolution') + part('uncertainty') + part('within_bins')).toBeCloseTo(
      metrics['brier_score']!.value!,
      14,
    )
    expectSound(metrics)
  })

  it('bins of equal count hold as many rows each, and ties stay together', () => {
    const random = createRandom(6)
    const probability = Float64Array.from({ length: 1000 }, () => random.uniform())
    const even = equalCountSums(new Uint8Array(1000), probability)
    expect([...even.rows]).toEqual(new Array(10).fill(100))
    const tied = equalCountSums(
      new Uint8Array(1000),
      probability.map((p) => (p < 0.5 ? 0.25 : p)),
    )
    const whole = tied.rows.findIndex((rows) => rows > 400)
    expect(tied.rows.reduce((a, b) => a + b)).toBe(1000)
    expect(tied.low[whole]).toBe(0.25)
    expect(tied.high[whole]).toBe(0.25)
  })

  it('the slope’s interval holds the true slope in 95 % of draws, and the Brier parts theirs', () => {
    const draws = 300
    const keys = ['calibration_slope', 'calibration_intercept', 'calibration_in_the_large', 'ace', 'brier_reliability']
    keys.push('brier_resolution', 'brier_uncertainty')
    const measure = (seed: number, n: number) =>
      measureCalibration({ event: 'yes', ...distorted(seed, n, 0.6, 0.3), seed: 3 }).metrics
    const truth = measure(999, 400_000)
    const held = new Map(keys.map((key) => [key, 0]))
    for (let draw = 0; draw < draws; draw++) {
      const found = measure(draw + 1, 2000)
      for (const key of keys) {
        const { low, high } = found[key]!
        if (low !== null && high !== null && low <= truth[key]!.value! && truth[key]!.value! <= high)
          held.set(key, held.get(key)! + 1)
      }
    }
    for (const [key, count] of held) {
      expect(count / draws, key).toBeGreaterThanOrEqual(0.91)
      expect(count / draws, key).toBeLessThanOrEqual(0.985)
    }
  }, 120_000)

  it.skipIf(!casesPresent)('ECE, MCE and Brier score are those of expected.json, to 1e-9', () => {
    const columns = readColumns('telco_churn')
    const happened = Uint8Array.from(columns['Churn']!, (value) => (value === 'Yes' || value === '1' ? 1 : 0))
    for (const [model, column] of [
      ['model', 'gb_p_yes'],
      ['model_rf', 'rf_p_yes'],
    ] as const) {
      const { metrics } = measureCalibration({
        event: 'yes',
        happened,
        probability: numbers(columns[column]!),
        seed: 1,
      })
      const expected = readExpected<{ metrics: Record<string, Record<'ece10' | 'mce10' | 'brier', number>> }>(
        'telco_churn',
      ).metrics[model]!
      expect(Math.abs(metrics['ece']!.value! / expected.ece10 - 1)).toBeLessThan(1e-9)
      expect(Math.abs(metrics['mce']!.value! / expected.mce10 - 1)).toBeLessThan(1e-9)
      expect(Math.abs(metrics['brier_score']!.value! / expected.brier - 1)).toBeLessThan(1e-9)
    }
  })
})

describe('calibration by slice', () => {
  const columns = (n: number, random = createRandom(3)) => [
    {
      name: 'region',
      groups: Array.from({ length: 12 }, (_, k) => `r${k}`),
      groupOf: Int16Array.from({ length: n }, () => Math.floor(12 * random.uniform())),
    },
    { name: 'slice', groups: ['mine'], groupOf: Int16Array.from({ length: n }, (_, row) => (row < 20 ? 0 : -1)) },
  ]

  it('counts what each slice holds, and leaves out those under 30 rows', () => {
    const { happened, probability } = distorted(1, 3000, 1, 0)
    const given = columns(3000)
    const { tested, found } = calibrationByGroup({ event: 'yes', happened, probability, seed: 1 }, given)
    expect(tested).toBe(12)
    for (const { value, n, predicted, observed, gap } of found) {
      const rows = [...given[0]!.groupOf.keys()].filter((row) => `r${given[0]!.groupOf[row]}` === value)
      expect(n).toBe(rows.length)
      expect(predicted).toBeCloseTo(rows.reduce((sum, row) => sum + probability[row]!, 0) / n, 12)
      expect(observed.value).toBeCloseTo(rows.reduce((sum, row) => sum + happened[row]!, 0) / n, 12)
      expect(gap.value).toBeCloseTo(observed.value! - predicted, 12)
    }
  })

  it('names the slice that is off, and raises alarms in at most 5 % of models that are right everywhere', () => {
    let alarms = 0
    let named = 0
    for (let draw = 0; draw < 100; draw++) {
      const { happened, probability } = distorted(1000 + draw, 3000, 1, 0)
      const given = columns(3000, createRandom(draw))
      const request = { event: 'yes', happened, probability, seed: 1 }
      if (calibrationByGroup(request, given).found.some(({ pAdjusted }) => pAdjusted < 0.05)) alarms++
      const off = happened.map((one, row) => (given[0]!.groupOf[row] === 4 ? 1 - one : one))
      const [first] = calibrationByGroup({ ...request, happened: off }, given).found
      if (first!.value === 'r4' && first!.verdict === 'predicted too seldom') named++
    }
    expect(alarms / 100).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 100))
    expect(named).toBe(100)
  })
})

describe('recalibration judged on rows that it was not fitted on', () => {
  it('a distorted model gets better by every method; each row is used once', () => {
    const input = binaryInput(12, 20_000, 0.5, 0.6)
    const result = analyseCalibration(input)
    expect(result.split).toMatchObject({ stratified: true })
    expect(result.split!.fitRows + result.split!.judgedRows).toBe(20_000)
    expect(result.candidates.map(({ method }) => method)).toEqual(input.methods)
    for (const { method, verdict, judged } of result.candidates) {
      // A temperature cannot mend the shift, but most of the slope.
      expect(verdict, method).toBe('better')
      expectSound(judged.before)
      expectSound(judged.after)
      expect(judged.difference['log_loss']!.value).toBeCloseTo(
        judged.after['log_loss']!.value! - judged.before['log_loss']!.value!,
        12,
      )
      expect(judged.after['log_loss']!.n).toBe(result.split!.judgedRows)
    }
    calibrationSectionSchema.parse({
      schema: 'assay.calibration/1',
      createdAt: '2026-01-01T00:00:00.000Z',
      runId: 'run_0123456789abcdef',
      scoresSha256: 'a'.repeat(64),
      confidence: 0.95,
      ...result,
    })
  })

  it('a model that is right already is seldom called better: at most 2.5 % and chance', () => {
    let better = 0
    for (let draw = 0; draw < 200; draw++) {
      const input = { ...binaryInput(500 + draw, 1000, 1, 0), methods: ['platt'] as const }
      if (analyseCalibration(input).candidates[0]!.verdict === 'better') better++
    }
    expect(better).toBeLessThanOrEqual(10)
  }, 60_000)

  it('the same seed gives the same split, another another', () => {
    const input = binaryInput(12, 1000, 0.5, 0.6)
    const first = analyseCalibration(input)
    expect(analyseCalibration(input)).toEqual(first)
    expect(analyseCalibration({ ...input, seed: 6 }).candidates[0]!.words).not.toBe(first.candidates[0]!.words)
  })

  it('one class in the rows to fit on is said, not fitted', () => {
    const input = { ...binaryInput(12, 400, 1, 0), classes: new Int32Array(400) }
    const { candidates, findings } = analyseCalibration(input)
    expect(candidates).toEqual([])
    expect(findings).toHaveLength(4)
    expect(findings[0]).toMatchObject({ code: 'calibration/not-fitted', severity: 'warning' })
  })

  it('agrees with the evaluation on what it measures twice', () => {
    const { happened, probability } = distorted(1, 5000, 0.6, 0.2)
    const evaluation = evaluateBinary({
      y: happened,
      score: probability,
      threshold: 0.5,
      positive: 'yes',
      negative: 'no',
      seed: 8,
    }).metrics
    const { metrics } = measureCalibration({ event: 'yes', happened, probability, seed: 8 })
    for (const key of ['ece', 'mce', 'brier_score']) {
      // Summed in another order.
      for (const part of ['value', 'low', 'high'] as const) {
        expect(metrics[key]![part], key).toBeCloseTo(evaluation[key]![part]!, 12)
      }
    }
  })
})
