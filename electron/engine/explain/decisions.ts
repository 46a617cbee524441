/** What the model decides for a row: a side of the threshold, a class, or a predicted value. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Engine } from '../engine.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import type { Subject } from './subject.ts'

/** Scores of the explained outputs: output k, row r at [k][r]. */
export type Scores = readonly ArrayLike<number>[]

export interface Decisions {
  /** Number of a class; 0 for a regression. */
  decide(scores: Scores, row: number): number
  /** null for a regression. */
  readonly classes: readonly string[] | null
  /** The score that belongs to a decision: of the positive class, of the class, or the prediction. */
  scoreOf(scores: Scores, row: number): number
}

/** @throws AssayError explain/many-decisions */
export async function openDecisions(engine: Engine, id: RunId, subject: Subject): Promise<Decisions> {
  const { output } = subject.binding
  if (givesOneNumber(output.task)) {
    return { classes: null, decide: () => 0, scoreOf: (scores, row) => scores[0]![row]! }
  }
  if (output.task === 'multilabel') {
    throw new AssayError({
      code: 'explain/many-decisions',
      message: 'This model decides each label by itself: a row has no one decision that could be another.',
      remedy: 'Change values in the what-if editor instead.',
    })
  }
  const { evidence } = await readEvidence(engine, id)
  const threshold = evidence.detail.kind === 'binary' ? evidence.detail.threshold : 0.5
  const positive = output.classes.indexOf(output.positive ?? '')
  const best = (scores: Scores, row: number): number => {
    let most = 0
    for (let c = 1; c < scores.length; c++) if (scores[c]![row]! > scores[most]![row]!) most = c
    return most
  }
  if (output.task === 'binary' && output.classes.length === 2) {
    const yes = Math.max(0, positive)
    return {
      classes: output.classes,
      decide: (scores, row) => (scores[0]![row]! >= threshold ? yes : 1 - yes),
      scoreOf: (scores, row) => scores[0]![row]!,
    }
  }
  return { classes: output.classes, decide: best, scoreOf: (scores, row) => scores[best(scores, row)]![row]! }
}
