/** What an explanation keeps so that another row, or a changed one, can be explained as the others were. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Engine } from '../engine.ts'
import type { Reference } from './row-worker.ts'

interface StoredState {
  readonly schema: 'assay.explanation-state/1'
  readonly kind: Reference['kind']
  readonly rows: number
  readonly wide: boolean
  /** Covers or means as one array, a background as one an input; float64 or float32 bytes, base64. */
  readonly arrays: readonly string[]
}

const toText = (array: Float64Array | Float32Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64')

function toDoubles(text: string): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Float64Array(bytes.buffer, 0, bytes.length / 8)
}

function toFloats(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Float32Array(bytes.buffer, 0, bytes.length / 4)
}

export async function writeState(path: string, reference: Reference): Promise<void> {
  const wide = reference.kind !== 'interventional' || !(reference.background.columns[0] instanceof Float32Array)
  const arrays =
    reference.kind === 'path-dependent'
      ? [reference.covers]
      : reference.kind === 'means'
        ? [reference.means]
        : reference.background.columns
  const state: StoredState = {
    schema: 'assay.explanation-state/1',
    kind: reference.kind,
    rows: reference.kind === 'interventional' ? reference.background.rows : 0,
    wide,
    arrays: arrays.map(toText),
  }
  await writeFile(path, JSON.stringify(state))
}

export async function readState(engine: Engine, sha256: string): Promise<Reference> {
  const text = await readFile(engine.workspace.files.path(sha256), 'utf8')
  const { kind, rows, wide, arrays } = JSON.parse(text) as StoredState
  if (kind === 'interventional') {
    return { kind, background: { rows, columns: arrays.map((array) => (wide ? toDoubles(array) : toFloats(array))) } }
  }
  return kind === 'means' ? { kind, means: toDoubles(arrays[0]!) } : { kind, covers: toDoubles(arrays[0]!) }
}
