/** From coded columns and decisions to the fairness section: pure, so that it can run in a worker thread. */
import type { EvidenceFinding } from '../contract/evidence.ts'
import type { FairnessAttribute, FairnessSection, Mitigation } from '../contract/fairness.ts'
import { plural } from '../format/number.ts'
import { holm } from '../statistics/holm.ts'
import {
  classifierComparisons,
  classifierGroups,
  classifierParity,
  countGroups,
  groupLabel,
} from './classifier-groups.ts'
import type { ClassifierRows } from './classifier-groups.ts'
import { groupMetricDefinitions } from './definitions.ts'
import { formGroups, mostGroups } from './form-groups.ts'
import type { CodedColumn, FormedGroups } from './form-groups.ts'
import { mitigate } from './mitigate.ts'
import { measureGroups, regressionComparisons, regressionGroups, regressionParity } from './regression-groups.ts'
import type { RegressionRows } from './regression-groups.ts'

export interface FairnessInput {
  readonly rows: ({ readonly kind: 'classifier' } & ClassifierRows) | ({ readonly kind: 'regression' } & RegressionRows)
  readonly columns: readonly CodedColumn[]
  /** Places in `columns`: each list is an attribute, crossed where it has more than one. */
  readonly attributes: readonly (readonly number[])[]
  /** Place in `columns`. */
  readonly strata: number | null
  /** Column to value. */
  readonly reference: Readonly<Record<string, string>>
  readonly minimumGroup: number
  /** How far apart groups may be under one threshold for all; 0.05 where left out. */
  readonly largestGap?: number | undefined
  /** Where thresholds of their own make sense: the threshold that decides today. */
  readonly threshold: number | null
  readonly seed: number
}

export type FairnessResult = Pick<FairnessSection, 'attributes' | 'mitigation' | 'tests' | 'findings'>

/** Groups in all attributes together: the evidence stays under its 2 MB whatever is crossed with what. */
const mostInAll = 160
/** A gap of 5 points in a rate is what one threshold for all may leave unless told otherwise. */
const usualGap = 0.05
/** Mitigation of more groups than these is a list of thresholds that nobody could defend. */
const mostMitigated = 12

/**
 * Groups, rates, gaps and comparisons of each attribute, and thresholds by group where a threshold is given.
 *
 * @param progress told before each attribute
 * @returns attributes with fewer than two groups of the smallest size are findings, not tables
 */
export function analyseFairness(
  input: FairnessInput,
  progress: (done: number, total: number) => void = () => undefined,
): FairnessResult {
  const findings: EvidenceFinding[] = []
  const attributes: FairnessAttribute[] = []
  const mitigation: Mitigation[] = []
  let shown = 0
  input.attributes.forEach((places, index) => {
    progress(index, input.attributes.length)
    const columns = places.map((place) => input.columns[place]!)
    const name = columns.map((column) => column.name).join(' × ')
    const formed = formGroups(columns, input.minimumGroup)
    if (formed.suppressed.groups > 0) findings.push(suppressedFinding(name, formed, input.minimumGroup))
    if (formed.groups.length < 2) {
      findings.push(aloneFinding(name, formed, input.minimumGroup))
      return
    }
    if (shown + formed.groups.length > mostInAll) {
      findings.push(tooManyFinding(name, formed))
      return
    }
    shown += formed.groups.length
    const attribute = analyseAttribute(input, name, columns, formed)
    attributes.push(attribute)
    if (input.rows.kind === 'classifier' && input.rows.score && input.threshold !== null) {
      if (formed.groups.length <= mostMitigated) {
        const { y, score } = input.rows
        const { largestGap = usualGap } = input
        mitigation.push(
          ...mitigate({ attribute: name, formed, y, score, threshold: input.threshold, largestGap, seed: input.seed }),
        )
      }
    }
  })
  const tests = adjust(attributes)
  for (const attribute of attributes) findings.push(...leftOutFindings(attribute), ...parityFindings(attribute))
  return { attributes, mitigation, tests, findings }
}

function analyseAttribute(
  input: FairnessInput,
  name: string,
  columns: readonly CodedColumn[],
  formed: FormedGroups,
): FairnessAttribute {
  const reference = referenceOf(formed, columns, input.reference)
  const shared = {
    name,
    columns: columns.map((column) => column.name),
    reference: groupLabel(formed.groups[reference]!.values),
    suppressed: { ...formed.suppressed },
  }
  if (input.rows.kind === 'regression') {
    const tables = measureGroups(input.rows, formed)
    const groups = regressionGroups(formed, tables, input.rows.target.length)
    return {
      ...shared,
      groups,
      parity: regressionParity(groups, tables),
      comparisons: regressionComparisons(groups, tables, reference),
    }
  }
  const tables = countGroups(input.rows, formed)
  const groups = classifierGroups(input.rows, formed, tables, input.seed)
  const strata = input.strata === null ? null : input.columns[input.strata]!
  return {
    ...shared,
    groups,
    parity: classifierParity(groups, tables),
    comparisons: classifierComparisons(input.rows, formed, tables, reference, strata, input.seed),
  }
}

