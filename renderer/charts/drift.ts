/** A column of both datasets: its distribution, and how far each chunk of time is from the reference. */
import type { DriftColumn, DriftColumnTimeline } from '../../shared/contract/drift-column.ts'
import { driftDefinitions } from '../../shared/drift/definitions.ts'
import { formatNumber, formatPercent } from '../../shared/format/number.ts'
import { axis, baseOptions, reference as referenceLine } from './base-options.ts'
import type { Colors } from './colors.ts'
import { fade, seriesColor } from './colors.ts'
import { directLabels, markedPlace } from './plugins.ts'
import type { ChartSpec } from './spec.ts'

const short = (value: number): string => formatNumber(Number(value.toPrecision(3)))

interface Bars {
  readonly labels: readonly string[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

const shares = (counts: readonly number[]): number[] => {
  const total = counts.reduce((sum, n) => sum + n, 0)
  return counts.map((n) => (total === 0 ? 0 : n / total))
}

/** Equal widths for numbers, the most frequent categories for texts; deciles where a column has no width. */
const barsOf = ({ histogram, bins }: DriftColumn): Bars => {
  if (histogram) {
    const labels = histogram.reference.map((_, bin) => {
      const from = histogram.edges[bin] ?? 0
      const to = histogram.edges[bin + 1] ?? from
      return bin === 0
        ? `under ${short(to)}`
        : bin === histogram.reference.length - 1
          ? `${short(from)} and over`
          : `${short(from)} to ${short(to)}`
    })
    return { labels, reference: histogram.reference, current: histogram.current }
  }
  const labels =
    bins.categories ??
    bins.reference.map((_, bin) => (bin === 0 ? 'lowest' : `from ${short(bins.edges?.[bin - 1] ?? 0)}`))
  return { labels, reference: bins.reference, current: bins.current }
}

const peak = (values: readonly number[]): number =>
  values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0)

export const distributionSpec = (
  column: DriftColumn,
  names: { readonly reference: string; readonly current: string },
): ChartSpec => {
  const bars = barsOf(column)
  const series = [
    { label: names.reference, counts: bars.reference, share: shares(bars.reference) },
    { label: names.current, counts: bars.current, share: shares(bars.current) },
  ]
  const numeric = column.kind === 'numeric'
  return {
    title: `Distribution of ${column.name}`,
    note: numeric
      ? 'Share of the rows with a value. The outer bins hold everything beyond the middle 99 %.'
      : 'Share of the rows with a value.',
    table: {
      columns: [numeric ? 'Bin' : 'Category', ...series.flatMap(({ label }) => [`${label}, rows`, `${label}, share`])],
      rows: bars.labels.map((label, index) => [
        label,
        ...series.flatMap(({ counts, share }) => [counts[index] ?? 0, share[index] ?? 0]),
      ]),
    },
    draw: (colors) => ({
      type: 'bar',
      data: {
        labels: [...bars.labels],
        datasets: series.map(({ label, share }, index) => ({
          label,
          data: share,
          backgroundColor: fade(seriesColor(colors, index), 0.55),
          borderColor: seriesColor(colors, index),
          borderWidth: 1,
          barPercentage: numeric ? 1 : 0.9,
          categoryPercentage: numeric ? 1 : 0.8,
          grouped: !numeric,
        })),
      },
      options: {
        ...baseOptions(colors),
        scales: {
          x: { ...axis(colors, column.name), grid: { display: false } },
          y: axis(colors, 'Share of rows', { min: 0 }),
        },
        plugins: {
          tooltip: {
            ...baseOptions(colors).plugins.tooltip,
            callbacks: {
              label: (item) => `${item.dataset.label ?? ''}: ${formatPercent(Number(item.raw))}`,
            },
          },
        },
      },
      plugins: [
        directLabels(
          series.map(({ label, share }, index) => ({
            text: label,
            x: peak(share),
            y: share[peak(share)] ?? 0,
            color: seriesColor(colors, index),
          })),
          colors.background,
        ),
      ],
    }),
  }
}

interface Placed {
  readonly x: number
  readonly label: string
  readonly statistic: number | null
  readonly n: number
  readonly p: number | null
  readonly alarm: boolean
  readonly side: 'reference' | 'current'
}

const place = (timeline: DriftColumnTimeline): readonly Placed[] =>
  [
    ...timeline.reference.map((chunk) => ({ ...chunk, side: 'reference' as const })),
    ...timeline.current.map((chunk) => ({ ...chunk, side: 'current' as const })),
  ].map((chunk, x) => ({ ...chunk, x }))

const line = (colors: Colors, index: number, placed: readonly Placed[], side: Placed['side']) => ({
  label: side,
  data: placed.flatMap(({ x, statistic, side: own }) =>
    statistic === null || own !== side ? [] : [{ x, y: statistic }],
  ),
  showLine: true,
  borderColor: seriesColor(colors, index),
  backgroundColor: seriesColor(colors, index),
  borderWidth: 2,
  pointRadius: placed
    .filter(({ side: own, statistic }) => own === side && statistic !== null)
    .map(({ alarm }) => (alarm ? 5 : 2)),
})

/** The reference's own chunks first: what it does by itself is the measure of what came after. */
export const timelineSpec = (name: string, timeline: DriftColumnTimeline): ChartSpec => {
  const placed = place(timeline)
  const { title } = driftDefinitions[timeline.test]
  const { band } = timeline
  return {
    title: `${name} over time`,
    note: band
      ? 'Each chunk against the whole reference. Large points are alarms; the dashed line is what the reference’s own chunks stay under (mean and three deviations).'
      : 'Each chunk against the whole reference. Large points are alarms.',
    table: {
      columns: ['Chunk', 'Of', title, 'p', 'Rows', 'Alarm'],
      rows: placed.map(({ label, side, statistic, p, n, alarm }) => [
        label,
        side,
        statistic,
        p,
        n,
        alarm ? 'alarm' : '',
      ]),
    },
    draw: (colors) => {
      const base = axis(colors, 'Chunk')
      return {
        type: 'scatter',
        data: {
          datasets: [
            line(colors, 0, placed, 'reference'),
            line(colors, 1, placed, 'current'),
            ...(band ? [referenceLine(colors, { x: 0, y: band.high }, { x: placed.length - 1, y: band.high })] : []),
          ],
        },
        options: {
          ...baseOptions(colors),
          scales: {
            x: {
              ...base,
              ticks: { ...base.ticks, callback: (value: string | number) => placed[Number(value)]?.label ?? '' },
            },
            y: axis(colors, title, { min: 0 }),
          },
        },
        plugins: [markedPlace(timeline.reference.length - 0.5, 'Current data from here', colors.text)],
      }
    },
  }
}
