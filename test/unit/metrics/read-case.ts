/** Reference cases beside the repository: scores of real models and what scikit-learn and R say of them. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../../shared/cases', import.meta.url))

export const casesPresent = existsSync(folder)
if (!casesPresent) console.warn(`Skipped: no reference cases at ${folder}`)

/** What a test reads of a case's document; `T` says which part. */
export function readExpected<T>(name: string, file = 'expected.json'): T {
  return JSON.parse(readFileSync(`${folder}/${name}/${file}`, 'utf8')) as T
}

/** Columns of a CSV file without quoted fields, as text. */
export function readColumns(name: string, file = 'holdout_scored.csv'): Record<string, string[]> {
  const [header, ...lines] = readFileSync(`${folder}/${name}/${file}`, 'utf8').trim().split(/\r?\n/)
  const rows = lines.map((line) => line.split(','))
  return Object.fromEntries(header!.split(',').map((column, index) => [column, rows.map((row) => row[index]!)]))
}

export function numbers(column: readonly string[]): Float64Array {
  return Float64Array.from(column, Number)
}

/** n × K scores from K columns. */
export function rowMajor(columns: readonly Float64Array[]): Float64Array {
  const width = columns.length
  const scores = new Float64Array(columns[0]!.length * width)
  columns.forEach((column, k) => column.forEach((value, row) => (scores[row * width + k] = value)))
  return scores
}
