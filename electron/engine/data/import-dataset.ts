/**
 * From a file to a dataset: one typed Parquet file, and what is known about each column. The source is read as it is;
 * what was left out or renamed is a finding.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import type { Column, Dataset, DatasetOptions, Role } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import { diskError } from '../../data-plane/disk-error.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { makeRoomFor } from '../../data-plane/wide.ts'
import { writeParquet } from '../../data-plane/write-parquet.ts'
import { newId } from '../workspace/new-id.ts'
import { castExpression, checkChosen } from './cast-columns.ts'
import { columnStatistics } from './column-statistics.ts'
import type { ColumnStatistics } from './column-statistics.ts'
import { detectDialect } from './detect-dialect.ts'
import { detectFormat, readHead } from './detect-format.ts'
import { loadImages } from './image-columns.ts'
import { assignRoles, checkTarget, findNamed, guessPositive, guessTask } from './infer-roles.ts'
import { prepareDelimited } from './prepare-delimited.ts'
import { missingTexts } from './missing-texts.ts'
import { missingRule, readHeader, renamedFindings, typesOf } from './read-table.ts'
import { delimitedRelation, firstLine, jsonRelation, parquetColumns, uniqueNames } from './text-relation.ts'
import type { TextRelation } from './text-relation.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

export interface ImportProgress {
  readonly step?: string
  readonly done?: number
  readonly total?: number | null
  readonly unit?: 'rows' | 'bytes' | 'steps'
}

export interface ImportRequest {
  readonly path: string
  readonly options: DatasetOptions
  /** Where the Parquet file is written. */
  readonly outputFile: string
  readonly temporaryDirectory: string
  readonly signal: AbortSignal
  readonly onProgress: (progress: ImportProgress) => void
}

export type ImportedDataset = Omit<Dataset, 'id' | 'name' | 'createdAt' | 'data'>

/** What a format's reader found, before types. */
interface Opened {
  readonly relation: TextRelation
  readonly source: Dataset['source']
  readonly roles: Readonly<Record<string, Role>>
  readonly findings: EvidenceFinding[]
  /** Rows that must come out; null where the format does not say. */
  readonly rows: number | null
}

