/** Rows of raw columns against the approved schema, and on to the columns that the model's inputs are fed from. */
import type { ColumnValues, StreamedColumn } from '../scoring/columns.ts'
import { CellError, readJsonCell, readTextCell } from './cells.ts'
import type { Cell, CellProblem, DecodeBase64 } from './cells.ts'
import { doubleText } from './duck-text.ts'
import type { Dialect } from '../contract/dataset.ts'
import type { InputColumn } from './release-manifest.ts'

export interface ReadRow {
  /** One value a column of the schema, in its order. */
  readonly cells: readonly Cell[]
  /** Why the row is not scored. */
  readonly problems: readonly CellProblem[]
  /** What was never evaluated, but can be scored. */
  readonly warnings: readonly CellProblem[]
}

function readCells(columns: readonly InputColumn[], read: (column: InputColumn, at: number) => Cell): ReadRow {
  const cells: Cell[] = []
  const problems: CellProblem[] = []
  const warnings: CellProblem[] = []
  columns.forEach((column, at) => {
    try {
      const cell = read(column, at)
      cells.push(cell)
      if (cell !== null) {
        const warning = unlikeEvaluated(column, cell)
        if (warning) warnings.push(warning)
      } else if (!column.missing) {
        problems.push(missingProblem(column))
      }
    } catch (error) {
      if (!(error instanceof CellError)) throw error
      cells.push(null)
      problems.push(error.problem)
    }
  })
  return { cells, problems, warnings }
}

/** A row as JSON: an object with a value for each column. Columns that the schema does not have are left out. */
export function readJsonRow(
  columns: readonly InputColumn[],
  row: Readonly<Record<string, unknown>>,
  decode: DecodeBase64,
): ReadRow {
  return readCells(columns, (column) => {
    if (!Object.hasOwn(row, column.name))
      throw new CellError('input/absent', column.name, `The row has no "${column.name}". Say null where it is missing.`)
    return readJsonCell(column, row[column.name], decode)
  })
}

/** A row of a delimited file. @param texts one a column of the schema; undefined where the row ends before it */
export function readTextRow(
  columns: readonly InputColumn[],
  texts: readonly (string | undefined)[],
  dialect: Pick<Dialect, 'decimal' | 'missing'>,
  decode: DecodeBase64,
): ReadRow {
  return readCells(columns, (column, at) => {
    const text = texts[at]
    if (text === undefined) throw new CellError('input/absent', column.name, `The row has no "${column.name}".`)
    return readTextCell(column, text, dialect, decode)
  })
}

export function missingProblem(column: InputColumn): CellProblem {
  return {
    code: 'input/missing',
    column: column.name,
    message: `"${column.name}" must not be missing: no evaluated row was without it.`,
  }
}

/** Categories are looked up once a value: a list of a hundred is too slow for that. */
const known = new WeakMap<InputColumn, ReadonlySet<string>>()

function isKnown(column: InputColumn, value: string): boolean {
  let values = known.get(column)
  if (!values) known.set(column, (values = new Set(column.categories)))
  return values.has(value)
}

/** Outside of what the evidence speaks of. */
export function unlikeEvaluated(column: InputColumn, cell: Cell): CellProblem | null {
  if (typeof cell === 'number' || typeof cell === 'bigint') {
    const value = Number(cell)
    const { minimum, maximum } = column
    if ((minimum !== null && value < minimum) || (maximum !== null && value > maximum)) {
      return {
        code: 'input/out-of-range',
        column: column.name,
        message: `"${column.name}" is ${value}; the evaluated rows lay between ${minimum} and ${maximum}.`,
      }
    }
    return null
  }
  if (typeof cell === 'string' && column.categories !== null && !isKnown(column, cell)) {
    return {
      code: 'input/unseen-category',
      column: column.name,
      message: `"${column.name}" is ${JSON.stringify(cell.slice(0, 60))}, which no evaluated row had.`,
    }
  }
  return null
}

/** As the data plane delivers it to the workbench's scorer. @throws CellError input/missing, input/type */
export function columnValues(column: InputColumn, as: StreamedColumn['as'], cells: readonly Cell[]): ColumnValues {
  switch (as) {
    case 'float':
    case 'double': {
      const values = as === 'float' ? new Float32Array(cells.length) : new Float64Array(cells.length)
      cells.forEach((cell, row) => {
        values[row] = numberOf(column, cell)
      })
      return values
    }
    case 'bigint': {
      const values = new BigInt64Array(cells.length)
      cells.forEach((cell, row) => {
        values[row] = wholeOf(column, cell)
      })
      return values
    }
    case 'string':
      return cells.map((cell) => textOf(column, cell))
    case 'blob':
      return cells.map((cell) => {
        if (cell instanceof Uint8Array) return cell
        throw new CellError('input/missing', column.name, `"${column.name}" must be an image.`)
      })
  }
}

function numberOf(column: InputColumn, cell: Cell): number {
  if (cell === null) return NaN
  if (typeof cell === 'string') {
    const value = Number(cell)
    if (cell.trim() !== '' && Number.isFinite(value)) return value
    throw new CellError(
      'input/type',
      column.name,
      `"${column.name}" feeds a number, which ${JSON.stringify(cell.slice(0, 60))} is not.`,
    )
  }
  return Number(cell)
}

function wholeOf(column: InputColumn, cell: Cell): bigint {
  if (typeof cell === 'bigint') return cell
  if (typeof cell === 'boolean') return cell ? 1n : 0n
  if (cell === null)
    throw new CellError('input/missing', column.name, `"${column.name}" takes a whole number and must not be missing.`)
  const value = numberOf(column, cell)
  if (!Number.isInteger(value))
    throw new CellError('input/type', column.name, `"${column.name}" takes a whole number, not ${value}.`)
  if (!Number.isSafeInteger(value))
    throw new CellError('input/type', column.name, `"${column.name}" is too large for a whole number.`)
  return BigInt(value)
}

function textOf(column: InputColumn, cell: Cell): string | null {
  if (cell === null || typeof cell === 'string') return cell
  if (typeof cell === 'number' && column.type === 'float') return doubleText(cell)
  return String(cell)
}
