/** Scores as a file of one's own: the id and target columns, the scores under readable names, and the predicted class. */
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { decisionThreshold } from '../../../shared/scoring/decision-threshold.ts'
import { guardedSql, quoteIdentifier, quotePath, quoteText } from '../../data-plane/quote.ts'
import { guardCell } from '../../../shared/format/spreadsheet.ts'
import { defaultThreshold } from '../decision/chosen-threshold.ts'
import type { Engine } from '../engine.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { listChunks, readDataset, readRun } from '../records.ts'
import { copyOut } from '../workspace/copy-out.ts'
import type { CopyFormat } from '../workspace/copy-out.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

/** @throws AssayError run/not-scored, export/not-writable */
export async function exportScores(
  engine: Engine,
  runId: RunId,
  path: string,
  format: CopyFormat,
  context: JobContext,
): Promise<void> {
  const { workspace } = engine
  const run = readRun(workspace.ledger, runId)
  if (run.scoresSha256 === null) {
    throw new AssayError({
      code: 'run/not-scored',
      message: `The run ${runId} is ${run.state}.`,
      remedy: 'Resume it first.',
    })
  }
  context.progress({ step: 'Writing scores', total: null, unit: 'rows' })
  const dataset = readDataset(workspace.ledger, run.datasetId)
  const chunks = listChunks(workspace.ledger, runId).map((chunk) =>
    join(workspace.runFolder(runId), chunkName(chunk.number)),
  )
  const { output } = run.binding
  const kept = dataset.columns.filter((column) => column.role === 'id' || column.role === 'target')
  const columns: ExportedColumn[] = kept.map(({ name, type }) => ({
    sql: `d.${quoteIdentifier(name)}`,
    name,
    isText: type === 'string',
  }))
  if (output.score !== null) {
    if (givesOneNumber(output.task)) columns.push({ sql: 's.prediction', name: 'prediction', isText: false })
    else {
      output.classes.forEach((name, k) => columns.push({ sql: `s.p${k}`, name: `probability_${name}`, isText: false }))
      if (output.task !== 'multilabel') {
        const threshold = await thresholdOf(engine, run)
        columns.push({ sql: predictedSql(output.classes, output.positive, threshold), name: 'predicted', isText: true })
      }
    }
  }
  if (output.label !== null) columns.push({ sql: 's.label::VARCHAR', name: 'model_label', isText: true })
  const files = `[${chunks.map(quotePath).join(', ')}]`
  const data = quotePath(workspace.files.path(dataset.data.sha256))
  const select = columns.map((column) => selected(column, format)).join(', ')
  const query = `SELECT ${select} FROM read_parquet(${data}) d POSITIONAL JOIN read_parquet(${files}) s`
  await copyOut(workspace, query, path, format, 'The scores')
}

/** What the run was evaluated at, else what it would be evaluated at. */
async function thresholdOf(engine: Engine, run: Run): Promise<number> {
  const evaluated =
    run.evidenceSha256 === null ? null : decisionThreshold((await readEvidence(engine, run.id)).evidence.detail)
  return evaluated ?? defaultThreshold(engine.workspace.ledger, run.versionId)
}

function predictedSql(classes: readonly string[], positive: string | null, threshold: number): string {
  if (positive !== null && classes.length === 2) {
    const index = classes.indexOf(positive)
    // As the evaluation compares: a float32 score as the double that it is.
    return `CASE WHEN s.p${index}::DOUBLE >= ${threshold}::DOUBLE THEN ${quoteText(positive)} ELSE ${quoteText(classes[1 - index]!)} END`
  }
  // The first of equal scores, as argmax gives it.
  const columns = classes.map((_, k) => `s.p${k}`).join(', ')
  return `[${classes.map(quoteText).join(', ')}][list_position([${columns}], greatest(${columns}))]`
}

interface ExportedColumn {
  readonly sql: string
  readonly name: string
  readonly isText: boolean
}

/** In a CSV neither a cell nor a header runs as a formula. */
const selected = ({ sql, name, isText }: ExportedColumn, format: CopyFormat): string =>
  format === 'csv'
    ? `${isText ? guardedSql(`(${sql})`) : sql} AS ${quoteIdentifier(guardCell(name))}`
    : `${sql} AS ${quoteIdentifier(name)}`
