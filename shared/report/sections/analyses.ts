/** Further analyses of the run, where the evidence has them: fairness, slices, robustness. */
import { fairnessSectionSchema } from '../../contract/fairness.ts'
import type { FairnessAttribute, FairnessSection } from '../../contract/fairness.ts'
import { robustnessSectionSchema } from '../../contract/robustness.ts'
import type { RobustnessSection } from '../../contract/robustness.ts'
import type { Evidence } from '../../contract/run.ts'
import { slicesSectionSchema } from '../../contract/slices.ts'
import type { Slice, SlicesSection } from '../../contract/slices.ts'
import { groupMetricDefinitions, mitigationCaution, mitigationTitle, parityGuides } from '../../fairness/definitions.ts'
import { formatCount, formatNumber, formatPercent, plural } from '../../format/number.ts'
import { metricTitle } from '../../format/words.ts'
import { left, right, roomy, table, text } from '../report-document.ts'
import type { Block, Section } from '../report-document.ts'
import { clipText, nameText } from '../visible-text.ts'
import { compareSections } from './compare.ts'
import { limitRows, listNames } from './limit-rows.ts'
import { dash, metricCell, pText } from './metric-cells.ts'

/** Rates that fit on a page; the evidence has the others. */
const groupColumns = ['selection_rate', 'tpr', 'fpr', 'ppv', 'accuracy', 'mean_residual', 'mae', 'prediction_mean']

function attributeBlocks(attribute: FairnessAttribute): Block[] {
  const keys = groupColumns.filter((key) => attribute.groups[0]?.metrics[key])
  const name = nameText(attribute.name)
  const { shown, ...rest } = limitRows(attribute.groups, 40, 'groups')
  return [
    table({
      caption: `Groups by ${name}, with 95 % intervals; the reference is ${nameText(attribute.reference)}`,
      columns: [
        left(name),
        right('Rows'),
        ...keys.map((key) => right(groupMetricDefinitions[key]?.title ?? metricTitle(key))),
      ],
      rows: shown.map((group) => [
        nameText(group.label),
        formatCount(group.n),
        ...keys.map((key) => metricCell(group.metrics[key])),
      ]),
      ...(attribute.suppressed.groups === 0
        ? rest
        : {
            note: `${plural(attribute.suppressed.groups, 'smaller group')} with ${plural(attribute.suppressed.rows, 'row')} not shown.`,
          }),
    }),
    table({
      caption: `How far groups by ${name} are apart`,
      columns: [
        left('Parity'),
        left('Question'),
        right('Largest difference'),
        right('Least ratio'),
        right('p, adjusted'),
        roomy(left('From, to')),
      ],
      rows: attribute.parity.map((entry) => [
        parityGuides[entry.name]?.title ?? entry.name,
        parityGuides[entry.name]?.question ?? '',
        metricCell(entry.difference),
        entry.ratio ? metricCell(entry.ratio) : dash,
        pText(entry.pAdjusted),
        entry.lowest === null ? dash : nameText(`${entry.lowest}, ${entry.highest ?? ''}`),
      ]),
    }),
  ]
}

function fairnessSection(section: FairnessSection): Section {
  const { rows, selected, threshold, tests } = section
  const { shown, ...rest } = limitRows(section.mitigation, 24, 'sets of thresholds')
  return {
    id: 'fairness',
    title: 'Fairness',
    blocks: [
      text(
        `${formatCount(rows.used)} of ${plural(rows.total, 'row')}.${selected === null ? '' : ` Selected means “${clipText(selected, 100)}”${threshold === null ? '' : `, at ${threshold} or above`}.`} p-values are adjusted over ${plural(tests.parity, 'test')} (${tests.correction}).`,
      ),
      ...section.attributes.flatMap(attributeBlocks),
      ...(section.mitigation.length === 0
        ? []
        : [
            text(mitigationCaution),
            table({
              caption: 'Thresholds that make groups alike, and their price',
              columns: [
                left('Attribute'),
                left('Made equal'),
                left('Thresholds'),
                right('Gap before'),
                right('Gap after'),
                right('Change of accuracy'),
              ],
              rows: shown.map((entry) => [
                nameText(entry.attribute),
                mitigationTitle(entry),
                listNames(
                  entry.groups.map(
                    (group) =>
                      `${nameText(group.label)} ${group.thresholdAfter === null ? 'none' : formatNumber(group.thresholdAfter)}`,
                  ),
                  6,
                ),
                metricCell(entry.gapBefore),
                metricCell(entry.gapAfter),
                metricCell(entry.accuracyChange),
              ]),
              ...rest,
            }),
          ]),
    ],
  }
}

