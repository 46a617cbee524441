/**
 * The prediction log: lines of JSON, sampled by request, without the columns that the privacy switches leave out. A
 * slow disk drops lines and counts them; it never slows an answer.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
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

export function loggedColumns(inputs: readonly InputColumn[], settings: Settings): InputColumn[] {
  if (settings.PREDICTION_LOG_INPUTS === 'none') return []
  return inputs.filter(
    (column) =>
      column.type !== 'image' &&
      !settings.PREDICTION_LOG_OMIT.includes(column.name) &&
      (settings.PREDICTION_LOG_INPUTS === 'all' || !column.protected),
  )
}

export function openPredictionLog(
  manifest: ReleaseManifest,
  settings: Settings,
  onDropped: () => void,
  onError: (error: Error) => void,
): PredictionLog {
  const { PREDICTION_LOG: path, PREDICTION_LOG_SAMPLE: sample } = settings
  if (path === '' || sample === 0) return none
  const columns = loggedColumns(manifest.inputs, settings)
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

function plain(cell: Exclude<Cell, Uint8Array>): number | string | boolean | null {
  if (typeof cell === 'bigint') return String(cell)
  return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell
}

/** In [0, 1), even over ids. */
function fractionOf(request: string): number {
  return createHash('sha256').update(request).digest().readUInt32BE(0) / 2 ** 32
}
