import { describe, expect, test } from 'vitest'
import { axisAround, makeAxis } from '../../../shared/report/charts/axis.ts'
import { barChart } from '../../../shared/report/charts/bar-chart.ts'
import { heatmap } from '../../../shared/report/charts/heatmap.ts'
import { lineChart } from '../../../shared/report/charts/line-chart.ts'

const ticks = (low: number, high: number): string[] => makeAxis({ title: '', low, high }).ticks.map(({ text }) => text)
const coordinates = (markup: string): number[] =>
  [...markup.matchAll(/ (?:x|y|x1|x2|y1|y2|cx|cy)="([^"]+)"/g)].map(([, value]) => Number(value))

describe('axes', () => {
  test('have round ticks inside their range', () => {
    expect(ticks(0, 1)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0'])
    expect(ticks(-120_000, 120_000)).toEqual(['−100,000', '−50,000', '0', '50,000', '100,000'])
    expect(ticks(0, 3e-7).at(-1)).toBe('3.00e−7')
  })

  test('hold values that are all the same, or none', () => {
    expect(axisAround('', [5, 5])).toMatchObject({ low: 4.75, high: 5.25 })
    expect(axisAround('', [0])).toMatchObject({ low: -0.5, high: 0.5 })
    expect(axisAround('', [])).toMatchObject({ low: 0, high: 1 })
  })
})

test('lines break at gaps, and their labels never overlap', () => {
  const points = (y: number) =>
    [
      [0, y],
      [0.5, null],
      [0.6, y],
      [1, y],
    ] as const
  const { markup } = lineChart({
    label: 'l',
    x: { title: 'x', low: 0, high: 1 },
    y: { title: 'y', low: 0, high: 1 },
    lines: ['a', 'b', 'c'].map((label) => ({ label, points: points(0) })),
  })
  expect(markup.match(/d="M[^"]*M[^"]*L[^"]*"/g)).toHaveLength(3)
  const ends = [...markup.matchAll(/y="([^"]+)" fill="[^"]+" class="fill-\d" font-weight/g)].map(([, y]) => Number(y))
  expect(ends).toHaveLength(3)
  expect(ends.every((y, k) => k === 0 || y - ends[k - 1]! >= 13)).toBe(true)
})

test.each([
  ['an empty histogram', () => barChart({ label: 'b', xTitle: 'x', histogram: { edges: [], series: [] } })],
  [
    'a histogram of one value',
    () => barChart({ label: 'b', xTitle: 'x', histogram: { edges: [3, 3], series: [{ label: 's', counts: [9] }] } }),
  ],
  ['a confusion matrix of one class', () => heatmap('h', { labels: ['only'], counts: [[0]] })],
  [
    'a line of no points',
    () => lineChart({ label: 'l', x: axisAround('', []), y: axisAround('', []), lines: [{ label: 's', points: [] }] }),
  ],
])('%s is drawn with finite coordinates', (_name, draw) => {
  const { markup } = draw()
  expect(coordinates(markup).every(Number.isFinite)).toBe(true)
  expect(markup).not.toContain('NaN')
})
