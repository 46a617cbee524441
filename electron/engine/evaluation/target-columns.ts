/** The columns that an evaluation reads besides one target: labels of a multilabel task, weights, queries of a ranking. */
import type { Dataset, Task } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { labelValue } from '../data/infer-roles.ts'
import { sameClass } from '../models/guess-binding.ts'

interface TextColumn {
  readonly name: string
  readonly as: 'string'
}

/** The target column of each label, in the order of the scores. @throws AssayError evaluation/no-target */
export function columnsOfLabels(dataset: Dataset, labels: readonly string[]): TextColumn[] {
  const targets = dataset.columns.filter((column) => column.role === 'target')
  return labels.map((label) => {
    const found =
      targets.find((column) => column.name === label) ??
      targets.find((column) => sameClass(column.name.trim(), label.trim()))
    if (found) return { name: found.name, as: 'string' }
    throw new AssayError({
      code: 'evaluation/no-target',
      message: `The dataset "${dataset.name}" has no target column for the label "${label}".`,
      remedy: `Give its column the role target, or name the labels in the binding as the columns: ${targets
        .slice(0, 20)
        .map((column) => column.name)
        .join(', ')}.`,
      where: { dataset: dataset.name, label },
    })
  })
}

/**
 * Reads a row's labels into `into` at `at`.
 * @returns False where one of them is missing.
 * @throws AssayError evaluation/target-type
 */
export function readLabels(
  columns: readonly ArrayLike<unknown>[],
  named: readonly TextColumn[],
  row: number,
  into: Uint8Array,
  at: number,
): boolean {
  for (let k = 0; k < columns.length; k++) {
    const text = columns[k]![row] as string | null
    if (text === null) return false
    const value = labelValue(text)
    if (value === null) {
      throw new AssayError({
        code: 'evaluation/target-type',
        message: `The label column "${named[k]!.name}" holds "${text.slice(0, 100)}", which says neither yes nor no.`,
        remedy: 'A multilabel target has a column a label, each 1 or 0 (or yes and no, true and false).',
        where: { column: named[k]!.name },
      })
    }
    into[at + k] = value
  }
  return true
}

/** @throws AssayError evaluation/no-query */
export function besidesTarget(dataset: Dataset, task: Task, rows: number) {
  const weight = dataset.columns.find((column) => column.role === 'weight')
  const group = dataset.columns.find((column) => column.role === 'group')
  const ranking = task === 'ranking'
  if (ranking && !group) {
    throw new AssayError({
      code: 'evaluation/no-query',
      message: `The dataset "${dataset.name}" does not say which query each row belongs to.`,
      remedy: 'Give the column that does the role group, on the Data page or with --group.',
      where: { dataset: dataset.name },
    })
  }
  // Queries count alike, whatever their rows weigh.
  const weights = weight && !ranking ? new Float64Array(rows) : null
  const query = ranking ? new Int32Array(rows) : null
  const known = new Map<string, number>()
  const queryOf = (text: string | null): number => {
    if (text === null) return -1
    let index = known.get(text)
    if (index === undefined) known.set(text, (index = known.size))
    return index
  }
  return {
    weights,
    query,
    queries: () => known.size,
    columns: [
      ...(weights ? [{ name: weight!.name, as: 'double' as const }] : []),
      ...(query ? [{ name: group!.name, as: 'string' as const }] : []),
    ],
    /** Of a chunk's columns: each row's weight, and its query, −1 where it has none. */
    readers: (
      columns: readonly ArrayLike<unknown>[],
    ): [weightAt: (row: number) => number, queryAt: (row: number) => number] => [
      weights ? (row) => (columns[0]![row] as number | null) ?? NaN : () => 1,
      query ? (row) => queryOf(columns[0]![row] as string | null) : () => 0,
    ],
  }
}
