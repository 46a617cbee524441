/** Evidence under 2 MB and a report under 5 MB, however many rows, classes, labels, queries and columns there are. */
import { describe, expect, it } from 'vitest'
import type { TaskEvidence } from '../../../shared/contract/evidence.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateMultilabel } from '../../../shared/metrics/evaluate-multilabel.ts'
import { evaluateRanking } from '../../../shared/metrics/evaluate-ranking.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { htmlReport } from '../../../shared/report/html-report.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { makeEvidence } from './evidence-fixture.ts'

const megabyte = 1_000_000
const random = createRandom(6)
const n = 120_000
const longName = (what: string, k: number): string => `${what} ${k} of a name that is as long as names are in practice`

function expectSmall({ metrics, detail }: { metrics: Evidence['metrics']; detail: TaskEvidence }): void {
  const column = { type: 'float', role: 'feature', protected: false, missing: 0 } as const
  const base = makeEvidence()
  const columns = Array.from({ length: 2000 }, (_, k) => ({ ...column, name: longName('column', k) }))
  const evidence = makeEvidence(detail, { metrics, dataset: { ...base.dataset, columns } })
  const text = JSON.stringify(evidence)
  expect(text.length, detail.kind).toBeLessThan(2 * megabyte)
  expect(htmlReport(evidence, 'a'.repeat(64)).length, detail.kind).toBeLessThan(5 * megabyte)
}

describe('evidence stays under 2 MB and its report under 5 MB', () => {
  it('of many rows', () => {
    const score = Float64Array.from({ length: n }, () => random.uniform())
    const y = Uint8Array.from(score, (p) => (random.uniform() < p ? 1 : 0))
    expectSmall(evaluateBinary({ y, score, threshold: 0.5, positive: 'a', negative: 'b', seed: 1 }))
    expectSmall(evaluateRegression({ y: score, prediction: score.map(() => random.uniform()), seed: 1 }))
  })

  it('of 1,050 classes, whose numbers are kept of the most frequent', () => {
    const classes = 1050
    const rows = 2000
    const y = Int32Array.from({ length: rows }, () => Math.floor(random.uniform() ** 2 * classes))
    const scores = new Float32Array(rows * classes)
    for (let at = 0; at < scores.length; at++) scores[at] = random.uniform() / classes
    y.forEach((k, row) => (scores[row * classes + k]! += random.uniform() / classes))
    const labels = Array.from({ length: classes }, (_, k) => longName('class', k))
    const evaluation = evaluateMulticlass({ y, scores, labels, seed: 1 })
    expectSmall(evaluation)
    const { detail } = evaluation
    expect(detail.classes).toHaveLength(1000)
    expect(detail.classes.filter(({ roc }) => roc !== null)).toHaveLength(100)
    expect(detail.confusion.labels).toHaveLength(101)
    const counted = detail.confusion.counts.flat().reduce((sum, count) => sum + count, 0)
    expect(counted).toBe(rows)
  }, 120_000)

  it('of 300 labels and of 20,000 queries', () => {
    const labels = Array.from({ length: 300 }, (_, k) => longName('label', k))
    const rows = 1000
    const scores = Float32Array.from({ length: rows * 300 }, () => random.uniform())
    const truth = Uint8Array.from(scores, (p) => (random.uniform() < p / 20 ? 1 : 0))
    expectSmall(evaluateMultilabel({ truth, scores, labels, threshold: 0.5, seed: 1 }))
    const relevance = Float64Array.from({ length: n }, () => Math.floor(3 * random.uniform()))
    const query = Int32Array.from(relevance, (_, row) => Math.floor(row / 6))
    const score = relevance.map((grade) => grade + random.normal())
    expectSmall(evaluateRanking({ relevance, score, query, queries: n / 6 }))
  })
})