/** @throws AssayError dataset/* */
export async function importDataset(request: ImportRequest): Promise<ImportedDataset> {
  const { path, signal } = request
  const head = await readHead(path)
  const format = detectFormat(path, head.bytes)
  const duck = await openDuck({ temporaryDirectory: request.temporaryDirectory })
  const copyPath = join(request.temporaryDirectory, `${newId('copy')}.csv`)
  const onAbort = () => duck.interrupt()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (format === 'parquet') return await importParquet(duck, request, head.size)
    const opened =
      format === 'csv' ? await openDelimited(request, head, copyPath) : await openJson(duck, request, head.size, format)
    return await importText(duck, request, opened)
  } catch (error) {
    if (signal.aborted) throw new Cancelled('dataset import')
    const failure = diskError(error)
    if (failure instanceof AssayError) throw failure
    if (!/^(Invalid Input|IO|Conversion|CSV|Parser|Binder|Out of Memory) Error/.test(String((error as Error).message)))
      throw error
    throw new AssayError({
      code: 'dataset/unreadable',
      message: `${basename(path)} cannot be read: ${firstLine(error)}`,
      remedy: 'Check the file with the program that wrote it, or say its dialect (--delimiter, --decimal).',
      where: { file: basename(path) },
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
    duck.close()
    await rm(copyPath, { force: true })
  }
}

async function openDelimited(
  request: ImportRequest,
  head: { bytes: Buffer; size: number },
  copyPath: string,
): Promise<Opened> {
  const { path, options } = request
  const fileName = basename(path)
  const detected = detectDialect(
    head.bytes,
    fileName,
    options.dialect as Partial<ReturnType<typeof detectDialect>> | undefined,
  )
  request.onProgress({ step: 'Checking rows', done: 0, total: head.size, unit: 'bytes' })
  const prepared = await prepareDelimited({
    path,
    fileName,
    bytes: head.size,
    dialect: detected,
    encodingGiven: options.dialect?.encoding !== undefined,
    badRows: options.badRows ?? 'stop',
    copyPath,
    signal: request.signal,
    onProgress: (done) => request.onProgress({ done }),
  })
  const { dialect, facts } = prepared
  const header = readHeader(head.bytes, dialect)
  if (facts.width < 2 && facts.rows > 0 && header.names.length < 2 && facts.longestLine > 65_536) {
    throw new AssayError({
      code: 'dataset/not-a-table',
      message: `${fileName} has one column with very long lines.`,
      remedy: 'Check the delimiter, or choose a table.',
      where: { file: fileName },
    })
  }
  const findings = [...header.findings]
  if (facts.badCount > 0) {
    findings.push({
      code: 'dataset/rows-left-out',
      severity: 'warning',
      message: `${facts.badCount} of ${facts.rows + facts.badCount} rows are left out: they have too few or too many fields (lines ${facts.badRows
        .slice(0, 10)
        .map((row) => row.line)
        .join(', ')}${facts.badCount > 10 ? ', …' : ''}).`,
      remedy: 'Correct those lines and import again to have them.',
      where: { rows: facts.badCount, line: facts.badRows[0]!.line },
    })
  }
  return {
    relation: delimitedRelation(prepared, header.names),
    source: { fileName, format: 'csv', bytes: head.size, sha256: prepared.sha256, dialect },
    roles: header.roles,
    findings,
    rows: facts.rows,
  }
}

async function hashFile(request: ImportRequest, size: number): Promise<string> {
  request.onProgress({ step: 'Reading the file', done: 0, total: size, unit: 'bytes' })
  const hash = createHash('sha256')
  let done = 0
  for await (const piece of createReadStream(request.path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    request.signal.throwIfAborted()
    hash.update(piece)
    done += piece.length
    request.onProgress({ done })
  }
  return hash.digest('hex')
}

async function openJson(duck: Duck, request: ImportRequest, size: number, format: 'json' | 'jsonl'): Promise<Opened> {
  const fileName = basename(request.path)
  const sha256 = await hashFile(request, size)
  const relation = await jsonRelation(duck, request.path, fileName, format)
  const { names, changed } = uniqueNames(relation.names)
  return {
    relation: { sql: relation.sql, names },
    source: { fileName, format, bytes: size, sha256, dialect: null },
    roles: {},
    findings: renamedFindings(changed),
    rows: null,
  }
}

async function importText(duck: Duck, request: ImportRequest, opened: Opened): Promise<ImportedDataset> {
  const { options, outputFile, signal } = request
  const { relation, source } = opened
  const rule = missingRule(source.dialect)
  await makeRoomFor(duck, relation.names.length)
  request.onProgress({ step: 'Finding types', done: 0, total: null, unit: 'rows' })
  const { types, chosen } = await typesOf(duck, relation, rule, options)
  for (const [index, type] of types.entries()) {
    if (chosen[index]) await checkChosen(duck, relation.sql, `c${index}`, relation.names[index]!, type, rule)
  }
  request.onProgress({ step: 'Writing Parquet', done: 0, total: opened.rows, unit: 'rows' })
  const images = types.flatMap((type, index) => (type.type === 'image' ? [index] : []))
  for (const index of images) {
    await loadImages(duck, {
      sql: relation.sql,
      column: `c${index}`,
      name: relation.names[index]!,
      tablePath: request.path,
      table: `images_${index}`,
      signal,
      onProgress: (done) => request.onProgress({ done }),
    })
  }
  const select = types.map((type, index) => {
    const value = type.type === 'image' ? `images_${index}.content` : castExpression(`t.c${index}`, type, rule)
    return `${value} AS ${quoteIdentifier(relation.names[index]!)}`
  })
  const from = [`${relation.sql} t`, ...images.map((index) => `images_${index}`)].join(' POSITIONAL JOIN ')
  await writeParquet(duck, `SELECT ${select.join(', ')} FROM ${from}`, outputFile, select.length)
  const columns = relation.names.map((name, index) => {
    const { type, numbers } = types[index]!
    const pointed = type === 'float' && rule.decimal === ',' && numbers === 'plain'
    return { name, type, ...(pointed ? { decimal: '.' as const } : {}) }
  })
  const dataset = await describeDataset(duck, request, opened, columns)
  return { ...dataset, findings: [...dataset.findings, ...(await missingTexts(duck, relation, rule, dataset.columns))] }
}

async function importParquet(duck: Duck, request: ImportRequest, size: number): Promise<ImportedDataset> {
  const fileName = basename(request.path)
  const sha256 = await hashFile(request, size)
  const described = await parquetColumns(duck, request.path, fileName)
  const { names, changed } = uniqueNames(described.map((column) => column.name))
  const wanted = request.options.types ?? {}
  for (const name of Object.keys(wanted))
    findNamed(
      names.map((known) => ({ name: known, type: 'string' as const })),
      name,
      `a ${wanted[name]} column`,
    )
  const columns = described.map(({ type }, index) => {
    const name = names[index]!
    return { name, type: ownValue(wanted, name) ?? typeOfParquet(type, name, fileName) }
  })
  const sqlOf: Partial<Record<Column['type'], string>> = {
    integer: 'BIGINT',
    float: 'DOUBLE',
    boolean: 'BOOLEAN',
    string: 'VARCHAR',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
  }
  const select = columns.map(({ name, type }, index) => {
    const from = quoteIdentifier(described[index]!.name)
    const sql = sqlOf[type]
    return `${sql ? `${from}::${sql}` : from} AS ${quoteIdentifier(name)}`
  })
  request.onProgress({ step: 'Writing Parquet', done: 0, total: null, unit: 'rows' })
  await writeParquet(
    duck,
    `SELECT ${select.join(', ')} FROM read_parquet(${quotePath(request.path)})`,
    request.outputFile,
    select.length,
  )
  return describeDataset(
    duck,
    request,
    {
      source: { fileName, format: 'parquet', bytes: size, sha256, dialect: null },
      roles: {},
      findings: renamedFindings(changed),
      rows: null,
    },
    columns,
  )
}

/** @throws AssayError dataset/binary-column */
function typeOfParquet(type: string, name: string, fileName: string): Column['type'] {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER)$/.test(type)) return 'integer'
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'float'
  if (type === 'BOOLEAN') return 'boolean'
  if (type === 'DATE') return 'date'
  if (type.startsWith('TIMESTAMP')) return 'timestamp'
  if (type === 'BLOB') {
    throw new AssayError({
      code: 'dataset/binary-column',
      message: `The column "${name}" of ${fileName} holds binary values.`,
      remedy: 'Leave it out, or say that it holds PNG images: --type ' + `"${name}=image".`,
      where: { file: fileName, column: name },
    })
  }
  return 'string'
}

