/**
 * Adapts an approved version to the labels that came: its calibration, and with a payoff its threshold, fitted again on
 * production rows. What comes of it is a new version, the challenger, which has to be approved like any other.
 */
import { rm } from 'node:fs/promises'
import type { CalibrationMethod, CalibrationSection } from '../../../shared/contract/calibration.ts'
import { payoffSchema } from '../../../shared/contract/decision.ts'
import type { Payoff } from '../../../shared/contract/decision.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { VersionId } from '../../../shared/contract/ids.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'
import { setAlias } from '../approval/registry.ts'
import { acceptCalibration } from '../calibration/accept-calibration.ts'
import { calibrateRun } from '../calibration/calibrate-run.ts'
import { addDataset } from '../datasets/add-dataset.ts'
import { chooseThreshold } from '../decision/chosen-threshold.ts'
import { decideAt } from '../decision/decide.ts'
import type { Engine } from '../engine.ts'
import { oneAnswerTask } from '../evaluation/gather-run.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset, readVersion } from '../records.ts'
import { writeLabelledData } from './labelled-data.ts'
import { timeName } from './production.ts'
import { scoreAndEvaluate } from './take-in.ts'
import { approvedOf } from './watched.ts'
import type { Approved } from './watched.ts'

export interface RefitRequest {
  readonly versionId: VersionId
  readonly method?: CalibrationMethod | undefined
  readonly payoff?: Payoff | undefined
}

/** @throws AssayError analysis/task, monitor/no-labels, monitor/columns-left-out, monitor/no-better, calibration/* */
export async function refit(engine: Engine, request: RefitRequest, context: JobContext): Promise<VersionId> {
  const { workspace } = engine
  const { versionId } = request
  const version = readVersion(workspace.ledger, versionId)
  const path = workspace.temporary('.parquet')
  try {
    context.progress({ step: 'Joining logs and labels', done: 0, total: null })
    const approved = await approvedOf(engine, versionId)
    const { run } = approved
    oneAnswerTask(run.task, 'Calibration')
    const { targets } = await writeLabelledData(engine, versionId, path, 'labels')
    const reference = readDataset(workspace.ledger, run.datasetId)
    const datasetId = await addDataset(
      engine,
      path,
      {
        name: `${version.name} ${version.version} in production`.slice(0, 200),
        target: targets[0]!,
        time: timeName,
        id: 'assay:id',
        protected: reference.columns
          .filter((column) => column.protected && boundColumns(run.binding).includes(column.name))
          .map(({ name }) => name),
        ...(reference.task ? { task: reference.task } : {}),
        ...(reference.positive === null ? {} : { positive: reference.positive }),
      },
      context,
    )
    const runId = await scoreAndEvaluate(engine, versionId, datasetId, context)
    const section = await calibrateRun(engine, { id: runId }, context)
    const method = request.method ?? bestMethod(section)
    const made = await acceptCalibration(engine, runId, method, context)
    const payoff = request.payoff ?? approvedPayoff(approved)
    if (payoff && run.task === 'binary') {
      const again = await scoreAndEvaluate(engine, made, datasetId, context)
      const { threshold } = await decideAt(engine, again, { best: 'value' }, payoff, context)
      const reason = `Best value on labels from production (${method} calibration fitted again)`
      if (threshold !== null) chooseThreshold(engine, { versionId: made, threshold, reason, runId: again })
    }
    // On the approved rows too: what its reviewers will look at.
    await scoreAndEvaluate(engine, made, run.datasetId, context)
    await setAlias(engine, {
      modelId: version.modelId,
      alias: 'challenger',
      versionId: made,
      reason: 'fitted again on labels from production',
    })
    return made
  } finally {
    await rm(path, { force: true })
  }
}

/** The lowest log loss on rows held back. @throws AssayError monitor/no-better */
function bestMethod({ candidates }: CalibrationSection): CalibrationMethod {
  const loss = (candidate: CalibrationSection['candidates'][number]): number =>
    candidate.judged.difference['log_loss']?.value ?? Infinity
  const [best] = [...candidates].sort((a, b) => loss(a) - loss(b))
  if (best && loss(best) < 0) return best.method
  throw new AssayError({
    code: 'monitor/no-better',
    message: 'No calibration has a lower log loss on the rows held back: the approved one still fits.',
    remedy: 'Leave the version as it is, or name a method.',
  })
}

/** What the approved decision was made with. */
function approvedPayoff({ evidence }: Approved): Payoff | null {
  const section = evidence.sections?.['decision'] as { payoff?: unknown } | undefined
  const parsed = payoffSchema.safeParse(section?.payoff)
  return parsed.success ? parsed.data : null
}
