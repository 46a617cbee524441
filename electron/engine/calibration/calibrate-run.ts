/** Calibration of a run: measured on all its rows, recalibrated on some, judged on the others, written as a section. */
import type { GroupColumn } from '../../../shared/comparison/group-differences.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { calibrationMethodSchema, calibrationSectionSchema } from '../../../shared/contract/calibration.ts'
import type { CalibrationRequest, CalibrationSection } from '../../../shared/contract/calibration.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { areProbabilities } from '../../../shared/metrics/calibration.ts'
import { plural } from '../../../shared/format/number.ts'
import { sliceTitle } from '../../../shared/slices/condition.ts'
import { groupColumns } from '../comparison/group-columns.ts'
import type { Engine } from '../engine.ts'
import { addSection, readEvidence } from '../evaluation/evidence-store.ts'
import { gatherRun, oneAnswerTask, scoredRun } from '../evaluation/gather-run.ts'
import type { Gathered } from '../evaluation/gather.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset } from '../records.ts'
import { readDefined } from '../slices/read-defined.ts'
import { weightsUnused } from '../evaluation/weights-unused.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

/** The section of an evidence document that a calibration becomes. */
export const calibrationSection = 'calibration'

const usualSeed = 20_240_229
const usualShare = 0.5

/** @throws AssayError run/not-scored, calibration/no-probabilities */
function calibratable(engine: Engine, id: RunId): Run {
  const run = scoredRun(engine, id)
  if (oneAnswerTask(run.task, 'Calibration') !== 'regression' && run.binding.output.score !== null) return run
  throw new AssayError({
    code: 'calibration/no-probabilities',
    message:
      run.task === 'regression'
        ? 'A regression predicts values, not probabilities.'
        : 'This model gives labels only; calibration needs a probability for each row.',
    remedy: 'Choose a run of a classifier with probabilities.',
    where: { task: run.task },
  })
}

/**
 * Rows of a class that the model never names have no probability that could be right; they are left out, also of the
 * mask, and counted.
 */
function namedRows(
  { classes, scores, used, width }: Gathered,
  mask: Uint8Array,
): { classes: Int32Array; scores: Float32Array | Float64Array; leftOut: number } {
  const known = classes!.reduce((sum, k) => sum + (k < 0 ? 0 : 1), 0)
  if (known === used) return { classes: classes!, scores: scores!, leftOut: 0 }
  const keptScores = scores instanceof Float32Array ? new Float32Array(known * width) : new Float64Array(known * width)
  const keptClasses = new Int32Array(known)
  for (let row = 0, to = 0, at = 0; row < used; row++, at++) {
    while (mask[at] === 0) at++
    if (classes![row]! < 0) {
      mask[at] = 0
      continue
    }
    for (let k = 0; k < width; k++) keptScores[to * width + k] = scores![row * width + k]!
    keptClasses[to++] = classes![row]!
  }
  return { classes: keptClasses, scores: keptScores, leftOut: used - known }
}

/** @throws AssayError run/not-evaluated, calibration/no-probabilities, evaluation/* */
export async function calibrateRun(
  engine: Engine,
  request: CalibrationRequest,
  context: JobContext,
): Promise<CalibrationSection> {
  const run = calibratable(engine, request.id)
  await readEvidence(engine, run.id)
  const { output } = run.binding
  const dataset = readDataset(engine.workspace.ledger, run.datasetId)
  const mask = new Uint8Array(dataset.rows)
  const { classes, scores, leftOut } = namedRows(await gatherRun(engine, run, context, mask), mask)
  if (!areProbabilities(scores)) {
    throw new AssayError({
      code: 'calibration/no-probabilities',
      message: 'Some scores lie outside 0 to 1: they are not probabilities.',
      remedy: 'If they are logits, set the transform in the binding to sigmoid or softmax and score again.',
    })
  }
  const columns = await readSlices(engine, dataset, mask, classes.length, request, context)
  const methods = request.methods ?? calibrationMethodSchema.options
  context.progress({ step: 'Measuring and recalibrating', done: 0, total: methods.length + 1, unit: 'steps' })
  const result = await runAnalysis(
    engine,
    {
      analysis: 'calibration',
      input: {
        scores,
        classes,
        labels: output.classes,
        positive: run.task === 'binary' ? Math.max(0, output.classes.indexOf(output.positive ?? '')) : -1,
        columns,
        methods,
        fitShare: request.fitShare ?? usualShare,
        seed: request.seed ?? usualSeed,
      },
    },
    [scores, classes],
    context,
  )
  const findings: EvidenceFinding[] = [...weightsUnused(dataset, 'Calibration'), ...result.findings]
  if (leftOut > 0) {
    findings.push({
      code: 'calibration/unknown-class',
      severity: 'warning',
      message: `${plural(leftOut, 'row')} of a class that the model never names are left out.`,
      remedy: 'Check the target column and the class names in the binding.',
      where: { rows: leftOut },
    })
  }
  const section = calibrationSectionSchema.parse({
    schema: 'assay.calibration/1',
    createdAt: new Date().toISOString(),
    runId: run.id,
    scoresSha256: run.scoresSha256!,
    confidence: 0.95,
    ...result,
    findings,
  } satisfies CalibrationSection)
  await addSection(engine, run.id, calibrationSection, section)
  return section
}

/** Values and ranges of the columns, and the slices that the user named. @throws AssayError dataset/no-such-column */
async function readSlices(
  engine: Engine,
  dataset: Dataset,
  mask: Uint8Array,
  used: number,
  { slices = [] }: CalibrationRequest,
  context: JobContext,
): Promise<GroupColumn[]> {
  const rowNumber = new Uint32Array(used)
  let at = 0
  mask.forEach((one, row) => {
    if (one === 1) rowNumber[at++] = row
  })
  const dataPath = engine.workspace.files.path(dataset.data.sha256)
  const named = await readDefined({ dataset, dataPath, defined: slices, mask, used, context })
  return [
    ...named.map(({ conditions, member }) => ({
      name: 'slice',
      groups: [sliceTitle(conditions)],
      groupOf: mapTo(Int16Array, member, (one) => one - 1),
    })),
    ...(await groupColumns(engine, dataset, rowNumber, context)),
  ]
}

/** The calibration in a run's evidence; null where none was made. @throws AssayError run/not-evaluated */
export async function readCalibration(engine: Engine, id: RunId): Promise<CalibrationSection | null> {
  const { evidence } = await readEvidence(engine, id)
  const section = evidence.sections?.[calibrationSection]
  return section === undefined ? null : calibrationSectionSchema.parse(section)
}
