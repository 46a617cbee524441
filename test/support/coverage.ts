/**
 * How often a 95 % interval holds the value that very many rows give, for every interval that the evaluation, comparison,
 * calibration, fairness and decision make, by the method that is named beside the number.
 */
import { measureCalibration } from '../../shared/calibration/measure-calibration.ts'
import { binaryAnswers, multiclassAnswers } from '../../shared/comparison/answers.ts'
import { compareBinary } from '../../shared/comparison/compare-binary.ts'
import { compareMulticlass } from '../../shared/comparison/compare-multiclass.ts'
import { compareRegression } from '../../shared/comparison/compare-regression.ts'
import type { PairedEstimate } from '../../shared/comparison/paired-estimate.ts'
import type { Metrics } from '../../shared/contract/evidence.ts'
import { cumulativeCounts } from '../../shared/decision/cumulative-counts.ts'
import { atThreshold } from '../../shared/decision/cumulative-counts.ts'
import { operatingPoint } from '../../shared/decision/operating-point.ts'
import { analyseFairness } from '../../shared/fairness/analyse-fairness.ts'
import { evaluateBinary } from '../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../shared/metrics/evaluate-multiclass.ts'
import { evaluateMultilabel } from '../../shared/metrics/evaluate-multilabel.ts'
import { evaluateRanking } from '../../shared/metrics/evaluate-ranking.ts'
import { evaluateRegression } from '../../shared/metrics/evaluate-regression.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import type { Random } from '../../shared/statistics/random.ts'

export interface Scenario {
  readonly rows: number
  /** Rows that give the truth: its own error must be small beside an interval's width. */
  readonly truthRows: number
  readonly draw: (random: Random, n: number) => Metrics
}

const seed = 7
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** Overconfident, so that the calibration error is not 0. Weights depend on the score, as those of a stratified sample do. */
function drawBinary(random: Random, n: number) {
  const y = new Uint8Array(n)
  const score = new Float64Array(n)
  const weight = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const logit = 1.5 * random.normal() - 0.7
    score[row] = sigmoid(1.6 * logit)
    y[row] = random.uniform() < sigmoid(logit) ? 1 : 0
    weight[row] = 0.5 + 1.5 * random.uniform() + (score[row]! > 0.6 ? 1 : 0)
  }
  return { y, score, weight }
}

function drawClasses(random: Random, n: number) {
  const y = new Int32Array(n)
  const scores = new Float64Array(n * 3)
  for (let row = 0; row < n; row++) {
    const truth = Math.floor(random.uniform() ** 1.5 * 3)
    const raw = [0, 1, 2].map((k) => Math.exp(random.normal() + (k === truth ? 1 : 0)))
    const sum = raw[0]! + raw[1]! + raw[2]!
    y[row] = truth
    raw.forEach((value, k) => (scores[row * 3 + k] = value / sum))
  }
  const weight = Float64Array.from(y, (k) => 0.5 + random.uniform() + k / 2)
  return { y, scores, weight }
}

function drawLabels(random: Random, n: number) {
  const width = 4
  const truth = new Uint8Array(n * width)
  const scores = new Float64Array(n * width)
  for (let row = 0; row < n; row++) {
    const common = random.normal()
    for (let k = 0; k < width; k++) {
      const logit = common + random.normal() - 0.3 * k
      scores[row * width + k] = sigmoid(logit)
      truth[row * width + k] = random.uniform() < sigmoid(1.5 * logit) ? 1 : 0
    }
  }
  return { truth, scores, labels: ['a', 'b', 'c', 'd'] }
}

function drawNumbers(random: Random, n: number) {
  const y = new Float64Array(n)
  const prediction = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const x = random.normal()
    prediction[row] = 20 + 3 * x
    y[row] = 20.2 + 3 * x + (1 + 0.3 * Math.abs(x)) * random.normal()
  }
  const weight = Float64Array.from(prediction, (value) => 0.5 + random.uniform() + (value > 20 ? 1 : 0))
  return { y, prediction, weight }
}

