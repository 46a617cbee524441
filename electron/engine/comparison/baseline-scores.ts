/** What the baselines of a comparison learn from and predict: features of both datasets, encoded alike. */
import type { AnsweredRows } from '../../../shared/comparison/trained-baselines.ts'
import { emptyRows, makeDesign, rowEncoder } from '../../../shared/comparison/linear-design.ts'
import type { Design, DesignColumn, DesignRows } from '../../../shared/comparison/linear-design.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Column, Dataset, Task } from '../../../shared/contract/dataset.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { scratchFolder } from '../../data-plane/scratch.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { classLookup } from '../evaluation/gather.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { targetColumn } from './gather-runs.ts'

/** Training rows past which a seeded draw of them is fitted; the baseline says how many it saw. */
export const mostTrainingRows = 200_000
/** Cells of the encoded table, 8 bytes each: 400 MB. */
const mostCells = 5e7
/** Values of a text column with a coefficient of their own. */
const mostLevels = 30
const chunkRows = 65_536
const numeric = new Set<Column['type']>(['integer', 'float', 'boolean'])

export interface TrainingTable {
  readonly design: Design
  /** Rows of the compared dataset. */
  readonly rows: DesignRows
  /** Null where the baselines learn from the compared rows themselves. */
  readonly trained: TrainingRows | null
}

export interface TrainingRequest {
  /** Null: the compared rows themselves. */
  readonly train: Dataset | null
  readonly dataset: Dataset
  readonly task: Task
  readonly labels: readonly string[]
  /** Rows of the dataset to encode. */
  readonly rowNumber: Uint32Array
  readonly seed: number
}

/**
 * Encodes both datasets for the baselines: features that both have, by name.
 * @returns Why there are none, where they would learn from the compared rows.
 * @throws AssayError evaluation/no-target, comparison/no-features, comparison/no-training-rows
 */
export async function readTraining(
  engine: Engine,
  request: TrainingRequest,
  context: JobContext,
): Promise<TrainingTable | { readonly reason: string }> {
  const { train, dataset, rowNumber } = request
  const pathOf = (one: Dataset) => engine.workspace.files.path(one.data.sha256)
  const source = train ?? dataset
  const design = makeDesign(await designColumns(source, dataset, pathOf(source)))
  if (design.features === 0) {
    if (train === null) return { reason: 'the dataset has no feature column of numbers or texts' }
    throw new AssayError({
      code: 'comparison/no-features',
      message: `"${train.name}" and "${dataset.name}" have no feature column in common.`,
      remedy: 'Choose the dataset that the model was trained on, imported with the same columns.',
      where: { train: train.name, dataset: dataset.name },
    })
  }
  if (rowNumber.length * design.slots > mostCells) {
    return { reason: `${rowNumber.length} rows of ${design.columns.length} columns are too many to be held at once` }
  }
  if (train) context.progress({ step: `Reading ${train.name}`, done: 0, total: train.rows, unit: 'rows' })
  const trained = train && (await readTrainingRows(pathOf(train), design, { ...request, train }, context))
  context.progress({ step: 'Reading features', done: 0, total: dataset.rows, unit: 'rows' })
  const rows = emptyRows(design, rowNumber.length)
  await encodeInto(pathOf(dataset), design, context, (row, at) => {
    // The used rows are in the dataset's order.
    if (rowNumber[at] !== row) return null
    return rows
  })
  return { design, rows, trained }
}

async function designColumns(train: Dataset, dataset: Dataset, parquetPath: string): Promise<DesignColumn[]> {
  const common = train.columns.filter(({ name, role, type, distinct }) => {
    const other = dataset.columns.find((column) => column.name === name)
    const usable = numeric.has(type) || type === 'string'
    return role === 'feature' && usable && distinct > 1 && other && numeric.has(other.type) === numeric.has(type)
  })
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    const source = `read_parquet(${quotePath(parquetPath)})`
    const columns: DesignColumn[] = []
    for (const { name, type, missing } of common) {
      const column = quoteIdentifier(name)
      if (numeric.has(type)) {
        const result = await duck.run(`SELECT avg(${column}::DOUBLE), stddev_pop(${column}::DOUBLE) FROM ${source}`)
        const [mean, deviation] = (await result.getRows())[0]!.map(Number)
        if (!Number.isFinite(mean)) continue
        columns.push({
          kind: 'number',
          name,
          mean: mean!,
          scale: deviation! > 0 ? deviation! : 1,
          missing: missing > 0,
        })
      } else {
        const result = await duck.run(
          `SELECT ${column}, count(*) AS n FROM ${source} WHERE ${column} IS NOT NULL
           GROUP BY 1 ORDER BY n DESC, 1 LIMIT ${mostLevels}`,
        )
        columns.push({ kind: 'category', name, levels: (await result.getRows()).map(([value]) => String(value)) })
      }
    }
    return columns
  } finally {
    duck.close()
  }
}

