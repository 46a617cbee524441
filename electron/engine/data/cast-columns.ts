/** SQL that turns a column of texts into a typed one, and finds the first value that does not convert. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ColumnType } from '../../../shared/contract/dataset.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { isMissing, numberText } from './infer-types.ts'
import type { InferredType, MissingRule } from './infer-types.ts'

function converted(column: string, { type, numbers, format }: InferredType): string {
  switch (type) {
    case 'integer':
      return `TRY_CAST(${numberText(column, numbers, false)} AS BIGINT)`
    case 'float':
      return `TRY_CAST(${numberText(column, numbers, false)} AS DOUBLE)`
    case 'boolean':
      return `CASE lower(trim(${column})) WHEN 'true' THEN true WHEN 'yes' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN 'no' THEN false WHEN '0' THEN false END`
    case 'date':
      return format === null ? `TRY_CAST(trim(${column}) AS DATE)` : `try_strptime(trim(${column}), '${format}')::DATE`
    case 'timestamp':
      return format === null ? `TRY_CAST(trim(${column}) AS TIMESTAMP)` : `try_strptime(trim(${column}), '${format}')`
    case 'string':
    case 'image':
      return column
  }
}

/** The value, NULL where it is missing. */
export function castExpression(column: string, inferred: InferredType, rule: MissingRule): string {
  // Texts for missing values are no numbers, so that a cast that fails is the answer already, except for "nan".
  if (inferred.type === 'integer') return converted(column, inferred)
  if (inferred.type === 'float')
    return `CASE WHEN isnan(${converted(column, inferred)}) THEN NULL ELSE ${converted(column, inferred)} END`
  return `CASE WHEN ${isMissing(column, rule)} THEN NULL ELSE ${converted(column, inferred)} END`
}

/** A type that the user chose: numbers keep the file's own style. */
export function chosenType(type: ColumnType, inferred: InferredType, rule: MissingRule): InferredType {
  if (type === inferred.type) return inferred
  return {
    type,
    numbers: rule.decimal === ',' && inferred.type !== 'float' ? 'decimal-comma' : inferred.numbers,
    format: type === 'date' || type === 'timestamp' ? inferred.format : null,
  }
}

/** @throws AssayError dataset/type naming the first row whose value does not have the chosen type */
export async function checkChosen(
  duck: Duck,
  sql: string,
  column: string,
  name: string,
  chosen: InferredType,
  rule: MissingRule,
): Promise<void> {
  if (chosen.type === 'string' || chosen.type === 'image') return
  const fails = `NOT ${isMissing(column, rule)} AND (${converted(column, chosen)}) IS NULL`
  const numbered = `(SELECT row_number() OVER () AS row, ${column} FROM ${sql})`
  const result = await duck.run(
    `SELECT row, ${column}, (SELECT count(*) FROM ${sql} WHERE ${fails}) FROM ${numbered} WHERE ${fails} ORDER BY row LIMIT 1`,
  )
  const [found] = await result.getRowsJson()
  if (!found) return
  throw new AssayError({
    code: 'dataset/type',
    message: `Row ${String(found[0])} of "${name}" is "${String(found[1]).slice(0, 100)}", which is not ${chosen.type === 'integer' ? 'an integer' : `a ${chosen.type}`}; ${String(found[2])} rows have such values.`,
    remedy: `Import "${name}" as string, or correct the values.`,
    where: {
      column: name,
      row: Number(found[0]),
      value: String(found[1]).slice(0, 100),
      type: chosen.type,
      rows: Number(found[2]),
    },
  })
}
