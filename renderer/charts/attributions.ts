/** Charts of attributions: one column against its values, what a moved column does to the score, and one row's parts. */
import type { Dependence, Effect, Quality } from '../../shared/contract/explain.ts'
import type { ImageRow } from '../../shared/contract/explain-image.ts'
import type { RowExplanation, TextRow } from '../../shared/contract/explain-row.ts'
import { imageMethodTitles } from '../../shared/format/image-methods.ts'
import { formatNumber } from '../../shared/format/number.ts'
import { axis, baseOptions, unit } from './base-options.ts'
import { fade, seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import { drawQuantileBand, quantileTitles } from './quantile-band.ts'
import type { ChartSpec } from './spec.ts'

const middle = (low: number | null, high: number | null): number => ((low ?? 0) + (high ?? 0)) / 2

const dependenceTable = (column: string, { bins }: Dependence): ChartSpec['table'] => ({
  columns: [column, 'Rows', 'Mean', ...quantileTitles],
  rows: bins.map((bin) => [bin.label, bin.n, bin.mean, ...bin.quantiles]),
})

/** Quantile bands over bins with equally many rows; categories as whiskers. */
export const dependenceSpec = (column: string, unit: string, dependence: Dependence): ChartSpec => {
  const bins = dependence.bins.filter((bin) => bin.low !== null)
  const title = `Attribution of ${column} by its value`
  const table = dependenceTable(column, dependence)
  if (bins.length < 2) return categorySpec(title, unit, column, dependence, table)
  return {
    title,
    note: 'Quantiles over the rows in bins with equally many rows. Where the band is wide, other columns decide how much this value counts.',
    table,
    draw: drawQuantileBand({
      bins: bins.map(({ low, high, quantiles }) => ({ x: middle(low, high), quantiles })),
      xTitle: column,
      yTitle: `Attribution, ${unit}`,
      medianRadius: 2.5,
    }),
  }
}

const categorySpec = (
  title: string,
  unit: string,
  column: string,
  { bins }: Dependence,
  table: ChartSpec['table'],
): ChartSpec => ({
  title,
  note: 'Mean attribution of the rows with each value; lines span the middle 90 % of them.',
  table,
  draw: (colors) => ({
    type: 'bar',
    data: {
      labels: bins.map((bin) => bin.label),
      datasets: [
        {
          data: bins.map((bin) => bin.mean),
          backgroundColor: bins.map((bin) => fade(seriesColor(colors, bin.mean >= 0 ? 1 : 0), 0.6)),
          borderColor: bins.map((bin) => seriesColor(colors, bin.mean >= 0 ? 1 : 0)),
          borderWidth: 1,
          maxBarThickness: 48,
        },
      ],
    },
    options: {
      ...baseOptions(colors),
      scales: {
        x: { ...axis(colors, column), grid: { display: false } },
        y: {
          ...axis(colors, `Attribution, ${unit}`),
          suggestedMin: Math.min(0, ...bins.map((bin) => bin.quantiles[0] ?? 0)),
          suggestedMax: Math.max(0, ...bins.map((bin) => bin.quantiles[4] ?? 0)),
        },
      },
    },
    plugins: [
      intervalWhiskers(
        bins.map((bin, x): Whisker => ({ x, low: bin.quantiles[0] ?? bin.mean, high: bin.quantiles[4] ?? bin.mean })),
        colors.text,
      ),
    ],
  }),
})

/** Partial dependence with curves of single rows, and accumulated local effects beside it. */
export const effectSpec = (column: string, effect: Effect): ChartSpec => {
  const { grid, partialDependence, individual, accumulated } = effect
  const isNumber = grid.every((value) => typeof value === 'number')
  const x = (index: number): number => (isNumber ? Number(grid[index]) : index)
  const mean = partialDependence.map((metric) => metric.value ?? 0)
  const centre = mean.reduce((sum, value) => sum + value, 0) / Math.max(1, mean.length)
  return {
    title: `Score of ${effect.output} as ${column} is moved`,
    note: `Mean over ${effect.rows} rows with 95 % intervals, thin lines are single rows${accumulated ? '; accumulated local effects follow the data where columns go together' : ''}.`,
    table: {
      columns: [column, 'Mean score', '95 % low', '95 % high', ...(accumulated ? ['Accumulated local effect'] : [])],
      rows: grid.map((value, index) => [
        value,
        partialDependence[index]?.value ?? null,
        partialDependence[index]?.low ?? null,
        partialDependence[index]?.high ?? null,
        ...(accumulated ? [accumulated[index] ?? null] : []),
      ]),
    },
    draw: (colors) => {
      const line = (data: { x: number; y: number }[], color: string, width: number, label: string) => ({
        label,
        data,
        showLine: true,
        borderColor: color,
        backgroundColor: color,
        borderWidth: width,
        pointRadius: width > 1 ? 2.5 : 0,
        pointHitRadius: width > 1 ? 6 : 0,
        order: width > 1 ? 1 : 5,
      })
      const last = grid.length - 1
      return {
        type: 'scatter',
        data: {
          datasets: [
            line(
              mean.map((y, index) => ({ x: x(index), y })),
              seriesColor(colors, 0),
              2.5,
              'Partial dependence',
            ),
            ...(accumulated
              ? [
                  line(
                    accumulated.map((y, index) => ({ x: x(index), y: y + centre })),
                    seriesColor(colors, 1),
                    2,
                    'Accumulated local effects',
                  ),
                ]
              : []),
            ...individual.map((curve) =>
              line(
                curve.map((y, index) => ({ x: x(index), y })),
                fade(colors.muted, 0.25),
                1,
                'One row',
              ),
            ),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: {
            x: isNumber
              ? axis(colors, column)
              : {
                  ...axis(colors, column),
                  min: -0.5,
                  max: last + 0.5,
                  ticks: {
                    ...axis(colors, column).ticks,
                    stepSize: 1,
                    callback: (at) => String(grid[Number(at)] ?? ''),
                  },
                },
            y: axis(colors, 'Score'),
          },
        },
        plugins: [
          intervalWhiskers(
            partialDependence.flatMap((metric, index): Whisker[] =>
              metric.low === null || metric.high === null ? [] : [{ x: x(index), low: metric.low, high: metric.high }],
            ),
            seriesColor(colors, 0),
          ),
          directLabels(
            [
              { text: 'Mean', x: x(last), y: mean[last] ?? 0, color: seriesColor(colors, 0) },
              ...(accumulated
                ? [{ text: 'ALE', x: x(last), y: (accumulated[last] ?? 0) + centre, color: seriesColor(colors, 1) }]
                : []),
            ],
            colors.background,
          ),
        ],
      }
    },
  }
}

interface OrderLine {
  readonly text: string
  readonly share: readonly number[]
  readonly score: readonly number[]
}

/** Scores while something is taken away or put in, one line an order; the last is the random one. */
const orderSpec = (
  kind: 'deletion' | 'insertion',
  note: string,
  lines: readonly OrderLine[],
  output: string,
): ChartSpec => {
  const isDeletion = kind === 'deletion'
  const share = lines[0]?.share ?? []
  const title = isDeletion ? 'Share taken away' : 'Share put in'
  const placeOf = (k: number): number => (k === lines.length - 1 ? 5 : [1, 0, 2][k % 3]!)
  return {
    title: isDeletion ? 'Deletion' : 'Insertion',
    note,
    table: {
      columns: [title, ...lines.map(({ text }) => text)],
      rows: share.map((part, k) => [part, ...lines.map(({ score }) => score[k] ?? null)]),
    },
    draw: (colors) => ({
      type: 'scatter',
      data: {
        datasets: lines.map(({ text, score }, line) => ({
          label: text,
          data: share.map((x, k) => ({ x, y: score[k] ?? 0 })),
          showLine: true,
          borderColor: seriesColor(colors, placeOf(line)),
          backgroundColor: seriesColor(colors, placeOf(line)),
          borderWidth: 2,
          pointRadius: 2.5,
        })),
      },
      options: {
        ...baseOptions(colors),
        scales: { x: axis(colors, title, unit), y: axis(colors, `Score of ${output}`) },
      },
      plugins: [
        directLabels(
          lines.map(({ text, score }, line) => {
            const at = Math.round(((share.length - 1) * (line + 1)) / (lines.length + 1))
            return { text, x: share[at] ?? 0, y: score[at] ?? 0, color: seriesColor(colors, placeOf(line)) }
          }),
          colors.background,
        ),
      ],
    }),
  }
}

export const faithfulnessSpec = (
  kind: 'deletion' | 'insertion',
  quality: Pick<Quality, 'share' | 'deletion' | 'insertion'>,
  output: string,
): ChartSpec => {
  const { share } = quality
  const { byAttribution, atRandom } = quality[kind]
  return orderSpec(
    kind,
    kind === 'deletion'
      ? 'Mean score while columns get the values of other rows, what speaks most for the score first. A true order falls faster than a random one.'
      : 'Mean score while columns of another row get the row’s values, what speaks most for the score first. A true order rises faster.',
    [
      { text: 'By attribution', share, score: byAttribution },
      { text: 'At random', share, score: atRandom },
    ],
    output,
  )
}

export const pixelCurvesSpec = (kind: 'deletion' | 'insertion', found: ImageRow): ChartSpec =>
  orderSpec(
    kind,
    kind === 'deletion'
      ? 'Score while pixels are hidden, the most important first. A true map falls faster than a random order.'
      : 'Score while pixels are shown on a hidden picture, the most important first. A true map rises faster.',
    [
      ...found.maps.map((map) => ({ text: imageMethodTitles[map.method], ...map[kind] })),
      { text: 'At random', ...found.random[kind] },
    ],
    found.className,
  )

export const wordOrderSpec = (
  { column, share, byEffect, atRandom }: TextRow['columns'][number],
  className: string,
): ChartSpec => ({
  ...orderSpec(
    'deletion',
    'Score while words are deleted, the most important first. True effects fall faster than a random order.',
    [
      { text: 'By effect', share, score: byEffect },
      { text: 'At random', share, score: atRandom },
    ],
    className,
  ),
  title: `Deletion of the words of ${column}`,
})

const shownParts = 12

/** From the base to the row's margin, one bar a column, the small ones together. */
export const waterfallSpec = (output: RowExplanation['outputs'][number], row: number, unit: string): ChartSpec => {
  const top = output.parts.slice(0, shownParts)
  const rest = output.parts.slice(shownParts)
  const others = rest.reduce((sum, part) => sum + part.attribution, 0)
  const bars = [
    ...top.map((part) => ({ label: `${part.name} = ${part.value}`.slice(0, 48), amount: part.attribution })),
    ...(rest.length > 0 ? [{ label: `${rest.length} other columns`, amount: others }] : []),
  ]
  let at = output.base
  const spans = bars.map(({ amount }): [number, number] => {
    const from = at
    at += amount
    return [from, at]
  })
  return {
    title: `Row ${row + 1}: from the average to ${output.name}`,
    note: `Base ${formatNumber(output.base)}, this row ${formatNumber(output.margin)}, ${unit}. Right of where a bar begins speaks for it, left against it.`,
    table: {
      columns: ['Column', 'Value', 'Attribution', 'Standard error'],
      rows: output.parts.map((part) => [part.name, part.value, part.attribution, part.standardError]),
    },
    draw: (colors) => ({
      type: 'bar',
      data: {
        labels: bars.map((bar) => bar.label),
        datasets: [
          {
            data: spans as unknown as number[],
            backgroundColor: bars.map((bar) => seriesColor(colors, bar.amount >= 0 ? 1 : 0)),
            barPercentage: 0.8,
            categoryPercentage: 0.9,
            maxBarThickness: 40,
          },
        ],
      },
      options: {
        ...baseOptions(colors),
        indexAxis: 'y',
        scales: {
          x: { ...axis(colors, `Margin, ${unit}`), suggestedMin: output.base, suggestedMax: output.base },
          y: {
            ...axis(colors, ''),
            title: { display: false },
            grid: { display: false },
            ticks: { ...axis(colors, '').ticks, autoSkip: false },
          },
        },
        plugins: {
          tooltip: {
            ...baseOptions(colors).plugins.tooltip,
            callbacks: {
              label: (item) => formatNumber(bars[item.dataIndex]?.amount ?? 0),
            },
          },
        },
      },
    }),
  }
}
