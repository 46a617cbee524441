/** What the row API is asked: rows, and how many reasons for each prediction. */
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { mostReasons } from '../../../shared/serving/predictions.ts'
import { Refusal } from '../protocol/refusal.ts'

export interface PredictRequest {
  readonly rows: readonly unknown[]
  /** For each row at most; 0 is none. */
  readonly reasons: number
}

/**
 * A row, a list of rows, or `{ rows, reasons }`. No cell is a list or an object, so `rows` cannot be mistaken for a
 * column; `reasons` beside the columns of a single row is one where the model has such a column.
 * @throws Refusal request/reasons
 */
export function readPredict(body: unknown, inputs: readonly InputColumn[]): PredictRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { rows: Array.isArray(body) ? body : [body], reasons: 0 }
  const { rows, reasons } = body as { readonly rows?: unknown; readonly reasons?: unknown }
  const isEnvelope = Object.hasOwn(body, 'rows') && typeof rows === 'object' && rows !== null
  const isColumn = !isEnvelope && inputs.some(({ name }) => name === 'reasons')
  return {
    rows: !isEnvelope ? [body] : Array.isArray(rows) ? rows : [rows],
    reasons: isColumn || !Object.hasOwn(body, 'reasons') ? 0 : checked(reasons),
  }
}

function checked(reasons: unknown): number {
  if (typeof reasons === 'number' && Number.isInteger(reasons) && reasons >= 0 && reasons <= mostReasons) return reasons
  throw new Refusal(
    'request/reasons',
    '"reasons" is not how many reasons are wanted for each row.',
    `Send a whole number from 1 to ${mostReasons}, or leave it out.`,
  )
}
