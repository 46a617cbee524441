import { codedKinds } from './codes.ts'
import type { CodedColumn, CodedNodes } from './codes.ts'
import { compareRows } from './compare.ts'
import type { TreeEnsemble } from './ensemble.ts'
import type { Block } from './players.ts'

/** A block's rows on their way down a tree: at each depth, a mask of the path's players that each row satisfies. */
export class RowMasks {
  readonly #ensemble: TreeEnsemble
  readonly #nodes: CodedNodes
  #block: Block = { rows: 0, columns: [] }
  #coded: readonly CodedColumn[] = []
  #rows = 0
  #room = 0
  #compared = new Uint8Array(0)
  #index = new Int32Array(0)
  #masks: Int32Array[] = []
  readonly #places = new Map<number, number>()
  #placeOf = new Int32Array(0)

  constructor(ensemble: TreeEnsemble, nodes: CodedNodes) {
    this.#ensemble = ensemble
    this.#nodes = nodes
  }

  prepare(block: Block, coded: readonly CodedColumn[]): void {
    if (this.#room < block.rows) {
      this.#room = block.rows
      this.#compared = new Uint8Array(block.rows)
      this.#index = new Int32Array(block.rows)
      this.#masks = []
    }
    this.#block = block
    this.#coded = coded
    this.#rows = block.rows
    this.#mask(0).fill(0)
  }

  #mask(depth: number): Int32Array {
    return (this.#masks[depth] ??= new Int32Array(this.#room))
  }

  /** Adds the bit `slot`, so far 0, where the row takes the node's true branch. */
  #addBit(node: number, from: Int32Array, into: Int32Array, slot: number): void {
    const rows = this.#rows
    const input = this.#ensemble.feature[node]!
    const kind = this.#nodes.kind[node]!
    const { codes, hasMissing } = this.#coded[input]!
    if (kind === codedKinds.other || hasMissing) {
      const compared = this.#compared
      compareRows(this.#ensemble, node, this.#block.columns[input]!, rows, compared)
      for (let row = 0; row < rows; row++) into[row] = from[row]! | (compared[row]! << slot)
      return
    }
    const limit = this.#nodes.limit[node]!
    const flip = kind === codedKinds.above ? 1 : 0
    for (let row = 0; row < rows; row++) into[row] = from[row]! | ((((codes[row]! - limit) >>> 31) ^ flip) << slot)
  }

  /** Masks of the true child: bit `slot` is set where the row satisfies the player so far and here. */
  goTrue(node: number, depth: number, slot: number, isNew: boolean): void {
    const here = this.#mask(depth)
    const below = this.#mask(depth + 1)
    if (isNew) return this.#addBit(node, here, below, slot)
    const rows = this.#rows
    const bit = 1 << slot
    const said = this.#index
    said.fill(0, 0, rows)
    this.#addBit(node, said, said, slot)
    for (let row = 0; row < rows; row++) below[row] = here[row]! & (said[row]! | ~bit)
  }

  /** Masks of the false child out of those of the true child: the bit is set where it is set here and not there. */
  turnFalse(depth: number, slot: number, isNew: boolean): void {
    const rows = this.#rows
    const here = this.#mask(depth)
    const below = this.#mask(depth + 1)
    const bit = 1 << slot
    if (isNew) for (let row = 0; row < rows; row++) below[row] = below[row]! ^ bit
    else for (let row = 0; row < rows; row++) below[row] = here[row]! ^ (below[row]! & bit)
  }

  /** Table indices: the mask, then one bit for each interior node of the part. */
  index(interior: readonly number[], depth: number, from: number): Int32Array {
    if (interior.length === 0) return this.#mask(depth)
    let source = this.#mask(depth)
    interior.forEach((node, k) => {
      this.#addBit(node, source, this.#index, from + k)
      source = this.#index
    })
    return this.#index
  }

  /** The distinct masks of the rows and each row's place among them. */
  distinct(depth: number, bits: number): { places: Int32Array; distinct: number[] } {
    const rows = this.#rows
    const masks = this.#mask(depth)
    const places = this.#index
    const distinct: number[] = []
    if (bits <= 16) {
      if (this.#placeOf.length < 1 << bits) this.#placeOf = new Int32Array(1 << bits)
      const placeOf = this.#placeOf
      for (let row = 0; row < rows; row++) {
        const mask = masks[row]!
        if (placeOf[mask] === 0) placeOf[mask] = distinct.push(mask)
        places[row] = placeOf[mask]! - 1
      }
      for (const mask of distinct) placeOf[mask] = 0
      return { places, distinct }
    }
    this.#places.clear()
    for (let row = 0; row < rows; row++) {
      const mask = masks[row]!
      let place = this.#places.get(mask)
      if (place === undefined) {
        place = distinct.push(mask) - 1
        this.#places.set(mask, place)
      }
      places[row] = place
    }
    return { places, distinct }
  }
}