/** @param n Queries. */
function drawQueries(random: Random, n: number) {
  const relevance: number[] = []
  const score: number[] = []
  const query: number[] = []
  for (let q = 0; q < n; q++) {
    const rows = 3 + Math.floor(random.uniform() * 20)
    for (let row = 0; row < rows; row++) {
      const merit = random.normal()
      relevance.push(Math.max(0, Math.round(merit)))
      score.push(merit + random.normal())
      query.push(q)
    }
  }
  return {
    relevance: Float64Array.from(relevance),
    score: Float64Array.from(score),
    query: Int32Array.from(query),
    queries: n,
  }
}

const differences = (estimates: Record<string, PairedEstimate>): Metrics =>
  Object.fromEntries(Object.entries(estimates).map(([key, { difference }]) => [key, difference]))

function pairOfBinary(random: Random, n: number): Metrics {
  const y = new Uint8Array(n)
  const scores = [new Float64Array(n), new Float64Array(n)]
  for (let row = 0; row < n; row++) {
    const signal = 1.4 * random.normal() - 0.6
    y[row] = random.uniform() < sigmoid(signal) ? 1 : 0
    scores.forEach((score, which) => (score[row] = sigmoid(signal + (0.5 + which) * random.normal())))
  }
  const [other, reference] = scores.map((score) => binaryAnswers(y, score, null, 0.5))
  return differences(compareBinary({ y, other: other!, reference: reference!, seed }))
}

function pairOfClasses(random: Random, n: number): Metrics {
  const y = new Int32Array(n)
  const scores = [new Float64Array(3 * n), new Float64Array(3 * n)]
  for (let row = 0; row < n; row++) {
    y[row] = Math.floor(random.uniform() ** 1.3 * 3)
    scores.forEach((score, which) => {
      const raw = [0, 1, 2].map((k) => Math.exp(random.normal() + (k === y[row] ? 1.3 - 0.3 * which : 0)))
      const sum = raw[0]! + raw[1]! + raw[2]!
      raw.forEach((value, k) => (score[3 * row + k] = value / sum))
    })
  }
  const [other, reference] = scores.map((score) => multiclassAnswers(y, 3, score, null))
  return differences(compareMulticlass({ y, classes: 3, other: other!, reference: reference!, seed }))
}

function pairOfNumbers(random: Random, n: number): Metrics {
  const y = new Float64Array(n)
  const [other, reference] = [new Float64Array(n), new Float64Array(n)]
  for (let row = 0; row < n; row++) {
    const x = random.normal()
    y[row] = 20 + 3 * x + (1 + 0.3 * Math.abs(x)) * random.normal()
    other[row] = 20 + 3 * x + 0.5 * random.normal()
    reference[row] = 20 + 3 * x + random.normal()
  }
  return differences(compareRegression({ y, other, reference }))
}

function groupsOf(random: Random, n: number): Metrics {
  const { y, score } = drawBinary(random, n)
  const codes = Uint16Array.from(y, (_, row) => row % 2)
  for (let row = 0; row < n; row++) if (codes[row] === 1) score[row] = score[row]! ** 1.3
  const decided = Uint8Array.from(score, (value) => (value >= 0.5 ? 1 : 0))
  const correct = Uint8Array.from(y, (truth, row) => (truth === decided[row] ? 1 : 0))
  const [attribute] = analyseFairness({
    rows: { kind: 'classifier', y, decided, correct, score, probabilities: true },
    columns: [{ name: 'group', codes, labels: ['a', 'b'] }],
    attributes: [[0]],
    strata: null,
    reference: { group: 'a' },
    minimumGroup: 10,
    threshold: null,
    seed,
  }).attributes
  const [comparison] = attribute!.comparisons
  return {
    ...Object.fromEntries(attribute!.parity.map(({ name, difference }) => [`${name} difference`, difference])),
    ...Object.fromEntries(attribute!.parity.flatMap(({ name, ratio }) => (ratio ? [[`${name} ratio`, ratio]] : []))),
    ...comparison!.measures,
    ...Object.fromEntries(
      Object.entries(comparison!.differences).map(([name, { difference }]) => [`${name} against a`, difference]),
    ),
  }
}

const names = { positive: 'a', negative: 'b', seed }

