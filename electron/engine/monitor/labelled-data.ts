/** What came back from production as data to learn from: the model's columns and the labels, as Parquet. */
import type { Engine } from '../engine.ts'
import type { VersionId } from '../../../shared/contract/ids.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import { own } from './log-sql.ts'
import { openProduction } from './production.ts'
import type { Production } from './production.ts'
import { approvedOf } from './watched.ts'
import type { Approved } from './watched.ts'

export interface LabelledData {
  readonly approved: Approved
  readonly path: string
  readonly rows: number
  readonly labelled: boolean
  readonly target: string | null
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
    const target = dataset.columns.find((column) => column.role === 'target')?.name ?? null
    const labelled = target !== null && rows.labelled > 0
    if (need === 'labels') refuseIncomplete(production, approved, labelled)
    const bound = boundColumns(approved.run.binding)
    const features = dataset.columns.filter(({ name }) => bound.includes(name))
    const columns = [
      ...features.map(({ name, type }) => ({ name, type: String(type) })),
      ...(labelled
        ? dataset.columns.filter(({ name }) => name === target).map(({ name, type }) => ({ name, type: String(type) }))
        : []),
    ]
    const select = [own.id, own.time, ...columns.map(({ name }) => quoteIdentifier(name))]
    const where = labelled ? ` WHERE ${quoteIdentifier(target)} IS NOT NULL` : ''
    await duck.run(
      `COPY (SELECT ${select.join(', ')} FROM read_parquet(${quoteText(rowsPath)})${where}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    return { approved, path, rows: labelled ? rows.labelled : rows.scored, labelled, target, columns, from, to }
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