function sliceTable(caption: string, slices: readonly Slice[]): Block {
  const { shown, ...rest } = limitRows(slices, 50, 'slices')
  return table({
    caption,
    columns: [
      left('Slice'),
      right('Rows'),
      right('Inside'),
      right('Outside'),
      right('Difference'),
      right('p, adjusted'),
    ],
    rows: shown.map((slice) => [
      nameText(slice.title),
      { text: formatCount(slice.n), note: formatPercent(slice.share) },
      metricCell(slice.inside),
      metricCell(slice.outside),
      metricCell(slice.difference),
      pText(slice.pAdjusted),
    ]),
    ...rest,
  })
}

function slicesSection(section: SlicesSection): Section {
  const { search, found, defined } = section
  const possible = search.possible.reduce((sum, count) => sum + count, 0)
  return {
    id: 'slices',
    title: 'Slices',
    blocks: [
      text(
        `${metricTitle(section.metric)} by slices of at least ${plural(section.minimumRows, 'row')}. Of ${formatCount(possible)} that could have been chosen, ${formatCount(search.significant)} are worse than chance explains at ${formatPercent(section.level, 0)} false alarms (Benjamini–Hochberg); ${formatCount(found.length)} are shown, the others mostly hold the same rows.`,
      ),
      ...(defined.length === 0 ? [] : [sliceTable('Slices that were named', defined)]),
      ...(found.length === 0
        ? [text('No slice is worse than chance explains.')]
        : [sliceTable('Slices that were found, worst first; intervals are widened for the choice', found)]),
    ],
  }
}

function robustnessSection(section: RobustnessSection): Section {
  const headline = metricTitle(section.headline)
  const asked = section.monotonicity.filter((entry) => entry.expected !== null)
  return {
    id: 'robustness',
    title: 'Robustness',
    blocks: [
      text(
        `${formatCount(section.rows.used)} of ${plural(section.rows.total, 'row')} were changed and scored again. A dash stands where the truth of changed rows is not known.`,
      ),
      ...section.perturbations.map((entry) =>
        table({
          caption: `${entry.title}: ${entry.what}`,
          columns: [
            right(`Strength, ${entry.strengthUnit}`),
            right(headline),
            right('Change, same rows'),
            right(section.task === 'regression' ? 'Mean shift' : 'Decisions changed'),
            roomy(right('No answer')),
          ],
          rows: entry.points.map((point) => [
            String(point.strength),
            point.metric.value === null ? dash : metricCell(point.metric),
            point.change.value === null ? dash : metricCell(point.change),
            metricCell(section.task === 'regression' ? point.shift : point.flips),
            formatCount(point.notFinite),
          ]),
          ...(entry.failure ? { note: `Not scored: ${clipText(entry.failure.message, 300)}` } : {}),
        }),
      ),
      ...(asked.length === 0
        ? []
        : [
            table({
              caption: 'Columns with which the score must rise or fall',
              columns: [left('Column'), left('Must be'), right('Rows against it')],
              rows: asked.map((entry) => [nameText(entry.column), entry.expected ?? '', metricCell(entry.violations)]),
            }),
          ]),
    ],
  }
}

/** One section an analysis; none where it was not made. */
export function analysisSections({ sections = {} }: Evidence): Section[] {
  const fairness = fairnessSectionSchema.safeParse(sections['fairness'])
  const slices = slicesSectionSchema.safeParse(sections['slices'])
  const robustness = robustnessSectionSchema.safeParse(sections['robustness'])
  return [
    ...(slices.success ? [slicesSection(slices.data)] : []),
    ...(fairness.success ? [fairnessSection(fairness.data)] : []),
    ...(robustness.success ? [robustnessSection(robustness.data)] : []),
    ...compareSections(sections),
  ]
}
