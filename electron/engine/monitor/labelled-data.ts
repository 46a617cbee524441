/** What came back from production as data to learn from: the model's columns and the labels, as Parquet. */
import type { Engine } from '../engine.ts'
import type { VersionId } from '../../../shared/contract/ids.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import { writeParquet } from '../../data-plane/write-parquet.ts'
import { own } from './log-sql.ts'
import { openProduction } from './production.ts'
import type { Production } from './production.ts'
import { queryOf, targetColumns } from './targets.ts'
import { approvedOf } from './watched.ts'
import type { Approved } from './watched.ts'

export interface LabelledData {
  readonly approved: Approved
  readonly path: string
  readonly rows: number
  readonly labelled: boolean
  /** One column, or one for each label; empty where no label came. */
  readonly targets: readonly string[]
  /** The column of a ranking's queries. */
  readonly query: string | null
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly from: string | null
  readonly to: string | null
}

/**
 * @param path Is written.
 * @param need 'labels' refuses where there are none, or where the logs lack one of the model's columns.
 * @throws AssayError monitor/no-labels, monitor/columns-left-out, and what openProduction throws
 */
export async function writeLabelledData(
  engine: Engine,
  versionId: VersionId,
  path: string,
  need: 'labels' | 'rows',
): Promise<LabelledData> {
  const approved = await approvedOf(engine, versionId)
  const production = await openProduction(engine, versionId, approved)
  try {
    const { dataset, rows, duck, rowsPath, from, to } = production
    const { output } = approved.run.binding
    const all = targetColumns(dataset, output)
    const labelled = all.length > 0 && rows.labelled > 0
    if (need === 'labels') refuseIncomplete(production, approved, labelled)
    const targets = labelled ? all : []
    const bound = boundColumns(approved.run.binding)
    const query = output.task === 'ranking' ? queryOf(dataset) : null
    const columns = [...dataset.columns.filter(({ name }) => bound.includes(name) || name === query), ...targets].map(
      ({ name, type }) => ({ name, type: String(type) }),
    )
    const select = [own.id, own.time, ...columns.map(({ name }) => quoteIdentifier(name))]
    const came = targets.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`)
    const where = labelled ? ` WHERE ${came.join(' AND ')}` : ''
    const wanted = `SELECT ${select.join(', ')} FROM read_parquet(${quoteText(rowsPath)})${where}`
    await writeParquet(duck, wanted, path, select.length, 'zstd')
    const names = targets.map(({ name }) => name)
    const count = labelled ? rows.labelled : rows.scored
    return { approved, path, rows: count, labelled, targets: names, query, columns, from, to }
  } finally {
    await production.close()
  }
}

function refuseIncomplete({ logs, dataset }: Production, { run }: Approved, labelled: boolean): void {
  if (!labelled) {
    throw new AssayError({
      code: 'monitor/no-labels',
      message: 'No label of a production row came yet.',
      remedy: 'Import labels: assay monitor labels FILE.',
    })
  }
  const missing = boundColumns(run.binding).filter((name) => !dataset.columns.some((column) => column.name === name))
  if (missing.length === 0) return
  throw new AssayError({
    code: 'monitor/columns-left-out',
    message: `The logs do not hold ${missing.slice(0, 5).join(', ')}: their rows cannot be scored again.`,
    remedy: 'Log all columns of the model (ASSAY_PREDICTION_LOG_INPUTS=all), where privacy allows it.',
    where: { columns: missing.length, logs: logs.length },
  })
}
