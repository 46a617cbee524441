/** Takes a production log into the workspace, bound to the version that it is of. */
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { BatchId, VersionId } from '../../../shared/contract/ids.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import type { LogBatch, LogFields, LogMapping } from '../../../shared/contract/monitor-log.ts'
import { plural } from '../../../shared/format/number.ts'
import { guessMapping, ownMapping } from '../../../shared/monitor/log-fields.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'
import { predictionLogLineSchema } from '../../../shared/serving/prediction-log.ts'
import { servedName } from '../../../shared/serving/release-manifest.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteText } from '../../data-plane/quote.ts'
import { writeParquet } from '../../data-plane/write-parquet.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset, readVersion } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import { chanceSql, featureSql, isLogged, loggedTruth, logSelect, own, scoreNames } from './log-sql.ts'
import type { LogColumns } from './log-sql.ts'
import type { LineCheck } from './json-lines.ts'
import { addBatch, refuseImportedBefore } from './monitor-store.ts'
import { openLog, readLogHead } from './open-log.ts'
import type { LogHead, OpenedLog } from './open-log.ts'
import { checkClasses, queryOf, targetsOf } from './targets.ts'
import { truthFindings } from './truth-findings.ts'
import { approvedOf, versionOfLine } from './watched.ts'

const ownLine = predictionLogLineSchema.pick({ model: true, version: true })
const isOwn = (line: Record<string, unknown>): boolean => String(line['schema']).startsWith('assay.prediction/')

/** What a version expects of a log. */
interface Expected {
  readonly versionId: VersionId
  readonly binding: Binding
  readonly dataset: Dataset
}

async function expectedOf(engine: Engine, versionId: VersionId): Promise<Expected> {
  const { run } = await approvedOf(engine, versionId)
  return { versionId, binding: run.binding, dataset: readDataset(engine.workspace.ledger, run.datasetId) }
}

function versionOfHead(engine: Engine, { objects }: LogHead): VersionId | null {
  const line = objects.find(isOwn)
  const parsed = ownLine.safeParse({ model: line?.['model'], version: line?.['version'] })
  return parsed.success ? versionOfLine(engine.workspace.ledger, parsed.data) : null
}

function mappingOf(head: LogHead, { binding, dataset }: Expected): LogMapping {
  const features = boundColumns(binding)
  const { output } = binding
  const lines = head.objects.filter(isOwn)
  // What privacy keeps out of the log is in no line; it is not missing, it is not logged.
  const logged = (name: string): boolean => lines.some(({ inputs }) => Object.hasOwn(Object(inputs) as object, name))
  return lines.length > 0
    ? ownMapping(features.filter(logged), output)
    : guessMapping(head.fields, { features, output, targets: targetsOf(dataset, output), query: queryOf(dataset) })
}

/** What a look at the first lines tells, for a form. @throws AssayError dataset/* */
export async function logFields(engine: Engine, path: string, wanted: VersionId | undefined): Promise<LogFields> {
  const duck = await openDuck({ temporaryDirectory: `${engine.workspace.folder}/tmp` })
  try {
    const head = await readLogHead(duck, path)
    const versionId = wanted ?? versionOfHead(engine, head)
    const expected = versionId === null ? null : await expectedOf(engine, versionId)
    const { format, fields } = head
    return {
      fileName: basename(path),
      format,
      own: head.objects.some(isOwn),
      fields: [...fields],
      mapping: expected === null ? {} : mappingOf(head, expected),
      versionId,
      task: expected?.binding.output.task ?? null,
    }
  } finally {
    duck.close()
  }
}