/** The group that the user named in each of its columns, else the largest. */
function referenceOf(
  formed: FormedGroups,
  columns: readonly CodedColumn[],
  wanted: Readonly<Record<string, string>>,
): number {
  const named = formed.groups.findIndex(({ values }) =>
    columns.every((column, place) => wanted[column.name] !== undefined && wanted[column.name] === values[place]),
  )
  if (named >= 0) return named
  return formed.groups.reduce((best, { rows }, at) => (rows > formed.groups[best]!.rows ? at : best), 0)
}

/** Adjusts p-values over all tests of the document, in place: two families, parity over groups and group by group. */
function adjust(attributes: FairnessAttribute[]): FairnessSection['tests'] {
  const parity = attributes.flatMap((attribute) => attribute.parity)
  holm(parity.map(({ p }) => p)).forEach((p, index) => (parity[index]!.pAdjusted = p))
  const differences = attributes.flatMap((attribute) =>
    attribute.comparisons.flatMap((comparison) => Object.values(comparison.differences)),
  )
  holm(differences.map(({ p }) => p)).forEach((p, index) => (differences[index]!.pAdjusted = p))
  return {
    parity: parity.filter(({ p }) => p !== null).length,
    comparisons: differences.filter(({ p }) => p !== null).length,
    correction: 'Holm',
  }
}

function suppressedFinding(name: string, { suppressed }: FormedGroups, minimum: number): EvidenceFinding {
  return {
    code: 'fairness/groups-suppressed',
    severity: 'note',
    message: `${plural(suppressed.groups, 'group')} of ${name} with ${plural(suppressed.rows, 'row')} in all ${suppressed.groups === 1 ? 'is' : 'are'} not shown: fewer than ${minimum} rows each, or past the largest ${mostGroups}.`,
    remedy: 'Their rates would say next to nothing. Evaluate on more rows, or join values.',
    where: { attribute: name, groups: suppressed.groups, rows: suppressed.rows },
  }
}

function tooManyFinding(name: string, { groups }: FormedGroups): EvidenceFinding {
  return {
    code: 'fairness/too-many-groups',
    severity: 'warning',
    message: `The ${groups.length} groups of ${name} are not compared: with those before them they are more than ${mostInAll}.`,
    remedy: 'Name fewer columns, or do not cross them.',
    where: { attribute: name, groups: groups.length },
  }
}

function aloneFinding(name: string, { groups }: FormedGroups, minimum: number): EvidenceFinding {
  return {
    code: 'fairness/one-group',
    severity: 'warning',
    message: `${name} has ${plural(groups.length, 'group')} of at least ${minimum} rows: there is nothing to compare.`,
    remedy: 'Choose another column, or a smaller minimum.',
    where: { attribute: name, groups: groups.length },
  }
}

/** A group without positive rows has no true positive rate: parity of the others says nothing of it. */
function leftOutFindings({ name, groups, parity }: FairnessAttribute): EvidenceFinding[] {
  const keys = [...new Set(parity.flatMap(({ of }) => of))]
  const without = keys.flatMap((key) => {
    const lacking = groups.filter(({ metrics }) => metrics[key]?.value === null)
    if (lacking.length === 0 || lacking.length === groups.length) return []
    const reason = lacking[0]!.metrics[key]!.reason
    return [
      `${key.replaceAll('_', ' ')}: ${lacking.map(({ label }) => label).join(', ')}${reason ? ` (${reason})` : ''}`,
    ]
  })
  if (without.length === 0) return []
  return [
    {
      code: 'fairness/group-without-value',
      severity: 'warning',
      message: `Not every group of ${name} has each rate, and parity is of those that have it. Without are, by ${without.join('; ')}.`,
      remedy:
        'What is not measured of a group is not shown to be fair to it: evaluate on rows of it that have the outcome.',
      where: { attribute: name },
    },
  ]
}

/** Differences that chance does not explain are worth a reader's attention, whatever their size. */
/** A metric's title within a sentence. */
function metricWords(key: string): string {
  const title = groupMetricDefinitions[key]?.title ?? key.replaceAll('_', ' ')
  return /^[A-Z]{2}/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1)
}

function parityFindings({ name, parity }: FairnessAttribute): EvidenceFinding[] {
  const apart = parity.filter(({ p, pAdjusted }) => p !== null && pAdjusted !== null && pAdjusted < 0.05)
  if (apart.length === 0) return []
  const listed = apart.map(
    ({ of, lowest, highest, difference }) =>
      `${of.map(metricWords).join(' or ')} (${lowest} to ${highest}, ${difference.value!.toFixed(3)})`,
  )
  const selection = parity.find((entry) => entry.name === 'demographic_parity')?.ratio
  const fourFifths = (selection?.high ?? 1) < 0.8
  return [
    {
      code: 'fairness/groups-differ',
      severity: 'warning',
      message: `Groups of ${name} differ beyond chance in ${listed.join('; ')}.${fourFifths ? ' The ratio of selection rates is under four fifths, all of its interval.' : ''}`,
      remedy: 'See which metric answers your question, and what thresholds by group would cost.',
      where: { attribute: name, parities: apart.map((entry) => entry.name).join(', ') },
    },
  ]
}
