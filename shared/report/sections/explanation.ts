/** Why the scores are what they are: what each column adds, over all rows. */
import { explanationSchema } from '../../contract/explain.ts'
import type { Explanation } from '../../contract/explain.ts'
import type { Evidence } from '../../contract/run.ts'
import { formatCount, formatNumber, formatPercent, plural } from '../../format/number.ts'
import { metricTitle } from '../../format/words.ts'
import { facts, left, right, roomy, table, text } from '../report-document.ts'
import type { Block, Section } from '../report-document.ts'
import { clipText, nameText } from '../visible-text.ts'
import { limitRows } from './limit-rows.ts'
import { metricCell } from './metric-cells.ts'

/** One table a class would fill pages; the evidence has the others. */
const shownOutputs = 3
const shownColumns = 20

function outputBlocks(explanation: Explanation): Block[] {
  const shown = explanation.outputs.slice(0, shownOutputs)
  const others = explanation.outputs.length - shown.length
  return [
    ...shown.map((output) => {
      const total = output.features.reduce((sum, { meanAbs }) => sum + (meanAbs.value ?? 0), 0)
      const { shown: features, ...rest } = limitRows(output.features, shownColumns, 'columns')
      return table({
        caption: `What moves the score of ${nameText(output.name)}, with 95 % intervals; base ${formatNumber(output.base)}`,
        columns: [
          left('Column'),
          right('Mean |attribution|'),
          right('Share'),
          right('Mean attribution'),
          roomy(right('Largest')),
        ],
        rows: features.map(({ player, meanAbs, mean, largest }) => [
          nameText(explanation.players[player]?.name ?? ''),
          metricCell(meanAbs),
          total > 0 ? formatPercent((meanAbs.value ?? 0) / total, 1) : formatPercent(0, 1),
          metricCell(mean),
          formatNumber(largest),
        ]),
        ...rest,
      })
    }),
    ...(others > 0 ? [text(`${plural(others, 'more class', 'more classes')} in the evidence document.`)] : []),
  ]
}

function importanceBlocks({ importance, players }: Explanation): Block[] {
  if (!importance) return []
  const { shown, ...rest } = limitRows(importance.features, shownColumns, 'columns')
  return [
    table({
      caption: `Fall of ${metricTitle(importance.metric)} from ${formatNumber(importance.baseline)} when a column is shuffled; ${importance.repeats} shuffles of ${plural(importance.rows, 'row')}`,
      columns: [left('Column'), right('Fall')],
      rows: shown.map(({ player, drop }) => [nameText(players[player]?.name ?? ''), metricCell(drop)]),
      ...rest,
    }),
  ]
}

function trustBlock({ additivity, parity, sampling, reference, rows }: Explanation): Block {
  return facts('How far to trust it', [
    ['Rows', `${formatCount(rows.explained)} of ${formatCount(rows.total)} explained`],
    ['Reference', `${nameText(reference.name)}, ${formatCount(reference.used)} of ${formatCount(reference.rows)} rows`],
    [
      'Adds up',
      `to ${additivity.largest.toExponential(1)} at every row; the bound is ${additivity.bound.toExponential(1)}`,
    ],
    ...(parity
      ? [['Same model', `scores differ from ONNX Runtime's by at most ${parity.largest.toExponential(1)}`] as const]
      : []),
    ...(sampling
      ? [
          [
            'Sampling',
            `standard error ${formatNumber(sampling.meanError)} on average, ${formatNumber(sampling.largestError)} at most; ${sampling.rule}`,
          ] as const,
        ]
      : []),
  ])
}

/** None where the run is not explained. */
export function explanationSections({ sections = {} }: Evidence): Section[] {
  const parsed = explanationSchema.safeParse(sections['explanation'])
  if (!parsed.success) return []
  const explanation = parsed.data
  const grave = explanation.findings.filter((finding) => finding.severity !== 'note')
  return [
    {
      id: 'explanation',
      title: 'Why the scores are what they are',
      blocks: [
        text(
          `${explanation.methodTitle}; attributions are given ${explanation.spaceNote}. ${
            explanation.game === 'path-dependent'
              ? 'An absent column sends on the shares of the reference rows at each node of the trees.'
              : 'An absent column takes the values of the reference rows.'
          }`,
        ),
        ...grave.map((finding) => text(clipText(`${finding.message} ${finding.remedy}`, 500))),
        ...outputBlocks(explanation),
        ...importanceBlocks(explanation),
        trustBlock(explanation),
      ],
    },
  ]
}
