/**
 * The inputs of the trees (or of the linear operator) for every row of a dataset, block by block: the data's own columns
 * where they go in as they are, else what the front of the graph makes of them, run by ONNX Runtime in the scorer.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import type { ScoringTask } from '../../../shared/contract/scorer-messages.ts'
import { cutFront, frontOutput } from '../../../shared/explain/graph/cut-front.ts'
import { directColumns } from '../../../shared/explain/reason-codes.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { StreamedColumn } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { scoringTask } from '../models/try-binding.ts'
import type { Scorer } from '../scoring/ask-scorer.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import type { ExactCore } from '../../../shared/explain/graph/exact-core.ts'
import type { Subject } from './subject.ts'

export interface FrontBlock extends Block {
  /** Number of the first row, counted from 0. */
  readonly from: number
}

export interface Front {
  readonly width: number
  /** What to ask the scorer for the inputs of made-up rows; null where they are the columns themselves. */
  readonly task: ScoringTask | null
  /** The columns to read where no front is run. */
  readonly direct: readonly StreamedColumn[] | null
  blocks(dataset: Dataset, blockRows: number, context: JobContext): AsyncGenerator<FrontBlock>
  /** Removes what was written for it. */
  close(): Promise<void>
}

const batchRows = 4096
const tryTimeoutMs = 120_000

export async function openFront(engine: Engine, subject: Subject, core: ExactCore, scorer: Scorer): Promise<Front> {
  const direct = directColumns(core, subject.binding, subject.version.inputs)
  return direct ? directFront(engine, direct) : cutFrontOf(engine, subject, core, scorer)
}

function directFront(engine: Engine, columns: StreamedColumn[]): Front {
  // A column that is bound twice is read once.
  const read = columns.filter((column, k) => columns.findIndex((other) => other.name === column.name) === k)
  const places = columns.map((column) => read.findIndex((other) => other.name === column.name))
  return {
    width: columns.length,
    task: null,
    direct: columns,
    close: async () => undefined,
    blocks: async function* (dataset, blockRows, context) {
      const stream = streamColumns({
        reader: await openReader(),
        parquetPath: engine.workspace.files.path(dataset.data.sha256),
        columns: read,
        from: 0,
        chunkRows: blockRows,
      })
      for await (const chunk of stream) {
        context.signal.throwIfAborted()
        yield {
          rows: chunk.rows,
          from: chunk.from,
          columns: places.map((place) => chunk.columns[place] as Float32Array | Float64Array),
        }
      }
    },
  }
}

async function cutFrontOf(engine: Engine, subject: Subject, core: ExactCore, scorer: Scorer): Promise<Front> {
  const { workspace } = engine
  const full = await scoringTask(engine, subject.version, subject.dataset, subject.binding)
  const isStored = full.modelPath === workspace.files.path(subject.version.servedSha256)
  // Beside external weights where there are any.
  const modelPath = isStored ? workspace.temporary('.onnx') : join(dirname(full.modelPath), 'front.onnx')
  await writeFile(modelPath, cutFront(subject.graph, core.input))
  const bindTo = (classes: number): Binding => ({
    ...subject.binding,
    output: {
      task: classes === 1 ? 'regression' : 'multiclass',
      score: [frontOutput],
      label: null,
      transform: 'none',
      classes: classes === 1 ? [] : Array.from({ length: classes }, (_, k) => String(k)),
      positive: null,
    },
  })
  const tried = await scorer.ask({ type: 'try', task: { ...full, modelPath, binding: bindTo(0) }, rows: 1 }, 'tried', {
    timeoutMs: tryTimeoutMs,
  })
  const tensor = tried.outputs.find((output) => output.name === frontOutput)
  const width = Math.max(
    1,
    (tensor?.shape ?? [1, 1]).slice(1).reduce((product, dim) => product * dim, 1),
  )
  const wide = tensor?.elementType !== 'float32'
  const binding = bindTo(width)
  /** The run's dataset is often the reference set as well: its rows go through the front once. */
  const made = new Map<string, { readonly folder: string; readonly chunks: number }>()
  async function runFront(dataset: Dataset, blockRows: number, context: JobContext) {
    const folder = workspace.temporary('.front')
    await mkdir(folder, { recursive: true })
    made.set(dataset.id, { folder, chunks: 0 })
    const task = await scoringTask(engine, subject.version, dataset, subject.binding)
    let chunks = 0
    context.progress({ step: 'Preparing rows', done: 0, total: dataset.rows, unit: 'rows' })
    await scorer.ask(
      {
        type: 'score',
        task: { ...task, modelPath, binding },
        plan: {
          device: 'cpu',
          threads: engine.threads,
          lanes: 1,
          batchRows: binding.fixedBatch ?? Math.min(batchRows, blockRows),
          chunkRows: blockRows,
          parity: null,
        },
        folder,
        firstChunk: 0,
        totalRows: dataset.rows,
      },
      'scored',
      {
        signal: context.signal,
        onMessage: (message) => {
          if (message.type === 'progress') context.progress({ done: message.rows })
          if (message.type === 'chunk') chunks++
        },
      },
    )
    made.set(dataset.id, { folder, chunks })
    return { folder, chunks }
  }
  return {
    width,
    task: { ...full, modelPath, binding },
    direct: null,
    close: async () => {
      await rm(modelPath, { force: true })
      for (const { folder } of made.values()) await rm(folder, { recursive: true, force: true })
    },
    blocks: async function* (dataset, blockRows, context) {
      const { folder, chunks } = made.get(dataset.id) ?? (await runFront(dataset, blockRows, context))
      const reader = await openReader()
      const as = wide ? ('double' as const) : ('float' as const)
      const columns = Array.from({ length: width }, (_, k) => ({ name: width === 1 ? 'prediction' : `p${k}`, as }))
      let from = 0
      for (let chunk = 0; chunk < chunks; chunk++) {
        const parquetPath = join(folder, chunkName(chunk))
        for await (const piece of streamColumns({ reader, parquetPath, columns, from: 0, chunkRows: blockRows })) {
          context.signal.throwIfAborted()
          yield { rows: piece.rows, from, columns: piece.columns as (Float32Array | Float64Array)[] }
          from += piece.rows
        }
      }
    },
  }
}
