/** What a changed row must reach: any other decision, one class, or a range of predictions. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Goal } from '../../../shared/contract/explain-turning.ts'
import type { Decisions, Scores } from './decisions.ts'

export interface ReachedGoal {
  isReached(scores: Scores, row: number): boolean
  /** Grows as a row comes nearer to the goal. */
  progress(scores: Scores, row: number): number
  scoreOf(scores: Scores, row: number): number
}

/** @param before scores of the row as it is @throws AssayError explain/bad-goal */
export function makeGoal({ classes, decide, scoreOf }: Decisions, before: Scores, goal: Goal): ReachedGoal {
  if (classes === null) {
    if (goal?.kind !== 'range' || (goal.low === null && goal.high === null)) {
      throw badGoal(
        'A regression has no decision that a change could turn.',
        'Say in which range the prediction should be.',
      )
    }
    const [low, high] = [goal.low ?? -Infinity, goal.high ?? Infinity]
    const missed = (value: number): number => Math.max(low - value, value - high, 0)
    const start = missed(scoreOf(before, 0)) || 1
    return {
      scoreOf,
      isReached: (scores, row) => missed(scoreOf(scores, row)) === 0,
      progress: (scores, row) => -missed(scoreOf(scores, row)) / start,
    }
  }
  if (goal?.kind === 'range')
    throw badGoal('This model decides between classes.', 'Name a class, or leave the goal out.')
  const decided = decide(before, 0)
  const wanted = goal === null ? null : classes.indexOf(goal.name)
  if (wanted === -1) {
    throw badGoal(`The model has no class "${goal!.name}".`, `Its classes are ${classes.slice(0, 20).join(', ')}.`)
  }
  if (wanted === decided) throw badGoal(`The row is decided as "${goal!.name}" already.`, 'Name another class.')
  const isBinary = before.length === 1
  // For two classes there is one score, and the goal lies above or below.
  const sign = isBinary && decide([[Infinity]], 0) === decided ? -1 : 1
  return {
    scoreOf,
    isReached: (scores, row) => (wanted === null ? decide(scores, row) !== decided : decide(scores, row) === wanted),
    progress: (scores, row) => {
      if (isBinary) return sign * scores[0]![row]!
      return wanted === null ? -scores[decided]![row]! : scores[wanted]![row]! - scores[decided]![row]!
    },
  }
}

const badGoal = (message: string, remedy: string): AssayError =>
  new AssayError({ code: 'explain/bad-goal', message, remedy })
