/** Production over time: a metric against its approved value, columns in alarm, and predicted against observed. */
import { givesOneNumber } from '../../shared/contract/dataset.ts'
import type { Metric } from '../../shared/contract/evidence.ts'
import type { MonitorReport, MonitorWindow } from '../../shared/contract/monitor-report.ts'
import { metricDefinitions } from '../../shared/metrics/definitions.ts'
import { axis, baseOptions, reference as referenceLine } from './base-options.ts'
import type { Colors } from './colors.ts'
import { seriesColor } from './colors.ts'
import type { Whisker } from './plugins.ts'
import { directLabels, intervalWhiskers } from './plugins.ts'
import type { ChartSpec, Drawing } from './spec.ts'

export const metricTitle = (name: string): string => metricDefinitions[name]?.title ?? name

interface Point {
  readonly x: number
  readonly metric: Metric
}

const pointsOf = (
  windows: readonly MonitorWindow[],
  read: (window: MonitorWindow) => Metric | undefined,
): readonly Point[] =>
  windows.flatMap((window, x) => {
    const metric = read(window)
    return metric && metric.value !== null ? [{ x, metric }] : []
  })

const whiskersOf = (points: readonly Point[]): Whisker[] =>
  points.flatMap(({ x, metric: { low, high } }) => (low === null || high === null ? [] : [{ x, low, high }]))

/** Labels that fit below a chart of half a page. */
const labelsAtMost = 4

const windowAxis = (colors: Colors, labels: readonly string[]) => {
  const base = axis(colors, 'Window')
  const step = Math.max(1, Math.ceil(labels.length / labelsAtMost))
  return {
    ...base,
    min: -0.5,
    max: labels.length - 0.5,
    afterBuildTicks: (scale: { ticks: { value: number }[] }): void => {
      scale.ticks = labels.flatMap((_, value) => (value % step === 0 ? [{ value }] : []))
    },
    ticks: {
      ...base.ticks,
      autoSkip: false,
      callback: (value: string | number) => (labels[Number(value)] ?? '').replace(/^(week of|rows|quarter from) /, ''),
    },
  }
}

/** Two lines stand a little apart, so that their intervals do not cover one another. */
const apart = 0.14
const aside = (points: readonly Point[], index: number, of: number): readonly Point[] =>
  of < 2 ? points : points.map(({ x, metric }) => ({ x: x + (index === 0 ? -apart : apart), metric }))

const series = (colors: Colors, index: number, label: string, points: readonly Point[], hollow = false) => ({
  label,
  data: points.map(({ x, metric }) => ({ x, y: metric.value ?? 0 })),
  showLine: true,
  borderColor: seriesColor(colors, index),
  backgroundColor: hollow ? colors.background : seriesColor(colors, index),
  borderWidth: 2,
  ...(hollow ? { borderDash: [5, 4], pointBorderWidth: 1.5 } : {}),
  pointRadius: 4,
})

const named = (colors: Colors, index: number, text: string, points: readonly Point[]) => {
  const last = points.at(-1)
  return last ? [{ text, x: last.x, y: last.metric.value ?? 0, color: seriesColor(colors, index) }] : []
}

/** Two lines over windows with their intervals, and a dashed line for what was approved. */
const drawLines =
  (
    labels: readonly string[],
    title: string,
    lines: readonly { readonly name: string; readonly points: readonly Point[]; readonly hollow?: boolean }[],
    approved: number | null,
  ) =>
  (colors: Colors): Drawing => {
    const used = lines.filter(({ points }) => points.length > 0)
    const shown = used.map((line, index) => ({ ...line, points: aside(line.points, index, used.length) }))
    const ends = used.flatMap(({ points }) => points.flatMap(({ metric: { value, low, high } }) => [value, low, high]))
    const known = [...ends, approved].filter((value) => value !== null)
    const end = labels.length - 0.5
    return {
      type: 'scatter',
      data: {
        datasets: [
          ...shown.map(({ name, points, hollow }) =>
            series(
              colors,
              lines.findIndex((one) => one.name === name),
              name,
              points,
              hollow,
            ),
          ),
          ...(approved === null ? [] : [referenceLine(colors, { x: -0.5, y: approved }, { x: end, y: approved })]),
        ],
      },
      options: {
        ...baseOptions(colors),
        scales: {
          x: windowAxis(colors, labels),
          y: { ...axis(colors, title), suggestedMin: Math.min(...known), suggestedMax: Math.max(...known) },
        },
      },
      plugins: [
        ...shown.map(({ name, points }) =>
          intervalWhiskers(
            whiskersOf(points),
            seriesColor(
              colors,
              lines.findIndex((one) => one.name === name),
            ),
          ),
        ),
        directLabels(
          [
            ...shown.flatMap(({ name, points }) =>
              named(
                colors,
                lines.findIndex((one) => one.name === name),
                name,
                points,
              ),
            ),
            ...(approved === null ? [] : [{ text: 'Approved', x: -0.5, y: approved, color: colors.muted }]),
          ],
          colors.background,
        ),
      ],
    }
  }