async function describeDataset(
  duck: Duck,
  request: ImportRequest,
  opened: Omit<Opened, 'relation'>,
  columns: readonly Pick<Column, 'name' | 'type' | 'decimal'>[],
): Promise<ImportedDataset> {
  const { options, outputFile, signal } = request
  signal.throwIfAborted()
  const counted = await duck.run(`SELECT count(*) FROM read_parquet(${quotePath(outputFile)})`)
  const rows = Number((await counted.getRows())[0]![0])
  const { fileName } = opened.source
  if (opened.rows !== null && rows !== opened.rows) {
    throw new AssayError({
      code: 'dataset/unreadable',
      message: `${fileName} has ${opened.rows} rows by its line ends, and ${rows} could be read.`,
      remedy: 'Check the quotes in the file, or say its dialect.',
      where: { file: fileName, expected: opened.rows, actual: rows },
    })
  }
  if (rows === 0) {
    throw new AssayError({
      code: 'dataset/no-rows',
      message: `${fileName} has no rows.`,
      remedy: 'Choose a file with at least one row of data.',
      where: { file: fileName, rows: 0 },
    })
  }
  request.onProgress({ step: 'Counting values', done: rows, total: rows, unit: 'rows' })
  const statistics = (await columnStatistics(duck, outputFile, columns)).map((found) => ({
    ...found,
    // An estimate past a thousand, which may come out above what is possible.
    distinct: Math.min(found.distinct, rows - found.missing),
  }))
  const unique = columns.map((column, index) => ({
    ...column,
    unique: statistics[index]!.missing === 0 && statistics[index]!.distinct >= rows * (rows > 1000 ? 0.95 : 1),
  }))
  const roles = assignRoles(unique, options, opened.roles)
  const isProtected = new Set((options.protected ?? []).map((name) => findNamed(columns, name, 'protected').name))
  const targetIndex = roles.indexOf('target')
  const target = targetIndex < 0 ? null : { column: columns[targetIndex]!, statistics: statistics[targetIndex]! }
  const task =
    options.task ??
    (options.labels ? 'multilabel' : target ? guessTask(target.column.type, target.statistics.distinct) : null)
  const positive = task === 'binary' && target ? (options.positive ?? guessPositive(target.statistics)) : null
  if (target) checkTarget(target.column, task, positive, target.statistics)
  if (task === 'multilabel') {
    roles.forEach((role, index) => {
      if (role === 'target') checkTarget(columns[index]!, task, null, statistics[index]!)
    })
  }
  return {
    rows,
    columns: columns.map((column, index) => ({
      ...column,
      role: roles[index]!,
      protected: isProtected.has(column.name),
      ...statistics[index]!,
    })),
    task,
    positive,
    source: opened.source,
    findings: [...opened.findings, ...targetFindings(target, task, rows)],
  }
}

function targetFindings(
  target: { column: { name: string }; statistics: ColumnStatistics } | null,
  task: Dataset['task'],
  rows: number,
): EvidenceFinding[] {
  if (!target) return []
  const findings: EvidenceFinding[] = []
  const { name } = target.column
  const { distinct, missing, top } = target.statistics
  if (missing > 0) {
    findings.push({
      code: 'dataset/target-missing',
      severity: 'warning',
      message: `${missing} of ${rows} rows have no value in the target "${name}".`,
      remedy: 'They are scored, and left out of the evaluation.',
      where: { column: name, rows: missing },
    })
  }
  if ((task === 'binary' || task === 'multiclass') && distinct === 1) {
    findings.push({
      code: 'dataset/one-class',
      severity: 'error',
      message: `Every row has the class "${top[0]?.value ?? ''}" in the target "${name}".`,
      remedy: 'Most metrics are not defined then. Choose a dataset that holds each class.',
      where: { column: name },
    })
  }
  return findings
}
