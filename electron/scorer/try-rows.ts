/** Binds and runs a few rows and shows everything that came out, so that a person can judge a binding before using it. */
import type { FromScorer, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { openReader, streamColumns } from '../data-plane/stream-columns.ts'
import { makeFeeder } from './feeds.ts'
import { noRows } from './pieces.ts'
import { makeScoreColumns, readOutputs } from '../../shared/scoring/outputs.ts'
import { openSession } from './runtime.ts'
import { runtimeMessage } from '../../shared/scoring/runtime-message.ts'

type Tried = Extract<FromScorer, { type: 'tried' }>
/** Wide outputs (an image, an embedding) are shown by their first values. */
const shownValues = 64

export async function tryRows(task: ScoringTask, rows: number): Promise<Tried> {
  const session = await openSession(task.modelPath, task.device, task.threads)
  const feeder = makeFeeder(session, task.binding)
  const reader = await openReader()
  const stream = streamColumns({
    reader,
    parquetPath: task.dataPath,
    columns: feeder.columns,
    from: 0,
    chunkRows: rows,
  })
  const first = await stream.next()
  await stream.return(undefined)
  if (first.done) throw noRows()
  const chunk = first.value
  const n = Math.min(rows, chunk.rows)
  const batch = task.binding.fixedBatch ?? n
  const outputs: Tried['outputs'] = session.outputMetadata
    .filter((meta) => meta.isTensor)
    .map((meta) => ({
      name: meta.name,
      elementType: meta.isTensor ? String(meta.type) : '',
      shape: [] as number[],
      rows: [],
    }))
  const columns = makeScoreColumns(task.binding.output, n, true)
  let readError: AssayError | null = null
  for (let from = 0; from < n; from += batch) {
    const taken = Math.min(batch, n - from)
    let result: Awaited<ReturnType<typeof session.run>>
    try {
      // Every output, not only the bound ones: the guess looks at all of them.
      result = await session.run(feeder.build(chunk, from, taken, batch))
    } catch (error) {
      if (error instanceof AssayError) throw error
      throw new AssayError({
        code: 'binding/run-failed',
        message: `The model does not run with this binding: ${runtimeMessage(error)}`,
        remedy: 'Check which columns are bound, their order and their types.',
      })
    }
    for (const output of outputs) {
      const tensor = result[output.name]
      if (!tensor) continue
      output.shape.splice(0, Infinity, ...tensor.dims)
      const width = Math.max(1, Math.floor(tensor.size / batch))
      const data = tensor.data as ArrayLike<unknown>
      for (let row = 0; row < taken; row++) {
        output.rows.push(
          Array.from({ length: Math.min(width, shownValues) }, (_, column) => shown(data[row * width + column])),
        )
      }
    }
    try {
      readOutputs(result, task.binding.output, taken, batch, columns, from)
    } catch (error) {
      if (!(error instanceof AssayError)) throw error
      readError = error
    }
  }
  if (readError && task.binding.output.classes.length > 0) throw readError
  return {
    type: 'tried',
    outputs,
    scores:
      columns.scores && !readError
        ? Array.from({ length: n }, (_, row) => columns.scores!.map((column) => finite(column[row]!)))
        : null,
    labels: columns.labels ? [...columns.labels] : null,
    values: Array.from({ length: n }, (_, row) =>
      chunk.columns.map((column) => valueText(column[row], column instanceof Float32Array)),
    ),
    missingText: feeder.missingText(),
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function shown(value: unknown): number | string | boolean | null {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return finite(value)
  return typeof value === 'boolean' ? value : String(value)
}

function valueText(value: unknown, asFloat32: boolean): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return `image, ${value.length} bytes`
  if (typeof value === 'number' && Number.isNaN(value)) return null
  // A float32 shown with a double's digits looks like another number (68.95999908 for 68.96).
  if (typeof value === 'number') return String(asFloat32 ? Number(value.toPrecision(7)) : value)
  return String(value)
}
