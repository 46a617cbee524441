/**
 * Gathers several runs of one dataset into typed arrays, side by side: only rows that have a target and a finite score in
 * every run, so that each pair is of the same rows. Classes are numbered as the first run has them.
 */
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { classLookup, scoreRows } from '../evaluation/gather.ts'
import type { ScorePiece } from '../evaluation/gather.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { placeOfClass } from '../models/guess-binding.ts'
import { listChunks, readVersion } from '../records.ts'
import { scoreShape } from '../../../shared/scoring/score-columns.ts'
import type { ScoreShape } from '../../../shared/scoring/score-columns.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

export interface GatheredRun {
  /** Row-major used × K in the first run's class order; null for a model that gives labels only. */
  readonly scores: Float32Array | Float64Array | null
  /** The model's own label as a class number, −1 for one that is not known; null where it gives none. */
  readonly called: Int32Array | null
}

export interface GatheredRuns {
  readonly rows: number
  readonly used: number
  readonly excluded: { readonly reason: string; readonly n: number }[]
  /** Class number, −1 for a class that the models never name; null for a regression. */
  readonly classes: Int32Array | null
  readonly values: Float64Array | null
  /** Number of each used row in the dataset, from 0. */
  readonly rowNumber: Uint32Array
  readonly runs: readonly GatheredRun[]
}

const chunkRows = 65_536

/** Takes as many rows of one run's scores as are asked for, over the borders of its chunks. */
class ScoreCursor {
  readonly shape: ScoreShape
  readonly width: number
  readonly #pieces: AsyncGenerator<ScorePiece>
  #piece: ScorePiece | null = null
  #at = 0

  constructor(shape: ScoreShape, chunkPaths: readonly string[]) {
    this.shape = shape
    const { output } = shape
    this.width = output.score === null ? 0 : givesOneNumber(output.task) ? 1 : output.classes.length
    this.#pieces = scoreRows({ shape, chunkPaths }, this.width, this.withLabels)
  }

  get withLabels(): boolean {
    return this.shape.output.label !== null && !givesOneNumber(this.shape.output.task)
  }