/**
 * Streams a file's rows through the encoder.
 *
 * @param into The table that takes a row as its row `at`, or null for a row that is left out.
 */
async function encodeInto(
  parquetPath: string,
  design: Design,
  context: JobContext,
  into: (row: number, at: number) => DesignRows | null,
): Promise<void> {
  const encode = rowEncoder(design)
  let at = 0
  for await (const chunk of streamColumns({
    reader: await openReader(),
    parquetPath,
    columns: design.columns.map(({ name, kind }) => ({ name, as: kind === 'number' ? 'double' : 'string' })),
    from: 0,
    chunkRows,
  })) {
    context.signal.throwIfAborted()
    for (let row = 0; row < chunk.rows; row++) {
      const table = into(chunk.from + row, at)
      if (table) encode((column) => chunk.columns[column]![row] as number | string | null, table, at++)
    }
    context.progress({ done: chunk.from + chunk.rows })
  }
}

export interface TrainingRows extends AnsweredRows {
  /** Rows of the training dataset with a known target; a draw of them is fitted. */
  readonly total: number
  /** Share of each class among all of them; the mean alone for a regression. */
  readonly shares: readonly number[]
}

async function readTrainingRows(
  parquetPath: string,
  design: Design,
  { train, task, labels, seed }: TrainingRequest & { readonly train: Dataset },
  context: JobContext,
): Promise<TrainingRows> {
  const target = targetColumn(train)
  const regression = task === 'regression'
  const lookup = classLookup(labels)
  const answers = regression ? new Float64Array(train.rows) : new Int32Array(train.rows)
  const known = new Uint8Array(train.rows)
  let total = 0
  for await (const chunk of streamColumns({
    reader: await openReader(),
    parquetPath,
    columns: [{ name: target.name, as: regression ? 'double' : 'string' }],
    from: 0,
    chunkRows,
  })) {
    for (let row = 0; row < chunk.rows; row++) {
      const value = chunk.columns[0]![row] as number | string | null
      const answer = value === null ? NaN : regression ? (value as number) : lookup(value as string)
      if (!Number.isFinite(answer) || (!regression && answer < 0)) continue
      known[chunk.from + row] = 1
      answers[chunk.from + row] = answer
      total++
    }
  }
  if (total === 0) {
    throw new AssayError({
      code: 'comparison/no-training-rows',
      message: `No row of "${train.name}" has a target that the models know.`,
      remedy: 'Choose the dataset that the model was trained on.',
      where: { train: train.name },
    })
  }
  const shares = sharesOf(answers, known, total, regression ? 0 : labels.length)
  // Selection sampling (Knuth 3.4.2 S): exactly as many as there may be, in file order.
  const random = createRandom(seed)
  let left = total
  let wanted = Math.min(total, mostTrainingRows)
  for (let row = 0; row < known.length; row++) {
    if (known[row] === 0) continue
    if (random.uniform() * left-- < wanted) wanted--
    else known[row] = 0
  }
  const fitted = Math.min(total, mostTrainingRows)
  const rows = emptyRows(design, fitted)
  const kept = regression ? new Float64Array(fitted) : new Int32Array(fitted)
  await encodeInto(parquetPath, design, context, (row, at) => {
    if (known[row] === 0) return null
    kept[at] = answers[row]!
    return rows
  })
  return {
    rows,
    classes: kept instanceof Int32Array ? kept : null,
    values: kept instanceof Float64Array ? kept : null,
    total,
    shares,
  }
}

/** @param classes 0 for a regression: the mean alone. */
export function sharesOf(
  answers: Float64Array | Int32Array,
  known: Uint8Array | null,
  total: number,
  classes: number,
): number[] {
  const shares = new Array<number>(Math.max(1, classes)).fill(0)
  for (let row = 0; row < answers.length; row++) {
    if (known && known[row] === 0) continue
    if (classes === 0) shares[0]! += answers[row]! / total
    else if (answers[row]! >= 0) shares[answers[row]!]! += 1 / total
  }
  return shares
}