export const performanceSpec = (report: MonitorReport, name: string): ChartSpec => {
  const { windows } = report
  const title = metricTitle(name)
  const labelled = pointsOf(windows, ({ metrics }) => metrics[name])
  const estimated = pointsOf(windows, (window) => window.estimated[name])
  const approved = report.reference.metrics[name]
  const from = [
    ...(labelled.length > 0 ? ['from the labels that came'] : []),
    ...(estimated.length > 0 ? ['estimated without labels'] : []),
  ].join(', and ')
  const shown = from === '' ? 'No window has a value' : `${from[0]!.toUpperCase()}${from.slice(1)}, with 95 % intervals`
  return {
    title: `${title} over time`,
    note: `${shown}; the dashed line is the approved value.`,
    table: {
      columns: ['Window', 'Labelled rows', title, '95 % low', '95 % high', 'Estimated', '95 % low', '95 % high'],
      rows: windows.map((window) => {
        const of = (metric: Metric | undefined) => [metric?.value ?? null, metric?.low ?? null, metric?.high ?? null]
        return [window.label, window.labelled, ...of(window.metrics[name]), ...of(window.estimated[name])]
      }),
    },
    draw: drawLines(
      windows.map(({ label }) => label),
      title,
      [
        { name: 'From labels', points: labelled },
        { name: 'Estimated', points: estimated, hollow: true },
      ],
      approved?.value ?? null,
    ),
  }
}

/** Null where no window has labels enough. */
export const calibrationSpec = (report: MonitorReport): ChartSpec | null => {
  const { windows } = report
  const observed = pointsOf(windows, ({ calibration }) => calibration?.observed)
  const predicted = pointsOf(windows, ({ calibration }) =>
    calibration ? { value: calibration.predicted, low: null, high: null, n: 0, method: null } : undefined,
  )
  if (observed.length === 0) return null
  const rate = !givesOneNumber(report.task)
  const severalLabels = report.task === 'multilabel'
  return {
    title: 'Predicted and observed',
    note: rate
      ? severalLabels
        ? 'Mean predicted chance of a label, over all labels, and the share of them that the labelled rows have.'
        : 'Mean predicted chance of the positive class, and the share of labelled rows that have it.'
      : 'Mean prediction, and mean of what came.',
    table: {
      columns: ['Window', 'Labelled rows', 'Predicted', 'Observed', '95 % low', '95 % high'],
      rows: windows.map(({ label, labelled, calibration }) => [
        label,
        labelled,
        calibration?.predicted ?? null,
        calibration?.observed.value ?? null,
        calibration?.observed.low ?? null,
        calibration?.observed.high ?? null,
      ]),
    },
    draw: drawLines(
      windows.map(({ label }) => label),
      severalLabels ? 'Rate of a label' : rate ? 'Rate of the positive class' : 'Value',
      [
        { name: 'Observed', points: observed },
        { name: 'Predicted', points: predicted, hollow: true },
      ],
      null,
    ),
  }
}

export const alarmsSpec = (report: MonitorReport): ChartSpec => {
  const { windows, drift, triggers } = report
  const compared = drift.columns.filter(({ source }) => source === 'column').length
  const needed = Math.max(1, Math.ceil(triggers.drift.share * compared))
  const labels = windows.map(({ label }) => label)
  return {
    title: 'Columns in alarm',
    note: `Of ${compared} compared in each window, corrected over columns and windows together; the dashed line is where the trigger holds.`,
    table: {
      columns: ['Window', 'Rows', 'Columns in alarm', 'Prediction'],
      rows: windows.map(({ label, rows, alarms, predictionAlarm }) => [
        label,
        rows,
        alarms,
        predictionAlarm ? 'alarm' : '',
      ]),
    },
    draw: (colors) => ({
      type: 'scatter',
      data: {
        datasets: [
          {
            label: 'Columns in alarm',
            data: windows.map(({ alarms }, x) => ({ x, y: alarms })),
            showLine: true,
            stepped: 'middle',
            borderColor: seriesColor(colors, 1),
            backgroundColor: seriesColor(colors, 1),
            borderWidth: 2,
            pointRadius: windows.map(({ predictionAlarm }) => (predictionAlarm ? 5 : 2)),
          },
          referenceLine(colors, { x: -0.5, y: needed }, { x: labels.length - 0.5, y: needed }),
        ],
      },
      options: {
        ...baseOptions(colors),
        scales: {
          x: windowAxis(colors, labels),
          y: axis(colors, 'Columns', { min: 0, max: Math.max(needed, ...windows.map(({ alarms }) => alarms)) + 1 }),
        },
      },
      plugins: [directLabels([{ text: 'Trigger', x: -0.5, y: needed, color: colors.muted }], colors.background)],
    }),
  }
}
