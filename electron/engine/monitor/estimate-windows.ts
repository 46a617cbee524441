/** Performance of each window without its labels: CBPE and DLE of the drift analysis, learnt on the approved run. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Metrics } from '../../../shared/contract/evidence.ts'
import type { PerformanceEstimate } from '../../../shared/contract/drift.ts'
import { readNumbers } from '../../data-plane/read-numbers.ts'
import { ofCall, ofPositive } from '../drift/performance.ts'
import { chunkOfRows, forWorker } from '../drift/timeline.ts'
import { gatherRun } from '../evaluation/gather-run.ts'
import type { Estimates, Work } from './make-report.ts'
import { thresholdOf } from './watched.ts'

const rowsAtLeast = 100
const seed = 20_240_229

const without = (reason: string): Estimates => ({ windows: [], overall: {}, reason })

export async function estimateWindows(work: Work): Promise<Estimates> {
  const { engine, approved, current, connection, windows, triggers, context, pool } = work
  const { output } = approved.run.binding
  if (output.task === 'ranking')
    return without('a score to rank by is no chance that relevance could be estimated from')
  if (output.task === 'multilabel')
    return without('CBPE and DLE estimate one answer a row, and a row has several labels')
  if (output.score === null) return without('the model gives labels without scores')
  context.progress({ step: 'Reading the approved scores' })
  const known = await gatherRun(engine, approved.run, context).catch((error: unknown) => {
    if (error instanceof AssayError && error.code.startsWith('evaluation/')) return null
    throw error
  })
  if (known === null || known.used < rowsAtLeast) {
    return without(`the approved run has fewer than ${rowsAtLeast} labelled rows`)
  }
  const positive = Math.max(0, output.classes.indexOf(output.positive ?? ''))
  const score =
    output.task === 'regression'
      ? 'prediction'
      : output.task === 'binary'
        ? `p${positive}`
        : `greatest(${output.classes.map((_, k) => `p${k}`).join(', ')})`
  const [scores] = await readNumbers(
    connection,
    `SELECT (${score})::DOUBLE FROM ${current.scored}`,
    1,
    current.rows,
    context.signal,
  )
  const parts = splitScores(scores!, chunkOfRows(forWorker(windows.chunks)))
  let estimate: (values: Float64Array) => Promise<PerformanceEstimate>
  if (output.task === 'regression') {
    const reference = { predictions: Float64Array.from(known.scores!), targets: known.values! }
    estimate = (predictions) => pool.run('regression', { reference, current: { predictions, targets: null } })
  } else {
    const reference = output.task === 'binary' ? ofPositive(known, positive) : ofCall(known)
    if (!reference.events!.includes(0) || !reference.events!.includes(1)) {
      return without('the approved run holds one outcome only')
    }
    const threshold = output.task === 'binary' ? thresholdOf(approved) : null
    estimate = (values) =>
      pool.run('classification', { reference, current: { scores: values, events: null }, threshold, seed })
  }
  context.progress({ step: 'Estimating performance', done: 0, total: parts.length + 1, unit: 'steps' })
  let done = 0
  const metricsOf = async (values: Float64Array): Promise<Metrics> => {
    if (values.length < triggers.minimum_rows) return {}
    const { metrics } = await estimate(values)
    context.progress({ done: ++done })
    return Object.fromEntries(Object.entries(metrics).map(([name, { estimated }]) => [name, estimated]))
  }
  // Each waits for a free worker: the arrays of at most a few are copied at a time.
  const estimated = await Promise.all(parts.map(metricsOf))
  return { windows: estimated, overall: await metricsOf(scores!.filter(Number.isFinite)), reason: null }
}

function splitScores(scores: Float64Array, { chunks, of }: ReturnType<typeof chunkOfRows>): Float64Array[] {
  const sizes = new Uint32Array(chunks)
  const each = (take: (window: number, score: number) => void): void => {
    for (let row = 0; row < scores.length; row++) {
      const window = of(row)
      if (window >= 0 && Number.isFinite(scores[row])) take(window, scores[row]!)
    }
  }
  each((window) => sizes[window]!++)
  const parts = Array.from(sizes, (size) => new Float64Array(size))
  sizes.fill(0)
  each((window, score) => {
    parts[window]![sizes[window]!++] = score
  })
  return parts
}
