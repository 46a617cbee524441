/** CBPE of several classes, and Evidently's rule. */
import { describe, expect, it } from 'vitest'
import { compareNumbers } from '../../../shared/drift/compare-column.ts'
import { estimateMulticlass } from '../../../shared/drift/estimate-multiclass.ts'
import type { ScoredClasses } from '../../../shared/drift/estimate-multiclass.ts'
import { selectTest } from '../../../shared/drift/select-test.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'

const width = 4

/** Overconfident scores, and classes drawn from the chances behind them; `shift` makes class 0 frequent. */
function draw(random: Random, n: number, shift: number): ScoredClasses & { readonly classes: Int32Array } {
  const scores = new Float64Array(n * width)
  const classes = new Int32Array(n)
  const softmax = (logits: readonly number[]) => {
    const powers = logits.map(Math.exp)
    const sum = powers.reduce((a, b) => a + b)
    return powers.map((power) => power / sum)
  }
  for (let row = 0; row < n; row++) {
    const logits = Array.from({ length: width }, (_, k) => 1.3 * random.normal() + (k === 0 ? shift : 0))
    softmax(logits.map((logit) => 1.7 * logit)).forEach((p, k) => (scores[row * width + k] = p))
    let left = random.uniform()
    classes[row] = softmax(logits).findIndex((p) => (left -= p) < 0)
    if (classes[row]! < 0) classes[row] = width - 1
  }
  return { scores, classes, width }
}

describe('CBPE of several classes', () => {
  it('finds on the reference what the evaluation finds', () => {
    const { scores, classes } = draw(createRandom(1), 3000, 0)
    const { metrics } = estimateMulticlass({ scores, classes, width }, { scores, classes: null, width }, 1)
    const labels = ['a', 'b', 'c', 'd']
    const exact = evaluateMulticlass({ y: classes, scores, labels, seed: 1 }).metrics
    for (const name of ['accuracy', 'balanced_accuracy', 'precision_macro', 'recall_macro', 'f1_macro']) {
      expect(metrics[name]!.reference.value, name).toBeCloseTo(exact[name]!.value!, 12)
      // The same rows again: rates times rows are the events themselves.
      expect(metrics[name]!.estimated.value, name).toBeCloseTo(exact[name]!.value!, 12)
    }
    expect(metrics['roc_auc_ovr']!.reference.value).toBeCloseTo(exact['roc_auc_ovr']!.value!, 3)
    expect(metrics['accuracy']!.realised).toBeNull()
  })

  it('what happens lies in the interval in about 95 % of simulations, when only the scores have moved', () => {
    const simulations = 40
    const held = new Map<string, number>()
    let moved = 0
    for (let simulation = 0; simulation < simulations; simulation++) {
      const random = createRandom(simulation * 7919 + 5)
      const { metrics } = estimateMulticlass(draw(random, 2000, 0), draw(random, 1000, 0.8), 7)
      for (const [name, { estimated, realised }] of Object.entries(metrics)) {
        const inside = estimated.low! <= realised!.value! && realised!.value! <= estimated.high!
        held.set(name, (held.get(name) ?? 0) + (inside ? 1 : 0))
      }
      moved += metrics['accuracy']!.realised!.value! - metrics['accuracy']!.reference.value!
    }
    expect([...held.keys()].length).toBe(6)
    expect(Math.abs(moved / simulations)).toBeGreaterThan(0.01)
    // Three standard errors under 95 %.
    for (const [name, times] of held) expect(times / simulations, name).toBeGreaterThanOrEqual(0.84)
  })
})

describe("Evidently's rule", () => {
  it.each([
    ['numeric', 6, 1000, 'ks'],
    ['numeric', 5, 1000, 'chi2'],
    ['numeric', 2, 1000, 'z'],
    ['categorical', 3, 1000, 'chi2'],
    ['categorical', 2, 1000, 'z'],
    ['numeric', 6, 1001, 'wasserstein'],
    ['numeric', 5, 1001, 'js'],
    ['categorical', 2, 1001, 'js'],
  ] as const)('%s, %i distinct values, %i rows: %s', (kind, distinct, referenceRows, test) => {
    expect(selectTest('evidently', { kind, distinct, referenceRows })).toBe(test)
  })

  it('counts rows with a value, as it drops the others first', () => {
    const random = createRandom(1)
    const column = (missing: number) =>
      Float64Array.from({ length: 1200 }, (_, row) => (row < missing ? NaN : random.normal()))
    const settings = { preset: 'evidently', alpha: 0.05, splits: 0, seed: 1 } as const
    const test = (missing: number) =>
      compareNumbers({ reference: column(missing), current: column(0), chunks: null }, settings).test
    expect(test(199)).toBe('wasserstein')
    expect(test(200)).toBe('ks')
  })
})
