/**
 * Guesses a binding from a version's inputs and outputs and a dataset's columns. Each guess leaves a note that a person
 * can check; what cannot be guessed is a coded error that says which part to give.
 */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Column, Dataset, Task } from '../../../shared/contract/dataset.ts'
import type { Binding, InputBinding, ModelVersion, OutputBinding, TensorInfo } from '../../../shared/contract/model.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

export interface Guess {
  readonly binding: Binding
  readonly notes: readonly string[]
}

const numeric = new Set<Column['type']>(['integer', 'float', 'boolean'])

function simplify(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

/** Values a row, after the batch dimension; null where the model does not say. */
function widthOf(input: TensorInfo): number | null {
  const shape = input.shape ?? []
  if (shape.length <= 1) return typeof shape[0] === 'number' && shape[0] > 1 ? shape[0] : 1
  let width = 1
  for (const dim of shape.slice(1)) {
    if (typeof dim !== 'number' || dim <= 0) return null
    width *= dim
  }
  return width
}

/** The graph's own batch size, where it is fixed. */
function fixedBatchOf(version: Pick<ModelVersion, 'inputs'>): number | null {
  for (const input of version.inputs) {
    const first = input.shape?.[0]
    if ((input.shape?.length ?? 0) >= 2 && typeof first === 'number' && first > 0) return first
  }
  // A model whose inputs are all [1] (one value each) takes one row a call.
  const [only] = version.inputs.map((input) => input.shape)
  return only?.length === 1 && typeof only[0] === 'number' ? only[0] : null
}

/**
 * @throws AssayError binding/column-missing, binding/width, binding/type, binding/unclear
 */
export function guessBinding(version: ModelVersion, dataset: Dataset): Guess {
  const notes: string[] = []
  const inputs = guessInputs(version, dataset, notes)
  const output = guessOutput(version, dataset, notes)
  return { binding: { inputs, output, missingText: '', fixedBatch: fixedBatchOf(version) }, notes }
}

function guessInputs(version: ModelVersion, dataset: Dataset, notes: string[]): InputBinding[] {
  const features = dataset.columns.filter((column) => column.role === 'feature')
  const image = dataset.columns.find((column) => column.type === 'image')
  const [first] = version.inputs
  if (version.inputs.length === 1 && first) {
    const rank = first.shape?.length ?? 0
    if (image && rank >= 3) return [guessImage(first, image, notes)]
    const named = findColumn(first.name, dataset.columns)
    const width = widthOf(first)
    if (width === 1 && named && named.role !== 'target') return [bindColumn(first, named)]
    return [guessMatrix(first, features, dataset, notes)]
  }
  const bound: InputBinding[] = []
  const missing: string[] = []
  for (const input of version.inputs) {
    const column = findColumn(input.name, dataset.columns)
    if (column) bound.push(bindColumn(input, column))
    else missing.push(input.name)
  }
  if (missing.length > 0) {
    throw new AssayError({
      code: 'binding/column-missing',
      message: `The dataset has no column for the model's ${missing.length === 1 ? 'input' : 'inputs'} ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ` and ${missing.length - 8} more` : ''}.`,
      remedy: `Give a binding that names the columns. The dataset has: ${dataset.columns
        .slice(0, 12)
        .map((column) => column.name)
        .join(', ')}.`,
      where: { missing: missing.join(', '), dataset: dataset.name },
    })
  }
  notes.push(`Each of the ${bound.length} inputs takes the column of the same name.`)
  return bound
}

function findColumn(name: string, columns: readonly Column[]): Column | undefined {
  return (
    columns.find((column) => column.name === name) ?? columns.find((column) => simplify(column.name) === simplify(name))
  )
}

function bindColumn(input: TensorInfo, column: Column): InputBinding {
  const wantsText = input.elementType === 'string'
  if (!wantsText && !numeric.has(column.type)) {
    throw new AssayError({
      code: 'binding/type',
      message: `The input "${input.name}" takes ${input.elementType}; the column "${column.name}" is ${column.type}.`,
      remedy:
        'Import the dataset with that column as a number, or bind another column. Texts that are not numbers in it stand in its most frequent values on the Data page.',
      where: { input: input.name, column: column.name, expected: input.elementType ?? '', actual: column.type },
    })
  }
  return { kind: 'column', input: input.name, column: column.name }
}

function guessImage(input: TensorInfo, column: Column, notes: string[]): InputBinding {
  const shape = (input.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 0))
  const [, a = 0, b = 0, c = 0] = shape
  const layout = shape.length === 4 && (c === 1 || c === 3) && a !== 1 && a !== 3 ? 'NHWC' : 'NCHW'
  const [channels, height, width] = shape.length === 3 ? [1, a, b] : layout === 'NCHW' ? [a, b, c] : [c, a, b]
  if (!width || !height || (channels !== 1 && channels !== 3)) {
    throw new AssayError({
      code: 'binding/unclear',
      message: `The input "${input.name}" has the shape [${(input.shape ?? []).map((dim) => dim ?? '?').join(', ')}]; its image size is not given.`,
      remedy: 'Give width, height, channels and layout in a binding.',
      where: { input: input.name },
    })
  }
  notes.push(
    `The image column "${column.name}" feeds "${input.name}" as ${layout}, ${width} × ${height}, ${channels === 1 ? 'grey' : 'colour'}.`,
    'Pixels are given as they are, 0 to 255. If the model was trained on 0 to 1, set the scale to 0.00392156862745098.',
  )
  return {
    kind: 'image',
    input: input.name,
    column: column.name,
    width,
    height,
    channels,
    layout,
    scale: [1],
    offset: [0],
  }
}

