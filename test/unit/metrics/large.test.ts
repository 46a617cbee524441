import { describe, expect, it } from 'vitest'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { expectSound } from './sound.ts'

const n = 200_000

describe('200,000 rows', () => {
  it('of a calibrated binary model have the theoretical area and a curve of at most 300 points', () => {
    const random = createRandom(1)
    const score = Float32Array.from({ length: n }, () => random.uniform())
    const y = Uint8Array.from(score, (p) => (random.uniform() < p ? 1 : 0))
    const { metrics, detail } = evaluateBinary({ y, score, threshold: 0.5, positive: 'a', negative: 'b', seed: 1 })
    expectSound(metrics)
    // P(positive scores higher) for densities 2p and 2(1 − p) is 5/6.
    expect(Math.abs(metrics['roc_auc']!.value! - 5 / 6)).toBeLessThan(0.004)
    for (const curve of [detail.roc!.fpr, detail.pr!.recall]) {
      expect(curve.length).toBeLessThanOrEqual(300)
      expect(curve.length).toBeGreaterThan(150)
      expect([curve[0], curve.at(-1)]).toEqual([0, 1])
    }
    let area = 0
    const { fpr, tpr } = detail.roc!
    for (let i = 1; i < fpr.length; i++) area += ((fpr[i]! - fpr[i - 1]!) * (tpr[i]! + tpr[i - 1]!)) / 2
    expect(Math.abs(area - metrics['roc_auc']!.value!)).toBeLessThan(1e-4)
  })

  it('of eight classes and of a regression are evaluated', () => {
    const random = createRandom(2)
    const classes = 8
    const y = Int32Array.from({ length: n }, () => Math.floor(random.uniform() * classes))
    const scores = new Float32Array(n * classes)
    for (let row = 0; row < n; row++) {
      let sum = 0
      for (let k = 0; k < classes; k++) sum += scores[row * classes + k] = random.uniform() + (k === y[row] ? 0.4 : 0)
      for (let k = 0; k < classes; k++) scores[row * classes + k]! /= sum
    }
    expectSound(evaluateMulticlass({ y, scores, labels: [...'abcdefgh'], seed: 1 }).metrics)
    const target = Float64Array.from({ length: n }, () => 100 + 10 * random.normal())
    const prediction = target.map((t) => t + random.normal())
    const { metrics, detail } = evaluateRegression({ y: target, prediction, seed: 1 })
    expectSound(metrics)
    expect(detail.byPrediction.reduce((sum, bin) => sum + bin.n, 0)).toBe(n)
    expect(detail.residuals.series[0]!.counts.reduce((sum, count) => sum + count, 0)).toBe(n)
    expect(metrics['rmse']!.value).toBeCloseTo(1, 1)
  })
})
