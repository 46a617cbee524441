/**
 * The columns of an imported log. Those of Assay begin with `assay:`, the model's raw columns keep their names and have
 * the types of the approved dataset.
 */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { Column, ColumnType } from '../../../shared/contract/dataset.ts'
import type { LogMapping } from '../../../shared/contract/monitor.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import { castExpression } from '../data/cast-columns.ts'
import { isMissing } from '../data/infer-types.ts'
import type { MissingRule } from '../data/infer-types.ts'
import type { OpenedLog } from './open-log.ts'

/** Names of Assay's own columns, quoted. */
export const own = {
  id: '"assay:id"',
  time: '"assay:time"',
  ms: '"assay:ms"',
  error: '"assay:error"',
  weight: '"assay:weight"',
  actual: '"assay:actual"',
  label: '"assay:label"',
  score: (k: number): string => `"assay:p${k}"`,
  prediction: '"assay:prediction"',
} as const

/** ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970, by their size. */
export function timeSql(text: string): string {
  const number = `TRY_CAST(${text} AS DOUBLE)`
  const scale = `CASE WHEN abs(${number}) < 1e11 THEN 1e6 WHEN abs(${number}) < 1e14 THEN 1e3 WHEN abs(${number}) < 1e17 THEN 1 ELSE 1e-3 END`
  return `CASE WHEN ${number} IS NOT NULL THEN make_timestamp((${number} * ${scale})::BIGINT) ELSE TRY_CAST(${text} AS TIMESTAMP) END`
}

const finite = (text: string): string =>
  `CASE WHEN isfinite(TRY_CAST(${text} AS DOUBLE)) THEN TRY_CAST(${text} AS DOUBLE) END`

export interface LogColumns {
  readonly log: OpenedLog
  readonly mapping: LogMapping
  readonly output: OutputBinding
  readonly features: readonly Pick<Column, 'name' | 'type' | 'decimal'>[]
  /** Whether the prediction of a binary task is a chance, not a class. */
  readonly predictionIsChance: boolean
}

/** Types that a log's field can be read as. */
const castable: readonly ColumnType[] = ['integer', 'float', 'boolean', 'string', 'date', 'timestamp']

export const isLogged = (type: ColumnType): boolean => castable.includes(type)

/** A column of the model from a field's text, and whether its text is no such value. */
export function featureSql(
  text: string,
  { type, decimal }: Pick<Column, 'type' | 'decimal'>,
  rule: MissingRule,
): { value: string; wrong: string } {
  const numbers = (decimal ?? rule.decimal) === ',' ? 'decimal-comma' : 'plain'
  const value = castExpression(text, { type, numbers, format: null }, rule)
  return { value, wrong: `NOT ${isMissing(text, rule)} AND (${value}) IS NULL` }
}

/** Tasks with one label a row, which can come later. */
export const hasOneLabel = ({ task }: OutputBinding): boolean =>
  task === 'binary' || task === 'multiclass' || task === 'regression'

/** What a score column of the classes is, in their order; empty where the log has no scores. */
export function scoreSql({ log, mapping, output, predictionIsChance }: LogColumns): string[] {
  const text = (field: string): string => log.column(field)
  if (output.score === null) return []
  if (givesOneNumber(output.task)) return mapping.prediction === undefined ? [] : [finite(text(mapping.prediction))]
  const { scores } = mapping
  const known = output.classes.map((name) => (scores?.[name] === undefined ? null : finite(text(scores[name]))))
  if (known.every((sql) => sql !== null)) return known
  // Two classes: one chance says both.
  if (output.task !== 'binary' || output.classes.length !== 2) return []
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  const one = known.findIndex((sql) => sql !== null)
  const given = one >= 0 ? known[one]! : predictionIsChance ? finite(text(mapping.prediction!)) : null
  if (given === null) return []
  const of = one >= 0 ? one : positive
  return output.classes.map((_, k) => (k === of ? given : `1 - ${given}`))
}

/** Every column of the batch, ready for SELECT. */
export function logSelect(columns: LogColumns): string[] {
  const { log, mapping, output, features } = columns
  const text = (field: string | undefined): string => (field === undefined ? 'NULL::VARCHAR' : log.column(field))
  const present = (field: string | undefined): string => `nullif(trim(${text(field)}), '')`
  const scores = scoreSql(columns)
  const named = !givesOneNumber(output.task) && !columns.predictionIsChance
  return [
    `${present(mapping.id)} AS ${own.id}`,
    `(${mapping.time === undefined ? 'NULL::TIMESTAMP' : timeSql(text(mapping.time))}) AS ${own.time}`,
    `${mapping.latency === undefined ? 'NULL::DOUBLE' : finite(text(mapping.latency))} AS ${own.ms}`,
    `${present(mapping.error)} AS ${own.error}`,
    `coalesce(1 / nullif(${mapping.sample === undefined ? 'NULL::DOUBLE' : finite(text(mapping.sample))}, 0), 1) AS ${own.weight}`,
    `${present(mapping.actual)} AS ${own.actual}`,
    `${named ? present(mapping.prediction) : 'NULL::VARCHAR'} AS ${own.label}`,
    ...scores.map((sql, k) => `${sql} AS ${givesOneNumber(output.task) ? own.prediction : own.score(k)}`),
    ...features.map(
      (feature) =>
        `${featureSql(text(mapping.features?.[feature.name]), feature, log.rule).value} AS ${quoteIdentifier(feature.name)}`,
    ),
  ]
}

/** Whether each value of the prediction is a number in 0 to 1 and some is no class: then it is a chance. */
export function chanceSql(text: string, classes: readonly string[]): string {
  const number = `TRY_CAST(${text} AS DOUBLE)`
  return `bool_and(${number} BETWEEN 0 AND 1) AND NOT bool_and(list_contains([${classes.map(quoteText).join(', ')}], trim(${text})))`
}
