/** The attributions of a run as a file of one's own: id, target, margins and one column a player, under readable names. */
import type { RunId } from '../../../shared/contract/ids.ts'
import { guardCell } from '../../../shared/format/spreadsheet.ts'
import { guardedSql, quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset, readRun } from '../records.ts'
import { copyOut } from '../workspace/copy-out.ts'
import type { CopyFormat } from '../workspace/copy-out.ts'
import { noExplanation, readExplanation } from './explanation-store.ts'
import { marginColumn, valueColumn } from './values-file.ts'

/** @throws AssayError explain/none, export/not-writable */
export async function exportValues(
  engine: Engine,
  id: RunId,
  path: string,
  format: CopyFormat,
  context: JobContext,
): Promise<void> {
  const { workspace } = engine
  const explanation = await readExplanation(engine, id)
  if (!explanation?.valuesSha256) throw noExplanation(id)
  context.progress({ step: 'Writing attributions', total: null, unit: 'rows' })
  const dataset = readDataset(workspace.ledger, readRun(workspace.ledger, id).datasetId)
  const many = explanation.outputs.length > 1
  const outputs = explanation.outputs.map((output) => output.name)
  const kept = dataset.columns.filter((column) => column.role === 'id' || column.role === 'target')
  const guarded = (column: string, isText: boolean): string => {
    const value = `d.${quoteIdentifier(column)}`
    return format === 'csv' ? `${isText ? guardedSql(value) : value} AS ${quoteIdentifier(guardCell(column))}` : value
  }
  const select = [
    'v.row + 1 AS row_number',
    ...kept.map((column) => guarded(column.name, column.type === 'string')),
    ...outputs.flatMap((output, k) => [
      `${String(explanation.outputs[k]!.base)}::DOUBLE AS ${quoteIdentifier(many ? `base ${output}` : 'base')}`,
      `v.${marginColumn(k)} AS ${quoteIdentifier(many ? `margin ${output}` : 'margin')}`,
      ...explanation.players.map(
        (player, p) =>
          `v.${valueColumn(k, p)} AS ${quoteIdentifier(`attribution ${many ? `${output}: ` : ''}${player.name}`)}`,
      ),
    ]),
  ]
  const values = quotePath(workspace.files.path(explanation.valuesSha256))
  const data = quotePath(workspace.files.path(dataset.data.sha256))
  const sql = `SELECT ${select.join(', ')} FROM read_parquet(${values}) v JOIN read_parquet(${data}, file_row_number = true) d ON d.file_row_number = v.row ORDER BY v.row`
  await copyOut(workspace, sql, path, format, 'The attributions')
}
