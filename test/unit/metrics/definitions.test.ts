import { describe, expect, it } from 'vitest'
import { metricDefinitionSchema } from '../../../shared/contract/evidence.ts'
import { metricDefinitions } from '../../../shared/metrics/definitions.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { evaluateMulticlass } from '../../../shared/metrics/evaluate-multiclass.ts'
import { evaluateMultilabel } from '../../../shared/metrics/evaluate-multilabel.ts'
import { evaluateRanking } from '../../../shared/metrics/evaluate-ranking.ts'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'

function everyKey(): Set<string> {
  const classes = 6
  const y = Int32Array.from({ length: 12 }, (_, row) => row % classes)
  const multiclass = evaluateMulticlass({
    y,
    scores: Float64Array.from({ length: 12 * classes }, (_, cell) => (cell % 7) / 7),
    labels: ['a', 'b', 'c', 'd', 'e', 'f'],
    seed: 1,
  })
  const binary = evaluateBinary({
    y: Uint8Array.of(0, 1),
    score: Float32Array.of(0.2, 0.7),
    threshold: 0.5,
    positive: 'p',
    negative: 'n',
    seed: 1,
  })
  const regression = evaluateRegression({ y: Float64Array.of(1, 2), prediction: Float64Array.of(1, 3), seed: 1 })
  const multilabel = evaluateMultilabel({
    truth: Uint8Array.of(0, 1, 1, 0),
    scores: Float64Array.of(0.2, 0.7, 0.6, 0.1),
    labels: ['a', 'b'],
    threshold: 0.5,
    seed: 1,
  })
  const ranking = evaluateRanking({
    relevance: Float64Array.of(0, 1),
    score: Float64Array.of(1, 2),
    query: new Int32Array(2),
    queries: 1,
  })
  return new Set([
    ...[binary, multiclass, multilabel, regression, ranking].flatMap(({ metrics }) => Object.keys(metrics)),
    ...[...multiclass.detail.classes, ...multilabel.detail.classes].flatMap((entry) => Object.keys(entry.metrics)),
  ])
}

describe('metric definitions', () => {
  it('there is one for every key that an evaluation gives, and none besides', () => {
    expect(Object.keys(metricDefinitions).sort()).toEqual([...everyKey()].sort())
  })

  it('each is whole, ends its sentence, and has a title of its own', () => {
    const titles = Object.values(metricDefinitions).map((definition) => {
      metricDefinitionSchema.parse(definition)
      expect(definition.definition).toMatch(/\.$/)
      return definition.title
    })
    expect(new Set(titles).size).toBe(titles.length)
  })
})
