/** The score column that one row is explained for: a named class, else the one the model is surest of. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Subject } from './subject.ts'

/** @param scores every score column of one row @throws AssayError explain/no-such-class */
export function chooseScore(
  { binding }: Pick<Subject, 'binding'>,
  scores: readonly Float64Array[],
  className: string | null,
): { readonly place: number; readonly name: string; readonly score: number } {
  const names = givesOneNumber(binding.output.task) ? ['prediction'] : binding.output.classes
  const largest = scores.reduce((best, column, k) => (column[0]! > scores[best]![0]! ? k : best), 0)
  const place = className === null ? largest : names.indexOf(className)
  if (place >= 0) return { place, name: names[place]!, score: scores[place]![0]! }
  throw new AssayError({
    code: 'explain/no-such-class',
    message: `The model has no class "${className}".`,
    remedy: `Its classes are ${names.slice(0, 20).join(', ')}.`,
    where: { class: className },
  })
}
