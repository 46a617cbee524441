/** Takes labels into the workspace that came after the predictions; reports join them by the rows' ids. */
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { BatchId, VersionId } from '../../../shared/contract/ids.ts'
import type { LabelBatch } from '../../../shared/contract/monitor-log.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { looksActual, rowField } from '../../../shared/monitor/log-fields.ts'
import type { Targets } from '../../../shared/monitor/log-fields.ts'
import { plural } from '../../../shared/format/number.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteText } from '../../data-plane/quote.ts'
import { writeParquet } from '../../data-plane/write-parquet.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import { own, rowIdSql } from './log-sql.ts'
import { addBatch, batchesOf, refuseImportedBefore } from './monitor-store.ts'
import { openLog, readLogHead } from './open-log.ts'
import type { LogHead } from './open-log.ts'
import { checkClasses, targetsOf } from './targets.ts'
import { truthFindings } from './truth-findings.ts'
import { truthNames, truthOf, truthTexts } from './truth-sql.ts'
import { approvedOf } from './watched.ts'

export interface LabelsRequest {
  readonly path: string
  readonly versionId: VersionId
  readonly id?: string | undefined
  readonly label?: string | undefined
  /** By label of a multilabel task: the field that says whether the row has it. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly row?: string | undefined
}

const idNames = /^(assay:)?(request_?id|row_?id|prediction_?id|request|id|uuid|key)$/i

/** @throws AssayError monitor/mapping, monitor/no-rows, monitor/imported-before, dataset/* */
export async function importLabels(engine: Engine, request: LabelsRequest, context: JobContext): Promise<BatchId> {
  const { workspace } = engine
  const { path, versionId } = request
  const outputFile = workspace.temporary('.parquet')
  const copyPath = workspace.temporary('.csv')
  const duck = await openDuck({ temporaryDirectory: `${workspace.folder}/tmp` })
  const onAbort = (): void => duck.interrupt()
  context.signal.addEventListener('abort', onAbort, { once: true })
  try {
    const { run } = await approvedOf(engine, versionId)
    const { output } = run.binding
    const dataset = readDataset(workspace.ledger, run.datasetId)
    const head = await readLogHead(duck, path)
    const id = pick(head, request.id, 'id', (name) => idNames.test(name))
    const targets = targetFields(head, request, output, targetsOf(dataset, output))
    const row = request.row === undefined ? rowField(id, head.fields) : pick(head, request.row, 'row', () => false)
    const named = [...(targets.whole === null ? [] : [targets.whole]), ...Object.values(targets.each)]
    const fields = [...new Set([id, ...named, ...(row === undefined ? [] : [row])])]
    const { format, size } = head
    const log = await openLog({ duck, path, format, size, fields, check: () => null, copyPath, context })
    refuseImportedBefore(workspace.ledger, versionId, 'labels', log.sha256)
    const key = rowIdSql(log.column(id), row === undefined ? null : log.column(row))
    const truth = truthOf(output, truthTexts(log, targets))
    const names = truthNames(output)
    const values = truth.values.map((sql, k) => `${sql} AS ${names[k]}`)
    const keyed = `SELECT ${key} AS ${own.id}, ${values.join(', ')} FROM ${log.sql}`
    await writeParquet(
      duck,
      `SELECT * FROM (${keyed}) WHERE ${own.id} <> '' AND coalesce(${names.join(', ')}) IS NOT NULL`,
      outputFile,
      1 + names.length,
    )
    const counts = await countLabels(engine, duck, versionId, { source: log.sql, path: outputFile, names })
    if (counts.rows === 0) {
      throw new AssayError({
        code: 'monitor/no-rows',
        message: `No line of ${basename(path)} has both an id and a label.`,
        remedy: `Check the fields: the id is read from "${id}", the label from "${named.slice(0, 5).join('", "')}".`,
        where: { leftOut: log.leftOut.n },
      })
    }
    context.signal.throwIfAborted()
    const data = await workspace.files.take(outputFile)
    const batch: LabelBatch = {
      kind: 'labels',
      id: newId<BatchId>('mb'),
      versionId,
      createdAt: new Date().toISOString(),
      createdBy: workspace.actor,
      source: { fileName: basename(path), format, bytes: size, sha256: log.sha256 },
      data,
      leftOut: log.leftOut,
      rows: counts.rows,
      matched: counts.matched,
      findings: [...findingsOf(counts), ...(await truthFindings(duck, log, truth, output))],
    }
    addBatch(engine, batch)
    return batch.id
  } catch (error) {
    if (context.signal.aborted) throw new Cancelled('label import')
    throw error
  } finally {
    context.signal.removeEventListener('abort', onAbort)
    duck.close()
    await rm(outputFile, { force: true })
    await rm(copyPath, { force: true })
  }
}

/** @throws AssayError monitor/mapping */
function pick(head: LogHead, wanted: string | undefined, what: string, guess: (name: string) => boolean): string {
  const found = wanted ?? head.fields.find(guess)
  if (found !== undefined && head.fields.includes(found)) return found
  throw new AssayError({
    code: 'monitor/mapping',
    message:
      wanted === undefined ? `No field of the file looks like the ${what}.` : `The file has no field "${wanted}".`,
    remedy: `Say which it is (--${what} FIELD). The file has: ${head.fields.slice(0, 20).join(', ')}.`,
    where: { field: wanted ?? what },
  })
}

/** Where the true values are: as the caller says, or of the names of the approved dataset's targets, or alike. */
function targetFields(
  head: LogHead,
  { label, labels }: LabelsRequest,
  output: OutputBinding,
  targets: Targets,
): Targets {
  if (labels !== undefined) {
    checkClasses(output, { actuals: labels })
    for (const field of Object.values(labels)) pick(head, field, 'label', () => false)
    return { whole: null, each: labels }
  }
  // One label's own field is no list of them, also where it is the only one.
  const wanted = Object.entries(targets.each).filter(([, name]) => label === undefined || label === name)
  const each = wanted.filter(([, name]) => head.fields.includes(name))
  if (each.length > 0) return { whole: null, each: Object.fromEntries(each) }
  const guess = (name: string): boolean =>
    name === targets.whole || looksActual(name, output.task) || /^value$/i.test(name)
  return { whole: pick(head, label, 'label', guess), each: {} }
}

interface Counts {
  readonly rows: number
  readonly matched: number
  readonly contradicting: number
  /** Lines that have no id or no label. */
  readonly without: number
}

/** @param file What was read, what was written of it, and the names of its columns of labels. */
async function countLabels(
  engine: Engine,
  duck: Duck,
  versionId: VersionId,
  { source, path, names }: { readonly source: string; readonly path: string; readonly names: readonly string[] },
): Promise<Counts> {
  const { ledger, files } = engine.workspace
  const labels = `read_parquet(${quoteText(path)})`
  const contradicts = names.map((name) => `min(${name}) <> max(${name})`).join(' OR ')
  const counted = await duck.run(
    `SELECT count(*), (SELECT count(*) FROM (SELECT 1 FROM ${labels} GROUP BY ${own.id} HAVING ${contradicts})), (SELECT count(*) FROM ${source}) FROM ${labels}`,
  )
  const [rows, contradicting, lines] = (await counted.getRows())[0]!.map(Number)
  const { logs } = batchesOf(ledger, versionId)
  let matched = 0
  if (logs.length > 0) {
    const paths = logs.map(({ data }) => quoteText(files.path(data.sha256))).join(', ')
    const found = await duck.run(
      `SELECT count(*) FROM read_parquet([${paths}], union_by_name=true) WHERE ${own.id} IN (SELECT ${own.id} FROM ${labels})`,
    )
    matched = Number((await found.getRows())[0]![0])
  }
  return { rows: rows!, matched, contradicting: contradicting!, without: lines! - rows! }
}

function findingsOf({ matched, contradicting, without }: Counts): EvidenceFinding[] {
  const findings: EvidenceFinding[] = []
  if (without > 0) {
    findings.push({
      code: 'monitor/no-label',
      severity: 'warning',
      message: `${plural(without, 'line has', 'lines have')} no id or no label and ${without === 1 ? 'is' : 'are'} left out.`,
      remedy: 'Labels that come later can be imported then.',
      where: { rows: without },
    })
  }
  if (matched === 0) {
    findings.push({
      code: 'monitor/no-match',
      severity: 'warning',
      message: 'None of these labels belongs to a row of the logs so far.',
      remedy: 'Check the field of the id. Labels of logs that are imported later are joined then.',
    })
  }
  if (contradicting > 0) {
    findings.push({
      code: 'monitor/two-labels',
      severity: 'warning',
      message: `${plural(contradicting, 'id')} with more than one label; the last one counts.`,
      remedy: 'Check how the labels were put together.',
      where: { rows: contradicting },
    })
  }
  return findings
}
