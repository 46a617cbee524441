/** Performance of each window on the rows whose labels came: the metrics of an evaluation, or why there are none. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { chunkOfRows, forWorker } from '../drift/timeline.ts'
import { gather } from '../evaluation/gather.ts'
import type { Gathered } from '../evaluation/gather.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { Work } from './make-report.ts'
import { thresholdOf } from './watched.ts'
import type { AllWindowMetrics } from './window-metrics.ts'

const seed = 20_240_229

export interface LabelledMetrics extends AllWindowMetrics {
  /** Why there are no metrics; null where there are some. */
  readonly reason: string | null
}

const without = (reason: string): LabelledMetrics => ({ windows: [], overall: {}, calibrationReason: reason, reason })

export async function labelledMetrics(work: Work): Promise<LabelledMetrics> {
  const { engine, approved, production, windows, triggers, context } = work
  const { output } = approved.run.binding
  if (production.rows.labelled === 0) {
    return without(`no row has ${output.task === 'multilabel' ? 'all of its labels' : 'its label'} yet`)
  }
  const mask = new Uint8Array(production.rows.scored)
  let gathered: Gathered
  try {
    gathered = await gather({
      dataset: production.dataset,
      dataPath: production.rowsPath,
      chunkPaths: [production.scoresPath],
      shape: production.shape,
      context,
      mask,
    })
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    if (error.code === 'evaluation/no-query' || Number(error.where['noQuery']) > 0) {
      return without('the logs do not say which query each row belongs to')
    }
    if (error.code === 'evaluation/no-rows') return without(error.message)
    throw error
  }
  const { used, query, queries } = gathered
  if (query !== null && queries >= used) return without('each query has one row, so that there is no order to judge')
  const windowOf = chunkOfRows(forWorker(windows.chunks))
  const ids = new Int16Array(used)
  for (let row = 0, to = 0; row < mask.length; row++) if (mask[row] === 1) ids[to++] = windowOf.of(row)
  context.progress({ step: 'Measuring performance', done: 0, total: windows.chunks.labels.length, unit: 'steps' })
  const input = {
    gathered,
    windows: ids,
    count: windows.chunks.labels.length,
    minimumRows: triggers.minimum_rows,
    output,
    threshold: thresholdOf(approved),
    seed,
  }
  const found = await runAnalysis(engine, { analysis: 'window metrics', input }, [], context)
  const reason = used < triggers.minimum_rows ? `fewer than ${triggers.minimum_rows} rows have labels` : null
  return { ...found, reason }
}
