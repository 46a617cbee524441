/** Windows onto rows of Parquet files: sorted, filtered, as text, so that a table of a million rows scrolls. */
import { DuckDBBlobValue } from '@duckdb/node-api'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ColumnType, Rows, RowsRequest } from '../../../shared/contract/dataset.ts'
import { parseFilter } from '../../../shared/slices/parse-filter.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath, quoteText } from '../../data-plane/quote.ts'
import { scratchFolder } from '../../data-plane/scratch.ts'
import { conditionSql } from './condition-sql.ts'

export interface ReadColumn {
  readonly name: string
  readonly type: ColumnType
  /** Its name in the file, where it differs. */
  readonly from?: string
}

export interface ReadRowsRequest {
  /** Each source is a list of Parquet files read one after another; sources lie side by side, row by row. */
  readonly sources: readonly (readonly string[])[]
  readonly columns: readonly ReadColumn[]
  readonly request: RowsRequest
}

/** A name that no column has. */
function freeName(columns: readonly ReadColumn[]): string {
  let name = 'row_number'
  while (columns.some((column) => [column.name, column.from].includes(name))) name += '_'
  return name
}

function fileList(paths: readonly string[]): string {
  return `[${paths.map(quotePath).join(', ')}]`
}

function noSuchColumn(name: string): AssayError {
  return new AssayError({
    code: 'dataset/no-such-column',
    message: `There is no column "${name}" here.`,
    remedy: 'Choose one of the columns shown.',
    where: { column: name },
  })
}

/** Conditions on columns, as `parseFilter` reads them; else text that any column of text contains. */
function whereClause(filter: string | undefined, columns: readonly ReadColumn[]): string {
  const wanted = filter?.trim() ?? ''
  if (wanted === '') return ''
  const named = columns.filter((column) => column.type !== 'image')
  const conditions = parseFilter(
    wanted,
    named.map((column) => column.name),
  )
  if (conditions) {
    const typeOf = (name: string): ColumnType => named.find((column) => column.name === name)!.type
    return `WHERE ${conditions.map((condition) => conditionSql(condition, typeOf(condition.column))).join(' AND ')}`
  }
  const searched = columns.filter((column) => column.type !== 'image')
  if (searched.length === 0) return ''
  const text = quoteText(wanted.toLowerCase())
  return `WHERE ${searched.map((column) => `contains(lower(${quoteIdentifier(column.name)}::VARCHAR), ${text})`).join(' OR ')}`
}

/** @throws AssayError dataset/no-such-column when asked to sort by a column that is not there */
export async function readRows({ sources, columns, request }: ReadRowsRequest): Promise<Rows> {
  const { offset, limit, sort } = request
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    const rowNumber = quoteIdentifier(freeName(columns))
    // Counted only where it is shown: pages of a table without images need not pass over the rows before them.
    const numbered = columns.some(({ type }) => type === 'image') ? `, row_number() OVER () AS ${rowNumber}` : ''
    const relations = sources.map(
      (paths, place) => `(SELECT *${place === 0 ? numbered : ''} FROM read_parquet(${fileList(paths)}))`,
    )
    const select = columns.map(({ name, type, from }) => {
      // Images are fetched one by one when they come into view, by the row's number in the file.
      if (type === 'image')
        return `CASE WHEN ${quoteIdentifier(from ?? name)} IS NULL THEN NULL ELSE 'image ' || ${rowNumber} END AS ${quoteIdentifier(name)}`
      return `${quoteIdentifier(from ?? name)} AS ${quoteIdentifier(name)}`
    })
    const table = `(SELECT ${select.join(', ')} FROM ${relations.join(' POSITIONAL JOIN ')})`
    const where = whereClause(request.filter, columns)
    let order = ''
    if (sort) {
      const column = columns.find((entry) => entry.name === sort.column)
      if (!column) throw noSuchColumn(sort.column)
      order = `ORDER BY ${quoteIdentifier(column.name)} ${sort.direction === 'descending' ? 'DESC' : 'ASC'} NULLS LAST`
    }
    const shown = columns.map(({ name }) => `${quoteIdentifier(name)}::VARCHAR`).join(', ')
    const page = await duck.run(`SELECT ${shown} FROM ${table} ${where} ${order} LIMIT ${limit} OFFSET ${offset}`)
    const counted = await duck.run(
      where === '' ? `SELECT count(*) FROM ${relations[0]!}` : `SELECT count(*) FROM ${table} ${where}`,
    )
    return {
      columns: columns.map(({ name, type }) => ({ name, type })),
      rows: (await page.getRows()) as (string | null)[][],
      total: Number((await counted.getRows())[0]![0]),
    }
  } finally {
    duck.close()
  }
}

/** The bytes of one image. @throws AssayError dataset/no-such-row, dataset/no-such-column */
export async function readImage(parquetPath: string, column: string, row: number): Promise<Uint8Array> {
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    const result = await duck
      .run(`SELECT ${quoteIdentifier(column)} FROM read_parquet(${quotePath(parquetPath)}) LIMIT 1 OFFSET ${row}`)
      .catch(() => {
        throw noSuchColumn(column)
      })
    const value = (await result.getRows())[0]?.[0]
    if (value instanceof DuckDBBlobValue) return value.bytes
    throw new AssayError({
      code: 'dataset/no-such-row',
      message: `Row ${row + 1} has no image in "${column}".`,
      remedy: 'Choose another row.',
      where: { column, row: row + 1 },
    })
  } finally {
    duck.close()
  }
}
