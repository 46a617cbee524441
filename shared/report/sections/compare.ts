/** Calibration, decision and comparison, where the evidence has them. */
import { calibrationDefinitions } from '../../calibration/definitions.ts'
import { canaryFacts, canaryLossTitle } from '../../comparison/canary-words.ts'
import { calibrationSectionSchema } from '../../contract/calibration.ts'
import type { CalibrationSection } from '../../contract/calibration.ts'
import { comparisonSchema } from '../../contract/comparison.ts'
import type { ComparedPair, Comparison } from '../../contract/comparison.ts'
import { decisionSectionSchema } from '../../contract/decision.ts'
import type { DecisionSection, OperatingPoint } from '../../contract/decision.ts'
import type { Evidence } from '../../contract/run.ts'
import { formatCount, formatShort, plural } from '../../format/number.ts'
import { metricTitle } from '../../format/words.ts'
import { axisAround } from '../charts/axis.ts'
import { lines } from '../charts/chart.ts'
import { figures, left, right, roomy, table, text } from '../report-document.ts'
import type { Block, Section } from '../report-document.ts'
import { clipText, nameText } from '../visible-text.ts'
import { limitRows } from './limit-rows.ts'
import { calibrationFigure, numberRows } from './shared-figures.ts'
import { dash, metricCell, pText } from './metric-cells.ts'

/** Classes that are shown; the evidence has the others. */
const shownEvents = 12
/** Slices that are shown, those farthest off first. */
const shownGroups = 15

/** Slices that the user named, and those that are farthest off. */
function groupBlocks({ groups }: CalibrationSection): Block[] {
  if (!groups || groups.found.length === 0) return []
  const { shown, ...rest } = limitRows(groups.found, shownGroups, 'slices')
  return [
    table({
      caption: `Calibration by slice: ${nameText(groups.event)}, false discoveries held at 5 % over ${plural(groups.tested, 'slice')}`,
      columns: [
        left('Slice'),
        right('Rows'),
        right('Predicted'),
        right('Observed'),
        right('Observed minus predicted'),
        right('p, adjusted'),
        left('The event is'),
      ],
      rows: shown.map(({ column, value, n, predicted, observed, gap, pAdjusted, verdict }) => [
        nameText(column === 'slice' ? value : `${column} = ${value}`),
        formatCount(n),
        formatShort(predicted),
        metricCell(observed),
        metricCell(gap),
        pText(pAdjusted),
        verdict,
      ]),
      ...rest,
    }),
  ]
}

function calibrationSection(section: CalibrationSection): Section {
  const { events, split, candidates } = section
  const [first] = events
  const { shown, ...rest } = limitRows(events, shownEvents, 'events')
  const keys = Object.keys(first?.metrics ?? {})
  return {
    id: 'calibration',
    title: 'Calibration',
    blocks: [
      text(
        'All used rows, before any recalibration. Where a probability means what it says, the slope is 1 and the errors are 0.',
      ),
      ...figures(first ? first.reliability.map(({ bins }) => calibrationFigure({ bins }, nameText(first.event))) : []),
      table({
        caption: 'Measures of calibration, with 95 % intervals',
        columns: [left('Measure'), ...shown.map(({ event }) => right(nameText(event)))],
        rows: keys.map((key) => [
          calibrationDefinitions[key]?.title ?? metricTitle(key),
          ...shown.map(({ metrics }) => metricCell(metrics[key])),
        ]),
        ...rest,
      }),
      ...groupBlocks(section),
      ...(split === null || candidates.length === 0
        ? []
        : [
            table({
              caption: `Recalibrations, fitted on ${plural(split.fitRows, 'row')} and judged on ${formatCount(split.judgedRows)} others (seed ${split.seed})`,
              columns: [
                left('Method'),
                right('Log loss before'),
                right('Log loss after'),
                right('Difference'),
                right('Brier score after'),
                left('Log loss is'),
                roomy(left('Map')),
              ],
              rows: candidates.map(({ method, words, judged, verdict }) => [
                metricTitle(method),
                metricCell(judged.before['log_loss']),
                metricCell(judged.after['log_loss']),
                metricCell(judged.difference['log_loss']),
                metricCell(judged.after['brier_score']),
                verdict,
                clipText(words, 200),
              ]),
            }),
          ]),
    ],
  }
}

function decisionSection(section: DecisionSection): Section {
  const { payoff, evaluated, best, atCapacity, capacity, rows } = section
  const row = (title: string, point: OperatingPoint) => [
    title,
    point.threshold === null ? dash : formatShort(point.threshold),
    formatCount(point.tp + point.fp),
    metricCell(point.metrics['precision']),
    metricCell(point.metrics['recall']),
    metricCell(point.metrics['lift']),
    metricCell(point.metrics['net_benefit']),
    ...(payoff ? [metricCell(point.metrics['value'])] : []),
  ]
  return {
    id: 'decision',
    title: 'Decision',
    blocks: [
      text(
        `${formatCount(rows.positives)} of ${plural(rows.used, 'row')} are “${nameText(section.positive)}”.${
          payoff
            ? ` A true positive is worth ${payoff.truePositive}, a false positive ${payoff.falsePositive}, a false negative ${payoff.falseNegative}, a true negative ${payoff.trueNegative}. The value at the best threshold is optimistic: it was found on these rows.`
            : ''
        }`,
      ),
      table({
        caption: 'Operating points, with 95 % intervals',
        columns: [
          left('Point'),
          right('Threshold'),
          right('Rows selected'),
          right('Precision'),
          right('Recall'),
          right('Lift'),
          right('Net benefit'),
          ...(payoff ? [right('Value a row')] : []),
        ],
        rows: [
          row('Evaluated', evaluated),
          ...(best ? [row('Best value', best)] : []),
          ...(atCapacity ? [row(`${plural(capacity ?? 0, 'row')} at most`, atCapacity)] : []),
        ],
      }),
    ],
  }
}

