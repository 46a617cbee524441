/** Which scores are explained. */
import type { OutputBinding } from '../contract/model.ts'
import { givesOneNumber } from '../contract/dataset.ts'

/** The score columns that belong to the explained outputs: the positive class's, each class's, or the prediction. */
export function scorePlaces(output: OutputBinding): number[] {
  if (givesOneNumber(output.task)) return [0]
  if (output.task === 'binary' && output.classes.length === 2) {
    return [Math.max(0, output.classes.indexOf(output.positive ?? ''))]
  }
  return output.classes.map((_, k) => k)
}

/** Their names, in the same order. */
export function scoreNames(output: OutputBinding): string[] {
  return givesOneNumber(output.task) ? ['prediction'] : scorePlaces(output).map((place) => output.classes[place]!)
}
