/** Puts the parts of a batch together, after checking that they are all there and belong together. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import { batchPartSchema } from '../../../shared/serving/batch-part.ts'
import type { BatchPart, TableFormat } from '../../../shared/serving/batch-part.ts'
import { ParquetJoiner } from './join-parquet.ts'
import { PartFile, writeWhole } from './part-file.ts'

export interface Merged {
  readonly rows: number
  readonly bad: number
  readonly sha256: string
  readonly bytes: number
}

function refuse(code: string, message: string, where: Record<string, string | number> = {}): never {
  throw new AssayError({ code: `batch/${code}`, message, remedy: 'Run that shard again, then merge.', where })
}

async function readParts(folder: string, format: TableFormat): Promise<BatchPart[]> {
  const isPart = new RegExp(`^part-\\d+-of-\\d+\\.${format}\\.json$`)
  const names = (await readdir(folder)).filter((name) => isPart.test(name)).sort()
  const parts: BatchPart[] = []
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8')
    try {
      parts.push(batchPartSchema.parse(JSON.parse(text)))
    } catch {
      refuse('part-not-valid', `${name} does not describe a part.`, { file: name })
    }
  }
  return parts
}

/** What must be the same in all parts. */
export type CommonFacts = Pick<
  BatchPart,
  'manifestSha256' | 'input' | 'shards' | 'keep' | 'badRows' | 'threads' | 'reasons' | 'format'
>

const common = ({ manifestSha256, input, shards, keep, badRows, threads, reasons, format }: CommonFacts): string =>
  JSON.stringify([manifestSha256, input, shards, keep, badRows, threads, reasons, format])

function checkParts(parts: readonly BatchPart[]): void {
  const [first] = parts
  if (!first) refuse('no-parts', 'There are no parts in this folder.')
  for (const part of parts)
    if (common(part) !== common(first))
      refuse('parts-differ', `Shard ${part.shard} is of another release, file or setting.`, { shard: part.shard })
  for (let shard = 0; shard < first.shards; shard++) {
    const part = parts[shard]
    if (part?.shard !== shard) refuse('part-missing', `Shard ${shard} of ${first.shards} is missing.`, { shard })
    const expected = shard === 0 ? 0 : parts[shard - 1]!.to
    if (part.from !== expected) refuse('parts-differ', `Shard ${shard} does not start at row ${expected}.`, { shard })
  }
  if (parts.at(-1)!.to !== first.input.rows) refuse('parts-differ', 'The last shard does not end with the file.')
}

/** @throws AssayError batch/part-missing, batch/part-altered, batch/parts-differ */
export async function mergeParts(folder: string, to: string, format: TableFormat): Promise<Merged> {
  const parts = await readParts(folder, format)
  checkParts(parts)
  const all = await PartFile.open(to)
  let written: { sha256: string; bytes: number }
  try {
    const joiner = format === 'parquet' ? new ParquetJoiner(all) : null
    for (const part of parts) {
      const path = join(folder, part.output.file)
      const own = createHash('sha256')
      const take = joiner
        ? await joiner.open(path).catch((error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') throw error
            return refuse('part-altered', `${part.output.file} is no Parquet.`, { shard: part.shard })
          })
        : textOf(all, format, part.shard)
      for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
        own.update(piece as Buffer)
        await take(piece as Buffer)
      }
      if (own.digest('hex') !== part.output.sha256)
        refuse('part-altered', `${part.output.file} is not what shard ${part.shard} wrote.`, { shard: part.shard })
    }
    await joiner?.end()
    written = await all.close()
  } catch (error) {
    await all.abandon()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') refuse('part-missing', (error as Error).message)
    throw error
  }
  const merged = {
    rows: parts[0]!.input.rows,
    bad: parts.reduce((sum, part) => sum + part.bad, 0),
    ...written,
  }
  await writeWhole(
    `${to}.json`,
    `${JSON.stringify({ schema: 'assay.batch/1', ...merged, manifestSha256: parts[0]!.manifestSha256, input: parts[0]!.input, parts }, null, 2)}\n`,
  )
  return merged
}

/** Text as it is, the header of a delimited file once. */
function textOf(to: PartFile, format: TableFormat, shard: number): (piece: Buffer) => Promise<void> {
  let headerDone = format !== 'csv' || shard === 0
  return async (piece) => {
    const end = headerDone ? 0 : endOfHeader(piece)
    if (end < 0) return
    headerDone = true
    await to.write(piece.subarray(end))
  }
}

/** How often a folder that others write is looked at: network folders tell what is new only after a while. */
const lookMs = 2_000

/**
 * Waits until every part of this very work is there, then merges. Parts of earlier work are waited out, for their shards
 * write them anew. It has no end of its own: whoever started it ends it.
 */
export async function mergeWhenComplete(folder: string, to: string, wanted: CommonFacts): Promise<Merged> {
  const isThere = async (): Promise<boolean> => {
    // Not there yet, or just being written.
    const parts = await readParts(folder, wanted.format).catch(() => [])
    return parts.length === wanted.shards && parts.every((part) => common(part) === common(wanted))
  }
  while (!(await isThere())) await sleep(lookMs)
  return mergeParts(folder, to, wanted.format)
}

/** Past the newline that ends the header; the header's own quoted newlines are left in it. */
function endOfHeader(bytes: Buffer): number {
  let quoted = false
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0x22) quoted = !quoted
    else if (bytes[at] === 0x0a && !quoted) return at + 1
  }
  return -1
}
