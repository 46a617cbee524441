/** Whether a binding's classes, positive class and outputs fit each other: what does not would be evaluated as another class. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'

const classesNeeded: Partial<Record<OutputBinding['task'], (n: number) => boolean>> = {
  binary: (n) => n === 2,
  multiclass: (n) => n >= 2,
  multilabel: (n) => n >= 1,
}

/** @throws AssayError binding/classes, binding/positive, binding/no-output */
export function checkOutput({ task, score, label, classes, positive }: OutputBinding): void {
  if ((score === null || score.length === 0) && label === null) {
    throw new AssayError({
      code: 'binding/no-output',
      message: 'The binding names no output that holds scores or labels.',
      remedy: 'Name one under output.score or output.label.',
    })
  }
  // A model of labels alone, on rows without a target, names its classes as it goes.
  if (score === null && classes.length === 0) return
  const twice = classes.find((name, k) => classes.indexOf(name) !== k)
  const fits = classesNeeded[task]?.(classes.length) ?? true
  if (twice !== undefined || !fits) {
    throw new AssayError({
      code: 'binding/classes',
      message:
        twice === undefined
          ? `The binding names ${classes.length} classes; ${task === 'binary' ? 'a binary task has two' : `a ${task} task has more`}.`
          : `The binding names the class "${twice}" twice.`,
      remedy: 'Name each class once, in the order of the scores.',
      where: { classes: classes.slice(0, 20).join(', ') },
    })
  }
  if (task === 'binary' && (positive === null || !classes.includes(positive))) {
    throw new AssayError({
      code: 'binding/positive',
      message:
        positive === null
          ? 'The binding does not say which class is positive.'
          : `The positive class "${positive}" is not among the classes ${classes.join(', ')}.`,
      remedy: `Set output.positive to one of ${classes.map((name) => `"${name}"`).join(' and ')}.`,
      where: { positive },
    })
  }
}
