/** Scores as a file of one's own: the id and target columns, the scores under readable names, and the predicted class. */
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { listChunks, readDataset, readRun } from '../records.ts'
import { chunkName } from '../workspace/workspace.ts'
import { diskError } from '../workspace/content-store.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

/** @throws AssayError run/not-scored, export/not-writable */
export async function exportScores(
  engine: Engine,
  runId: RunId,
  path: string,
  format: 'csv' | 'parquet',
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
  const select = kept.map((column) => `d.${quoteIdentifier(column.name)}`)
  if (output.score !== null) {
    if (givesOneNumber(output.task)) select.push('s.prediction')
    else {
      select.push(...output.classes.map((name, k) => `s.p${k} AS ${quoteIdentifier(`probability_${name}`)}`))
      if (output.task !== 'multilabel') select.push(`${predictedSql(output.classes, output.positive)} AS predicted`)
    }
  }
  if (output.label !== null) select.push('s.label AS model_label')
  // A cell that starts with = + - @ runs as a formula in a spreadsheet; text is prefixed, numbers are left alone.
  const temporary = `${path}.${process.pid}.tmp`
  const duck = await openDuck({ temporaryDirectory: join(workspace.folder, 'tmp') })
  try {
    const files = `[${chunks.map(quoteText).join(', ')}]`
    const data = quoteText(workspace.files.path(dataset.data.sha256))
    const query = `SELECT ${select.join(', ')} FROM read_parquet(${data}) d POSITIONAL JOIN read_parquet(${files}) s`
    const guarded = format === 'csv' ? `SELECT ${guardText(select, dataset.columns)} FROM (${query})` : query
    await duck.run(
      `COPY (${guarded}) TO ${quoteText(temporary)} ${format === 'csv' ? '(FORMAT csv, HEADER)' : '(FORMAT parquet, COMPRESSION zstd)'}`,
    )
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    const cause = diskError(error)
    if (cause instanceof AssayError) throw cause
    if (
      /IO Error|Cannot open|No such file|not found|Permission/i.test(String(error)) ||
      (error as NodeJS.ErrnoException).code
    ) {
      throw new AssayError({
        code: 'export/not-writable',
        message: `The scores cannot be written there: ${String((error as Error).message).slice(0, 200)}`,
        remedy: 'Choose a folder that exists and that you may write to.',
      })
    }
    throw error
  } finally {
    duck.close()
  }
}

function predictedSql(classes: readonly string[], positive: string | null): string {
  if (positive !== null && classes.length === 2) {
    const index = classes.indexOf(positive)
    return `CASE WHEN s.p${index} >= 0.5 THEN ${quoteText(positive)} ELSE ${quoteText(classes[1 - index]!)} END`
  }
  // The first of equal scores, as argmax gives it.
  const columns = classes.map((_, k) => `s.p${k}`).join(', ')
  return `[${classes.map(quoteText).join(', ')}][list_position([${columns}], greatest(${columns}))]`
}

function guardText(select: readonly string[], columns: readonly { name: string; type: string }[]): string {
  const text = new Set(
    columns.filter((column) => column.type === 'string').map((column) => quoteIdentifier(column.name)),
  )
  return select
    .map((item) => (item.includes(' AS ') ? item.split(' AS ').at(-1)! : item.replace(/^[ds]\./, '')))
    .map((name) =>
      text.has(name)
        ? `CASE WHEN regexp_matches(${name}, '^[=+@\\t\\r-]') THEN '''' || ${name} ELSE ${name} END AS ${name}`
        : name,
    )
    .join(', ')
}
