import { describe, expect, it } from 'vitest'
import type { Metrics } from '../../../shared/contract/evidence.ts'
import { calibrate } from '../../../shared/metrics/calibration.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { groupScores } from '../../../shared/metrics/ranked-groups.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'

/** Few, for a quick look: test/bench/coverage.ts has every interval and 2,000 simulations. */
const few = 120
const large = 200_000

function drawScores(random: Random, n: number): { y: Uint8Array; score: Float64Array } {
  const y = new Uint8Array(n)
  const score = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const logit = 1.5 * random.normal() - 0.7
    // Overconfident, so that the calibration error is not 0.
    score[row] = 1 / (1 + Math.exp(-1.6 * logit))
    y[row] = random.uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0
  }
  return { y, score }
}

function drawBinary(random: Random, n: number): Metrics {
  const { y, score } = drawScores(random, n)
  return evaluateBinary({ y, score, threshold: 0.5, positive: 'a', negative: 'b', seed: 7 }).metrics
}

function drawCalibration(random: Random, n: number): Metrics {
  const { y, score } = drawScores(random, n)
  const { ece, mce } = calibrate(groupScores(y, score), 7)
  return { ece, mce }
}

function drawMulticlass(random: Random, n: number): Metrics {
  const y = new Int32Array(n)
  const scores = new Float64Array(n * 3)
  for (let row = 0; row < n; row++) {
    const truth = Math.floor(random.uniform() ** 1.5 * 3)
    const raw = [0, 1, 2].map((k) => Math.exp(random.normal() + (k === truth ? 1 : 0)))
    const sum = raw[0]! + raw[1]! + raw[2]!
    y[row] = truth
    raw.forEach((value, k) => (scores[row * 3 + k] = value / sum))
  }
  return evaluateMulticlass({ y, scores, labels: ['1', '2', '3'], numericLabels: [1, 2, 3], seed: 7 }).metrics
}

function drawRegression(random: Random, n: number): Metrics {
  const y = new Float64Array(n)
  const prediction = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const x = random.normal()
    prediction[row] = 20 + 3 * x
    y[row] = 20 + 3 * x + (1 + 0.3 * Math.abs(x)) * random.normal()
  }
  return evaluateRegression({ y, prediction, seed: 7 }).metrics
}

/** How often the 95 % interval of n rows holds the value that very many rows give. */
function coverage(
  draw: (random: Random, n: number) => Metrics,
  n: number,
  keys: readonly string[],
  simulations = few,
): Map<string, number> {
  const truth = draw(createRandom(999), large)
  const held = new Map(keys.map((key) => [key, 0]))
  for (let simulation = 0; simulation < simulations; simulation++) {
    const metrics = draw(createRandom(simulation + 1), n)
    for (const key of keys) {
      const { low, high } = metrics[key]!
      const value = truth[key]!.value!
      if (low !== null && high !== null && low <= value && value <= high) held.set(key, held.get(key)! + 1)
    }
  }
  return new Map([...held].map(([key, count]) => [key, count / simulations]))
}

function expectCoverage(held: Map<string, number>): void {
  for (const [key, fraction] of held) {
    expect(fraction, key).toBeGreaterThanOrEqual(0.88)
    expect(fraction, key).toBeLessThanOrEqual(1)
  }
}

describe('95 % intervals hold the true value in 88 to 100 % of few simulations', () => {
  it('binary', () => {
    const keys = ['accuracy', 'balanced_accuracy', 'precision', 'f1', 'f2', 'mcc', 'cohen_kappa', 'roc_auc', 'gini']
    keys.push('average_precision', 'pr_auc_trapezoid', 'partial_auc_fpr0_1', 'lift_top_decile', 'log_loss')
    keys.push('brier_score', 'ks_statistic', 'best_f1')
    expectCoverage(coverage(drawBinary, 500, keys))
    expectCoverage(coverage(drawCalibration, 2000, ['ece', 'mce']))
  })

  it('multiclass', () => {
    const keys = ['accuracy', 'balanced_accuracy', 'mcc', 'cohen_kappa', 'cohen_kappa_quadratic', 'precision_macro']
    keys.push('f1_macro', 'f1_weighted', 'roc_auc_ovr', 'roc_auc_ovr_weighted', 'roc_auc_ovo', 'roc_auc_ovo_weighted')
    keys.push('average_precision_macro', 'log_loss', 'brier_score', 'top_2_accuracy')
    expectCoverage(coverage(drawMulticlass, 400, keys))
  })

  it('regression', () => {
    const keys = ['mae', 'mse', 'rmse', 'r2', 'explained_variance', 'd2_absolute_error', 'median_ae', 'mape', 'smape']
    keys.push('msle', 'rmsle', 'mean_residual', 'residual_std', 'pinball_0_9', 'pearson_r', 'spearman_rho')
    expectCoverage(coverage(drawRegression, 300, keys, 400))
  })
})
