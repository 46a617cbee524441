/** Every metric of the run, and what each of them means. */
import type { Evidence } from '../../contract/run.ts'
import { formatCount } from '../../format/number.ts'
import { betterTitle } from '../../format/words.ts'
import { left, right, roomy, table, text } from '../report-document.ts'
import type { Section } from '../report-document.ts'
import { clipText } from '../visible-text.ts'
import { dash, intervalCell, metricKeys, titleOf, valueCell } from './metric-cells.ts'

export function metricsSection(evidence: Evidence): Section {
  const { total } = evidence.rows
  return {
    id: 'metrics',
    title: 'Key metrics',
    blocks: [
      text(
        'Intervals are made so that 95 % of them, over repeated samples of such rows, hold the true value. A dash is a number that is not defined; the reason stands under it.',
      ),
      table({
        caption: `Metrics over the rows used, of ${formatCount(total)} in total`,
        columns: [
          left('Metric'),
          right('Value'),
          right('95 % interval'),
          right('Rows used'),
          left('Method'),
          roomy(left('Definition')),
        ],
        rows: metricKeys(evidence).map((key) => {
          const metric = evidence.metrics[key]!
          return [
            titleOf(evidence, key),
            valueCell(metric),
            intervalCell(metric),
            formatCount(metric.n),
            clipText(metric.method ?? dash, 200),
            clipText(evidence.definitions[key]?.definition ?? dash, 500),
          ]
        }),
      }),
    ],
  }
}

export function definitionsSection(evidence: Evidence): Section {
  return {
    id: 'definitions',
    title: 'Definitions and sources',
    blocks: [
      table({
        caption: 'What each metric is, and where it is defined',
        columns: [left('Metric'), left('Definition'), left('Better'), left('Unit'), left('Source')],
        rows: Object.entries(evidence.definitions).map(([key, { definition, source, better, unit }]) => [
          titleOf(evidence, key),
          clipText(definition, 1000),
          betterTitle(better),
          unit,
          clipText(source, 500),
        ]),
      }),
    ],
  }
}
