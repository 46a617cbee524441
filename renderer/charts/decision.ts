/** Net benefit, value and gain: what acting on the scores would bring. */
import type { DecisionCurve, DecisionSection, GainCurve } from '../../shared/contract/decision.ts'
import { formatShort } from '../../shared/format/number.ts'
import { axis, baseOptions, curveOf, reference, unit } from './base-options.ts'
import { fade, seriesColor } from './colors.ts'
import { directLabels, markedPlace } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

const pairs = (x: readonly number[], y: readonly (number | null)[]) =>
  x.flatMap((at, index) => {
    const value = y[index]
    return value === null || value === undefined ? [] : [{ x: at, y: value }]
  })

/** Both ends of the 95 % interval, as two thin lines. */
const band = (
  color: string,
  x: readonly number[],
  low: readonly (number | null)[],
  high: readonly (number | null)[],
) => [
  { ...curveOf(fade(color, 0.45), pairs(x, low)), borderWidth: 1 },
  { ...curveOf(fade(color, 0.45), pairs(x, high)), borderWidth: 1 },
]

export const netBenefitSpec = (curve: DecisionCurve, threshold: number): ChartSpec => {
  const top = Math.max(...curve.netBenefit, ...curve.high.map((high) => high ?? 0), curve.selectAll[0] ?? 0)
  // Whole twentieths, so that the ends of the axis are numbers to read.
  const max = Math.max(0.05, Math.ceil(top * 20) / 20)
  const range = { min: -0.05 * Math.ceil(max * 5), max }
  return {
    title: 'Net benefit',
    note: 'Worth acting on where the model lies above both selecting all and selecting none. The threshold is what a false alarm is held to cost.',
    table: {
      columns: ['Threshold', 'Net benefit', '95 % low', '95 % high', 'Select all'],
      rows: curve.threshold.map((at, index) => [
        at,
        curve.netBenefit[index] ?? null,
        curve.low[index] ?? null,
        curve.high[index] ?? null,
        curve.selectAll[index] ?? null,
      ]),
    },
    draw: (colors) => {
      const color = seriesColor(colors, 0)
      const all = seriesColor(colors, 1)
      return {
        type: 'scatter',
        data: {
          datasets: [
            ...band(color, curve.threshold, curve.low, curve.high),
            curveOf(color, pairs(curve.threshold, curve.netBenefit)),
            curveOf(all, pairs(curve.threshold, curve.selectAll)),
            reference(colors, { x: 0, y: 0 }, { x: 1, y: 0 }),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: { x: axis(colors, 'Threshold', unit), y: axis(colors, 'Net benefit a row', range) },
        },
        plugins: [
          directLabels(
            [
              { text: 'Model', x: curve.threshold[25] ?? 0.25, y: curve.netBenefit[25] ?? 0, color },
              { text: 'Select all', x: 0.02, y: 0.9 * top, color: all },
              { text: 'Select none', x: 0.8, y: 0, color: colors.muted },
            ],
            colors.background,
          ),
          markedPlace(threshold, formatShort(threshold), colors.text),
        ],
      }
    },
  }
}

export const valueSpec = (
  curve: NonNullable<DecisionSection['valueCurve']>,
  best: number | null,
  threshold: number,
): ChartSpec => ({
  title: 'Value by threshold',
  note: 'Mean value of a row with the payoff given. The best threshold was found on these rows, so its value is optimistic.',
  table: {
    columns: ['Threshold', 'Value a row', '95 % low', '95 % high'],
    rows: curve.threshold.map((at, index) => [
      at,
      curve.value[index] ?? null,
      curve.low[index] ?? null,
      curve.high[index] ?? null,
    ]),
  },
  draw: (colors) => {
    const color = seriesColor(colors, 2)
    return {
      type: 'scatter',
      data: {
        datasets: [
          ...band(color, curve.threshold, curve.low, curve.high),
          curveOf(color, pairs(curve.threshold, curve.value)),
        ],
      },
      options: {
        ...baseOptions(colors),
        scales: { x: axis(colors, 'Threshold'), y: axis(colors, 'Value a row') },
      },
      plugins: [
        ...(best === null ? [] : [{ ...markedPlace(best, `best ${formatShort(best)}`, color), id: 'assay-mark-best' }]),
        markedPlace(threshold, formatShort(threshold), colors.text),
      ],
    }
  },
})

export const gainSpec = (curve: GainCurve, capacity: number | null): ChartSpec => ({
  title: 'Gain and lift',
  note: 'Share of the positive rows found when the highest scores are selected first. The dashed line is a random choice.',
  table: {
    columns: ['Selected', 'Gain', '95 % low', '95 % high', 'Lift', 'Threshold'],
    rows: curve.selected.map((at, index) => [
      at,
      curve.gain[index] ?? null,
      curve.gainLow[index] ?? null,
      curve.gainHigh[index] ?? null,
      curve.lift[index] ?? null,
      curve.threshold[index] ?? null,
    ]),
  },
  draw: (colors) => {
    const color = seriesColor(colors, 0)
    return {
      type: 'scatter',
      data: {
        datasets: [
          ...band(color, curve.selected, curve.gainLow, curve.gainHigh),
          curveOf(color, pairs(curve.selected, curve.gain)),
          reference(colors, { x: 0, y: 0 }, { x: 1, y: 1 }),
        ],
      },
      options: {
        ...baseOptions(colors),
        scales: { x: axis(colors, 'Share of rows selected', unit), y: axis(colors, 'Share of positives found', unit) },
      },
      plugins: [
        directLabels(
          [
            {
              text: `Lift ${formatShort(Number((curve.lift[10] ?? 0).toPrecision(3)))} in the top tenth`,
              x: 0.1,
              y: curve.gain[10] ?? 0,
              color,
            },
            { text: 'Random', x: 0.75, y: 0.7, color: colors.muted },
          ],
          colors.background,
        ),
        ...(capacity === null ? [] : [markedPlace(capacity, 'capacity', colors.text)]),
      ],
    }
  },
})
