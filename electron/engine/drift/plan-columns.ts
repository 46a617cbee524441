/** Which columns are compared, as what, and how each is read. */
import type { Column, ColumnType, Role } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DriftColumn } from '../../../shared/contract/drift-column.ts'
import type { DriftRequest } from '../../../shared/contract/drift-request.ts'
import { fewValues } from '../../../shared/drift/select-test.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import { scoreColumnNames } from '../../../shared/scoring/score-columns.ts'
import type { Side } from './side.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { categoriesAtMost, looksLikeText, planImages, planTexts } from './plan-content.ts'

export interface PlannedColumn {
  readonly name: string
  readonly source: 'column' | 'prediction'
  readonly role: Role
  readonly type: ColumnType
  /**
   * 'few' is a number column that may have so few values that they are categories; its counts decide. 'texts' and 'images'
   * are measured on a sample of their rows, and give several numbers each.
   */
  readonly kind: 'numeric' | 'categorical' | 'few' | 'texts' | 'images'
  /** The column of texts or images that this is a number about. */
  readonly measured?: DriftColumn['measured']
  /** SQL of a DOUBLE; null for texts. */
  readonly number: string | null
  /** SQL of a VARCHAR. */
  readonly text: string
  /** Which relation of a side it is read from. */
  readonly from: 'relation' | 'scored'
}

