/** Scores rows that were changed, in the same scorer process as a run; one that dies is started again. */
import type { GivenColumn, ScoringTask } from '../../../shared/contract/scorer-messages.ts'
import { readAnswers } from '../../../shared/robustness/answers.ts'
import type { AnswerShape, Answers } from '../../../shared/robustness/answers.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Engine } from '../engine.ts'
import { classLookup } from '../evaluation/gather.ts'
import { Scorer } from '../scoring/ask-scorer.ts'

/** Rows a message: enough to hide what a message costs, few enough that cancelling takes no time. */
const rowsPerMessage = 8192

export class Rescorer {
  readonly #engine: Engine
  readonly #task: ScoringTask
  readonly #shape: AnswerShape
  readonly #signal: AbortSignal
  #scorer: Scorer | null = null

  constructor(engine: Engine, task: ScoringTask, shape: AnswerShape, signal: AbortSignal) {
    this.#engine = engine
    this.#task = task
    this.#shape = shape
    this.#signal = signal
  }

  /** @throws AssayError what the scorer reports: these rows cannot be scored */
  async score(columns: readonly GivenColumn[], rows: number): Promise<Answers> {
    const { output } = this.#task.binding
    let scores: Float64Array[] | null = null
    const labels = output.score === null ? new Int32Array(rows) : null
    const classOf = classLookup(output.classes)
    for (let from = 0; from < rows; from += rowsPerMessage) {
      const n = Math.min(rowsPerMessage, rows - from)
      const part = columns.map((column) => ({ ...column, values: column.values.slice(from, from + n) }))
      const answer = await this.#ask(part as GivenColumn[], n)
      if (answer.scores) {
        scores ??= answer.scores.map(() => new Float64Array(rows))
        answer.scores.forEach((column, place) => scores![place]!.set(column, from))
      }
      if (labels) answer.labels!.forEach((label, row) => (labels[from + row] = classOf(label)))
    }
    return readAnswers(this.#shape, rows, scores, labels)
  }

  async #ask(columns: readonly GivenColumn[], rows: number) {
    this.#scorer ??= await Scorer.start(this.#engine.launcher)
    try {
      const request = { type: 'predict' as const, task: this.#task, rows, columns: [...columns] }
      return await this.#scorer.ask(request, 'predicted', { signal: this.#signal })
    } catch (error) {
      // Rows that take the process down are a result too; the next ones get a process of their own.
      if (error instanceof AssayError && error.code === 'score/crashed') this.stop()
      throw error
    }
  }

  stop(): void {
    this.#scorer?.stop()
    this.#scorer = null
  }
}
