/**
 * A dataset's numbers kept ready for models (data-plane/number-file.ts): decided and written when it is imported.
 * A workspace without the file scores from Parquet, to the same bytes.
 */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import { writeNumberFile } from '../../data-plane/write-number-file.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { StoredFile } from '../workspace/content-store.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Under this many values scoring is done before the difference is felt. */
const leastValues = 2_000_000
/** A quarter of what the numbers take as text or more; wider tables are read from Parquet. */
const mostBytes = 2 * 1024 ** 3

type Shape = Pick<Dataset, 'columns' | 'rows'>

/** Numbers, and yes or no, that are features as imported: what a model most likely takes, and nothing between. */
const numberFeatures = ({ columns }: Shape): string[] =>
  columns
    .filter(({ type, role }) => role === 'feature' && (type === 'float' || type === 'integer' || type === 'boolean'))
    .map(({ name }) => name)

/** Who holds the file. */
export const numbersOwner = (id: DatasetId): string => `numbers ${id}`

/** Writes the file to `path` where it is worth its place, and says whether it did. */
export async function makeNumbers(
  dataset: Shape,
  parquetPath: string,
  path: string,
  context: JobContext,
): Promise<boolean> {
  const names = numberFeatures(dataset)
  const values = dataset.rows * names.length
  if (values < leastValues || values * Float32Array.BYTES_PER_ELEMENT > mostBytes) return false
  context.progress({ step: 'Keeping numbers ready for models', done: 0, total: dataset.rows, unit: 'rows' })
  await writeNumberFile(parquetPath, names, path, context.signal, (done) => context.progress({ done }))
  return true
}

/** Within the transaction that records the dataset. */
export function recordNumbers(workspace: Workspace, id: DatasetId, file: StoredFile, time: string): void {
  workspace.files.record(file, 'numbers', time)
  workspace.ledger.prepare('INSERT INTO file_use (owner, sha256) VALUES (?, ?)').run(numbersOwner(id), file.sha256)
}

/** Where it is; null where the dataset has none. */
export function numbersPath(workspace: Workspace, id: DatasetId): string | null {
  const row = workspace.ledger.prepare('SELECT sha256 FROM file_use WHERE owner = ?').get(numbersOwner(id)) as
    { sha256: string } | undefined
  return row ? workspace.files.path(row.sha256) : null
}
