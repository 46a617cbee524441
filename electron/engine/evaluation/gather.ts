/**
 * Gathers what an evaluation needs into typed arrays: the target as class numbers or numbers, and the scores, both in
 * row order. Rows without a target, or with a score that is not finite, are left out and counted by reason.
 */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { Column, Dataset } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { scoreColumns } from '../../../shared/scoring/score-columns.ts'
import type { ScoreShape } from '../../../shared/scoring/score-columns.ts'
import { placeOfClass } from '../models/guess-binding.ts'
import { besidesTarget, columnsOfLabels, readLabels } from './target-columns.ts'

export interface Gathered {
  readonly rows: number
  readonly used: number
  readonly excluded: { readonly reason: string; readonly n: number }[]
  /** Class number in score order, −1 for a class that the model never names; null for regression. */
  readonly classes: Int32Array | null
  /** Row-major used × labels: 1 where the row has the label; null but for a multilabel task. */
  readonly labelTruth: Uint8Array | null
  /** Query of each row of a ranking, 0 to `queries` − 1; null for other tasks. */
  readonly query: Int32Array | null
  readonly queries: number
  /** What each row counts for, more than 0; null where no column has the role. */
  readonly weights: Float64Array | null
  /** The target's number; null for classification. */
  readonly values: Float64Array | null
  /** Row-major used × width; null for a labels-only model. */
  readonly scores: Float32Array | Float64Array | null
  readonly width: number
  /** The model's own label as a class number; null where it gives none. */
  readonly labels: Int32Array | null
  /** Texts of the target that the model never names, and how often. */
  readonly unnamed: { readonly value: string; readonly n: number }[]
}

const chunkRows = 65_536

/** Maps a text to its class number once, then by lookup. */
export function classLookup(classes: readonly string[]): (text: string) => number {
  const known = new Map<string, number>()
  return (text) => {
    let index = known.get(text)
    if (index === undefined) {
      index = placeOfClass(classes, text)
      known.set(text, index)
    }
    return index
  }
}

export interface GatherRequest {
  readonly dataset: Dataset
  readonly dataPath: string
  readonly chunkPaths: readonly string[]
  readonly shape: ScoreShape
  readonly context: JobContext
  /** One a row of the dataset, filled with 1 where the row is used: what other columns are read by. */
  readonly mask?: Uint8Array
}

/** @throws AssayError evaluation/no-target, evaluation/target-type */
function targetOf(dataset: Dataset, task: OutputBinding['task']): Column {
  const target = dataset.columns.find((column) => column.role === 'target')
  if (!target) {
    throw new AssayError({
      code: 'evaluation/no-target',
      message: `The dataset "${dataset.name}" has no target column.`,
      remedy: 'Set the role of the column that holds the true values to target, on the Data page or with --target.',
      where: { dataset: dataset.name },
    })
  }
  if (givesOneNumber(task) && (target.type === 'string' || target.type === 'image')) {
    throw new AssayError({
      code: 'evaluation/target-type',
      message: `The target "${target.name}" holds text; a ${task} needs numbers.`,
      remedy: 'Choose another target, or set the task to binary or multiclass.',
      where: { column: target.name },
    })
  }
  return target
}

