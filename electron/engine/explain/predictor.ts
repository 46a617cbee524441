/** The model as a function: rows in, the score of each explained output out. */
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import type { ScoringTask } from '../../../shared/contract/scorer-messages.ts'
import type { Engine } from '../engine.ts'
import { scoringTask } from '../models/try-binding.ts'
import type { Scorer } from '../scoring/ask-scorer.ts'
import { scoreNames, scorePlaces } from '../../../shared/explain/score-places.ts'
import type { Subject } from './subject.ts'

/** Rows of one message: large enough to hide what a message costs, small enough to be cancelled between. */
const rowsPerMessage = 65_536

export interface Predictor {
  /** Names of the explained outputs. */
  readonly names: readonly string[]
  /** Score of output k and row r at [k][r]. */
  predict(columns: readonly GivenColumn[], rows: number, signal?: AbortSignal): Promise<Float64Array[]>
  /** Every score column, as the run stores them. */
  predictAll(columns: readonly GivenColumn[], rows: number, signal?: AbortSignal): Promise<Float64Array[]>
  /** Rows scored so far. */
  evaluations(): number
}

export async function openPredictor(engine: Engine, subject: Subject, scorer: Scorer): Promise<Predictor> {
  const task: ScoringTask = await scoringTask(engine, subject.version, subject.dataset, subject.binding)
  const places = scorePlaces(subject.binding.output)
  let evaluations = 0
  const predictAll: Predictor['predictAll'] = async (columns, rows, signal) => {
    let out: Float64Array[] = []
    for (let from = 0; from < rows; from += rowsPerMessage) {
      const n = Math.min(rowsPerMessage, rows - from)
      const part =
        n === rows ? columns : columns.map((column) => ({ ...column, values: column.values.slice(from, from + n) }))
      const answer = await scorer.ask(
        { type: 'predict', task, rows: n, columns: part as GivenColumn[] },
        'predicted',
        signal ? { signal } : {},
      )
      const scores = answer.scores!
      if (from === 0) out = scores.map(() => new Float64Array(rows))
      scores.forEach((column, k) => out[k]!.set(column, from))
      evaluations += n
    }
    return out
  }
  return {
    names: scoreNames(subject.binding.output),
    predictAll,
    predict: async (columns, rows, signal) => {
      const all = await predictAll(columns, rows, signal)
      return places.map((place) => all[place]!)
    },
    evaluations: () => evaluations,
  }
}
