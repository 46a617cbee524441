/** Why the scores are what they are: what each column adds, over all rows. */
import { explanationSchema } from '../../contract/explain.ts'
import type { Explanation } from '../../contract/explain.ts'
import type { Metric } from '../../contract/evidence.ts'
import type { Evidence } from '../../contract/run.ts'
import { agreementWords, branchWord, faithfulnessVerdict, stabilityWords } from '../../format/explanation-words.ts'
import { intervalText } from '../../format/interval.ts'
import { formatCount, formatMetric, formatNumber, formatPercent, plural } from '../../format/number.ts'
import { metricTitle } from '../../format/words.ts'
import { facts, left, right, roomy, table, text } from '../report-document.ts'
import type { Block, Section } from '../report-document.ts'
import { clipText, nameText } from '../visible-text.ts'
import { limitRows } from './limit-rows.ts'
import { metricCell } from './metric-cells.ts'

/** One table a class would fill pages; the evidence has the others. */
const shownOutputs = 3
const shownColumns = 20
const shownPairs = 10

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

function togetherBlocks({ outputs, friedman, players }: Explanation): Block[] {
  const named = (player: number): string => nameText(players[player]?.name ?? '')
  const pairs = outputs[0]?.interactions.slice(0, shownPairs) ?? []
  return [
    ...(pairs.length === 0
      ? []
      : [
          table({
            caption: `What two columns add to ${nameText(outputs[0]!.name)} together beyond each alone: interaction values`,
            columns: [left('Columns'), right('Mean |interaction|')],
            rows: pairs.map(({ a, b, meanAbs }) => [`${named(a)} and ${named(b)}`, metricCell(meanAbs)]),
          }),
        ]),
    ...(friedman
      ? [
          table({
            caption: `Friedman's H on the score of ${nameText(friedman.output)}: what columns move only together, 0 nothing to 1 all; ${plural(friedman.points, 'point')}`,
            columns: [left('Columns'), right('H')],
            rows: [
              ...friedman.columns.map(({ player, h }) => [`${named(player)} with all others`, metricCell(h)]),
              ...friedman.pairs
                .slice(0, shownPairs)
                .map(({ a, b, h }) => [`${named(a)} and ${named(b)}`, metricCell(h)]),
            ],
          }),
        ]
      : []),
  ]
}

/** The imitating tree, a line a node. */
function surrogateBlocks({ surrogate }: Explanation): Block[] {
  if (!surrogate) return []
  const { fidelity, nodes } = surrogate
  return [
    table({
      caption: `A tree that imitates the score reproduces ${intervalOrValue(fidelity)} of its variance on ${plural(fidelity.n, 'row')} that it was not grown on`,
      columns: [left('Rows'), left('Then asked'), right('n'), right('Mean score')],
      rows: nodes.map((node, at) => [
        `${'– '.repeat(node.depth)}${branchWord(nodes, at)}`,
        node.column === null ? '' : `${nameText(node.column)} is ${clipText(node.test, 120)}?`,
        formatCount(node.n),
        formatNumber(node.mean),
      ]),
    }),
  ]
}

function intervalOrValue(metric: Metric): string {
  const interval = intervalText(metric)
  return `${formatMetric(metric).value}${interval === null ? '' : ` (${interval})`}`
}

function qualityBlocks({ quality }: Explanation): Block[] {
  if (!quality) return []
  const { deletion, insertion, stability, agreement } = quality
  return [
    table({
      caption: `Whether the attributions are true to the model, measured on ${plural(quality.rows, 'row')}`,
      columns: [left('Test'), right('Result'), left('What it says')],
      rows: [
        ['Deletion, gain over a random order', metricCell(deletion.gain), faithfulnessVerdict(deletion.gain)],
        ['Insertion, gain over a random order', metricCell(insertion.gain), faithfulnessVerdict(insertion.gain)],
        [
          `Change when numbers move by ${formatPercent(stability.shift, 0)} of their deviation`,
          metricCell(stability.change),
          stabilityWords(stability),
        ],
        ['Rows whose first reason stays', metricCell(stability.firstReason), ''],
        ...agreement.map(({ method, rank, top }) => [
          `Rank correlation with ${method}`,
          metricCell(rank),
          agreementWords(top),
        ]),
      ],
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
        ...togetherBlocks(explanation),
        ...surrogateBlocks(explanation),
        ...qualityBlocks(explanation),
        trustBlock(explanation),
      ],
    },
  ]
}
