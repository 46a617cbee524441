/** The rows of an evaluated run as truth and decision: what fairness and slices ask about. */
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { listChunks, readDataset, readRun, readVersion } from '../records.ts'
import { scoreShape } from '../../../shared/scoring/score-columns.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import { readEvidence } from './evidence-store.ts'
import { gather } from './gather.ts'
import { oneAnswerTask } from './gather-run.ts'
import type { Gathered } from './gather.ts'

export interface DecidedRun {
  readonly run: Run
  readonly dataset: Dataset
  readonly evidence: Evidence
  readonly dataPath: string
  /** 1 for each row of the dataset that is used; a binary model leaves out rows of a class that it never names. */
  readonly mask: Uint8Array
  readonly used: number
  /** True class by number, −1 for a class that the model never names; null for a regression. */
  readonly truth: Int32Array | null
  /** Class that the model decides for; null for a regression. */
  readonly decided: Int32Array | null
  /** Row-major used × width; null for a labels-only model. */
  readonly scores: Float32Array | Float64Array | null
  readonly width: number
  /** Target of a regression. */
  readonly values: Float64Array | null
  /** Where a binary decision is made on the score; null where it is not. */
  readonly threshold: number | null
}

/** @throws AssayError run/not-evaluated, evaluation/* */
export async function readDecidedRun(engine: Engine, runId: RunId, context: JobContext): Promise<DecidedRun> {
  const { workspace } = engine
  const run = readRun(workspace.ledger, runId)
  oneAnswerTask(run.task, 'This analysis')
  const { evidence } = await readEvidence(engine, runId)
  const dataset = readDataset(workspace.ledger, run.datasetId)
  const dataPath = workspace.files.path(dataset.data.sha256)
  const mask = new Uint8Array(dataset.rows)
  const gathered = await gather({
    dataset,
    dataPath,
    chunkPaths: listChunks(workspace.ledger, runId).map((chunk) =>
      join(workspace.runFolder(runId), chunkName(chunk.number)),
    ),
    shape: scoreShape(readVersion(workspace.ledger, run.versionId), run.binding.output),
    context,
    mask,
  })
  const { output } = run.binding
  const shared = { run, dataset, evidence, dataPath, mask }
  if (output.task === 'regression') {
    const { used, scores, width, values } = gathered
    return { ...shared, used, truth: null, decided: null, scores, width, values, threshold: null }
  }
  const threshold =
    output.task === 'binary' && gathered.scores && evidence.detail.kind === 'binary' ? evidence.detail.threshold : null
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  const decided = decide(gathered, threshold, positive)
  const rows = output.task === 'binary' ? leaveOutUnnamed(gathered, decided, mask) : { ...gathered, decided }
  if (rows.used === 0) {
    throw new AssayError({
      code: 'evaluation/no-rows',
      message: 'Every row has a class that the model never names.',
      remedy: 'Check the target column and the class names in the binding.',
    })
  }
  return {
    ...shared,
    used: rows.used,
    truth: rows.classes,
    decided: rows.decided,
    scores: rows.scores,
    width: gathered.width,
    values: null,
    threshold,
  }
}

function decide(gathered: Gathered, threshold: number | null, positive: number): Int32Array {
  const { scores, width, used } = gathered
  if (!scores) return gathered.labels ?? new Int32Array(used).fill(-1)
  const decided = new Int32Array(used)
  for (let row = 0; row < used; row++) {
    if (threshold !== null) {
      decided[row] = scores[row * width + positive]! >= threshold ? positive : 1 - positive
      continue
    }
    let best = 0
    for (let k = 1; k < width; k++) if (scores[row * width + k]! > scores[row * width + best]!) best = k
    decided[row] = best
  }
  return decided
}

/** Closes the gaps that rows of an unnamed class leave, in place, and takes them out of the mask. */
function leaveOutUnnamed(
  gathered: Gathered,
  decided: Int32Array,
  mask: Uint8Array,
): Pick<Gathered, 'used' | 'classes' | 'scores'> & { readonly decided: Int32Array } {
  const { scores, width } = gathered
  const classes = gathered.classes!
  let to = 0
  let from = 0
  for (let row = 0; row < mask.length; row++) {
    if (mask[row] === 0) continue
    const here = from++
    if (classes[here]! < 0) {
      mask[row] = 0
      continue
    }
    classes[to] = classes[here]!
    decided[to] = decided[here]!
    if (scores) for (let k = 0; k < width; k++) scores[to * width + k] = scores[here * width + k]!
    to++
  }
  return {
    used: to,
    classes: classes.subarray(0, to),
    scores: scores?.subarray(0, to * width) ?? null,
    decided: decided.subarray(0, to),
  }
}

/** The score of one class, one a row; null for a labels-only model. */
export function scoreOfClass(decided: DecidedRun, place: number): Float32Array | Float64Array | null {
  const { scores, width, used } = decided
  if (!scores) return null
  const column = scores instanceof Float32Array ? new Float32Array(used) : new Float64Array(used)
  for (let row = 0; row < used; row++) column[row] = scores[row * width + place]!
  return column
}
