/** Takes labels into the workspace that came after the predictions; reports join them by the rows' ids. */
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { AssayError, Cancelled } from '../../../shared/contract/errors.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { BatchId, VersionId } from '../../../shared/contract/ids.ts'
import type { LabelBatch } from '../../../shared/contract/monitor.ts'
import { plural } from '../../../shared/format/number.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteText } from '../../data-plane/quote.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import { hasOneLabel, own } from './log-sql.ts'
import { addBatch, batchesOf, refuseImportedBefore } from './monitor-store.ts'
import { openLog, readLogHead } from './open-log.ts'
import type { LogHead } from './open-log.ts'
import { approvedOf } from './watched.ts'

export interface LabelsRequest {
  readonly path: string
  readonly versionId: VersionId
  readonly id?: string | undefined
  readonly label?: string | undefined
  readonly row?: string | undefined
}

const idNames = /^(assay:)?(request_?id|row_?id|prediction_?id|request|id|uuid|key)$/i
const labelNames = /^(label|actual|target|truth|ground_?truth|y|y_?true|outcome|value)$/i

/** @throws AssayError monitor/task, monitor/mapping, monitor/no-rows, monitor/imported-before, dataset/* */
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
    if (!hasOneLabel(run.binding.output)) {
      throw new AssayError({
        code: 'monitor/task',
        message: `Labels of a ${run.task} task cannot be joined: a row has not one of them.`,
        remedy: 'Its traffic and drift are watched; evaluate new labels as a dataset.',
        where: { task: run.task },
      })
    }
    const dataset = readDataset(workspace.ledger, run.datasetId)
    const target = dataset.columns.find((column) => column.role === 'target')?.name
    const head = await readLogHead(duck, path)
    const id = pick(head, request.id, 'id', (name) => idNames.test(name))
    const label = pick(head, request.label, 'label', (name) => name === target || labelNames.test(name))
    const row = request.row ?? (id === 'request' && head.fields.includes('row') ? 'row' : undefined)
    if (row !== undefined) pick(head, row, 'row', () => false)
    const fields = [...new Set([id, label, ...(row === undefined ? [] : [row])])]
    const { format, size } = head
    const log = await openLog({ duck, path, format, size, fields, place: null, check: () => null, copyPath, context })
    refuseImportedBefore(workspace.ledger, versionId, 'labels', log.sha256)
    // As rowId in shared/monitor/log-fields.ts writes it.
    const text = `regexp_replace(trim(${log.column(id)}), '#0$', '')`
    const place = row === undefined ? '0' : `coalesce(TRY_CAST(${log.column(row)} AS BIGINT), 0)`
    await duck.run(
      `COPY (SELECT key AS ${own.id}, actual AS ${own.actual} FROM (
         SELECT CASE WHEN ${place} = 0 THEN ${text} ELSE ${text} || '#' || ${place} END AS key,
           nullif(trim(${log.column(label)}), '') AS actual FROM ${log.sql}) WHERE key <> '' AND actual IS NOT NULL)
       TO ${quoteText(outputFile)} (FORMAT parquet, COMPRESSION lz4_raw)`,
    )
    const counts = await countLabels(engine, duck, versionId, log.sql, outputFile)
    if (counts.rows === 0) {
      throw new AssayError({
        code: 'monitor/no-rows',
        message: `No line of ${basename(path)} has both an id and a label.`,
        remedy: `Check the fields: the id is read from "${id}", the label from "${label}".`,
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
      findings: findingsOf(counts),
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

interface Counts {
  readonly rows: number
  readonly matched: number
  readonly contradicting: number
  /** Lines that have no id or no label. */
  readonly without: number
}

async function countLabels(
  engine: Engine,
  duck: Duck,
  versionId: VersionId,
  source: string,
  path: string,
): Promise<Counts> {
  const { ledger, files } = engine.workspace
  const labels = `read_parquet(${quoteText(path)})`
  const counted = await duck.run(
    `SELECT count(*), (SELECT count(*) FROM (SELECT 1 FROM ${labels} GROUP BY ${own.id} HAVING count(DISTINCT ${own.actual}) > 1)), (SELECT count(*) FROM ${source}) FROM ${labels}`,
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
