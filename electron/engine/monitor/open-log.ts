/** A log of any format as SQL that gives the wanted fields as texts, with what had to be left out. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { LeftOut } from '../../../shared/contract/monitor-log.ts'
import { fieldsOf } from '../../../shared/monitor/log-fields.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { decodeHead, detectDialect, missingTexts } from '../data/detect-dialect.ts'
import { detectFormat, readHead } from '../data/detect-format.ts'
import type { MissingRule } from '../data/infer-types.ts'
import { prepareDelimited } from '../data/prepare-delimited.ts'
import { missingRule, readHeader } from '../data/read-table.ts'
import { delimitedRelation, jsonRelation, parquetColumns } from '../data/text-relation.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { flatRelation, flattenJsonLines, parseObject } from './json-lines.ts'
import type { LineCheck } from './json-lines.ts'

type Format = Dataset['source']['format']

export interface LogHead {
  readonly format: Format
  readonly fields: readonly string[]
  /** The first lines of JSON lines that are objects. */
  readonly objects: readonly Record<string, unknown>[]
  readonly size: number
}

const headLines = 50

/** What a look at the first bytes tells. @throws AssayError dataset/* */
export async function readLogHead(duck: Duck, path: string): Promise<LogHead> {
  const head = await readHead(path)
  const fileName = basename(path)
  // A log may begin with a line that is broken; its name tells what the others are.
  const format = /\.(jsonl|ndjson)$/i.test(fileName) ? 'jsonl' : detectFormat(path, head.bytes)
  const common = { format, size: head.size, objects: [] }
  if (format === 'csv') return { ...common, fields: readHeader(head.bytes, detectDialect(head.bytes, fileName)).names }
  if (format === 'parquet') {
    return { ...common, fields: (await parquetColumns(duck, path, fileName)).map(({ name }) => name) }
  }
  if (format === 'json') return { ...common, fields: (await jsonRelation(duck, path, fileName, 'json')).names }
  const lines = decodeHead(head.bytes, 'utf-8', false).split('\n')
  const objects = lines
    .slice(0, headLines)
    .map(parseObject)
    .filter((object) => object !== null)
  return { ...common, objects, fields: [...new Set(objects.flatMap((object) => fieldsOf(object)))] }
}

export interface OpenLogRequest {
  readonly duck: Duck
  readonly path: string
  readonly format: Format
  readonly size: number
  readonly fields: readonly string[]
  /** Only for JSON lines. */
  readonly check: LineCheck
  /** Where a clean copy may be written. */
  readonly copyPath: string
  readonly context: JobContext
}

export interface OpenedLog {
  /** Goes after FROM. */
  readonly sql: string
  /** SQL of a field as text. */
  readonly column: (field: string) => string
  readonly sha256: string
  readonly leftOut: LeftOut
  readonly rule: MissingRule
}

const none: LeftOut = { n: 0, examples: [] }

/** @throws AssayError dataset/* */
export async function openLog(request: OpenLogRequest): Promise<OpenedLog> {
  const { duck, path, format, size, fields, context } = request
  const fileName = basename(path)
  context.progress({ step: 'Reading lines', done: 0, total: size, unit: 'bytes' })
  const onProgress = (done: number): void => context.progress({ done })
  if (format === 'jsonl') {
    const { signal } = context
    const { check, copyPath } = request
    const flat = await flattenJsonLines({ path, output: copyPath, fields, check, signal, onProgress })
    return {
      sql: flatRelation(copyPath, fields.length, flat.longestLine),
      column: (field) => `c${fields.indexOf(field)}`,
      sha256: flat.sha256,
      leftOut: flat.leftOut,
      rule: { texts: ['NaN'], decimal: '.' },
    }
  }
  if (format === 'csv') {
    const head = await readHead(path)
    const prepared = await prepareDelimited({
      path,
      fileName,
      bytes: size,
      dialect: detectDialect(head.bytes, fileName),
      encodingGiven: false,
      badRows: 'skip',
      copyPath: request.copyPath,
      signal: context.signal,
      onProgress,
    })
    const { names } = readHeader(head.bytes, prepared.dialect)
    const { facts } = prepared
    return {
      sql: delimitedRelation(prepared, names).sql,
      column: (field) => `c${names.indexOf(field)}`,
      sha256: prepared.sha256,
      leftOut: {
        n: facts.badCount,
        examples: facts.badRows.slice(0, 100).map((row) => ({
          line: row.line,
          reason:
            row.kind === 'stray-quote'
              ? 'text after a closing quote'
              : `${row.actual} fields, the header has ${facts.width}`,
        })),
      },
      rule: missingRule(prepared.dialect),
    }
  }
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    context.signal.throwIfAborted()
    hash.update(piece)
  }
  const opened = { sha256: hash.digest('hex'), leftOut: none, rule: { texts: missingTexts, decimal: '.' as const } }
  if (format === 'json') {
    const relation = await jsonRelation(duck, path, fileName, 'json')
    return { ...opened, sql: relation.sql, column: (field) => `c${relation.names.indexOf(field)}` }
  }
  return {
    ...opened,
    sql: `read_parquet(${quotePath(path)})`,
    column: (field) => `${quoteIdentifier(field)}::VARCHAR`,
  }
}
