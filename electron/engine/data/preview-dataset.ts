/** The first look at a file: dialect, first rows, types, and what will not import. Reads the head only. */
import { rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DatasetOptions, DatasetPreview } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { scratchFolder } from '../../data-plane/scratch.ts'
import { newId } from '../workspace/new-id.ts'
import { decodeHead, detectDialect, parseSample } from './detect-dialect.ts'
import type { Dialect } from './detect-dialect.ts'
import { detectFormat, readHead } from './detect-format.ts'
import type { FileHead, SourceFormat } from './detect-format.ts'
import { assignRoles, guessTask, suggestTarget } from './infer-roles.ts'
import { missingRule, readHeader, typesOf } from './read-table.ts'
import type { Header } from './read-table.ts'
import { DelimitedScanner } from './scan-delimited.ts'
import { jsonRelation, parquetColumns, uniqueNames } from './text-relation.ts'
import type { TextRelation } from './text-relation.ts'

const shownRows = 100

/** @throws AssayError dataset/* for files that are no tables at all */
export async function previewDataset(path: string, options: DatasetOptions): Promise<DatasetPreview> {
  const head = await readHead(path)
  const format = detectFormat(path, head.bytes)
  const temporary = join(scratchFolder(), `${newId('preview')}.json`)
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    return format === 'csv'
      ? await previewDelimited(duck, path, head, options, temporary)
      : await previewQuery(duck, path, head, format, options)
  } finally {
    duck.close()
    await rm(temporary, { force: true })
  }
}

async function previewDelimited(
  duck: Duck,
  path: string,
  head: FileHead,
  options: DatasetOptions,
  temporary: string,
): Promise<DatasetPreview> {
  const fileName = basename(path)
  const dialect = detectDialect(head.bytes, fileName, options.dialect as Partial<Dialect> | undefined)
  const header = readHeader(head.bytes, dialect)
  const records = parseSample(
    decodeHead(head.bytes, dialect.encoding, dialect.bom),
    dialect.delimiter,
    dialect.newline,
    1000,
  )
  const whole = records.slice(dialect.headerLines).filter((record) => record.length === header.names.length)
  // The sample's rows go through the same inference as the whole file's.
  await writeFile(temporary, whole.map((record) => JSON.stringify(record)).join('\n') || '[]')
  const width = header.names.length
  const fields = Array.from({ length: width }, (_, index) => `json->>'$[${index}]' AS c${index}`).join(', ')
  const relation: TextRelation = {
    sql: `(SELECT ${fields} FROM read_ndjson_objects(${quotePath(temporary)}) WHERE json_array_length(json) = ${width})`,
    names: header.names,
  }
  const columns = await columnsOf(duck, relation, dialect, options, header)
  return finishPreview(fileName, head.size, 'csv', dialect, columns, whole.slice(0, shownRows), [
    ...scanProblems(head, dialect, fileName, width),
    ...header.findings,
  ])
}

async function columnsOf(
  duck: Duck,
  relation: TextRelation,
  dialect: Dialect | null,
  options: DatasetOptions,
  header: Pick<Header, 'roles'>,
): Promise<DatasetPreview['columns']> {
  const { types } = await typesOf(duck, relation, missingRule(dialect), options)
  const typed = relation.names.map((name, index) => ({ name, type: types[index]!.type, unique: true }))
  const roles = assignRoles(typed, options, header.roles)
  return typed.map(({ name, type }, index) => ({ name, type, role: roles[index]! }))
}

/** Rows that will not import, found in the sample and named by line. */
function scanProblems(head: FileHead, dialect: Dialect, fileName: string, width: number): EvidenceFinding[] {
  const scanner = new DelimitedScanner({
    delimiter: dialect.delimiter.charCodeAt(0),
    quote: dialect.quote.charCodeAt(0),
    headerRecords: dialect.headerLines,
    width,
    fileName,
    keep: null,
  })
  const isWhole = head.bytes.length === head.size
  const text = decodeHead(head.bytes, dialect.encoding, dialect.bom)
  // The last line of a cut sample is not whole.
  const complete = isWhole ? text : text.slice(0, text.lastIndexOf('\n') + 1)
  try {
    scanner.push(Buffer.from(complete))
    const { badRows } = scanner.end()
    return badRows.map(({ line, kind, actual }) => ({
      code: kind === 'ragged' ? 'dataset/ragged-row' : 'dataset/stray-quote',
      severity: 'error',
      message:
        kind === 'ragged'
          ? `Line ${line} has ${actual} ${actual === 1 ? 'field' : 'fields'}, the header has ${width}.`
          : `Line ${line} has text after a closing quote.`,
      remedy: 'Correct the line, or import with bad rows left out.',
      where: { line, expected: width, actual },
    }))
  } catch (error) {
    // A quote left open at the cut of the sample is no fault of the file.
    if (!(error instanceof AssayError) || (!isWhole && error.code === 'dataset/open-quote')) return []
    const { code, message, remedy, where } = error
    return [{ code, severity: 'error', message, remedy, where: { ...where } }]
  }
}

async function previewQuery(
  duck: Duck,
  path: string,
  head: FileHead,
  format: Exclude<SourceFormat, 'csv'>,
  options: DatasetOptions,
): Promise<DatasetPreview> {
  const fileName = basename(path)
  let relation: TextRelation
  if (format === 'parquet') {
    const described = await parquetColumns(duck, path, fileName)
    const select = described.map(
      ({ name, type }, index) => `${type === 'BLOB' ? "'(binary)'" : `${quoteIdentifier(name)}::VARCHAR`} AS c${index}`,
    )
    relation = {
      sql: `(SELECT ${select.join(', ')} FROM read_parquet(${quotePath(path)}) LIMIT 1000)`,
      names: described.map((column) => column.name),
    }
  } else {
    const whole = await jsonRelation(duck, path, fileName, format)
    relation = { sql: `(SELECT * FROM ${whole.sql} LIMIT 1000)`, names: whole.names }
  }
  const named = { sql: relation.sql, names: uniqueNames(relation.names).names }
  const columns = await columnsOf(duck, named, null, options, { roles: {} })
  const rows = (await (await duck.run(`SELECT * FROM ${relation.sql} LIMIT ${shownRows}`)).getRows()) as (
    string | null
  )[][]
  return finishPreview(fileName, head.size, format, null, columns, rows, [])
}

function finishPreview(
  fileName: string,
  bytes: number,
  format: SourceFormat,
  dialect: Dialect | null,
  columns: DatasetPreview['columns'],
  rows: readonly (readonly (string | null)[])[],
  problems: EvidenceFinding[],
): DatasetPreview {
  const suggestedTarget = columns.find((column) => column.role === 'target')?.name ?? suggestTarget(columns)
  const place = columns.findIndex((column) => column.name === suggestedTarget)
  const distinct = new Set(rows.map((row) => row[place]).filter((value) => (value ?? '') !== '')).size
  return {
    fileName,
    bytes,
    format,
    dialect,
    columns,
    rows: rows.map((row) => [...row]),
    problems: problems.slice(0, 100),
    suggestedTarget,
    suggestedTask: place < 0 ? null : guessTask(columns[place]!.type, distinct),
  }
}
