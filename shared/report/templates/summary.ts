/** The executive summary: plain sentences, each from a number by a rule. Nothing in it is opinion. */
import { intervalText } from '../../format/interval.ts'
import { formatCount, formatMetric, formatPercent, formatShort, plural } from '../../format/number.ts'
import { formatTimeUtc } from '../../format/time.ts'
import { listNames } from '../sections/limit-rows.ts'
import { titleOf } from '../sections/metric-cells.ts'
import { clipText, nameText } from '../visible-text.ts'
import type { TemplateInput } from './template.ts'

const hundredth = (value: number): string => `${formatCount(Math.round(value * 100))} of 100`

/** What a value of a metric means, by its definition. */
const meanings: Readonly<Record<string, (value: number) => string>> = {
  roc_auc: (value) =>
    `of two rows, one positive and one negative, the model ranks the positive one higher in ${hundredth(value)} pairs`,
  accuracy: (value) => `it is right on ${hundredth(value)} rows`,
  balanced_accuracy: (value) => `averaged over the classes, it is right on ${hundredth(value)} rows`,
  rmse: (value) => `its errors are about ${formatShort(value)} in units of the target, large ones weighing more`,
  mae: (value) => `it is off by ${formatShort(value)} in units of the target on average`,
  r2: (value) =>
    value >= 0
      ? `it explains ${formatPercent(value, 0)} of the spread of the target`
      : 'it is worse than always saying the mean of the target',
}

function headlineSentence({ evidence }: TemplateInput): string {
  const metric = evidence.metrics[evidence.headline]
  const title = titleOf(evidence, evidence.headline)
  if (!metric || metric.value === null)
    return `${title} is not defined: ${clipText(metric?.reason ?? 'no reason recorded', 200)}.`
  const interval = intervalText(metric)
  const meaning = meanings[evidence.headline]?.(metric.value)
  return `${title} is ${formatMetric(metric).value}${interval === null ? '' : ` (95 % interval ${interval})`}${
    meaning === undefined ? '' : `: ${meaning}`
  }.`
}

function gatesSentences({ gates }: TemplateInput): string[] {
  if (!gates) return ['No policy was held against this evidence, so nothing says whether it is good enough.']
  const { counts } = gates
  const parts = [
    `${counts.pass} ${counts.pass === 1 ? 'passes' : 'pass'}`,
    ...(counts.fail > 0 ? [`${counts.fail} ${counts.fail === 1 ? 'fails' : 'fail'}`] : []),
    ...(counts.inconclusive > 0
      ? [`${counts.inconclusive} ${counts.inconclusive === 1 ? 'is' : 'are'} inconclusive (too few rows to tell)`]
      : []),
    ...(counts.missing > 0 ? [`${counts.missing} ${counts.missing === 1 ? 'lacks its' : 'lack their'} figure`] : []),
  ]
  const verdict = {
    pass: 'Nothing stands in the way of a release.',
    waived: 'A release is possible only because of waivers.',
    blocked: 'The release is blocked.',
  }[gates.outcome]
  const stopping = gates.gates.filter((gate) => gate.blocking).map((gate) => clipText(gate.title, 100))
  return [
    `Of ${plural(gates.gates.length, 'gate')} in “${clipText(gates.policyName, 100)}”, ${listNames(parts, 9)}. ${verdict}${
      stopping.length === 0 ? '' : ` Stopped by: ${listNames(stopping, 8)}.`
    }`,
  ]
}

function approvalSentence({ review }: TemplateInput): string {
  if (!review) return 'No review was asked for.'
  const { standing, decisions } = review
  const names = decisions
    .filter((decision) => decision.counts && decision.statement.decision !== 'reject')
    .map((decision) => nameText(decision.statement.signer.name))
  switch (standing.state) {
    case 'approved':
      return `Approved by ${listNames(names, 10)}${standing.until === null ? '' : `, until ${formatTimeUtc(standing.until)}`}.`
    case 'rejected':
      return 'Rejected.'
    case 'expired':
      return 'The approval has expired.'
    case 'outdated':
      return 'The evidence has changed since the review: it needs a new decision.'
    case 'withdrawn':
      return 'The review was withdrawn.'
    case 'pending':
      return `Not approved: ${standing.approvals} of ${plural(standing.needed, 'approval')}.`
  }
}

const analyses = [
  ['fairness', 'fairness'],
  ['slices', 'slices'],
  ['drift', 'drift'],
  ['robustness', 'robustness'],
  ['explanations', 'explanation'],
] as const

export function summarySentences(input: TemplateInput): string[] {
  const { evidence } = input
  const { rows, model, dataset, findings } = evidence
  const errors = findings.filter((finding) => finding.severity === 'error').length
  const lacking = analyses.filter(([, section]) => evidence.sections?.[section] === undefined).map(([title]) => title)
  return [
    `${nameText(model.name)}, version ${formatCount(model.version)}, was scored on ${nameText(dataset.name)}; ${formatCount(rows.used)} of ${plural(rows.total, 'row')} are used.`,
    headlineSentence(input),
    ...(errors === 0
      ? []
      : [
          `${plural(errors, 'finding')} of the evaluation ${errors === 1 ? 'is an error' : 'are errors'}: read them before the numbers.`,
        ]),
    ...gatesSentences(input),
    approvalSentence(input),
    ...(lacking.length === 0 ? [] : [`Not analysed: ${listNames(lacking, 9)}.`]),
  ]
}
