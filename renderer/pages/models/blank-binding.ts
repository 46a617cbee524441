import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Binding, InputBinding, ModelVersion } from '../../../shared/contract/model.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

export const featuresOf = (dataset: Dataset): readonly string[] =>
  dataset.columns.filter((column) => column.role === 'feature').map((column) => column.name)

/** Somewhere to start by hand: columns of the same name, else all features, and the first output as the score. */
export const blankBinding = (version: ModelVersion, dataset: Dataset): Binding => {
  const features = featuresOf(dataset)
  const anyColumn = features[0] ?? dataset.columns[0]?.name ?? ''
  const inputs = version.inputs.map((input): InputBinding => {
    if (version.inputs.length === 1) {
      return { kind: 'matrix', input: input.name, columns: features.length > 0 ? [...features] : [anyColumn] }
    }
    const same = dataset.columns.find((column) => column.name === input.name)
    return { kind: 'column', input: input.name, column: same?.name ?? anyColumn }
  })
  const score = version.outputs.find((output) => output.elementType?.startsWith('float'))
  const task = dataset.task ?? 'regression'
  const classes = givesOneNumber(task) ? [] : (version.classLabels ?? [])
  return {
    inputs,
    output: {
      task,
      score: score ? [score.name] : null,
      label: null,
      transform: 'none',
      classes: [...classes],
      positive: task === 'binary' ? (dataset.positive ?? classes[1] ?? null) : null,
    },
    missingText: '',
    fixedBatch: null,
  }
}