/** @throws AssayError monitor/no-version, monitor/mapping, monitor/no-rows, monitor/imported-before, dataset/* */
export async function importLog(
  engine: Engine,
  path: string,
  wanted: { readonly versionId?: VersionId | undefined; readonly mapping?: LogMapping | undefined },
  context: JobContext,
): Promise<BatchId> {
  const { workspace } = engine
  const outputFile = workspace.temporary('.parquet')
  const copyPath = workspace.temporary('.csv')
  const duck = await openDuck({ temporaryDirectory: `${workspace.folder}/tmp` })
  const onAbort = (): void => duck.interrupt()
  context.signal.addEventListener('abort', onAbort, { once: true })
  try {
    const head = await readLogHead(duck, path)
    const expected = await expectedOf(engine, wanted.versionId ?? versionOfHead(engine, head) ?? noVersion(path))
    const guessed = mappingOf(head, expected)
    const mapping = { ...guessed, ...wanted.mapping, features: { ...guessed.features, ...wanted.mapping?.features } }
    checkClasses(expected.binding.output, mapping)
    const fields = fieldsUsed(mapping)
    const isServers = head.objects.some(isOwn)
    checkKnown(head, mapping)
    if (head.format !== 'jsonl') checkFields(head, mapping)
    const log = await openLog({
      duck,
      path,
      format: head.format,
      size: head.size,
      fields,
      check: isServers ? checkOwn(engine, expected.versionId) : () => null,
      copyPath,
      context,
    })
    refuseImportedBefore(workspace.ledger, expected.versionId, 'log', log.sha256)
    context.progress({ step: 'Writing Parquet', done: 0, total: null, unit: 'rows' })
    const written = await writeBatch(duck, log, mapping, expected, outputFile)
    context.signal.throwIfAborted()
    const data = await workspace.files.take(outputFile)
    const batch: LogBatch = {
      kind: 'log',
      id: newId<BatchId>('mb'),
      versionId: expected.versionId,
      createdAt: new Date().toISOString(),
      createdBy: workspace.actor,
      source: { fileName: basename(path), format: head.format, bytes: head.size, sha256: log.sha256 },
      data,
      leftOut: log.leftOut,
      mapping,
      ...written,
    }
    addBatch(engine, batch)
    return batch.id
  } catch (error) {
    if (context.signal.aborted) throw new Cancelled('log import')
    throw error
  } finally {
    context.signal.removeEventListener('abort', onAbort)
    duck.close()
    await rm(outputFile, { force: true })
    await rm(copyPath, { force: true })
  }
}

function noVersion(path: string): never {
  throw new AssayError({
    code: 'monitor/no-version',
    message: `${basename(path)} does not say which version of which model it is of, or that version is not here.`,
    remedy: 'Say it: assay monitor import FILE --model NAME@VERSION.',
    where: { file: basename(path) },
  })
}

/** Lines of another version, or that are not whole, are left out. */
function checkOwn(engine: Engine, versionId: VersionId): LineCheck {
  const { name, version } = readVersion(engine.workspace.ledger, versionId)
  const served = servedName(name)
  return (line) => {
    if (!isOwn(line)) return 'it is not a line of the prediction log'
    if (line['model'] !== served || line['version'] !== version) {
      return `it is of ${String(line['model']).slice(0, 60)} ${String(line['version']).slice(0, 20)}, not of ${served} ${version}`
    }
    const scores = line['scores']
    if (typeof line['request'] !== 'string' || typeof line['inputs'] !== 'object' || line['inputs'] === null) {
      return 'it has no request or no inputs'
    }
    if (line['error'] === undefined && scores !== null && !Array.isArray(scores)) return 'its scores are not a list'
    return null
  }
}

function fieldsUsed({ features, scores, actuals, ...single }: LogMapping): string[] {
  const named = [single, scores, actuals, features].flatMap((fields) => Object.values(fields ?? {}))
  return [...new Set(named.filter((field) => field !== undefined))]
}

/** @throws AssayError monitor/mapping */
function checkKnown({ fields }: LogHead, { features, scores, prediction }: LogMapping): void {
  if (prediction !== undefined || Object.keys({ ...features, ...scores }).length > 0) return
  throw new AssayError({
    code: 'monitor/mapping',
    message: 'Neither a prediction nor any column of the model is found in the log.',
    remedy: `Say which field holds the prediction. The log has: ${fields.slice(0, 20).join(', ')}.`,
    where: { fields: fields.length },
  })
}

/** @throws AssayError monitor/mapping */
function checkFields({ fields }: LogHead, mapping: LogMapping): void {
  const strange = fieldsUsed(mapping).find((field) => !fields.includes(field))
  if (strange === undefined) return
  throw new AssayError({
    code: 'monitor/mapping',
    message: `The log has no field "${strange.slice(0, 100)}".`,
    remedy: `It has: ${fields.slice(0, 20).join(', ')}.`,
    where: { field: strange.slice(0, 100) },
  })
}

type Written = Pick<LogBatch, 'rows' | 'errors' | 'from' | 'to' | 'features' | 'absent' | 'hasScores' | 'findings'>

