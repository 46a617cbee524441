/** Cumulative counts of runs, sorted once in a worker thread and kept, so that a change of threshold answers at once. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { CumulativeCounts } from '../../../shared/decision/cumulative-counts.ts'
import { areProbabilities } from '../../../shared/metrics/calibration.ts'
import type { Engine } from '../engine.ts'
import { binaryRows } from '../evaluation/binary-rows.ts'
import { gatherRun, scoredRun } from '../evaluation/gather-run.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { JobContext } from '../jobs/jobs.ts'

export interface DecisionTable {
  readonly scoresSha256: string
  readonly counts: CumulativeCounts
  /** Whether every score can be a probability. */
  readonly probabilities: boolean
}

/** Tables kept for each engine: at ten million rows each has about 120 MB. */
const kept = 2
const tables = new WeakMap<Engine, Map<RunId, Promise<DecisionTable>>>()

/**
 * The table of a run, built where it is not there yet.
 * @throws AssayError run/not-scored, decision/not-binary, decision/no-scores, evaluation/*
 */
export async function decisionTable(engine: Engine, id: RunId, context: JobContext): Promise<DecisionTable> {
  const run = scoredRun(engine, id)
  if (run.task !== 'binary') {
    throw new AssayError({
      code: 'decision/not-binary',
      message: `A threshold decides between two classes; this run is ${run.task}.`,
      remedy: 'Choose a run of a binary task.',
      where: { task: run.task },
    })
  }
  if (run.binding.output.score === null) {
    throw new AssayError({
      code: 'decision/no-scores',
      message: 'This model gives labels only; a threshold needs a score for each row.',
      remedy: 'Export the model with its probabilities.',
    })
  }
  const own = tables.get(engine) ?? new Map<RunId, Promise<DecisionTable>>()
  tables.set(engine, own)
  const found = await own.get(id)
  // A run that was resumed or scored again has other scores.
  if (found && found.scoresSha256 === run.scoresSha256) return found
  const building = build(engine, run, context)
  own.delete(id)
  own.set(id, building)
  for (const oldest of [...own.keys()].slice(0, Math.max(0, own.size - kept))) own.delete(oldest)
  building.catch(() => own.delete(id))
  return building
}

async function build(engine: Engine, run: ReturnType<typeof scoredRun>, context: JobContext): Promise<DecisionTable> {
  const gathered = await gatherRun(engine, run, context)
  const { y, score } = binaryRows(gathered, run.binding.output)
  const probabilities = areProbabilities(score!)
  context.progress({ step: 'Sorting scores', done: 0, total: null, unit: 'steps' })
  const counts = await runAnalysis(
    engine,
    { analysis: 'cumulative counts', input: { y, score: score! } },
    [y, score],
    context,
  )
  return { scoresSha256: run.scoresSha256!, counts, probabilities }
}
