/** Scores of the baselines on a comparison's rows: one answer for all, and a linear model fitted on another dataset. */
import { tmpdir } from 'node:os'
import type { LinearBaselineInput } from '../../../shared/comparison/baselines.ts'
import { emptyRows, makeDesign, rowEncoder } from '../../../shared/comparison/linear-design.ts'
import type { Design, DesignColumn, DesignRows } from '../../../shared/comparison/linear-design.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Column, Dataset, Task } from '../../../shared/contract/dataset.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { classLookup } from '../evaluation/gather.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { targetColumn } from './gather-runs.ts'

/** Training rows past which a seeded draw of them is fitted; the baseline says how many it saw. */
const mostTrainingRows = 200_000
/** Values of a text column with a coefficient of their own. */
const mostLevels = 30
const chunkRows = 65_536
const numeric = new Set<Column['type']>(['integer', 'float', 'boolean'])

export interface TrainingTable {
  readonly input: Omit<LinearBaselineInput, 'rows'>
  readonly rows: DesignRows
  /** Rows of the training dataset with a known target, and how many of them are fitted. */
  readonly total: number
  readonly fitted: number
  /** Share of each class among all training rows with a known target; the mean alone for a regression. */
  readonly shares: readonly number[]
}

export interface TrainingRequest {
  readonly train: Dataset
  readonly dataset: Dataset
  readonly task: Task
  readonly labels: readonly string[]
  /** Rows of the dataset to encode. */
  readonly rowNumber: Uint32Array
  readonly seed: number
}

/**
 * Encodes both datasets for the linear baseline: features that both have, by name.
 * @throws AssayError evaluation/no-target, comparison/no-features, comparison/no-training-rows
 */
export async function readTraining(
  engine: Engine,
  request: TrainingRequest,
  context: JobContext,
): Promise<TrainingTable> {
  const { train, dataset, task, labels, rowNumber } = request
  const pathOf = (one: Dataset) => engine.workspace.files.path(one.data.sha256)
  const design = makeDesign(await designColumns(train, dataset, pathOf(train)))
  if (design.features === 0) {
    throw new AssayError({
      code: 'comparison/no-features',
      message: `"${train.name}" and "${dataset.name}" have no feature column in common.`,
      remedy: 'Choose the dataset that the model was trained on, imported with the same columns.',
      where: { train: train.name, dataset: dataset.name },
    })
  }
  context.progress({ step: `Reading ${train.name}`, done: 0, total: train.rows, unit: 'rows' })
  const trained = await readTrainingRows(pathOf(train), design, request, context)
  context.progress({ step: 'Reading features', done: 0, total: dataset.rows, unit: 'rows' })
  const rows = emptyRows(design, rowNumber.length)
  await encodeInto(pathOf(dataset), design, context, (row, at) => {
    // The used rows are in the dataset's order.
    if (rowNumber[at] !== row) return null
    return rows
  })
  return {
    input: {
      task,
      design,
      train: trained.rows,
      trainClasses: trained.classes,
      trainValues: trained.values,
      classes: labels.length,
    },
    rows,
    total: trained.total,
    fitted: trained.rows.rows,
    shares: trained.shares,
  }
}

async function designColumns(train: Dataset, dataset: Dataset, parquetPath: string): Promise<DesignColumn[]> {
  const common = train.columns.filter(({ name, role, type, distinct }) => {
    const other = dataset.columns.find((column) => column.name === name)
    const usable = numeric.has(type) || type === 'string'
    return role === 'feature' && usable && distinct > 1 && other && numeric.has(other.type) === numeric.has(type)
  })
  const duck = await openDuck({ temporaryDirectory: tmpdir() })
  try {
    const source = `read_parquet(${quoteText(parquetPath)})`
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

interface TrainingRows {
  readonly rows: DesignRows
  readonly classes: Int32Array | null
  readonly values: Float64Array | null
  readonly total: number
  readonly shares: readonly number[]
}

async function readTrainingRows(
  parquetPath: string,
  design: Design,
  { train, task, labels, seed }: TrainingRequest,
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
