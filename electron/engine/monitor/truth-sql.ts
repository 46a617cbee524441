/**
 * What came true of a row, as it is stored and joined: one text, or for several labels a row one column each, 1 where the
 * row has the label and 0 where it has not. What cannot be read is missing, and counted.
 */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import type { Targets } from '../../../shared/monitor/log-fields.ts'
import { quoteText } from '../../data-plane/quote.ts'
import { labelTexts } from '../data/infer-roles.ts'
import { isMissing } from '../data/infer-types.ts'
import type { MissingRule } from '../data/infer-types.ts'
import { finite, own } from './log-sql.ts'
import type { OpenedLog } from './open-log.ts'

type Output = Pick<OutputBinding, 'task' | 'classes'>

/** Names of the columns, quoted: of several labels a row one for each, in the order of the scores. */
export const truthNames = ({ task, classes }: Output): string[] =>
  task === 'multilabel' ? classes.map((_, k) => `"assay:actual${k}"`) : [own.actual]

/** SQL of the texts of a file: of the class, the number or all labels that the row has, and of one label each. */
export interface TruthTexts extends Targets {
  readonly rule: MissingRule
}

/** @param fields Which hold them. */
export const truthTexts = ({ column, rule }: Pick<OpenedLog, 'column' | 'rule'>, fields: Targets): TruthTexts => ({
  whole: fields.whole === null ? null : column(fields.whole),
  each: Object.fromEntries(Object.entries(fields.each).map(([label, field]) => [label, column(field)])),
  rule,
})

export interface Truth {
  /** In the order of `truthNames`. */
  readonly values: readonly string[]
  /** Whether the row has a text of which nothing can be made. */
  readonly wrong: string
  /** Whether the row has a label that the model does not know. */
  readonly unknown: string
}

export function truthOf(output: Output, texts: TruthTexts): Truth {
  if (output.task === 'multilabel') return labelsOf(output.classes, texts)
  const { whole, rule } = texts
  if (whole === null) return { values: ['NULL::VARCHAR'], wrong: 'false', unknown: 'false' }
  if (!givesOneNumber(output.task)) {
    // A class may be called like a missing value.
    const named = `list_contains([${output.classes.map(quoteText).join(', ')}]::VARCHAR[], trim(${whole}))`
    const value = `CASE WHEN ${named} OR NOT ${isMissing(whole, rule)} THEN trim(${whole}) END`
    return { values: [value], wrong: 'false', unknown: 'false' }
  }
  const number = finite(whole, rule)
  const value = `CASE WHEN ${output.task === 'ranking' ? `(${number}) >= 0` : 'true'} THEN (${number})::VARCHAR END`
  return { values: [value], wrong: `NOT ${isMissing(whole, rule)} AND (${value}) IS NULL`, unknown: 'false' }
}

function labelsOf(labels: readonly string[], { whole, each, rule }: TruthTexts): Truth {
  const list = whole === null ? null : listOf(whole)
  const wrong: string[] = []
  const values = labels.map((label) => {
    const text = each[label]
    if (text === undefined) {
      if (list === null) return 'NULL::VARCHAR'
      return `CASE WHEN ${list} IS NOT NULL THEN list_contains(${list}, ${quoteText(label)})::INTEGER::VARCHAR END`
    }
    const plain = `lower(trim(${text}))`
    const number = `TRY_CAST(${text} AS DOUBLE)`
    const says = (value: 0 | 1): string =>
      `${number} IS NOT DISTINCT FROM ${value} OR list_contains([${labelTexts(value).map(quoteText).join(', ')}], ${plain})`
    const value = `CASE WHEN ${says(1)} THEN '1' WHEN ${says(0)} THEN '0' END`
    wrong.push(`NOT ${isMissing(text, rule)} AND (${value}) IS NULL`)
    return value
  })
  if (list !== null) wrong.push(`trim(${whole}) <> '' AND ${list} IS NULL`)
  const known = `[${labels.map(quoteText).join(', ')}]::VARCHAR[]`
  return {
    values,
    wrong: wrong.length === 0 ? 'false' : wrong.map((sql) => `(${sql})`).join(' OR '),
    unknown: list === null ? 'false' : `coalesce(NOT list_has_all(${known}, ${list}), false)`,
  }
}

/** A JSON list of names, or names with a bar between them, as the server's answer joins them; an empty text has none. */
function listOf(text: string): string {
  const plain = `trim(${text})`
  return `CASE WHEN ${plain} = '' THEN []::VARCHAR[]
    WHEN starts_with(${plain}, '[') THEN TRY(from_json(${plain}, '["VARCHAR"]'))
    ELSE string_split_regex(${plain}, '\\s*\\|\\s*') END`
}
