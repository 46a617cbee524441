/** One small made example of each section of evidence, by the functions that make the real ones. */
import { fitCalibrator } from '../../../shared/calibration/fit-calibrator.ts'
import { measureCalibration } from '../../../shared/calibration/measure-calibration.ts'
import { compareContenders } from '../../../shared/comparison/compare-contenders.ts'
import { driftOptionsSchema } from '../../../shared/contract/drift-request.ts'
import { cumulativeCounts } from '../../../shared/decision/cumulative-counts.ts'
import { gainCurve } from '../../../shared/decision/decision-curves.ts'
import { compareCategories, compareNumbers } from '../../../shared/drift/compare-column.ts'
import { classifyDomain } from '../../../shared/drift/domain-classifier.ts'
import { estimateClassification } from '../../../shared/drift/estimate-classification.ts'
import { estimateRegression } from '../../../shared/drift/estimate-regression.ts'
import { reconstruct } from '../../../shared/drift/pca-reconstruction.ts'
import { analyseFairness } from '../../../shared/fairness/analyse-fairness.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { drawColumns, search } from '../slices/data.ts'

const rows = 600
const seed = 3
const methods = ['platt', 'isotonic', 'beta', 'temperature'] as const

export function everyDocument(): Readonly<Record<string, unknown>> {
  const random = createRandom(seed)
  const normal = (n: number, shift = 0) => Float64Array.from({ length: n }, () => random.normal() + shift)
  const signal = normal(rows)
  const score = signal.map((x) => 1 / (1 + Math.exp(-1.4 * x)))
  const y = Uint8Array.from(signal, (x) => (random.uniform() < 1 / (1 + Math.exp(-x)) ? 1 : 0))
  const two = new Float64Array(2 * rows)
  score.forEach((p, row) => two.set([1 - p, p], 2 * row))
  return {
    binary: evaluateBinary({ y, score, threshold: 0.5, positive: 'yes', negative: 'no', seed }),
    multiclass: multiclass(),
    regression: evaluateRegression({
      y: signal.map((x) => 10 + x),
      prediction: signal.map((x) => 10.1 + 0.9 * x),
      seed,
    }),
    decision: { gain: gainCurve(cumulativeCounts(y, score)) },
    calibration: measureCalibration({ event: 'yes', happened: y, probability: score, seed }),
    calibrators: Object.fromEntries(
      methods.map((method) => [
        method,
        fitCalibrator({ method, scores: two, classes: Int32Array.from(y), width: 2, positive: 1 }).calibrator,
      ]),
    ),
    ...fairness(y, score),
    slices: slices(),
    drift: drift(y, score),
    comparison: comparison(y, two),
  }

  function multiclass() {
    const classes = Int32Array.from({ length: rows }, () => Math.floor(3 * random.uniform()))
    const scores = new Float64Array(3 * rows)
    classes.forEach((truth, row) => {
      const raw = [0, 1, 2].map((k) => Math.exp(random.normal() + (k === truth ? 1 : 0)))
      const sum = raw.reduce((a, b) => a + b)
      scores.set(
        raw.map((value) => value / sum),
        3 * row,
      )
    })
    return evaluateMulticlass({ y: classes, scores, labels: ['a', 'b', 'c'], seed })
  }

  function fairness(truth: Uint8Array, probability: Float64Array) {
    const decided = Uint8Array.from(probability, (p) => (p >= 0.5 ? 1 : 0))
    const codes = Uint16Array.from(truth, () => Math.floor(2 * random.uniform()))
    // One value is rare, so that its crossed groups are under the least number of rows.
    const rare = Uint16Array.from(truth, (_, row) => (row % 40 === 0 ? 1 : 0))
    const { attributes } = analyseFairness({
      rows: {
        kind: 'classifier',
        y: truth,
        decided,
        correct: Uint8Array.from(truth, (one, row) => (one === decided[row] ? 1 : 0)),
        score: probability,
        probabilities: true,
      },
      columns: [
        { name: 'sex', codes, labels: ['a', 'b'] },
        { name: 'age', codes: rare, labels: ['young', 'old'] },
      ],
      attributes: [[0], [0, 1]],
      strata: 1,
      reference: { sex: 'a' },
      minimumGroup: 30,
      threshold: 0.5,
      seed,
    })
    const [sex, crossed] = attributes
    return {
      fairness: { ...sex, parity: Object.fromEntries(sex!.parity.map((one) => [one.name, one])) },
      intersection: crossed,
    }
  }

  function slices() {
    const columns = drawColumns(random, 3000, 2, 2)
    const losses = Float64Array.from({ length: 3000 }, (_, row) =>
      random.uniform() < (columns[0]!.coded[row]! <= 1 ? 0.5 : 0.1) ? 1 : 0,
    )
    return search({ losses, columns })
  }

  function drift(truth: Uint8Array, probability: Float64Array) {
    const settings = driftOptionsSchema.parse({ splits: 50 })
    const category = (counts: Record<string, number>) => new Map(Object.entries(counts))
    const compare = (reference: Record<string, number>, current: Record<string, number>) =>
      compareCategories(
        {
          reference: category(reference),
          current: category(current),
          missing: { reference: 0, current: 0 },
          chunks: null,
        },
        settings,
      ).tests
    const feature = (name: string) => ({
      name,
      kind: 'numeric' as const,
      reference: normal(200),
      current: normal(200, 0.2),
    })
    const sample = {
      features: [feature('a'), feature('b'), feature('c')],
      rows: { reference: 200, current: 200 },
      total: { reference: 200, current: 200 },
    }
    const values = { predictions: normal(rows), targets: normal(rows) }
    return {
      number: compareNumbers({ reference: normal(300), current: normal(200, 0.2), chunks: null }, settings).tests,
      category: compare({ a: 100, b: 80, c: 60 }, { a: 80, b: 90, c: 50 }),
      two: compare({ a: 100, b: 80 }, { a: 80, b: 90 }),
      domainClassifier: classifyDomain(sample, seed),
      pca: reconstruct(sample),
      cbpe: estimateClassification(
        { scores: probability, events: truth },
        { scores: probability, events: null },
        0.5,
        seed,
      ),
      dle: estimateRegression(values, values),
    }
  }

  function comparison(truth: Uint8Array, scores: Float64Array) {
    const other = scores.slice()
    for (let row = 0; row < rows; row++) {
      const p = Math.min(0.99, Math.max(0.01, scores[2 * row + 1]! + 0.1 * random.normal()))
      other.set([1 - p, p], 2 * row)
    }
    const contender = (name: string, of: Float64Array) => ({
      key: name,
      title: name,
      scores: of,
      called: null,
      threshold: 0.5,
      family: 'run' as const,
    })
    return compareContenders({
      task: 'binary',
      classes: Int32Array.from(truth),
      values: null,
      labels: ['no', 'yes'],
      positive: 1,
      contenders: [contender('first', scores), contender('second', other)],
      reference: 0,
      rowNumber: Uint32Array.from({ length: rows }, (_, row) => row),
      columns: [],
      margins: { accuracy: 0.02 },
      canary: null,
      seed,
    }).pairs[0]
  }
}
