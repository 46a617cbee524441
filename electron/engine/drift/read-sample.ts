/** Rows of both sides for the multivariate analyses: all where there are few, else every k-th, and they say so. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { codeCategories } from '../../../shared/drift/feature-sample.ts'
import type { FeatureSample } from '../../../shared/drift/feature-sample.ts'
import type { PlannedColumn } from './plan-columns.ts'
import type { Side } from './side.ts'

/** Values a side, which keeps training to seconds. */
const valuesAtMost = 2_000_000
const rowsAtMost = 20_000
const rowsAtLeast = 50
const featuresAtMost = 300

/** @returns the reason where there is nothing to train on */
export async function readSample(
  connection: DuckDBConnection,
  reference: Side,
  current: Side,
  columns: readonly PlannedColumn[],
): Promise<FeatureSample | string> {
  const features = columns.filter(
    ({ source, role, kind }) => source === 'column' && role === 'feature' && kind !== 'texts' && kind !== 'images',
  )
  if (features.length === 0) return 'no column with the role feature is compared'
  if (features.length > featuresAtMost) return `there are more than ${featuresAtMost} features`
  if (reference.rows < rowsAtLeast || current.rows < rowsAtLeast) return `it takes ${rowsAtLeast} rows of each`
  const most = Math.min(rowsAtMost, Math.floor(valuesAtMost / features.length))
  const first = await readRows(connection, reference, features, most)
  const second = await readRows(connection, current, features, most)
  return {
    features: features.map((column, index) => {
      const kind = column.number === null ? ('categorical' as const) : ('numeric' as const)
      const before = first[index]!
      const after = second[index]!
      return kind === 'categorical'
        ? { name: column.name, kind, ...codeCategories(before as (string | null)[], after as (string | null)[]) }
        : { name: column.name, kind, reference: toNumbers(before), current: toNumbers(after) }
    }),
    rows: { reference: first[0]!.length, current: second[0]!.length },
    total: { reference: reference.rows, current: current.rows },
  }
}

type Cell = string | number | null

async function readRows(
  connection: DuckDBConnection,
  side: Side,
  features: readonly PlannedColumn[],
  most: number,
): Promise<Cell[][]> {
  const select = features.map((column, index) => `${column.number ?? column.text} AS f${index}`).join(', ')
  const step = Math.max(1, Math.ceil(side.rows / most))
  const result = await connection.runAndReadAll(
    step === 1
      ? `SELECT ${select} FROM ${side.relation}`
      : `SELECT * EXCLUDE (row) FROM (SELECT ${select}, row_number() OVER () AS row FROM ${side.relation}) WHERE row % ${step} = 1`,
  )
  const columns = result.getColumns() as Cell[][]
  return columns.length > 0 ? columns : features.map(() => [])
}

const toNumbers = (cells: readonly Cell[]): Float64Array =>
  Float64Array.from(cells, (cell) => (cell === null ? NaN : Number(cell)))
