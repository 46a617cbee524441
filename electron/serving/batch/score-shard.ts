/**
 * Scores one shard of a file into a part. The part appears whole or not at all, and its description after it, so a shard
 * that was killed is simply run again, and one that is done is left as it is.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import { scoreNames } from '../../../shared/explain/score-places.ts'
import type { ScoreColumns } from '../../../shared/scoring/outputs.ts'
import { batchPartSchema, partName, shardRows } from '../../../shared/serving/batch-part.ts'
import type { BatchPart, TableFormat } from '../../../shared/serving/batch-part.ts'
import type { ReadRow } from '../../../shared/serving/input-rows.ts'
import type { ReleaseManifest } from '../../../shared/serving/release-manifest.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import type { Model } from '../model/model.ts'
import { explainedOutputs } from '../reasons/reasons.ts'
import type { Reasons } from '../reasons/reasons.ts'
import { RowScorer } from '../score-rows.ts'
import type { Run } from '../score-rows.ts'
import { groupRows, makeEncoder } from './encode-rows.ts'
import { outputCells, outputColumns } from './output-columns.ts'
import type { PendingRow, ScoredRows } from './output-columns.ts'
import { PartFile, writeWhole } from './part-file.ts'
import { measureTable, readTable } from './read-table.ts'
import type { TableRow } from './read-table.ts'

export interface ShardRequest {
  readonly release: VerifiedRelease
  /** Started only when there is something to score. */
  readonly startModel: () => Promise<Model>
  /** How many for each prediction at most, and what gives them; null where none are asked for. */
  readonly reasons: { readonly most: number; readonly start: () => Promise<Reasons> } | null
  readonly input: string
  readonly format: TableFormat
  /** Of the part. */
  readonly outFormat: TableFormat
  readonly folder: string
  readonly shard: number
  readonly shards: number
  readonly keep: readonly string[]
  /** `stop` ends at the first bad row, `mark` leaves its scores empty and says why. */
  readonly badRows: 'stop' | 'mark'
  readonly threads: number
}

/** Rows a run. Past a few hundred a larger one gains nothing on the CPU. */
const blockRows = 512

/** @throws AssayError batch/*, input/* with the line of the first bad row */
export async function scoreShard(request: ShardRequest): Promise<{ part: BatchPart; already: boolean }> {
  const { release, shard, shards } = request
  const { manifest } = release
  const fixed = manifest.binding.fixedBatch
  const block = fixed ? fixed * Math.ceil(blockRows / fixed) : blockRows
  const table = { path: request.input, format: request.format, manifest, keep: request.keep }
  const input = await measureTable(table)
  // A shard of Parquet is whole row groups, and these are whole runs.
  const cut = request.outFormat === 'parquet' ? block * Math.ceil(groupRows / block) : block
  const { from, to } = shardRows(input.rows, shard, shards, cut)
  const file = partName(shard, shards, request.outFormat)
  const path = join(request.folder, file)
  const most = request.reasons?.most ?? 0
  const wish = { manifest, keep: request.keep, badRows: request.badRows, reasons: most }
  const facts = {
    schema: 'assay.batch-part/1' as const,
    manifestSha256: release.manifestSha256,
    input,
    shard,
    shards,
    from,
    to,
    keep: [...request.keep],
    badRows: request.badRows,
    threads: request.threads,
    reasons: most,
    format: request.outFormat,
  }
  const done = await finishedPart(path, facts)
  if (done) return { part: done, already: true }
  await mkdir(request.folder, { recursive: true })
  const columns = outputColumns(wish)
  const encoder = makeEncoder(request.outFormat, columns, cut)
  const part = await PartFile.open(path)
  let bad = 0
  let model: Model | null = null
  let reasoner: Reasons | null = null
  try {
    await part.write(encoder.head())
    let scorer: RowScorer | null = null
    let pending: PendingRow[] = []
    const flush = async (): Promise<void> => {
      if (pending.length === 0) return
      const running = (model ??= await request.startModel())
      scorer ??= new RowScorer(manifest, running)
      const good = pending.flatMap((entry) => (entry.read ? [entry.read] : []))
      let scored: ScoredRows | null = null
      if (good.length > 0) {
        const run: Run = async (feeds, _rows, fetches) => (await running.run(feeds, fetches)).outputs
        const scores = await scorer.score(good, run)
        if (request.reasons) reasoner ??= await request.reasons.start()
        scored = { columns: scores, explained: reasoner && (await explain(reasoner, most, manifest, good, scores)) }
      }
      await part.write(encoder.rows(outputCells(wish, columns.length, pending, scored)))
      pending = []
    }
    let number = from
    for await (const row of from < to ? readTable({ ...table, onBytes: () => undefined }, from) : []) {
      const at = number++
      if (at >= to) break
      const made = readRow(request, row, at)
      if (made.read === null) bad++
      pending.push(made)
      if ((at + 1) % block === 0) await flush()
    }
    await flush()
    await part.write(encoder.end())
    const made: BatchPart = { ...facts, bad, output: { file, ...(await part.close()) } }
    await writeWhole(`${path}.json`, `${JSON.stringify(made, null, 2)}\n`)
    return { part: made, already: false }
  } catch (error) {
    await part.abandon()
    throw error
  } finally {
    // Assigned in a closure, which the compiler does not follow.
    await (model as Model | null)?.stop()
    await (reasoner as Reasons | null)?.stop()
  }
}

/** The rows of a block meet the same neighbours whatever the shard, and so have the same reasons to the last bit. */
async function explain(
  reasoner: Reasons,
  most: number,
  { binding: { output } }: ReleaseManifest,
  read: readonly ReadRow[],
  scores: ScoreColumns,
): Promise<ScoredRows['explained']> {
  const outputs = explainedOutputs(scores, read.length, output)
  const names = scoreNames(output)
  const { reasons } = await reasoner.give(read, outputs, most, Infinity)
  return reasons.map((own, at) => ({ reasonsFor: names[outputs[at]!]!, reasons: own }))
}

/** A part that is there, whole, and of the same work. */
async function finishedPart(path: string, facts: Omit<BatchPart, 'bad' | 'output'>): Promise<BatchPart | null> {
  try {
    const part = batchPartSchema.parse(JSON.parse(await readFile(`${path}.json`, 'utf8')))
    const { bad, output } = part
    const wanted = JSON.stringify(batchPartSchema.parse({ ...facts, bad, output }))
    return JSON.stringify(part) === wanted && (await hashOf(path)) === output.sha256 ? part : null
  } catch {
    return null
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}

function readRow(request: ShardRequest, row: TableRow, number: number): PendingRow {
  let error = ''
  let read: ReadRow | null = null
  // What is no row has no columns either.
  let kept = request.keep.map(() => '')
  try {
    read = row.read()
    kept = request.keep.map((column) => row.text(column))
    error = read.problems.map((problem) => `${problem.code} ${problem.column}`).join('; ')
  } catch (caught) {
    if (!(caught instanceof AssayError) || request.badRows === 'stop') throw caught
    error = caught.code
  }
  if (error !== '' && request.badRows === 'stop') {
    const problem = read!.problems[0]!
    throw new AssayError({
      code: 'batch/bad-row',
      message: `Line ${row.line} (row ${number + 1}): ${problem.message}`,
      remedy: 'Correct the row, or say --bad-rows mark to go on without it.',
      where: { line: row.line, row: number + 1, column: problem.column, problem: problem.code },
    })
  }
  return { number, kept, read: error === '' ? read : null, error }
}