async function writeBatch(
  duck: Duck,
  log: OpenedLog,
  mapping: LogMapping,
  { binding, dataset }: Expected,
  outputFile: string,
): Promise<Written> {
  const { output } = binding
  const bound = boundColumns(binding)
  const features = dataset.columns.filter(
    ({ name, type }) => bound.includes(name) && isLogged(type) && mapping.features?.[name] !== undefined,
  )
  const [row] = await rowsOf(
    duck,
    mapping.prediction === undefined || output.task !== 'binary'
      ? 'SELECT false'
      : `SELECT ${chanceSql(log.column(mapping.prediction), output.classes, log.rule)} FROM ${log.sql}`,
  )
  const columns: LogColumns = { log, mapping, output, features, predictionIsChance: row?.[0] === true }
  const select = logSelect(columns)
  await writeParquet(duck, `SELECT ${select.join(', ')} FROM ${log.sql}`, outputFile, select.length)
  const file = `read_parquet(${quoteText(outputFile)})`
  const [score = own.label] = scoreNames(output)
  const hasScores = score !== own.label && select.some((column) => column.endsWith(score))
  const predicted = hasScores ? score : own.label
  const [counted] = await rowsOf(
    duck,
    `SELECT count(*), count(${own.error}), strftime(min(${own.time}), '%Y-%m-%dT%H:%M:%S.%gZ'),
       strftime(max(${own.time}), '%Y-%m-%dT%H:%M:%S.%gZ'), count(*) FILTER (${own.error} IS NULL AND ${predicted} IS NULL),
       count(*) FILTER (${own.time} IS NULL), count(${own.id}) - count(DISTINCT ${own.id}) FROM ${file}`,
  )
  const [rows, errors, from, to, unpredicted, timeless, repeated] = counted!
  const n = Number(rows)
  if (n === 0) {
    throw new AssayError({
      code: 'monitor/no-rows',
      message: `No line of the log can be used${log.leftOut.examples[0] ? `: line ${log.leftOut.examples[0].line}, ${log.leftOut.examples[0].reason}` : ''}.`,
      remedy: 'Check that it is a log of this version.',
      where: { leftOut: log.leftOut.n },
    })
  }
  const findings = [
    ...(await conversionFindings(duck, columns)),
    ...(await truthFindings(duck, log, loggedTruth(columns), output)),
    ...finding(
      Number(unpredicted),
      'monitor/no-prediction',
      'without a prediction are in the traffic only',
      'Map the field that holds the prediction.',
    ),
    ...finding(
      mapping.time === undefined ? 0 : Number(timeless),
      'monitor/no-time',
      'have no time that could be read and are in no window',
      'Log times in ISO 8601.',
    ),
    ...finding(
      Number(repeated),
      'monitor/repeated-id',
      'repeat the id of another row; their labels are the same',
      'Log an id of its own for each row.',
    ),
  ]
  return {
    rows: n,
    errors: Number(errors),
    from: (from as string | null) ?? null,
    to: (to as string | null) ?? null,
    features: features.map(({ name }) => name),
    absent: bound.filter((name) => !features.some((column) => column.name === name)),
    hasScores,
    findings,
  }
}

function finding(rows: number, code: string, what: string, remedy: string): EvidenceFinding[] {
  if (rows === 0) return []
  return [{ code, severity: 'warning', message: `${plural(rows, 'row')} ${what}.`, remedy, where: { rows } }]
}

async function rowsOf(duck: Duck, sql: string): Promise<unknown[][]> {
  return (await duck.run(sql)).getRowsJson() as Promise<unknown[][]>
}

/** Texts that are no value of their column's type are missing values, and said to be. */
async function conversionFindings(duck: Duck, { log, mapping, features }: LogColumns): Promise<EvidenceFinding[]> {
  const typed = features.filter(({ type }) => type !== 'string')
  if (typed.length === 0) return []
  const counts = typed.map(
    (feature) =>
      `count(*) FILTER (${featureSql(log.column(mapping.features![feature.name]!), feature, log.rule).wrong})`,
  )
  const [row] = await rowsOf(duck, `SELECT ${counts.join(', ')} FROM ${log.sql}`)
  return typed.flatMap(({ name, type }, k): EvidenceFinding[] => {
    const n = Number(row![k])
    if (n === 0) return []
    return [
      {
        code: 'monitor/type',
        severity: 'warning',
        message: `${plural(n, 'value')} of "${name}" cannot be read as ${type}; they count as missing.`,
        remedy: 'Look at what the callers send.',
        where: { column: name, rows: n },
      },
    ]
  })
}
