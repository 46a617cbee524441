/**
 * Rows by which a container proves itself: the ends of every number, every category, rows with missing values, the ends
 * of every score and what lies nearest to the threshold, and rows spread over the dataset.
 */
import type { DuckDBValue } from '@duckdb/node-api'
import { DuckDBBlobValue } from '@duckdb/node-api'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import type { GoldenRow, InputColumn } from '../../../shared/serving/release-manifest.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { scoreColumnNames } from '../../../shared/scoring/score-columns.ts'

export interface GoldenRequest {
  readonly duck: Duck
  readonly dataPath: string
  readonly chunkPaths: readonly string[]
  readonly rows: number
  readonly inputs: readonly InputColumn[]
  readonly output: OutputBinding
  readonly threshold: number | null
}

const mostRows = 200
/** Images are larger than other rows. */
const mostImageRows = 40
const categoriesPerColumn = 30

/** Data columns as c0…, scores as s0…, and `row`, so that no name of the file meets another. */
function relationOf({ dataPath, chunkPaths, inputs, output }: GoldenRequest): string {
  const data = inputs.map(({ name, type }, k) => {
    const column = quoteIdentifier(name)
    return `${type === 'date' || type === 'timestamp' ? `${column}::VARCHAR` : column} AS c${k}`
  })
  const scores = scoreColumnNames(output).map((name, k) => `${name} AS s${k}`)
  const label = output.label === null ? [] : ['label AS own_label']
  const files = `[${chunkPaths.map(quotePath).join(', ')}]`
  const left = `(SELECT ${['file_row_number AS row', ...data].join(', ')} FROM read_parquet(${quotePath(dataPath)}, file_row_number = true))`
  const right = `(SELECT ${[...scores, ...label].join(', ')} FROM read_parquet(${files}))`
  return `${left} POSITIONAL JOIN ${right}`
}

async function chosenRows(request: GoldenRequest): Promise<number[]> {
  const { duck, inputs, output, threshold } = request
  const relation = relationOf(request)
  const scores = scoreColumnNames(output)
  // A score that is not a number is no proof, and an image that is missing cannot be sent.
  const usable = [
    ...scores.map((_, k) => `isfinite(s${k})`),
    ...inputs.flatMap(({ type }, k) => (type === 'image' ? [`c${k} IS NOT NULL`] : [])),
  ].join(' AND ')
  const from = `(SELECT * FROM ${relation} ${usable === '' ? '' : `WHERE ${usable}`})`
  const ends = [
    ...inputs.flatMap(({ type, missing }, k) => [
      ...(type === 'integer' || type === 'float' ? [`arg_min(row, c${k})`, `arg_max(row, c${k})`] : []),
      ...(missing ? [`min(row) FILTER (c${k} IS NULL)`] : []),
    ]),
    ...scores.flatMap((_, k) => [`arg_min(row, s${k})`, `arg_max(row, s${k})`]),
  ]
  // Each label is cut at the threshold; of two classes the positive one.
  const cut = scores.flatMap((_, k) =>
    output.task === 'multilabel' || output.classes[k] === output.positive ? [k] : [],
  )
  if (threshold !== null) {
    ends.push(
      ...cut.flatMap((k) => [
        `arg_min(row, s${k}) FILTER (s${k} >= ${threshold})`,
        `arg_max(row, s${k}) FILTER (s${k} < ${threshold})`,
      ]),
    )
  }
  const chosen = new Set<number>()
  const add = (value: DuckDBValue): void => {
    if (value !== null && value !== undefined) chosen.add(Number(value))
  }
  if (ends.length > 0) (await (await duck.run(`SELECT ${ends.join(', ')} FROM ${from}`)).getRows())[0]!.forEach(add)
  for (const [k, { type }] of inputs.entries()) {
    if (type !== 'string' && type !== 'boolean') continue
    const found = await duck.run(
      `SELECT min(row) FROM ${from} WHERE c${k} IS NOT NULL GROUP BY c${k} ORDER BY count(*) DESC, 1 LIMIT ${categoriesPerColumn}`,
    )
    for (const [row] of await found.getRows()) add(row!)
  }
  const most = inputs.some(({ type }) => type === 'image') ? mostImageRows : mostRows
  const kept = [...chosen].slice(0, most)
  const spread = await duck.run(
    `SELECT row FROM (SELECT row, ntile(${Math.max(1, most - kept.length)}) OVER (ORDER BY row) AS part FROM ${from}) GROUP BY part, row QUALIFY row_number() OVER (PARTITION BY part ORDER BY row) = 1`,
  )
  const all = new Set(kept)
  for (const [row] of await spread.getRows()) if (all.size < most) all.add(Number(row))
  return [...all].sort((a, b) => a - b)
}

/** As a caller would write it in JSON. */
export function jsonCell(value: DuckDBValue): number | string | boolean | null {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64')
  return String(value)
}

export async function goldenRows(request: GoldenRequest): Promise<GoldenRow[]> {
  const { duck, inputs, output } = request
  const rows = await chosenRows(request)
  if (rows.length === 0) return []
  const scores = scoreColumnNames(output)
  const columns = ['row', ...inputs.map((_, k) => `c${k}`), ...scores.map((_, k) => `s${k}`)]
  if (output.label !== null) columns.push('own_label')
  const result = await duck.run(
    `SELECT ${columns.join(', ')} FROM ${relationOf(request)} WHERE row IN (${rows.join(', ')}) ORDER BY row`,
  )
  return (await result.getRows()).map((values) => ({
    row: Number(values[0]),
    inputs: Object.fromEntries(inputs.map(({ name }, k) => [name, jsonCell(values[1 + k]!)])),
    scores: output.score === null ? null : scores.map((_, k) => Number(values[1 + inputs.length + k])),
    label: output.label === null ? null : String(values.at(-1)),
  }))
}
