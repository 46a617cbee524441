import { join } from 'node:path'
import type { Task } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { listChunks, readDataset, readRun, readVersion } from '../records.ts'
import { scoreShape } from '../../../shared/scoring/score-columns.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import { gather } from './gather.ts'
import type { Gathered } from './gather.ts'

/** A scored run. @throws AssayError run/unknown, run/not-scored */
export function scoredRun(engine: Engine, id: RunId): Run {
  const run = readRun(engine.workspace.ledger, id)
  if (run.scoresSha256 !== null) return run
  throw new AssayError({
    code: 'run/not-scored',
    message: `The run ${id} is ${run.state}; ${run.rowsDone} of ${run.rows} rows are scored.`,
    remedy: 'Resume it first.',
    where: { state: run.state },
  })
}

/** Tasks that say one class or one number of each row. */
export type OneAnswerTask = Exclude<Task, 'multilabel' | 'ranking'>

/**
 * What an analysis of single answers can take.
 * @param what The analysis, as it begins a sentence.
 * @throws AssayError analysis/task
 */
export function oneAnswerTask(task: Task, what: string): OneAnswerTask {
  if (task !== 'multilabel' && task !== 'ranking') return task
  throw new AssayError({
    code: 'analysis/task',
    message: `${what} takes one class or one number a row; this run is ${task}.`,
    remedy:
      task === 'multilabel'
        ? 'Bind one label as a binary task and score it as a run of its own.'
        : 'Its evaluation has what can be said of a ranking.',
    where: { task },
  })
}

/**
 * Target and scores of a run as typed arrays.
 *
 * @param mask One a row of the dataset, filled with 1 where the row is used.
 * @throws AssayError evaluation/*
 */
export function gatherRun(engine: Engine, run: Run, context: JobContext, mask?: Uint8Array): Promise<Gathered> {
  const { workspace } = engine
  const dataset = readDataset(workspace.ledger, run.datasetId)
  return gather({
    dataset,
    dataPath: workspace.files.path(dataset.data.sha256),
    chunkPaths: listChunks(workspace.ledger, run.id).map((chunk) =>
      join(workspace.runFolder(run.id), chunkName(chunk.number)),
    ),
    shape: scoreShape(readVersion(workspace.ledger, run.versionId), run.binding.output),
    context,
    ...(mask ? { mask } : {}),
  })
}