function guessMatrix(input: TensorInfo, features: readonly Column[], dataset: Dataset, notes: string[]): InputBinding {
  const usable = input.elementType === 'string' ? [...features] : features.filter((column) => numeric.has(column.type))
  const width = widthOf(input)
  let chosen = usable
  if (width !== null && usable.length > width) {
    // A column without variation cannot have been a useful feature; this is said, and shown before anything is saved.
    const varying = usable.filter((column) => column.distinct > 1)
    if (varying.length === width) {
      chosen = varying
      const left = usable.filter((column) => column.distinct <= 1).map((column) => column.name)
      notes.push(`Left out ${left.join(', ')}: one value in every row, and the model takes ${width} columns.`)
    }
  }
  if (width !== null && chosen.length < width) {
    // A running number may have been taken for an id although the model was trained on it.
    const more = dataset.columns.filter(
      (column) => chosen.includes(column) || (column.role === 'id' && numeric.has(column.type)),
    )
    if (more.length === width) {
      chosen = more
      notes.push(
        `Took ${more
          .filter((column) => column.role === 'id')
          .map((column) => column.name)
          .join(', ')} as well: the model takes ${width} columns.`,
      )
    }
  }
  if (chosen.length === 0 || (width !== null && chosen.length !== width)) {
    const skipped = features
      .filter((column) => !usable.includes(column))
      .map((column) => `${column.name} (${column.type})`)
    throw new AssayError({
      code: 'binding/width',
      message: `The input "${input.name}" takes ${width ?? 'some'} columns; the dataset has ${chosen.length} that fit: ${chosen
        .slice(0, 20)
        .map((column) => column.name)
        .join(', ')}.`,
      remedy:
        skipped.length > 0
          ? `Not numbers: ${skipped.slice(0, 8).join(', ')}. Encode them as for training, or give a binding that lists the columns in order.`
          : 'Give a binding that lists the columns in the order of training, or set the role of the others to ignored.',
      where: { input: input.name, expected: width, actual: chosen.length },
    })
  }
  notes.push(
    `The ${chosen.length} feature columns feed "${input.name}" in file order: ${listed(chosen.map((column) => column.name))}.`,
  )
  return { kind: 'matrix', input: input.name, columns: chosen.map((column) => column.name) }
}

function listed(names: readonly string[]): string {
  return names.length <= 8 ? names.join(', ') : `${names.slice(0, 6).join(', ')}, … ${names.at(-1)}`
}

function isFloat(output: TensorInfo): boolean {
  return output.kind === 'tensor' && ['float32', 'float64', 'float16'].includes(output.elementType ?? '')
}

function guessOutput(version: ModelVersion, dataset: Dataset, notes: string[]): OutputBinding {
  const floats = version.outputs.filter(isFloat)
  const labels = version.outputs.filter((output) =>
    ['int64', 'int32', 'string', 'bool'].includes(output.elementType ?? ''),
  )
  const target = dataset.columns.find((column) => column.role === 'target')
  const task: Task = dataset.task ?? guessTask(version, floats, labels, target, notes)
  const label = labels.find((output) => /label|class|pred/i.test(output.name)) ?? labels[0] ?? null
  if (givesOneNumber(task)) {
    const value = floats[0] ?? labels[0]
    if (!value) throw noScore(version)
    return { task, score: [value.name], label: null, transform: 'none', classes: [], positive: null }
  }
  if (task === 'multilabel') return guessMultilabel(version, dataset, floats, notes)
  // One output a class, as skl2onnx's zipmap='columns' makes them: sNo, sYes or No, Yes.
  const classes = classNames(version, dataset, floats, notes)
  const single = floats.find((output) => /prob|score|logit/i.test(output.name)) ?? floats[0]
  const perClass = floats.filter((output) => (output.shape?.length ?? 0) <= 1 || output.shape?.[1] === 1)
  const columnwise = classes.length >= 2 && perClass.length === classes.length && floats.length === classes.length
  const score = columnwise ? perClass.map((output) => output.name) : single ? [single.name] : null
  if (score === null && label === null) throw noScore(version)
  if (columnwise) notes.push(`One output a class: ${perClass.map((output) => output.name).join(', ')}.`)
  if (score === null) notes.push('The model gives labels only: metrics that need scores are not defined for it.')
  return {
    task,
    score,
    label: label?.name ?? null,
    transform: 'none',
    classes,
    positive: task === 'binary' ? positiveClass(classes, dataset, notes) : null,
  }
}