/** @throws AssayError evaluation/no-target, evaluation/no-rows, evaluation/target-type, evaluation/no-query */
export async function gather(request: GatherRequest): Promise<Gathered> {
  const { dataset, shape, context } = request
  const { output, wide } = shape
  const target = targetOf(dataset, output.task)
  const regression = givesOneNumber(output.task)
  const labelled = output.task === 'multilabel'
  const rows = dataset.rows
  const width = output.score === null ? 0 : regression ? 1 : output.classes.length
  const scores = width === 0 ? null : wide ? new Float64Array(rows * width) : new Float32Array(rows * width)
  const classes = regression || labelled ? null : new Int32Array(rows)
  const values = regression ? new Float64Array(rows) : null
  const labels = output.label === null || regression || labelled ? null : new Int32Array(rows)
  const lookup = classLookup(output.classes)
  const unnamed = new Map<string, number>()
  let used = 0
  let noTarget = 0
  let notFinite = 0
  let noWeight = 0
  let noQuery = 0
  const besides = besidesTarget(dataset, output.task, rows)
  const labelColumns = labelled ? columnsOfLabels(dataset, output.classes) : []
  const labelTruth = labelled ? new Uint8Array(rows * width) : null

  const reader = await openReader()
  const targets = streamColumns({
    reader,
    parquetPath: request.dataPath,
    columns: [
      ...(labelled
        ? labelColumns
        : [{ name: target.name, as: regression ? ('double' as const) : ('string' as const) }]),
      ...besides.columns,
    ],
    from: 0,
    chunkRows,
  })
  const scored = scoreRows(request, width, labels !== null)
  let piece = await scored.next()
  let at = 0
  context.progress({ step: 'Reading scores', done: 0, total: rows, unit: 'rows' })
  for await (const chunk of targets) {
    context.signal.throwIfAborted()
    const truths = chunk.columns.slice(0, Math.max(1, labelColumns.length))
    const column = truths[0]!
    const [weightAt, queryAt] = besides.readers(chunk.columns.slice(truths.length))
    for (let row = 0; row < chunk.rows; row++) {
      if (!piece.done && at >= piece.value.rows) {
        piece = await scored.next()
        at = 0
      }
      if (piece.done) break
      const { columns, labelTexts } = piece.value
      const here = at++
      const truth = column[row] as number | string | null
      if (labelTruth) {
        if (!readLabels(truths, labelColumns, row, labelTruth, used * width)) {
          noTarget++
          continue
        }
      } else if (truth === null || (regression && !Number.isFinite(truth))) {
        noTarget++
        continue
      }
      const weight = weightAt(row)
      if (!(weight > 0 && weight < Infinity)) {
        noWeight++
        continue
      }
      const query = queryAt(row)
      if (query < 0) {
        noQuery++
        continue
      }
      let finite = true
      for (let k = 0; k < width; k++) if (!Number.isFinite(columns[k]![here])) finite = false
      if (!finite) {
        notFinite++
        continue
      }
      if (scores) for (let k = 0, to = used * width; k < width; k++) scores[to + k] = columns[k]![here]!
      if (labels) labels[used] = lookup(labelTexts![here]!)
      if (besides.weights) besides.weights[used] = weight
      if (besides.query) besides.query[used] = query
      if (values) values[used] = truth as number
      else if (classes) {
        const index = lookup(truth as string)
        classes[used] = index
        if (index < 0) unnamed.set(truth as string, (unnamed.get(truth as string) ?? 0) + 1)
      }
      if (request.mask) request.mask[chunk.from + row] = 1
      used++
    }
    context.progress({ done: chunk.from + chunk.rows })
  }
  if (used === 0) {
    throw new AssayError({
      code: 'evaluation/no-rows',
      message: `No row can be evaluated: ${noTarget} have no target, ${notFinite} no finite score, ${noWeight} no weight above 0 and ${noQuery} no query.`,
      remedy: 'Choose a dataset with true values, or check the binding.',
      where: { noTarget, notFinite, noWeight, noQuery },
    })
  }
  return {
    rows,
    used,
    excluded: [
      { reason: 'no target', n: noTarget },
      { reason: 'score is not finite', n: notFinite },
      { reason: 'no weight above 0', n: noWeight },
      { reason: 'no query', n: noQuery },
    ].filter((entry) => entry.n > 0),
    classes: classes?.subarray(0, used) ?? null,
    values: values?.subarray(0, used) ?? null,
    labelTruth: labelTruth?.subarray(0, used * width) ?? null,
    query: besides.query?.subarray(0, used) ?? null,
    queries: besides.queries(),
    weights: besides.weights?.subarray(0, used) ?? null,
    scores: scores?.subarray(0, used * width) ?? null,
    width,
    labels: labels?.subarray(0, used) ?? null,
    unnamed: [...unnamed].map(([value, n]) => ({ value, n })),
  }
}

export interface ScorePiece {
  readonly rows: number
  readonly columns: readonly (Float32Array | Float64Array)[]
  readonly labelTexts: readonly (string | null)[] | null
}

export async function* scoreRows(
  request: Pick<GatherRequest, 'shape' | 'chunkPaths'>,
  width: number,
  withLabels: boolean,
): AsyncGenerator<ScorePiece> {
  const columns = scoreColumns(request.shape)
  const reader = await openReader()
  for (const parquetPath of request.chunkPaths) {
    for await (const chunk of streamColumns({ reader, parquetPath, columns, from: 0, chunkRows })) {
      yield {
        rows: chunk.rows,
        columns: chunk.columns.slice(0, width) as (Float32Array | Float64Array)[],
        labelTexts: withLabels ? (chunk.columns[width] as (string | null)[]) : null,
      }
    }
  }
}
