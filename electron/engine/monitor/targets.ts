/** The columns of an approved dataset that say what came true, and what is ranked together. */
import type { Column, Dataset } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import type { LogMapping } from '../../../shared/contract/monitor-log.ts'
import type { Targets } from '../../../shared/monitor/log-fields.ts'
import { columnsOfLabels } from '../evaluation/target-columns.ts'

/**
 * In the order of `truthNames`; empty where the dataset has no target.
 * @throws AssayError evaluation/no-target where one label has none
 */
export function targetColumns(dataset: Dataset, { task, classes }: OutputBinding): Column[] {
  const targets = dataset.columns.filter((column) => column.role === 'target')
  if (task !== 'multilabel' || targets.length === 0) return targets.slice(0, 1)
  return columnsOfLabels(dataset, classes).map(({ name }) => targets.find((column) => column.name === name)!)
}

/** Their names, as files that bring true values back may use them. @throws AssayError evaluation/no-target */
export function targetsOf(dataset: Dataset, output: OutputBinding): Targets {
  const names = targetColumns(dataset, output).map(({ name }) => name)
  if (output.task !== 'multilabel') return { whole: names[0] ?? null, each: {} }
  return { whole: null, each: Object.fromEntries(names.map((name, k) => [output.classes[k]!, name])) }
}

/** Name of the column of queries. */
export const queryOf = ({ columns }: Pick<Dataset, 'columns'>): string | null =>
  columns.find((column) => column.role === 'group')?.name ?? null

/** A class that is misspelt would be read by nobody. @throws AssayError monitor/mapping */
export function checkClasses(
  { task, classes }: OutputBinding,
  { scores, actuals }: Pick<LogMapping, 'scores' | 'actuals'>,
): void {
  const refuse = (message: string, remedy: string, name: string): never => {
    throw new AssayError({ code: 'monitor/mapping', message, remedy, where: { class: name.slice(0, 100) } })
  }
  const [first] = Object.keys(actuals ?? {})
  if (first !== undefined && task !== 'multilabel') {
    refuse(`A ${task} row has one true value, not one for each label.`, 'Say which field holds it.', first)
  }
  const strange = Object.keys({ ...scores, ...actuals }).find((name) => !classes.includes(name))
  if (strange === undefined) return
  refuse(
    `The model has no class "${strange.slice(0, 100)}".`,
    classes.length === 0 ? 'It gives one number.' : `It has: ${classes.slice(0, 20).join(', ')}.`,
    strange,
  )
}