export const scenarios: Readonly<Record<string, Scenario>> = {
  binary: {
    rows: 1000,
    truthRows: 2_000_000,
    draw: (random, n) => {
      const { y, score } = drawBinary(random, n)
      return evaluateBinary({ y, score, threshold: 0.5, ...names }).metrics
    },
  },
  'binary, weighted': {
    rows: 1000,
    truthRows: 2_000_000,
    draw: (random, n) => evaluateBinary({ ...drawBinary(random, n), threshold: 0.5, ...names }).metrics,
  },
  multiclass: {
    rows: 800,
    truthRows: 1_000_000,
    draw: (random, n) => {
      const { y, scores } = drawClasses(random, n)
      return evaluateMulticlass({ y, scores, labels: ['1', '2', '3'], numericLabels: [1, 2, 3], seed }).metrics
    },
  },
  'multiclass, weighted': {
    rows: 800,
    truthRows: 1_000_000,
    draw: (random, n) => {
      const rows = drawClasses(random, n)
      return evaluateMulticlass({ ...rows, labels: ['1', '2', '3'], numericLabels: [1, 2, 3], seed }).metrics
    },
  },
  multilabel: {
    rows: 500,
    truthRows: 500_000,
    draw: (random, n) => evaluateMultilabel({ ...drawLabels(random, n), threshold: 0.5, seed }).metrics,
  },
  regression: {
    rows: 500,
    truthRows: 1_000_000,
    draw: (random, n) => {
      const { y, prediction } = drawNumbers(random, n)
      return evaluateRegression({ y, prediction, seed }).metrics
    },
  },
  'regression, weighted': {
    rows: 500,
    truthRows: 1_000_000,
    draw: (random, n) => evaluateRegression({ ...drawNumbers(random, n), seed }).metrics,
  },
  ranking: {
    rows: 200,
    truthRows: 100_000,
    draw: (random, n) => evaluateRanking(drawQueries(random, n)).metrics,
  },
  'comparison, binary': { rows: 800, truthRows: 1_000_000, draw: pairOfBinary },
  'comparison, multiclass': { rows: 800, truthRows: 500_000, draw: pairOfClasses },
  'comparison, regression': { rows: 500, truthRows: 1_000_000, draw: pairOfNumbers },
  calibration: {
    rows: 2000,
    truthRows: 2_000_000,
    draw: (random, n) => {
      const { y: happened, score: probability } = drawBinary(random, n)
      return measureCalibration({ event: 'a', happened, probability, seed }).metrics
    },
  },
  decision: {
    rows: 1000,
    truthRows: 2_000_000,
    draw: (random, n) => {
      const { y, score } = drawBinary(random, n)
      const counts = cumulativeCounts(y, score)
      const payoff = { truePositive: 5, falsePositive: -1, falseNegative: -5, trueNegative: 0 }
      const at = atThreshold(counts, 0.3)
      return operatingPoint({ counts, at, threshold: 0.3, payoff, probabilities: true }).metrics
    },
  },
  fairness: { rows: 2000, truthRows: 2_000_000, draw: groupsOf },
}

export interface Covered {
  readonly scenario: string
  readonly metric: string
  readonly method: string
  /** Share of the simulations with an interval in which it holds the truth. */
  readonly held: number
  /** Simulations with an interval. */
  readonly made: number
}

/** What is named beside the number, without counts and seeds. */
const plainMethod = (method: string): string =>
  method
    .replace(/ \([^)]*\)/g, '')
    .replace(/of \d+ queries/, 'of queries')
    .replace(/, one pair|, \d+ pairs at once/, '')

export function coverageOf(name: string, simulations: number): Covered[] {
  const { rows, truthRows, draw } = scenarios[name]!
  const truth = draw(createRandom(999), truthRows)
  const found = new Map<string, { method: string; held: number; made: number }>()
  for (let simulation = 0; simulation < simulations; simulation++) {
    // Apart, so that one run's stream does not begin inside another's.
    for (const [metric, { low, high, method }] of Object.entries(draw(createRandom(1 + 7919 * simulation), rows))) {
      const value = truth[metric]?.value
      if (value === null || value === undefined || low === null || high === null) continue
      const before = found.get(metric) ?? { method: plainMethod(method!), held: 0, made: 0 }
      if (low <= value && value <= high) before.held++
      before.made++
      found.set(metric, before)
    }
  }
  return [...found].map(([metric, { method, held, made }]) => ({
    scenario: name,
    metric,
    method,
    held: held / made,
    made,
  }))
}
