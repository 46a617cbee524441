/**
 * Scores one shard of a file into a part. The part appears whole or not at all, and its description after it, so a shard
 * that was killed is simply run again, and one that is done is left as it is.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import { batchPartSchema, partName, shardRows } from '../../../shared/serving/batch-part.ts'
import type { BatchPart } from '../../../shared/serving/batch-part.ts'
import type { ReadRow } from '../../../shared/serving/input-rows.ts'
import { predictionOf, rowScores } from '../../../shared/serving/predictions.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import type { Model } from '../model/model.ts'
import { RowScorer } from '../score-rows.ts'
import { measureTable, readTable } from './read-table.ts'
import type { TableFormat, TableRow } from './read-table.ts'
import { guardCell } from '../../../shared/format/spreadsheet.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

export interface ShardRequest {
  readonly release: VerifiedRelease
  /** Started only when there is something to score. */
  readonly startModel: () => Promise<Model>
  readonly input: string
  readonly format: TableFormat
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

interface PendingRow {
  readonly number: number
  readonly row: TableRow
  /** null for a row that is marked. */
  readonly read: ReadRow | null
  readonly error: string
}

/** @throws AssayError batch/*, input/* with the line of the first bad row */
export async function scoreShard(request: ShardRequest): Promise<{ part: BatchPart; already: boolean }> {
  const { release, shard, shards } = request
  const { manifest } = release
  const fixed = manifest.binding.fixedBatch
  const block = fixed ? fixed * Math.ceil(blockRows / fixed) : blockRows
  const table = { path: request.input, format: request.format, manifest, keep: request.keep }
  const input = await measureTable(table)
  const { from, to } = shardRows(input.rows, shard, shards, block)
  const file = partName(shard, shards)
  const path = join(request.folder, file)
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
  }
  const done = await finishedPart(path, facts)
  if (done) return { part: done, already: true }
  await mkdir(request.folder, { recursive: true })
  const writer = await PartWriter.open(`${path}.tmp-${process.pid}`)
  let bad = 0
  let model: Model | null = null
  try {
    await writer.write(csvLine(headerOf(request)))
    let scorer: RowScorer | null = null
    let pending: PendingRow[] = []
    const flush = async (): Promise<void> => {
      if (pending.length === 0) return
      model ??= await request.startModel()
      scorer ??= new RowScorer(manifest, model)
      await writer.write(await scoredLines(request, scorer, model, pending))
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
    const output = { file, ...(await writer.close()) }
    const part: BatchPart = { ...facts, bad, output }
    await rename(writer.path, path)
    await writeWhole(`${path}.json`, `${JSON.stringify(part, null, 2)}\n`)
    return { part, already: false }
  } catch (error) {
    await writer.abandon()
    throw error
  } finally {
    // Assigned in a closure, which the compiler does not follow.
    await (model as Model | null)?.stop()
  }
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
  try {
    read = row.read()
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
  return { number, row, read: error === '' ? read : null, error }
}

function headerOf({ release, keep, badRows }: ShardRequest): string[] {
  const { output } = release.manifest.binding
  const scores =
    output.score === null
      ? []
      : givesOneNumber(output.task)
        ? ['prediction']
        : output.classes.map((name) => `probability_${name}`)
  return [
    'row',
    ...keep,
    ...scores,
    ...(givesOneNumber(output.task) ? [] : ['predicted']),
    ...(output.label === null ? [] : ['model_label']),
    'warnings',
    ...(badRows === 'mark' ? ['error'] : []),
  ]
}

async function scoredLines(
  request: ShardRequest,
  scorer: RowScorer,
  model: Model,
  pending: readonly PendingRow[],
): Promise<string> {
  const { binding, threshold } = request.release.manifest
  const { output } = binding
  const good = pending.flatMap((entry) => (entry.read ? [entry.read] : []))
  const columns =
    good.length > 0
      ? await scorer.score(good, async (feeds, _rows, fetches) => (await model.run(feeds, fetches)).outputs)
      : null
  const width = headerOf(request).length
  let at = 0
  const lines: string[] = []
  for (const { number, row, read, error } of pending) {
    const start = [String(number + 1), ...request.keep.map((column) => guardCell(row.text(column)))]
    if (!read) {
      lines.push(csvLine([...start, ...new Array<string>(width - start.length - 1).fill(''), error]))
      continue
    }
    const scores = rowScores(columns!, at)
    const prediction = predictionOf(scores, columns!.labels?.[at] ?? null, output, threshold, read.warnings)
    lines.push(
      csvLine([
        ...start,
        ...(scores ?? []).map((score) => (Number.isFinite(score) ? String(score) : '')),
        ...(givesOneNumber(output.task) ? [] : [guardCell(prediction.label ?? '')]),
        ...(output.label === null ? [] : [guardCell(prediction.modelLabel ?? '')]),
        read.warnings.map((warning) => `${warning.code} ${warning.column}`).join('; '),
        ...(request.badRows === 'mark' ? [''] : []),
      ]),
    )
    at++
  }
  return lines.join('')
}

function csvLine(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\n`
}

/** Writes under a temporary name, hashing as it goes. */
class PartWriter {
  readonly path: string
  readonly #file: Awaited<ReturnType<typeof open>>
  readonly #hash = createHash('sha256')
  #bytes = 0

  private constructor(path: string, file: Awaited<ReturnType<typeof open>>) {
    this.path = path
    this.#file = file
  }

  static async open(path: string): Promise<PartWriter> {
    return new PartWriter(path, await open(path, 'w'))
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#file.writeFile(bytes)
  }

  async close(): Promise<{ sha256: string; bytes: number }> {
    await this.#file.sync()
    await this.#file.close()
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes }
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(this.path, { force: true })
  }
}

/** A small file, flushed and renamed into place. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
