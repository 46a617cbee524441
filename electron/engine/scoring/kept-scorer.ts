/**
 * The scorer of the last request about a model is kept for the next one: to load it at import, to try a binding, to
 * score with it, to score again. A process with ONNX Runtime, DuckDB and the model's sessions takes a third of a second
 * to get ready, which is as long as scoring half a million rows of a small model.
 */
import type { Launcher } from './launcher.ts'
import { Scorer } from './ask-scorer.ts'

/** The model's memory is given back when nobody asks for this long. */
const keptMs = 60_000

export class KeptScorer {
  readonly #launcher: Launcher
  #kept: { readonly model: string; readonly scorer: Scorer; readonly timer: NodeJS.Timeout } | null = null

  constructor(launcher: Launcher) {
    this.#launcher = launcher
  }

  /** Gives a scorer that has answered only about this model, if any. One that failed at its work is not kept. */
  async use<R>(model: string, work: (scorer: Scorer) => Promise<R>): Promise<R> {
    const scorer = this.#take(model) ?? (await Scorer.start(this.#launcher))
    try {
      const result = await work(scorer)
      this.#keep(model, scorer)
      return result
    } catch (error) {
      scorer.stop()
      throw error
    }
  }

  /** To be called when the engine ends; the process would outlive it. */
  stop(): void {
    if (!this.#kept) return
    clearTimeout(this.#kept.timer)
    this.#kept.scorer.stop()
    this.#kept = null
  }

  #take(model: string): Scorer | null {
    const kept = this.#kept
    if (kept?.model !== model || !kept.scorer.alive) return null
    clearTimeout(kept.timer)
    this.#kept = null
    return kept.scorer
  }

  #keep(model: string, scorer: Scorer): void {
    this.stop()
    this.#kept = { model, scorer, timer: setTimeout(() => this.stop(), keptMs).unref() }
  }
}
