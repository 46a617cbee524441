/** Columns as the scorer takes them, changed by one kind of perturbation at one strength. */
import { encode } from 'fast-png'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { PerturbationKind } from '../../../shared/contract/robustness.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { readPng } from '../../../shared/image/read-png.ts'
import { kindDefinitions } from '../../../shared/robustness/kinds.ts'
import { perturbImage } from '../../../shared/robustness/perturb-image.ts'
import type { ImageKind, Pixels } from '../../../shared/robustness/perturb-image.ts'
import { perturbNumbers, perturbTexts } from '../../../shared/robustness/perturb-table.ts'
import type { NumberFit, TableKind } from '../../../shared/robustness/perturb-table.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'

export type Fits = ReadonlyMap<string, NumberFit>

/** Columns of numbers with more values than yes and no: noise on a flag is no noise. */
export function hasNumbers(dataset: Dataset, { name, as }: Pick<GivenColumn, 'name' | 'as'>): boolean {
  if (as === 'string' || as === 'blob') return false
  const column = dataset.columns.find((entry) => entry.name === name)
  return column !== undefined && column.type !== 'boolean' && column.distinct > 2
}

/** Whether a kind changes a column at all. Whole numbers of the model's cannot be missing: no row gets that far. */
export function appliesTo(kind: PerturbationKind, dataset: Dataset, column: Pick<GivenColumn, 'name' | 'as'>): boolean {
  if (kind === 'missing') return column.as !== 'blob' && column.as !== 'bigint'
  switch (kindDefinitions[kind].applies) {
    case 'number':
      return hasNumbers(dataset, column)
    case 'image':
      return column.as === 'blob'
    default:
      return column.as === 'string'
  }
}

/** The same column changes in the same way whatever other columns there are, and however the model reads it. */
function randomOf(seed: number, kind: string, column: string, strength: number): Random {
  let hash = seed
  for (const letter of `${kind}\u0000${column}\u0000${strength}`)
    hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193) >>> 0
  return createRandom(hash)
}

export async function changeColumn(
  kind: PerturbationKind,
  column: GivenColumn,
  strength: number,
  fits: Fits,
  seed: number,
): Promise<GivenColumn> {
  const random = randomOf(seed, kind, column.name, strength)
  if (column.as === 'blob') {
    return { ...column, values: await changeImages(kind as ImageKind, column, strength, random) }
  }
  if (column.as === 'string') {
    const texts = column.values as (string | null)[]
    return { ...column, values: [...perturbTexts(kind as TableKind, texts, strength, random)] }
  }
  const fit = fits.get(column.name)!
  const numbers = Float64Array.from(column.values as ArrayLike<number>, Number)
  const changed = perturbNumbers(kind as TableKind, numbers, strength, fit, random)
  const values =
    column.as === 'bigint'
      ? BigInt64Array.from(changed, (value) => BigInt(Math.round(value)))
      : column.as === 'float'
        ? Float32Array.from(changed)
        : changed
  return { ...column, values }
}

async function changeImages(
  kind: ImageKind,
  column: GivenColumn,
  strength: number,
  random: Random,
): Promise<(Uint8Array | null)[]> {
  const changed: (Uint8Array | null)[] = []
  for (const png of column.values as (Uint8Array | null)[]) {
    changed.push(png === null ? null : encodePng(perturbImage(kind, decodePng(png, column.name), strength, random)))
    // A large image takes tens of milliseconds; the engine's calls get their turn in between.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return changed
}

/** Eight bits a sample. */
function decodePng(png: Uint8Array, column: string): Pixels {
  try {
    const { width, height, channels, data, depth } = readPng(png)
    const bytes = depth === 16 ? Uint8Array.from(data, (value) => Math.round(value / 257)) : Uint8Array.from(data)
    return { width, height, channels, data: bytes }
  } catch (error) {
    throw new AssayError({
      code: 'dataset/image-unreadable',
      message: `An image of "${column}" cannot be decoded: ${(error as Error).message}`,
      remedy: 'Replace that image and import the dataset again.',
      where: { column },
    })
  }
}

function encodePng({ width, height, channels, data }: Pixels): Uint8Array {
  return encode({ width, height, channels, depth: 8, data }, { zlib: { level: 1 } })
}