export interface ColumnPlan {
  readonly columns: readonly PlannedColumn[]
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

const byDefault: readonly Role[] = ['feature', 'target', 'prediction']
const numberTypes: readonly ColumnType[] = ['integer', 'float', 'date', 'timestamp']

const isDated = (type: ColumnType): boolean => type === 'date' || type === 'timestamp'

/** Days since 1970 for dates and times, so that they compare like numbers. */
const numberSql = (name: string, dated: boolean): string =>
  dated ? `epoch(${quoteIdentifier(name)}::TIMESTAMP) / 86400` : `${quoteIdentifier(name)}::DOUBLE`

/** @throws AssayError drift/unknown-column, drift/nothing-to-compare, drift/different-versions */
export function planColumns(request: DriftRequest, reference: Side, current: Side): ColumnPlan {
  const columns: PlannedColumn[] = []
  const skipped: { name: string; reason: string }[] = []
  const wanted = request.columns ?? defaultNames(reference)
  for (const name of [...wanted, ...(request.categorical ?? []), ...(request.numeric ?? []), ...(request.text ?? [])]) {
    if (!reference.dataset.columns.some((column) => column.name === name)) throw unknownColumn(name, reference)
  }
  for (const name of new Set(wanted)) {
    const planned = planColumn(request, name, reference, current)
    if (typeof planned === 'string') skipped.push({ name, reason: planned })
    else columns.push(...planned)
  }
  if (request.columns === undefined) {
    for (const { name } of current.dataset.columns.filter(isCompared)) {
      if (!reference.dataset.columns.some((column) => column.name === name))
        skipped.push({ name, reason: `"${reference.dataset.name}" has no such column` })
    }
  }
  columns.push(...predictionColumns(reference, current))
  if (columns.length === 0) {
    throw new AssayError({
      code: 'drift/nothing-to-compare',
      message: `"${reference.dataset.name}" and "${current.dataset.name}" have no column in common that can be compared.`,
      remedy: 'Choose datasets with the same columns, or name columns that are not ids.',
      where: { reference: reference.dataset.name, current: current.dataset.name },
    })
  }
  return { columns, skipped }
}

/** Unless others are named. */
const isCompared = (column: Column): boolean => byDefault.includes(column.role) || column.protected

const defaultNames = ({ dataset }: Side): string[] => dataset.columns.filter(isCompared).map(({ name }) => name)

function unknownColumn(name: string, { dataset }: Side): AssayError {
  return new AssayError({
    code: 'drift/unknown-column',
    message: `The reference "${dataset.name}" has no column "${name}".`,
    remedy: `It has: ${dataset.columns
      .slice(0, 20)
      .map((column) => column.name)
      .join(', ')}.`,
    where: { column: name },
  })
}

/** @returns the reason where it cannot be compared */
function planColumn(request: DriftRequest, name: string, reference: Side, current: Side): PlannedColumn[] | string {
  const inReference = reference.dataset.columns.find((column) => column.name === name)!
  const inCurrent = current.dataset.columns.find((column) => column.name === name)
  if (!inCurrent) return `"${current.dataset.name}" has no such column`
  const first = typedAs(inReference, reference, inCurrent)
  const second = typedAs(inCurrent, current, inReference)
  const text = textSql(name, first.type, second.type)
  const base = { name, source: 'column' as const, role: first.role, type: first.type, text, from: 'relation' as const }
  const asCategories = request.categorical?.includes(name) === true
  if (first.type === second.type && first.type === 'image') return planImages(base)
  if (request.text?.includes(name) && (first.type !== 'string' || second.type !== 'string')) {
    return `it holds ${first.type === 'string' ? second.type : first.type} values, not texts`
  }
  const numbers =
    numberTypes.includes(first.type) &&
    numberTypes.includes(second.type) &&
    isDated(first.type) === isDated(second.type)
  if (!numbers || asCategories) {
    if (!asCategories && first.type !== second.type) {
      return `it holds ${first.type} values in the reference and ${second.type} values in the current data`
    }
    if (first.type === 'image') return 'an image has no categories'
    const isText =
      request.text?.includes(name) === true || [reference, current].some(({ dataset }) => looksLikeText(dataset, name))
    if (first.type === 'string' && isText && !asCategories) return planTexts(base)
    if (Math.max(first.distinct, second.distinct) > categoriesAtMost * 1.1) return tooManyCategories
    return [{ ...base, kind: 'categorical', number: null }]
  }
  const dated = isDated(first.type)
  const few =
    !dated && Math.max(first.distinct, second.distinct) <= fewValues && request.numeric?.includes(name) !== true
  return [{ ...base, kind: few ? 'few' : 'numeric', number: numberSql(name, dated) }]
}

/** A column without any value has no type of its own, whatever the import called it: that all values are gone is drift. */
const typedAs = (column: Column, { dataset }: Side, other: Column): Column =>
  column.missing === dataset.rows && column.type !== 'image' && other.type !== 'image'
    ? { ...column, type: other.type }
    : column

export const tooManyCategories = `more than ${categoriesAtMost.toLocaleString('en-US')} distinct values, too many for categories`

/** NaN is a missing number; 1 and 1.0 are one category. */
function textSql(name: string, first: ColumnType, second: ColumnType): string {
  const column = quoteIdentifier(name)
  const types = [first, second]
  return types.includes('float') && types.every((type) => type === 'float' || type === 'integer')
    ? `nullif(${column}::DOUBLE, 'nan'::DOUBLE)::VARCHAR`
    : `${column}::VARCHAR`
}

/** What the runs predicted: the chance of the positive class, the predicted class, or the predicted number. */
function predictionColumns(reference: Side, current: Side): PlannedColumn[] {
  if (!reference.run || !current.run) return []
  if (reference.run.versionId !== current.run.versionId) {
    throw new AssayError({
      code: 'drift/different-versions',
      message: `The runs are of ${reference.run.model} ${reference.run.version} and ${current.run.model} ${current.run.version}.`,
      remedy: 'Choose runs of one version: predictions of two models differ for other reasons than drift.',
      where: { reference: reference.run.id, current: current.run.id },
    })
  }
  const { output } = reference.run.binding
  const base = { source: 'prediction', role: 'prediction', from: 'scored' } as const
  if (output.score === null) {
    return [{ ...base, name: 'predicted label', type: 'string', kind: 'categorical', number: null, text: 'label' }]
  }
  if (givesOneNumber(output.task)) {
    const number = 'prediction::DOUBLE'
    return [{ ...base, name: 'prediction', type: 'float', kind: 'numeric', number, text: `(${number})::VARCHAR` }]
  }
  if (output.task === 'binary') {
    const index = Math.max(0, output.classes.indexOf(output.positive ?? ''))
    const number = `p${index}::DOUBLE`
    const name = `probability of ${output.classes[index] ?? 'the positive class'}`
    return [{ ...base, name, type: 'float', kind: 'numeric', number, text: `(${number})::VARCHAR` }]
  }
  // The first of equal scores, as argmax gives it.
  const scores = scoreColumnNames(output).join(', ')
  const predicted = `[${output.classes.map(quoteText).join(', ')}][list_position([${scores}], greatest(${scores}))]`
  const number = `greatest(${scores})::DOUBLE`
  const [strongest, itsScore] =
    output.task === 'multilabel'
      ? ['likeliest label', 'score of the likeliest label']
      : ['predicted class', 'confidence']
  return [
    { ...base, name: strongest, type: 'string', kind: 'categorical', number: null, text: predicted },
    { ...base, name: itsScore, type: 'float', kind: 'numeric', number, text: `(${number})::VARCHAR` },
  ]
}

/** The relation of a side that holds a column. */
export const relationOf = (side: Side, column: Pick<PlannedColumn, 'from'>): string =>
  column.from === 'scored' ? side.scored! : side.relation
