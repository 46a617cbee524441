/** From a batch's output tensors to scores (probabilities or predicted values) and labels. */
import { AssayError } from '../contract/errors.ts'
import type { OutputBinding } from '../contract/model.ts'
import { givesOneNumber } from '../contract/dataset.ts'

/** What is read of a tensor, whatever runtime gave it. */
interface Tensor {
  readonly data: unknown
}

/** Scores of one chunk, column by column, filled batch by batch. */
export interface ScoreColumns {
  /** One column a class, or one of predicted values; null for a model that gives labels only. */
  readonly scores: readonly (Float32Array | Float64Array)[] | null
  readonly labels: string[] | null
}

/** Scores a row: 0 of a model that gives labels alone. */
export function scoreWidth(output: Pick<OutputBinding, 'score' | 'task' | 'classes'>): number {
  if (output.score === null) return 0
  return givesOneNumber(output.task) ? 1 : output.classes.length
}

/** Names of `width` columns of scores in a run's chunks. */
export function namesOfScores(width: number): string[] {
  return width === 1 ? ['prediction'] : Array.from({ length: width }, (_, k) => `p${k}`)
}

/** Float32 holds what a float32 model gave; what we compute from it (softmax, sigmoid) keeps float64. */
export function isStoredWide({ transform }: OutputBinding, modelIsWide: boolean): boolean {
  return modelIsWide || transform !== 'none'
}

/** @param wide Whether the model gives float64. */
export function makeScoreColumns(output: OutputBinding, rows: number, wide: boolean): ScoreColumns {
  const make = () => (isStoredWide(output, wide) ? new Float64Array(rows) : new Float32Array(rows))
  return {
    scores: output.score === null ? null : Array.from({ length: scoreWidth(output) }, make),
    labels: output.label === null ? null : new Array<string>(rows),
  }
}

function need(outputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = outputs[name]
  if (!tensor) {
    throw new AssayError({
      code: 'binding/no-such-output',
      message: `The model has no output "${name}". Its outputs are ${Object.keys(outputs).join(', ')}.`,
      remedy: 'Correct the name in the binding.',
      where: { output: name },
    })
  }
  return tensor
}

function numbersOf(tensor: Tensor, name: string): ArrayLike<number> {
  const data = tensor.data
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Float64Array.from(data as BigInt64Array, Number)
  if (Array.isArray(data)) {
    throw new AssayError({
      code: 'binding/output-type',
      message: `The output "${name}" holds text, not scores.`,
      remedy: 'Bind it as the label, and another output as the score.',
      where: { output: name },
    })
  }
  return data as ArrayLike<number>
}

function labelText(value: unknown): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value)
}

/**
 * Reads `rows` rows of a batch into the chunk's columns at `at`.
 * @throws AssayError binding/no-such-output, binding/output-width
 */
export function readOutputs(
  outputs: Readonly<Record<string, Tensor>>,
  output: OutputBinding,
  rows: number,
  batch: number,
  into: ScoreColumns,
  at: number,
): void {
  if (into.labels && output.label !== null) {
    const data = need(outputs, output.label).data as ArrayLike<unknown>
    const stride = Math.max(1, Math.floor(data.length / batch))
    for (let row = 0; row < rows; row++) into.labels[at + row] = labelText(data[row * stride])
  }
  if (!into.scores || output.score === null) return
  const width = into.scores.length
  if (output.score.length > 1) {
    if (output.score.length !== width) throw wrongWidth(output.score.join(', '), output.score.length, width, output)
    output.score.forEach((name, column) => {
      const data = numbersOf(need(outputs, name), name)
      const target = into.scores![column]!
      for (let row = 0; row < rows; row++) target[at + row] = data[row]!
    })
  } else {
    const name = output.score[0]!
    const data = numbersOf(need(outputs, name), name)
    const columns = data.length / batch
    if (columns === 1 && width === 2) fillPair(data, output, rows, into.scores, at)
    else if (columns !== width) throw wrongWidth(name, columns, width, output)
    else {
      for (let column = 0; column < width; column++) {
        const target = into.scores[column]!
        for (let row = 0, from = column; row < rows; row++, from += width) target[at + row] = data[from]!
      }
      if (output.transform !== 'none') transform(output.transform, into.scores, at, rows)
    }
    return
  }
  if (output.transform !== 'none') transform(output.transform, into.scores, at, rows)
}

/** A binary model with one column gives the second class's probability, or its logit. */
function fillPair(
  data: ArrayLike<number>,
  output: OutputBinding,
  rows: number,
  scores: readonly (Float32Array | Float64Array)[],
  at: number,
): void {
  for (let row = 0; row < rows; row++) {
    const p = output.transform === 'none' ? data[row]! : 1 / (1 + Math.exp(-data[row]!))
    scores[0]![at + row] = 1 - p
    scores[1]![at + row] = p
  }
}

function wrongWidth(name: string, actual: number, expected: number, output: OutputBinding): AssayError {
  return new AssayError({
    code: 'binding/output-width',
    message: givesOneNumber(output.task)
      ? `The output "${name}" has ${actual} values a row; a regression has one.`
      : `The output "${name}" has ${actual} scores a row; the binding names ${expected} classes (${output.classes.slice(0, 10).join(', ')}).`,
    remedy: givesOneNumber(output.task)
      ? 'Bind another output, or set the task to multiclass.'
      : 'Name the classes in the order of the score columns.',
    where: { output: name, expected, actual },
  })
}

/** Softmax over a row's columns (shifted by its maximum, so that large logits do not overflow), or sigmoid on each. */
function transform(
  kind: 'softmax' | 'sigmoid',
  scores: readonly (Float32Array | Float64Array)[],
  at: number,
  rows: number,
): void {
  for (let row = at; row < at + rows; row++) {
    if (kind === 'sigmoid') {
      for (const column of scores) column[row] = 1 / (1 + Math.exp(-column[row]!))
      continue
    }
    let largest = -Infinity
    for (const column of scores) largest = Math.max(largest, column[row]!)
    let sum = 0
    for (const column of scores) sum += column[row] = Math.exp(column[row]! - largest)
    for (const column of scores) column[row] = column[row]! / sum
  }
}

/** Rows [0, rows) in which any score is NaN or infinite. */
export function countNotFinite(columns: ScoreColumns, rows: number): number {
  if (!columns.scores) return 0
  let count = 0
  for (let row = 0; row < rows; row++) {
    for (const column of columns.scores) {
      if (!Number.isFinite(column[row])) {
        count++
        break
      }
    }
  }
  return count
}
