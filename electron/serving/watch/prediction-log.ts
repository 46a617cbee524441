/**
 * The prediction log: lines of JSON, sampled by request, without the columns that the privacy switches leave out. A
 * slow disk drops lines and counts them; it never slows an answer.
 */
import { createHash, createHmac } from 'node:crypto'
import { createWriteStream, readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Cell } from '../../../shared/serving/cells.ts'
import type { PredictionLogLine } from '../../../shared/serving/prediction-log.ts'
import type { InputColumn, ReleaseManifest } from '../../../shared/serving/release-manifest.ts'
import type { Settings } from '../config.ts'

export interface LoggedRow {
  readonly request: string
  readonly row: number
  readonly cellOf: (name: string) => Cell | undefined
  readonly scores: readonly number[] | null
  readonly label: string | null
  readonly warnings: readonly string[]
}

/** Bytes that may wait for the disk. */
const mostWaiting = 8 * 1024 * 1024

export interface PredictionLog {
  /** Whether this request is in the sample; the same id is always in or out. */
  takes(request: string): boolean
  write(row: LoggedRow): void
  close(): Promise<void>
}

const none: PredictionLog = { takes: () => false, write: () => undefined, close: async () => undefined }

function loggedColumns(inputs: readonly InputColumn[], settings: Settings): InputColumn[] {
  if (settings.PREDICTION_LOG_INPUTS === 'none') return []
  return inputs.filter(
    (column) =>
      column.type !== 'image' &&
      !settings.PREDICTION_LOG_OMIT.includes(column.name) &&
      !settings.PREDICTION_LOG_HASH.includes(column.name) &&
      (settings.PREDICTION_LOG_INPUTS === 'all' || !column.protected),
  )
}

type Hash = (cell: Exclude<Cell, Uint8Array | null>) => string

/**
 * HMAC-SHA256 of a value's text, its first 16 bytes in hexadecimal: rows of one person meet, and who it is can be told
 * by nobody without the key, which a plain hash of a name or a number would not ensure.
 *
 * @throws AssayError usage/setting
 */
function readHash({ PREDICTION_LOG_HASH: names, PREDICTION_LOG_HASH_KEY_FILE: path }: Settings): Hash {
  if (names.length === 0) return String
  let key: Buffer
  try {
    key = readFileSync(path)
  } catch (error) {
    throw setting(`ASSAY_PREDICTION_LOG_HASH_KEY_FILE cannot be read: ${(error as Error).message}`)
  }
  if (key.length < leastKey) throw setting(`The key of the prediction log has ${key.length} bytes, not ${leastKey}.`)
  return (cell) => createHmac('sha256', key).update(String(cell)).digest('hex').slice(0, 32)
}

const leastKey = 16

function setting(message: string): AssayError {
  return new AssayError({ code: 'usage/setting', message, remedy: 'Correct it: the log would say what it must not.' })
}

/** A name that is misspelt would be logged after all. @throws AssayError usage/setting */
function checkNames(inputs: readonly InputColumn[], settings: Settings): void {
  const names = [...settings.PREDICTION_LOG_OMIT, ...settings.PREDICTION_LOG_HASH]
  const unknown = names.find((name) => !inputs.some((column) => column.name === name))
  if (unknown !== undefined) throw setting(`The prediction log is to hide "${unknown}", and there is no such column.`)
}

/** @throws AssayError usage/setting */
export function openPredictionLog(
  manifest: ReleaseManifest,
  settings: Settings,
  onDropped: () => void,
  onError: (error: Error) => void,
): PredictionLog {
  const { PREDICTION_LOG: path, PREDICTION_LOG_SAMPLE: sample } = settings
  if (path === '' || sample === 0) return none
  checkNames(manifest.inputs, settings)
  const hash = readHash(settings)
  const columns = loggedColumns(manifest.inputs, settings)
  const hashed = manifest.inputs.filter(
    ({ name, type }) => type !== 'image' && settings.PREDICTION_LOG_HASH.includes(name),
  )
  const stream: Writable = path === '-' ? process.stdout : createWriteStream(path, { flags: 'a', mode: 0o600 })
  stream.on('error', onError)
  return {
    takes: (request) => sample >= 1 || fractionOf(request) < sample,
    write: (row) => {
      if (stream.writableLength > mostWaiting || stream.errored) return onDropped()
      const line: PredictionLogLine = {
        schema: 'assay.prediction/1',
        time: new Date().toISOString(),
        request: row.request,
        row: row.row,
        model: manifest.model.served,
        version: manifest.model.version,
        evidenceSha256: manifest.evidence.sha256,
        sample,
        inputs: Object.fromEntries(
          columns.flatMap((column) => {
            const cell = row.cellOf(column.name)
            return cell === undefined || cell instanceof Uint8Array ? [] : [[column.name, plain(cell)]]
          }),
        ),
        ...(hashed.length === 0 ? {} : { hashed: hashesOf(row, hashed, hash) }),
        scores: row.scores?.map((score) => (Number.isFinite(score) ? score : null)) ?? null,
        label: row.label,
        warnings: [...row.warnings],
      }
      stream.write(`${JSON.stringify(line)}\n`)
    },
    close: () =>
      path === '-' || stream.errored ? Promise.resolve() : new Promise((resolve) => stream.end(() => resolve())),
  }
}

function hashesOf(row: LoggedRow, columns: readonly InputColumn[], hash: Hash): Record<string, string | null> {
  return Object.fromEntries(
    columns.flatMap(({ name }) => {
      const cell = row.cellOf(name)
      if (cell === undefined || cell instanceof Uint8Array) return []
      return [[name, cell === null ? null : hash(cell)]]
    }),
  )
}

function plain(cell: Exclude<Cell, Uint8Array>): number | string | boolean | null {
  if (typeof cell === 'bigint') return String(cell)
  return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell
}

/** In [0, 1), even over ids. */
function fractionOf(request: string): number {
  return createHash('sha256').update(request).digest().readUInt32BE(0) / 2 ** 32
}