  async take(rows: number): Promise<{ columns: Float64Array[]; labels: (string | null)[] }> {
    const columns = Array.from({ length: this.width }, () => new Float64Array(rows))
    const labels: (string | null)[] = []
    for (let filled = 0; filled < rows;) {
      if (!this.#piece || this.#at >= this.#piece.rows) {
        const next = await this.#pieces.next()
        if (next.done) throw new Error('A run has fewer scores than its dataset has rows')
        this.#piece = next.value
        this.#at = 0
      }
      const { columns: from, labelTexts, rows: available } = this.#piece
      const count = Math.min(rows - filled, available - this.#at)
      from.forEach((values, k) => columns[k]!.set(values.subarray(this.#at, this.#at + count), filled))
      if (labelTexts) labels.push(...labelTexts.slice(this.#at, this.#at + count))
      this.#at += count
      filled += count
    }
    return { columns, labels }
  }
}

/** Where each class of a run stands in the first run's order. @throws AssayError comparison/classes-differ */
function classOrder(first: readonly string[], own: readonly string[], run: Run): Int32Array {
  const order = mapTo(Int32Array, own, (name) => placeOfClass(first, name))
  if (own.length === first.length && !order.includes(-1)) return order
  throw new AssayError({
    code: 'comparison/classes-differ',
    message: `${run.model} ${run.version} names the classes ${own.slice(0, 8).join(', ')}; the first run names ${first.slice(0, 8).join(', ')}.`,
    remedy: 'Compare models of the same classes, or name them alike in the bindings and score again.',
    where: { run: run.id },
  })
}

/** Columns of the target role. @throws AssayError evaluation/no-target */
export function targetColumn(dataset: Dataset): Dataset['columns'][number] {
  const target = dataset.columns.find((column) => column.role === 'target')
  if (target) return target
  throw new AssayError({
    code: 'evaluation/no-target',
    message: `The dataset "${dataset.name}" has no target column.`,
    remedy: 'Set the role of the column that holds the true values to target, on the Data page or with --target.',
    where: { dataset: dataset.name },
  })
}

/** @throws AssayError evaluation/no-target, evaluation/no-rows, comparison/classes-differ */
export async function gatherRuns(
  engine: Engine,
  dataset: Dataset,
  runs: readonly Run[],
  context: JobContext,
): Promise<GatheredRuns> {
  const { workspace } = engine
  const target = targetColumn(dataset)
  const first = runs[0]!
  const regression = first.task === 'regression'
  const labels = first.binding.output.classes
  const cursors = runs.map((run) => {
    const shape = scoreShape(readVersion(workspace.ledger, run.versionId), run.binding.output)
    const paths = listChunks(workspace.ledger, run.id).map((chunk) =>
      join(workspace.runFolder(run.id), chunkName(chunk.number)),
    )
    return new ScoreCursor(shape, paths)
  })
  const orders = runs.map((run) => (regression ? null : classOrder(labels, run.binding.output.classes, run)))
  const { rows } = dataset
  const taken = cursors.map(({ shape, width, withLabels }) => ({
    scores: width === 0 ? null : shape.wide ? new Float64Array(rows * width) : new Float32Array(rows * width),
    called: withLabels ? new Int32Array(rows) : null,
  }))
  const classes = regression ? null : new Int32Array(rows)
  const values = regression ? new Float64Array(rows) : null
  const rowNumber = new Uint32Array(rows)
  const lookup = classLookup(labels)
  let used = 0
  let noTarget = 0
  let notFinite = 0

  context.progress({ step: 'Reading scores', done: 0, total: rows, unit: 'rows' })
  const targets = streamColumns({
    reader: await openReader(),
    parquetPath: workspace.files.path(dataset.data.sha256),
    columns: [{ name: target.name, as: regression ? 'double' : 'string' }],
    from: 0,
    chunkRows,
  })
  for await (const chunk of targets) {
    context.signal.throwIfAborted()
    const truths = chunk.columns[0]!
    const pieces: Awaited<ReturnType<ScoreCursor['take']>>[] = []
    for (const cursor of cursors) pieces.push(await cursor.take(chunk.rows))
    for (let row = 0; row < chunk.rows; row++) {
      const truth = truths[row] as number | string | null
      if (truth === null || (regression && !Number.isFinite(truth))) {
        noTarget++
        continue
      }
      if (pieces.some(({ columns }) => columns.some((column) => !Number.isFinite(column[row])))) {
        notFinite++
        continue
      }
      pieces.forEach(({ columns, labels: texts }, at) => {
        const { scores, called } = taken[at]!
        const order = orders[at]
        const start = used * columns.length
        if (scores) columns.forEach((column, k) => (scores[start + (order ? order[k]! : k)] = column[row]!))
        if (called) called[used] = texts[row] === null ? -1 : lookup(texts[row]!)
      })
      if (values) values[used] = truth as number
      else classes![used] = lookup(truth as string)
      rowNumber[used++] = chunk.from + row
    }
    context.progress({ done: chunk.from + chunk.rows })
  }
  if (used === 0) {
    throw new AssayError({
      code: 'evaluation/no-rows',
      message: `No row can be compared: ${noTarget} have no target and ${notFinite} have no finite score in each run.`,
      remedy: 'Choose a dataset with true values, or check the bindings.',
      where: { noTarget, notFinite },
    })
  }
  return {
    rows,
    used,
    excluded: [
      { reason: 'no target', n: noTarget },
      { reason: 'a score of one of the runs is not finite', n: notFinite },
    ].filter((entry) => entry.n > 0),
    classes: classes?.slice(0, used) ?? null,
    values: values?.slice(0, used) ?? null,
    rowNumber: rowNumber.slice(0, used),
    runs: taken.map(({ scores, called }, at) => ({
      scores: scores?.slice(0, used * cursors[at]!.width) ?? null,
      called: called?.slice(0, used) ?? null,
    })),
  }
}