/** Labels are the target columns: by the model's own names where these are the same, else in file order. */
function guessMultilabel(
  version: ModelVersion,
  dataset: Dataset,
  floats: readonly TensorInfo[],
  notes: string[],
): OutputBinding {
  const single = floats.find((output) => /prob|score|logit/i.test(output.name)) ?? floats[0]
  if (!single) throw noScore(version)
  const columns = dataset.columns.filter((column) => column.role === 'target').map((column) => column.name)
  const named = version.classLabels ?? []
  const byModel = named.length === columns.length && named.every((name) => columns.includes(name))
  notes.push(
    byModel
      ? `Label names come from the model: ${listed(named)}.`
      : `The scores are taken as the label columns in file order: ${listed(columns)}.`,
  )
  const classes = byModel ? [...named] : columns
  return { task: 'multilabel', score: [single.name], label: null, transform: 'none', classes, positive: null }
}

function noScore(version: ModelVersion): AssayError {
  return new AssayError({
    code: 'binding/unclear',
    message: `None of the outputs ${version.outputs.map((output) => output.name).join(', ')} holds scores or labels.`,
    remedy: 'Give a binding that names the output.',
  })
}

function guessTask(
  version: ModelVersion,
  floats: readonly TensorInfo[],
  labels: readonly TensorInfo[],
  target: Column | undefined,
  notes: string[],
): Task {
  const width = floats[0]?.shape?.[1]
  const classes = version.classLabels?.length ?? (typeof width === 'number' && width > 1 ? width : 0)
  const task: Task =
    classes > 2
      ? 'multiclass'
      : classes === 2 || labels.length > 0
        ? 'binary'
        : target && !numeric.has(target.type)
          ? 'multiclass'
          : 'regression'
  notes.push(`The task is taken to be ${task}, from the model's outputs.`)
  return task
}

/** In score order: the graph's own names, else the values of the target, else numbers from 0. */
function classNames(version: ModelVersion, dataset: Dataset, floats: readonly TensorInfo[], notes: string[]): string[] {
  if (version.classLabels && version.classLabels.length > 0) {
    notes.push(`Class names come from the model: ${listed(version.classLabels)}.`)
    return [...version.classLabels]
  }
  const width = floats.length === 1 ? floats[0]!.shape?.at(-1) : undefined
  const target = dataset.columns.find((column) => column.role === 'target')
  const values = (target?.top ?? []).map((entry) => entry.value)
  const sorted = values.every((value) => Number.isFinite(Number(value)))
    ? values.toSorted((a, b) => Number(a) - Number(b))
    : values.toSorted()
  const wholeNumbers = sorted.every((value) => Number.isInteger(Number(value)))
  if (typeof width === 'number' && width > 1) {
    if (wholeNumbers && sorted.every((value) => Number(value) >= 0 && Number(value) < width)) {
      notes.push(`The model names no classes; its ${width} scores are taken as the classes 0 to ${width - 1}.`)
      return Array.from({ length: width }, (_, index) => String(index))
    }
    if (sorted.length === width) {
      notes.push(`The model names no classes; the target's values in sorted order are used: ${listed(sorted)}.`)
      return sorted
    }
    notes.push(
      `The model names no classes and the target's values do not match its ${width} scores: name them in the binding.`,
    )
    return Array.from({ length: width }, (_, index) => String(index))
  }
  if (sorted.length >= 2) {
    notes.push(`The model names no classes; the target's values in sorted order are used: ${listed(sorted)}.`)
    return sorted
  }
  return dataset.task === 'binary' ? ['0', '1'] : []
}

function positiveClass(classes: readonly string[], dataset: Dataset, notes: string[]): string | null {
  const wanted = dataset.positive
  const match = wanted === null ? undefined : classes[placeOfClass(classes, wanted)]
  const positive = match ?? classes[1] ?? null
  if (positive !== null) notes.push(`The positive class is "${positive}".`)
  return positive
}

/** Place of the class that a text names, −1 where none is: one of that very name first, so that "01" and "1" may be two. */
export function placeOfClass(classes: readonly string[], text: string): number {
  const exact = classes.indexOf(text)
  if (exact >= 0) return exact
  const same = classes.findIndex((name) => sameClass(name, text))
  return same >= 0 ? same : classes.findIndex((name) => sameClass(name.trim(), text.trim()))
}

/** "1" and "1.0" are one class, and so are "true" and "1". */
export function sameClass(a: string, b: string): boolean {
  if (a === b) return true
  const number = (text: string) =>
    /^true$/i.test(text) ? 1 : /^false$/i.test(text) ? 0 : text.trim() === '' ? NaN : Number(text)
  return number(a) === number(b)
}
