/** Which columns of a dataset a binding reads. */
import type { Binding, InputBinding } from '../contract/model.ts'

/** Of one input, in the order of its values; none for a constant. */
export function columnsOfInput(input: InputBinding): readonly string[] {
  if (input.kind === 'matrix') return input.columns
  return input.kind === 'constant' ? [] : [input.column]
}

/** Of all inputs, each once, in the order in which the binding has them. */
export function boundColumns(binding: Pick<Binding, 'inputs'>): string[] {
  return [...new Set(binding.inputs.flatMap(columnsOfInput))]
}
