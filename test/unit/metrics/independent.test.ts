import { describe, expect, it } from 'vitest'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { averageRanks } from '../../../shared/statistics/average-ranks.ts'
import { delong } from '../../../shared/statistics/delong.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { rankGroups } from '../../../shared/metrics/ranked-groups.ts'
import { expectSound } from './sound.ts'
import {
  slowAuc,
  slowAveragePrecision,
  slowCuts,
  slowDelongVariance,
  slowHandTill,
  slowPearson,
  slowRanks,
} from './slow-versions.ts'

const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1)

/** Scores on a grid of a few steps, so that many are equal. */
function tiedBinary(seed: number): { y: Uint8Array; score: Float64Array } {
  const random = createRandom(seed)
  const n = 30 + seed * 5
  const steps = 3 + seed
  const score = Float64Array.from({ length: n }, () => Math.floor(random.uniform() * steps) / steps)
  const y = Uint8Array.from(score, (value) => (random.uniform() < 0.2 + 0.6 * value ? 1 : 0))
  return { y, score }
}

describe('the fast versions equal the slow ones on small data with ties', () => {
  it.each(seeds)('binary, seed %i', (seed) => {
    const { y, score } = tiedBinary(seed)
    const { metrics, detail } = evaluateBinary({ y, score, threshold: 0.5, positive: 'a', negative: 'b', seed })
    expectSound(metrics)
    const value = (key: string): number => metrics[key]!.value!
    const cuts = slowCuts(y, score)
    const f1 = cuts.map(({ tp, fp, fn }) => (2 * tp) / (2 * tp + fp + fn))
    const gap = cuts.map(({ tp, fp, fn, tn }) => tp / (tp + fn) - fp / (fp + tn))
    expect(value('roc_auc')).toBeCloseTo(slowAuc(y, score), 12)
    expect(delong(rankGroups(y, score)).variance).toBeCloseTo(slowDelongVariance(y, score), 12)
    expect(value('average_precision')).toBeCloseTo(slowAveragePrecision(y, score), 12)
    expect(value('best_f1')).toBeCloseTo(Math.max(...f1), 12)
    expect(value('best_f1_threshold')).toBe(cuts[f1.indexOf(Math.max(...f1))]!.threshold)
    expect(value('ks_statistic')).toBeCloseTo(Math.max(...gap), 12)
    let trapezoid = 0
    let [recall, precision] = [0, 1]
    for (const { tp, fp, fn } of cuts) {
      trapezoid += ((tp / (tp + fn) - recall) * (precision + tp / (tp + fp))) / 2
      ;[recall, precision] = [tp / (tp + fn), tp / (tp + fp)]
    }
    expect(value('pr_auc_trapezoid')).toBeCloseTo(trapezoid, 12)
    const { roc } = detail
    expect([roc!.fpr[0], roc!.tpr[0], roc!.fpr.at(-1), roc!.tpr.at(-1)]).toEqual([0, 0, 1, 1])
    for (let point = 1; point < roc!.fpr.length; point++) {
      const cut = cuts.find((each) => each.threshold === roc!.threshold[point])!
      expect(roc!.tpr[point]).toBeCloseTo(cut.tp / (cut.tp + cut.fn), 12)
      expect(roc!.fpr[point]).toBeCloseTo(cut.fp / (cut.fp + cut.tn), 12)
    }
    detail.thresholds!.threshold.forEach((threshold, at) => {
      let [tp, called, right] = [0, 0, 0]
      y.forEach((truth, row) => {
        const positive = score[row]! >= threshold
        if (positive) called++
        if (positive && truth === 1) tp++
        if (positive === (truth === 1)) right++
      })
      expect(detail.thresholds!.precision[at]).toBe(called === 0 ? null : tp / called)
      expect(detail.thresholds!.accuracy[at]).toBe(right / y.length)
      expect(detail.thresholds!.selectionRate[at]).toBe(called / y.length)
    })
  })

  it.each(seeds)('multiclass, seed %i', (seed) => {
    const random = createRandom(seed)
    const classes = 3 + (seed % 3)
    const n = 60
    const y = Int32Array.from({ length: n }, (_, row) =>
      row < classes ? row : Math.floor(random.uniform() ** 2 * classes),
    )
    const scores = new Float64Array(n * classes)
    for (let row = 0; row < n; row++) {
      const raw = Array.from({ length: classes }, (_, k) => Math.ceil(random.uniform() * 4) + (k === y[row] ? 1 : 0))
      const sum = raw.reduce((total, value) => total + value, 0)
      raw.forEach((value, k) => (scores[row * classes + k] = value / sum))
    }
    const labels = Array.from({ length: classes }, (_, k) => `c${k}`)
    const { metrics, detail } = evaluateMulticlass({ y, scores, labels, seed })
    expectSound(metrics)
    const indicators = labels.map((_, k) => Array.from(y, (truth) => (truth === k ? 1 : 0)))
    const columns = labels.map((_, k) => Array.from(y, (_truth, row) => scores[row * classes + k]!))
    const areas = labels.map((_, k) => slowAuc(indicators[k]!, columns[k]!))
    const support = indicators.map((indicator) => indicator.filter((each) => each === 1).length)
    const [ovo, ovoWeighted] = slowHandTill(y, scores, classes)
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(metrics['roc_auc_ovr']!.value).toBeCloseTo(mean(areas), 12)
    expect(metrics['roc_auc_ovr_weighted']!.value).toBeCloseTo(
      areas.reduce((sum, area, k) => sum + (area * support[k]!) / n, 0),
      12,
    )
    expect(metrics['roc_auc_ovo']!.value).toBeCloseTo(ovo, 12)
    expect(metrics['roc_auc_ovo_weighted']!.value).toBeCloseTo(ovoWeighted, 12)
    expect(metrics['average_precision_macro']!.value).toBeCloseTo(
      mean(labels.map((_, k) => slowAveragePrecision(indicators[k]!, columns[k]!))),
      12,
    )
    const counts = detail.confusion.counts
    const right = counts.reduce((sum, row, k) => sum + row[k]!, 0) / n
    const chance = counts.reduce((sum, _, k) => {
      const called = counts.reduce((total, row) => total + row[k]!, 0)
      return sum + (called / n) * (support[k]! / n)
    }, 0)
    expect(metrics['cohen_kappa']!.value).toBeCloseTo((right - chance) / (1 - chance), 12)
    expect(metrics['accuracy']!.value).toBeCloseTo(right, 12)
  })

  it('quadratic kappa follows the numeric order of the labels, not their position', () => {
    const random = createRandom(3)
    const y = Int32Array.from({ length: 200 }, () => Math.floor(random.uniform() * 4))
    const predicted = Int32Array.from(y, (truth) => (random.uniform() < 0.5 ? truth : Math.floor(random.uniform() * 4)))
    const numericLabels = [30, 10, 40, 20]
    const position = [2, 0, 3, 1]
    const { metrics } = evaluateMulticlass({
      y,
      scores: null,
      predicted,
      labels: numericLabels.map(String),
      numericLabels,
      seed: 1,
    })
    let [observed, expected] = [0, 0]
    for (let i = 0; i < y.length; i++) {
      observed += (position[y[i]!]! - position[predicted[i]!]!) ** 2
      for (let j = 0; j < y.length; j++) expected += (position[y[i]!]! - position[predicted[j]!]!) ** 2 / y.length
    }
    expect(metrics['cohen_kappa_quadratic']!.value).toBeCloseTo(1 - observed / expected, 12)
  })

  it.each(seeds)('regression, seed %i', (seed) => {
    const random = createRandom(seed)
    const y = Float64Array.from({ length: 50 }, () => Math.round(random.normal() * 4) + 20)
    const prediction = y.map((value) => value + Math.round(random.normal() * 2))
    const { metrics } = evaluateRegression({ y, prediction, seed })
    expectSound(metrics)
    expect([...averageRanks(y)]).toEqual(slowRanks(y))
    expect(metrics['spearman_rho']!.value).toBeCloseTo(slowPearson(slowRanks(y), slowRanks(prediction)), 10)
    expect(metrics['pearson_r']!.value).toBeCloseTo(slowPearson(y, prediction), 10)
    expect(metrics['pinball_0_5']!.value).toBeCloseTo(metrics['mae']!.value! / 2, 12)
  })
})
