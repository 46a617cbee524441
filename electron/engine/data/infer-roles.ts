/** Roles, task and positive class: what the user says, and a guess where nothing is said. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { ColumnType, DatasetOptions, Role, Task } from '../../../shared/contract/dataset.ts'
import type { ColumnStatistics } from './column-statistics.ts'

export interface NamedColumn {
  readonly name: string
  readonly type: ColumnType
}

const idName = /(^|[_\s.-])(id|uuid|guid|key)$|^(id|index|instant|row|rownames|record)$|[a-z](Id|ID)$|^unnamed/i
const targetName = /^(target|label|class|outcome|y|churn|churned|survived|default|exited|response|is_?fraud)$/i
const positiveNames = ['1', '1.0', 'true', 'yes', 'y', 'positive', 'pos', 'bad', 'fraud', 'churn', 'churned']

/** @throws AssayError dataset/no-such-column */
export function findNamed<T extends NamedColumn>(columns: readonly T[], name: string, use: string): T {
  const found =
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.name.trim().toLowerCase() === name.trim().toLowerCase())
  if (found) return found
  throw new AssayError({
    code: 'dataset/no-such-column',
    message: `There is no column "${name}" to use as ${use}.`,
    remedy: `The columns are ${columns
      .slice(0, 30)
      .map((column) => column.name)
      .join(', ')}${columns.length > 30 ? ` and ${columns.length - 30} more` : ''}.`,
    where: { column: name, use },
  })
}

/** Says which columns are what. `given` is what a file's own header says (Orange's role row). */
export function assignRoles(
  columns: readonly (NamedColumn & { readonly unique: boolean })[],
  options: DatasetOptions,
  given: Readonly<Record<string, Role>> = {},
): Role[] {
  const said = new Map<string, Role>(Object.entries(given))
  for (const name of options.ignored ?? []) said.set(findNamed(columns, name, 'ignored').name, 'ignored')
  const single = [
    ['time', options.time],
    ['weight', options.weight],
    ['group', options.group],
    ['id', options.id],
    ['target', options.target],
  ] as const
  for (const [role, name] of single) {
    if (name === undefined) continue
    for (const [other, value] of said) if (value === role) said.set(other, 'feature')
    said.set(findNamed(columns, name, role).name, role)
  }
  if (options.labels) {
    for (const [other, value] of said) if (value === 'target') said.set(other, 'feature')
    for (const name of options.labels) said.set(findNamed(columns, name, 'a label').name, 'target')
  }
  const hasId = [...said.values()].includes('id')
  const hasTime = [...said.values()].includes('time')
  let idTaken = hasId
  let timeTaken = hasTime
  return columns.map(({ name, type, unique }) => {
    const role = said.get(name)
    if (role) return role
    if (!idTaken && unique && idName.test(name.trim()) && (type === 'string' || type === 'integer')) {
      idTaken = true
      return 'id'
    }
    if (!timeTaken && (type === 'date' || type === 'timestamp')) {
      timeTaken = true
      return 'time'
    }
    return 'feature'
  })
}

/** A column that looks like the target, for the window to offer; nothing is set without the user. */
export function suggestTarget(columns: readonly NamedColumn[]): string | null {
  return columns.find((column) => targetName.test(column.name.trim()))?.name ?? columns.at(-1)?.name ?? null
}

/** @param distinct values of the target, or null where only a sample is known */
export function guessTask(type: ColumnType, distinct: number): Task | null {
  if (type === 'boolean') return 'binary'
  if (type === 'string') return distinct <= 2 ? 'binary' : 'multiclass'
  if (type === 'integer') return distinct <= 2 ? 'binary' : distinct <= 20 ? 'multiclass' : 'regression'
  if (type === 'float') return distinct <= 2 ? 'binary' : 'regression'
  return null
}

/** The class that reads as "it happened"; else the second in sorted order, as scikit-learn takes it. */
export function guessPositive(statistics: ColumnStatistics): string | null {
  const values = statistics.top.map((entry) => entry.value)
  if (values.length !== 2) return null
  const named = values.filter((value) => positiveNames.includes(value.trim().toLowerCase()))
  return named.length === 1 ? named[0]! : values.toSorted()[1]!
}

/** @throws AssayError dataset/target-type, dataset/no-such-class when the target cannot serve the task */
export function checkTarget(
  target: NamedColumn,
  task: Task | null,
  positive: string | null,
  statistics: ColumnStatistics,
): void {
  if (task === 'multilabel') return checkLabel(target, statistics)
  const numeric = target.type === 'integer' || target.type === 'float' || target.type === 'boolean'
  if (task !== null && givesOneNumber(task) && !numeric) {
    throw new AssayError({
      code: 'dataset/target-type',
      message: `The target "${target.name}" holds ${target.type === 'string' ? 'text' : `${target.type}s`}; a ${task} needs numbers.`,
      remedy: 'Choose another target, or set the task to binary or multiclass.',
      where: { column: target.name, type: target.type },
    })
  }
  if (task === 'binary' && statistics.distinct > 2) {
    throw new AssayError({
      code: 'dataset/target-type',
      message: `The target "${target.name}" has ${statistics.distinct} values; a binary task has two.`,
      remedy: 'Set the task to multiclass or regression, or choose another target.',
      where: { column: target.name, distinct: statistics.distinct },
    })
  }
  if (
    task === 'binary' &&
    positive !== null &&
    statistics.top.length === 2 &&
    !statistics.top.some((entry) => entry.value === positive)
  ) {
    throw new AssayError({
      code: 'dataset/no-such-class',
      message: `The target "${target.name}" has no class "${positive}".`,
      remedy: `Its classes are ${statistics.top.map((entry) => `"${entry.value}"`).join(' and ')}.`,
      where: { column: target.name, class: positive },
    })
  }
}

const labelValues: Readonly<Record<string, 0 | 1>> = { '0': 0, '1': 1, false: 0, true: 1, no: 0, yes: 1, n: 0, y: 1 }

/** Texts in small letters that say that a row has a label, or that it has not. */
export const labelTexts = (value: 0 | 1): string[] =>
  Object.keys(labelValues).filter((text) => labelValues[text] === value)

/** Whether a cell says that the row has the label: 1, true, yes or y, and their opposites; null for another text. */
export function labelValue(text: string): 0 | 1 | null {
  const plain = text.trim().toLowerCase()
  return labelValues[plain] ?? labelValues[String(Number(plain || NaN))] ?? null
}

function checkLabel(target: NamedColumn, statistics: ColumnStatistics): void {
  const strange = statistics.top.find((entry) => labelValue(entry.value) === null)
  if (!strange && statistics.distinct <= 2) return
  throw new AssayError({
    code: 'dataset/target-type',
    message: `The label column "${target.name}" holds "${strange?.value ?? statistics.top[0]?.value ?? ''}".`,
    remedy: 'A multilabel target has a column a label, each 1 or 0 (or yes and no, true and false).',
    where: { column: target.name, distinct: statistics.distinct },
  })
}
