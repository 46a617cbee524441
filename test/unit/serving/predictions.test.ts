/** Labels are counted as they are given, row by row. */
import { expect, it } from 'vitest'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { countLabels, labelOf } from '../../../shared/serving/predictions.ts'

const binary = (positive: string | null): OutputBinding => ({
  task: 'binary',
  score: ['p'],
  label: null,
  classes: ['no', 'yes'],
  positive,
  transform: 'none',
})

it('several labels a row are counted each, at the threshold', () => {
  const output: OutputBinding = { ...binary(null), task: 'multilabel', classes: ['news', 'sport'] }
  const columns = { scores: [Float32Array.of(0.2, 0.4, 0.9, NaN), Float32Array.of(0.6, 0.1, 0.9, 0.9)], labels: null }
  const labels = [0, 1, 2, 3].map((row) => labelOf(columns, row, output, 0.3))
  expect(labels).toEqual(['sport', 'news', 'news | sport', null])
  expect(Object.fromEntries(countLabels(columns, 4, output, 0.3))).toEqual({ news: 2, sport: 2 })
  expect(Object.fromEntries(countLabels(columns, 4, output, null))).toEqual({ news: 1, sport: 2 })
})

it.each([
  ['yes', 0.5],
  ['no', 0.3],
  ['yes', null],
  [null, 0.4],
] as const)('classes of two with %s positive at %s are counted as rows are labelled', (positive, threshold) => {
  const p = Float32Array.from({ length: 500 }, (_, k) => [0.5, 0.3, 0.4, NaN, Infinity, k / 500][k % 6]!)
  const columns = { scores: [p.map((value) => 1 - value), p], labels: null }
  const output = binary(positive)
  const wanted = new Map<string, number>()
  for (let row = 0; row < p.length; row++) {
    const label = labelOf(columns, row, output, threshold)
    if (label !== null) wanted.set(label, (wanted.get(label) ?? 0) + 1)
  }
  expect(wanted.size).toBe(2)
  expect(Object.fromEntries(countLabels(columns, p.length, output, threshold))).toEqual(Object.fromEntries(wanted))
})
