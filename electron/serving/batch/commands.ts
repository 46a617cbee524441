/** The batch commands: one shard of a file, and the merge of all. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { readConfig } from '../config.ts'
import { loadTrusted } from '../trust.ts'
import { startModel } from '../model/model.ts'
import { logToStderr } from '../watch/log.ts'
import { mergeParts } from './merge.ts'
import { formatOf } from './read-table.ts'
import { scoreShard } from './score-shard.ts'

export interface BatchFlags {
  readonly release: string
  readonly input: string
  readonly output: string
  readonly shard?: string | undefined
  readonly shards?: string | undefined
  readonly keep?: string | undefined
  readonly format?: string | undefined
  readonly threads?: string | undefined
  readonly 'bad-rows'?: string | undefined
}

function usage(message: string, remedy: string): AssayError {
  return new AssayError({ code: 'usage/batch', message, remedy })
}

/** K/N with K from 0; or N alone, with K from the index that Kubernetes gives to an Indexed Job's pod. */
export function readShard(flags: Pick<BatchFlags, 'shard' | 'shards'>, index: string | undefined): [number, number] {
  const text = flags.shard ?? (flags.shards === undefined ? '0/1' : `${index ?? ''}/${flags.shards}`)
  const [, k, n] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  if (k === undefined || n === undefined || Number(k) >= Number(n))
    throw usage(
      `"${text}" is no shard.`,
      'Say --shard K/N with K from 0 to N − 1, or --shards N with JOB_COMPLETION_INDEX.',
    )
  return [Number(k), Number(n)]
}

export async function batchCommand(flags: BatchFlags, entry: URL, print: (text: string) => void): Promise<void> {
  const config = readConfig({ ...process.env, ASSAY_HOST: '127.0.0.1' })
  const [shard, shards] = readShard(flags, process.env['JOB_COMPLETION_INDEX'])
  const { format = formatOf(flags.input), 'bad-rows': badRows = 'stop' } = flags
  if (format !== 'csv' && format !== 'jsonl') throw usage(`"${format}" is no format.`, 'Say csv or jsonl.')
  if (badRows !== 'stop' && badRows !== 'mark') throw usage(`--bad-rows ${badRows}`, 'Say stop or mark.')
  // One thread unless asked: sums may be added in another order on another number of threads.
  const threads = Number(flags.threads ?? 1)
  if (!Number.isInteger(threads) || threads < 1 || threads > 256)
    throw usage('--threads is no number.', 'Say 1 or more.')
  const { release } = loadTrusted(flags.release, config, (message) => logToStderr('warn', message))
  const { part, already } = await scoreShard({
    release,
    startModel: () => startModel(entry, release.model, threads, () => process.exit(1)),
    input: flags.input,
    format,
    folder: flags.output,
    shard,
    shards,
    keep: (flags.keep ?? '').split(',').filter(Boolean),
    badRows,
    threads,
  })
  print(`${JSON.stringify({ ...part, already })}\n`)
}

export async function mergeCommand(folder: string, to: string, print: (text: string) => void): Promise<void> {
  print(`${JSON.stringify(await mergeParts(folder, to))}\n`)
}
