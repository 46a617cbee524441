/**
 * The columns of an imported log. Those of Assay begin with `assay:`, the model's raw columns keep their names and have
 * the types of the approved dataset.
 */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { Column, ColumnType } from '../../../shared/contract/dataset.ts'
import type { LogMapping } from '../../../shared/contract/monitor-log.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import { castExpression } from '../data/cast-columns.ts'
import { isMissing } from '../data/infer-types.ts'
import type { MissingRule } from '../data/infer-types.ts'
import { scoreColumnNames } from '../../../shared/scoring/score-columns.ts'
import type { OpenedLog } from './open-log.ts'
import { truthNames, truthOf, truthTexts } from './truth-sql.ts'
import type { Truth } from './truth-sql.ts'

/** Names of Assay's own columns, quoted. */
export const own = {
  id: '"assay:id"',
  time: '"assay:time"',
  ms: '"assay:ms"',
  error: '"assay:error"',
  weight: '"assay:weight"',
  actual: '"assay:actual"',
  /** The query of a ranking's row. */
  query: '"assay:query"',
  label: '"assay:label"',
} as const

/** ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970, by their size. */
export function timeSql(text: string): string {
  const number = `TRY_CAST(${text} AS DOUBLE)`
  const scale = `CASE WHEN abs(${number}) < 1e11 THEN 1e6 WHEN abs(${number}) < 1e14 THEN 1e3 WHEN abs(${number}) < 1e17 THEN 1 ELSE 1e-3 END`
  return `CASE WHEN ${number} IS NOT NULL THEN TRY(make_timestamp((${number} * ${scale})::BIGINT)) ELSE TRY_CAST(${text} AS TIMESTAMP) END`
}

/** The id of a row: the request's own for the first row of a request, with the row's place for the others. */
export const rowIdSql = (request: string, row: string | null): string => {
  const place = row === null ? '0' : `coalesce(TRY_CAST(${row} AS BIGINT), 0)`
  // Whoever writes labels may number the first row, too.
  const first = `regexp_replace(trim(${request}), '#0$', '')`
  return `CASE WHEN ${place} = 0 THEN ${first} ELSE trim(${request}) || '#' || ${place} END`
}

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

/** A finite number as machines write it, also beside columns with decimal commas, or in the file's own style. */
export function finite(text: string, rule: MissingRule): string {
  const plain = `TRY_CAST(${text} AS DOUBLE)`
  const number = rule.decimal === '.' ? plain : `coalesce(${plain}, ${featureSql(text, { type: 'float' }, rule).value})`
  return `CASE WHEN isfinite(${number}) THEN ${number} END`
}

/** Names of the columns of scores, quoted, as a run's chunks have them behind `assay:`. */
export const scoreNames = (output: OutputBinding): string[] =>
  scoreColumnNames(output).map((name) => quoteIdentifier(`assay:${name}`))

/** What a score column of the classes is, in their order; empty where the log has no scores. */
function scoreSql({ log, mapping, output, predictionIsChance }: LogColumns): string[] {
  const number = (field: string): string => finite(log.column(field), log.rule)
  if (output.score === null) return []
  if (givesOneNumber(output.task)) return mapping.prediction === undefined ? [] : [number(mapping.prediction)]
  const { scores } = mapping
  const known = output.classes.map((name) => (scores?.[name] === undefined ? null : number(scores[name])))
  if (known.every((sql) => sql !== null)) return known
  // Two classes: one chance says both.
  if (output.task !== 'binary' || output.classes.length !== 2) return []
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  const one = known.findIndex((sql) => sql !== null)
  const given = one >= 0 ? known[one]! : predictionIsChance ? number(mapping.prediction!) : null
  if (given === null) return []
  const of = one >= 0 ? one : positive
  return output.classes.map((_, k) => (k === of ? given : `1 - ${given}`))
}

/** The true values of the log itself. */
export const loggedTruth = ({ log, mapping, output }: LogColumns): Truth =>
  truthOf(output, truthTexts(log, { whole: mapping.actual ?? null, each: mapping.actuals ?? {} }))

/** Every column of the batch, ready for SELECT. */
export function logSelect(columns: LogColumns): string[] {
  const { log, mapping, output, features } = columns
  const text = (field: string | undefined): string => (field === undefined ? 'NULL::VARCHAR' : log.column(field))
  const present = (sql: string): string => `nullif(trim(${sql}), '')`
  const number = (field: string | undefined): string =>
    field === undefined ? 'NULL::DOUBLE' : finite(text(field), log.rule)
  const named = !givesOneNumber(output.task) && !columns.predictionIsChance
  const id = rowIdSql(text(mapping.id), mapping.row === undefined ? null : text(mapping.row))
  const scores = scoreNames(output)
  const truths = truthNames(output)
  return [
    `${present(id)} AS ${own.id}`,
    `(${mapping.time === undefined ? 'NULL::TIMESTAMP' : timeSql(text(mapping.time))}) AS ${own.time}`,
    `${number(mapping.latency)} AS ${own.ms}`,
    `${present(text(mapping.error))} AS ${own.error}`,
    `coalesce(1 / nullif(${number(mapping.sample)}, 0), 1) AS ${own.weight}`,
    ...loggedTruth(columns).values.map((sql, k) => `${sql} AS ${truths[k]}`),
    ...(output.task === 'ranking' ? [`${present(text(mapping.query))} AS ${own.query}`] : []),
    `${named ? present(text(mapping.prediction)) : 'NULL::VARCHAR'} AS ${own.label}`,
    ...scoreSql(columns).map((sql, k) => `${sql} AS ${scores[k]}`),
    ...features.map(
      (feature) =>
        `${featureSql(text(mapping.features?.[feature.name]), feature, log.rule).value} AS ${quoteIdentifier(feature.name)}`,
    ),
  ]
}

/** Whether each value of a binary task's prediction is a number in 0 to 1 and some is no class: then it is a chance. */
export function chanceSql(text: string, classes: readonly string[], rule: MissingRule): string {
  const number = finite(text, rule)
  return `bool_and(${number} BETWEEN 0 AND 1) AND NOT bool_and(list_contains([${classes.map(quoteText).join(', ')}], trim(${text})))`
}
