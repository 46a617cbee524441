/**
 * The streaming pipeline: reader → runner → writer. The next rows are always being fetched while the present ones run,
 * and written while the next ones run. Memory is a few pieces of `readRows`, at any number of rows.
 */
import { join } from 'node:path'
import type { FromScorer, ScoringPlan, ScoringTask } from '../../shared/contract/scorer-messages.ts'
import { chunkName } from '../../shared/scoring/chunk-name.ts'
import { countNotFinite, isStoredWide, makeScoreColumns } from '../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../shared/scoring/outputs.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { inFlight } from './in-flight.ts'
import { keepRunner, takeRunner } from './runner.ts'
import { ScoresHash } from './scores-hash.ts'
import type { Span } from './spans.ts'

/** One recorded chunk while its spans come back, in whatever order. */
interface OpenChunk {
  readonly number: number
  readonly firstRow: number
  readonly rows: number
  readonly columns: ScoreColumns
  readonly spans: Promise<void>[]
  missingText: number
}

export async function score(
  task: ScoringTask,
  plan: ScoringPlan,
  folder: string,
  firstChunk: number,
  totalRows: number,
  send: (message: FromScorer) => void,
): Promise<void> {
  const { batchRows, chunkRows, readRows = chunkRows } = plan
  const runner = await takeRunner(task, plan)
  // Not waited for: the first batches run meanwhile.
  const opening = ChunkWriter.open()
  opening.catch(() => undefined)
  const spansUnderWay = inFlight(runner.depth)
  const from = firstChunk * chunkRows
  let number = firstChunk
  let done = from
  let lastProgress = 0
  const { output } = task.binding
  const hash = new ScoresHash({ output, wide: isStoredWide(output, runner.wide) })
  const pathOf = (chunk: number): string => join(folder, chunkName(chunk))
  // One chunk is written and hashed at a time, in order, while the next is scored.
  let writing = hash.addFiles(Array.from({ length: firstChunk }, (_, chunk) => pathOf(chunk)))
  writing.catch(() => undefined)
  let open: OpenChunk | null = null

  const openChunk = (firstRow: number): OpenChunk => {
    const rows = Math.min(chunkRows, totalRows - firstRow)
    const columns = makeScoreColumns(output, rows, runner.wide)
    return { number: number++, firstRow, rows, columns, spans: [], missingText: 0 }
  }

  const begin = (span: Span, chunk: OpenChunk): Promise<void> =>
    span.score(chunk.columns, span.from - chunk.firstRow).then((missingText) => {
      chunk.missingText += missingText
      done += span.rows
      const now = performance.now()
      if (now - lastProgress < 100) return
      lastProgress = now
      send({ type: 'progress', rows: done })
    })

  const close = async (chunk: OpenChunk): Promise<void> => {
    const before = writing
    writing = Promise.all([before, ...chunk.spans]).then(async () => {
      const { columns, rows, firstRow, missingText } = chunk
      const file = await (await opening).write(columns, rows, pathOf(chunk.number))
      hash.add(columns)
      const notFinite = countNotFinite(columns, rows)
      send({ type: 'chunk', chunk: { number: chunk.number, firstRow, rows, notFinite, missingText, ...file } })
    })
    // A rejection is awaited at the next chunk; until then it must not count as unhandled.
    writing.catch(() => undefined)
    await before
  }

  for await (const span of runner.spans({ from, to: totalRows, batchRows, readRows })) {
    open ??= openChunk(span.from)
    await spansUnderWay.room()
    const work = begin(span, open)
    open.spans.push(work)
    spansUnderWay.add(work)
    if (span.from + span.rows === open.firstRow + open.rows) {
      await close(open)
      open = null
    }
  }
  await writing
  await keepRunner(task, plan, runner)
  send({ type: 'scored', rows: totalRows, scoresSha256: hash.digest() })
}
