/** The batch commands: one shard of a file, and the merge of all. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { formatOf, tableFormatSchema } from '../../../shared/serving/batch-part.ts'
import type { TableFormat } from '../../../shared/serving/batch-part.ts'
import { mostReasons } from '../../../shared/serving/predictions.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import { readConfig } from '../config.ts'
import { loadTrusted } from '../trust.ts'
import { startModel } from '../model/model.ts'
import { startReasons } from '../reasons/reasons.ts'
import type { Reasons } from '../reasons/reasons.ts'
import { logToStderr } from '../watch/log.ts'
import { checkDrift, refuseDrifted } from './drift.ts'
import { mergeParts, mergeWhenComplete } from './merge.ts'
import type { CommonFacts } from './merge.ts'
import { outputColumns } from './output-columns.ts'
import type { OutputWish } from './output-columns.ts'
import { measureTable } from './read-table.ts'
import { scoreShard } from './score-shard.ts'

export interface BatchFlags {
  readonly release: string
  readonly input: string
  readonly output: string
  readonly shard?: string | undefined
  readonly shards?: string | undefined
  readonly keep?: string | undefined
  readonly format?: string | undefined
  readonly 'out-format'?: string | undefined
  readonly threads?: string | undefined
  readonly 'bad-rows'?: string | undefined
  readonly 'merge-to'?: string | undefined
  readonly reasons?: string | undefined
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

function readFormat(format: string): TableFormat {
  const known = tableFormatSchema.safeParse(format)
  if (known.success) return known.data
  throw usage(`"${format}" is no format.`, 'Say csv, jsonl or parquet.')
}

/** In a Job with one index more than shards, the pod of the last one merges what the others wrote. */
export function isMerger(
  flags: Pick<BatchFlags, 'shard' | 'shards' | 'merge-to'>,
  index: string | undefined,
): flags is { readonly shards: string; readonly 'merge-to': string } {
  if (flags['merge-to'] === undefined) return false
  if (flags.shard !== undefined || !/^\d{1,6}$/.test(flags.shards ?? ''))
    throw usage('--merge-to is for a Job of N + 1 indexes.', 'Say --shards N, and leave out --shard.')
  return index === flags.shards
}

export async function batchCommand(flags: BatchFlags, entry: URL, print: (text: string) => void): Promise<void> {
  const config = readConfig({ ...process.env, ASSAY_HOST: '127.0.0.1' })
  const index = process.env['JOB_COMPLETION_INDEX']
  const format = readFormat(flags.format ?? formatOf(flags.input))
  const { 'bad-rows': badRows = 'stop', 'merge-to': mergeTo = '' } = flags
  const outFormat = readFormat(flags['out-format'] ?? formatOf(mergeTo))
  if (badRows !== 'stop' && badRows !== 'mark') throw usage(`--bad-rows ${badRows}`, 'Say stop or mark.')
  // One thread unless asked: sums may be added in another order on another number of threads.
  const threads = Number(flags.threads ?? 1)
  if (!Number.isInteger(threads) || threads < 1 || threads > 256)
    throw usage('--threads is no number.', 'Say 1 or more.')
  const { release } = loadTrusted(flags.release, config, (message) => logToStderr('warn', message))
  const reasons = readReasons(flags, release)
  const keep = (flags.keep ?? '').split(',').filter(Boolean)
  checkNames({ manifest: release.manifest, keep, badRows, reasons })
  if (isMerger(flags, index)) {
    const { manifest, manifestSha256 } = release
    const input = await measureTable({ path: flags.input, format, manifest, keep })
    const shards = Number(flags.shards)
    const wanted: CommonFacts = { manifestSha256, input, shards, keep, badRows, threads, reasons, format: outFormat }
    const merged = await mergeWhenComplete(flags.output, flags['merge-to'], wanted)
    return print(`${JSON.stringify(merged)}\n`)
  }
  const [shard, shards] = readShard(flags, index)
  const { part, already } = await scoreShard({
    release,
    startModel: () => startModel(entry, release.model, { sessions: 1, threads }, () => process.exit(1)),
    reasons: reasons === 0 ? null : { most: reasons, start: () => reasonsOf(entry, release) },
    input: flags.input,
    format,
    outFormat,
    folder: flags.output,
    shard,
    shards,
    keep,
    badRows,
    threads,
  })
  print(`${JSON.stringify({ ...part, already })}\n`)
}

/** @throws AssayError usage/batch */
function readReasons({ reasons: text = '0' }: BatchFlags, release: VerifiedRelease): number {
  const reasons = Number(text)
  if (!Number.isInteger(reasons) || reasons < 0 || reasons > mostReasons)
    throw usage(`--reasons ${text}`, `Say a whole number up to ${mostReasons}.`)
  if (reasons > 0 && !release.reasons)
    throw usage(
      'This release gives no reasons.',
      'Leave out --reasons, or release the explained run again with reasons.',
    )
  return reasons
}

function reasonsOf(entry: URL, { model, manifest, reasons }: VerifiedRelease): Promise<Reasons> {
  const { binding, inputs } = manifest
  return startReasons(entry, { model, binding, file: reasons! }, inputs, Infinity, () => process.exit(1))
}

/** A column that is carried over under the name of one that the batch writes could not be told from it. */
function checkNames(wish: OutputWish): void {
  const names = outputColumns(wish).map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw usage(`"${twice}" would be in the output twice.`, 'Leave it out of --keep.')
}

export interface MergeFlags {
  readonly output: string
  readonly to: string
  readonly 'out-format'?: string | undefined
}

export async function mergeCommand(flags: MergeFlags, print: (text: string) => void): Promise<void> {
  const { output, to } = flags
  const format = readFormat(flags['out-format'] ?? formatOf(to))
  print(`${JSON.stringify(await mergeParts(output, to, format))}\n`)
}

export interface DriftFlags {
  readonly release: string
  readonly input: string
  readonly format?: string | undefined
  readonly to?: string | undefined
  readonly limit?: string | undefined
}

export async function driftCommand(flags: DriftFlags, print: (text: string) => void): Promise<void> {
  const config = readConfig({ ...process.env, ASSAY_HOST: '127.0.0.1' })
  const limit = Number(flags.limit ?? 0.25)
  if (!Number.isFinite(limit) || limit <= 0) throw usage('--limit is no number above 0.', 'Say 0.25.')
  const format = readFormat(flags.format ?? formatOf(flags.input))
  const { release } = loadTrusted(flags.release, config, (message) => logToStderr('warn', message))
  const report = await checkDrift({ release, input: flags.input, format, to: flags.to ?? null, limit })
  print(`${JSON.stringify(report)}\n`)
  refuseDrifted(report)
}