function pairBlocks(pair: ComparedPair, comparison: Comparison): Block[] {
  const titleOf = (key: string) => nameText(comparison.contenders.find((one) => one.key === key)?.title ?? key)
  const { mcnemar, signedRank, changed } = pair
  return [
    table({
      caption: `${titleOf(pair.other)} against ${titleOf(comparison.reference)}: other minus reference, same rows`,
      columns: [
        left('Metric'),
        right('Difference'),
        right('p, adjusted'),
        left('The other is'),
        left('Not worse by the margin'),
        roomy(left('Test')),
      ],
      rows: comparison.metricOrder.flatMap((name) => {
        const found = pair.differences[name]
        if (!found) return []
        const { nonInferiority } = found
        return [
          [
            comparison.definitions[name]?.title ?? metricTitle(name),
            metricCell(found.difference),
            pText(found.pAdjusted),
            found.verdict,
            nonInferiority
              ? { text: nonInferiority.verdict, note: `margin ${formatShort(nonInferiority.margin)}` }
              : dash,
            found.test ?? dash,
          ],
        ]
      }),
    }),
    text(
      `${formatCount(changed.fixed)} rows are put right, ${formatCount(changed.broken)} put wrong.${
        mcnemar ? ` McNemar’s exact p is ${pText(mcnemar.exactP)}.` : ''
      }${signedRank ? ` Wilcoxon’s signed-rank p of the absolute errors is ${pText(signedRank.p)}.` : ''}`,
    ),
  ]
}

function canaryBlocks({ canary, contenders }: Comparison): Block[] {
  if (!canary) return []
  const title = nameText(contenders.find(({ key }) => key === canary.run)?.title ?? canary.run)
  const { path } = canary.replay
  const loss = canaryLossTitle(canary)
  const what = `${loss}, new minus old`
  return [
    table({
      caption: `${title} rehearsed as a canary beside the reference`,
      columns: [left('What'), roomy(left('Found'))],
      rows: canaryFacts(canary).map(([term, words]) => [term, clipText(words, 300)]),
    }),
    ...figures(
      path.length === 0
        ? []
        : [
            {
              title: 'Canary',
              note: 'The difference and its bounds, which hold after every row at once.',
              chart: lines({
                label: `${what}, against the rows replayed, with bounds`,
                x: { title: 'Rows replayed', low: 0, high: path.at(-1)!.rows },
                y: axisAround(
                  what,
                  path.slice(Math.floor(path.length / 10)).flatMap(({ low, high }) => [low, high]),
                ),
                lines: (['difference', 'low', 'high'] as const).map((key) => ({
                  label: { difference: 'difference', low: 'lower bound', high: 'upper bound' }[key],
                  points: path.slice(Math.floor(path.length / 10)).map((point) => [point.rows, point[key]] as const),
                })),
                reference: {
                  label: canary.margin === 0 ? 'no difference' : 'margin',
                  from: [0, canary.margin],
                  to: [path.at(-1)!.rows, canary.margin],
                },
              }),
              data: {
                caption: 'What the canary’s test saw',
                columns: [right('Rows'), right('Exposed'), right(what), right('Lower bound'), right('Upper bound')],
                rows: numberRows([
                  path.map(({ rows }) => rows),
                  path.map(({ exposed }) => exposed),
                  path.map(({ difference }) => difference),
                  path.map(({ low }) => low),
                  path.map(({ high }) => high),
                ]),
              },
            },
          ],
    ),
  ]
}

function comparisonSection(comparison: Comparison): Section {
  const { rows, contenders, headline } = comparison
  return {
    id: 'comparison',
    title: 'Comparison',
    blocks: [
      text(
        `${formatCount(rows.used)} of ${plural(rows.total, 'row')}, each scored by every model. p-values are corrected over the models compared (Holm), not over the metrics.`,
      ),
      table({
        caption: 'Models and baselines',
        columns: [left('Model or baseline'), right(metricTitle(headline)), left('How it decides, or how it was made')],
        rows: contenders.map(({ title, detail, metrics }) => [
          nameText(title),
          metricCell(metrics[headline]),
          clipText(detail, 300),
        ]),
      }),
      ...canaryBlocks(comparison),
      ...comparison.pairs.flatMap((pair) => pairBlocks(pair, comparison)),
    ],
  }
}

/** One section an analysis; none where it was not made. */
export function compareSections(sections: NonNullable<Evidence['sections']>): Section[] {
  const calibration = calibrationSectionSchema.safeParse(sections['calibration'])
  const decision = decisionSectionSchema.safeParse(sections['decision'])
  const comparison = comparisonSchema.safeParse(sections['comparison'])
  return [
    ...(calibration.success ? [calibrationSection(calibration.data)] : []),
    ...(decision.success ? [decisionSection(decision.data)] : []),
    ...(comparison.success ? [comparisonSection(comparison.data)] : []),
  ]
}
