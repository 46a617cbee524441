/**
 * Holds a file against the evaluated rows before anyone uses its scores: the population stability index of each column,
 * in the bins in which the server counts its traffic. One pass, in constant memory.
 */
import { createHash } from 'node:crypto'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import { Traffic, stabilityIndex } from '../watch/traffic.ts'
import { readTable } from './read-table.ts'
import { writeWhole } from './part-file.ts'
import type { TableFormat } from '../../../shared/serving/batch-part.ts'

export interface DriftRequest {
  readonly release: VerifiedRelease
  readonly input: string
  readonly format: TableFormat
  /** Where the report goes; null writes none. */
  readonly to: string | null
  /** A column has drifted when its index is more than this above what chance alone gives. */
  readonly limit: number
}

export interface ColumnDrift {
  readonly column: string
  readonly rows: number
  readonly missing: number
  /** Null below 100 rows. */
  readonly psi: number | null
  /** What the index is on average when nothing has changed: (bins − 1)(1/n + 1/m). */
  readonly byChance: number | null
  readonly drifted: boolean
}

export interface DriftReport {
  readonly schema: 'assay.batch-drift/1'
  readonly manifestSha256: string
  readonly input: { readonly sha256: string; readonly bytes: number; readonly rows: number }
  readonly limit: number
  readonly columns: readonly ColumnDrift[]
  /** Columns of the model that no figure is of: without bins in the release. */
  readonly notCompared: readonly string[]
}

/** @throws AssayError batch/*, input/* where a row cannot be read; drift/found, after the report is written */
export async function checkDrift(request: DriftRequest): Promise<DriftReport> {
  const { release, limit } = request
  const { manifest } = release
  const traffic = new Traffic(manifest.inputs)
  const places = new Map(manifest.inputs.map((column, at) => [column.name, at]))
  const hash = createHash('sha256')
  let bytes = 0
  let rows = 0
  const onBytes = (piece: Uint8Array): void => {
    hash.update(piece)
    bytes += piece.length
  }
  for await (const row of readTable({ path: request.input, format: request.format, manifest, keep: [], onBytes })) {
    const { cells } = row.read()
    for (const entry of traffic.columns) entry.observe(cells[places.get(entry.column.name)!]!)
    rows++
  }
  const columns = traffic.columns.map((entry): ColumnDrift => {
    const { column, counts, missing } = entry
    const n = counts.reduce((sum, count) => sum + count, 0)
    const reference = column.reference!.counts
    const m = reference.reduce((sum, count) => sum + count, 0)
    const psi = stabilityIndex(entry)
    const byChance = psi === null ? null : (reference.length - 1) * (1 / n + 1 / m)
    return {
      column: column.name,
      rows: n,
      missing,
      psi,
      byChance,
      drifted: psi !== null && psi > limit + byChance!,
    }
  })
  const report: DriftReport = {
    schema: 'assay.batch-drift/1',
    manifestSha256: release.manifestSha256,
    input: { sha256: hash.digest('hex'), bytes, rows },
    limit,
    columns,
    notCompared: manifest.inputs.filter((column) => column.reference === null).map((column) => column.name),
  }
  if (request.to !== null) await writeWhole(request.to, `${JSON.stringify(report, null, 2)}\n`)
  return report
}

/** @throws AssayError drift/found */
export function refuseDrifted({ columns, limit }: DriftReport): void {
  const drifted = columns.filter((entry) => entry.drifted)
  if (drifted.length === 0) return
  const worst = drifted.reduce((a, b) => (a.psi! > b.psi! ? a : b))
  throw new AssayError({
    code: 'drift/found',
    message: `${drifted.length} of ${columns.length} columns have drifted; the most is "${worst.column}" with a stability index of ${worst.psi!.toFixed(3)}, above ${limit}.`,
    remedy:
      'Look at where the file comes from; compare it in Assay (assay drift); retrain, or approve the model on such rows.',
    where: { column: worst.column, columns: drifted.length },
  })
}
