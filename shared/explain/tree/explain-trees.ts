/**
 * Exact Shapley values of a tree ensemble for blocks of rows. Rows go down each tree together: a mask says for each row
 * which players of the path it satisfies, and at the bottom a table turns masks into attributions (leaf-shares.ts).
 */
import { AssayError } from '../../contract/errors.ts'
import { makeBackgroundSharer } from './background-shares.ts'
import { choices, chooseGroups, mostBits } from './choose-groups.ts'
import { codeBlock, codeNodes } from './codes.ts'
import type { CodedColumn, CodedNodes } from './codes.ts'
import { takesTrue } from './compare.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'
import { edgeShare, fillTable, shapePart } from './group-table.ts'
import { makeCaseIntegral, shareCases } from './leaf-shares.ts'
import { makeBackgroundPairSharer, makePairSharer } from './pair-shares.ts'
import type { PairSharer } from './pair-shares.ts'
import type { Block, Players } from './players.ts'
import { RowMasks } from './row-masks.ts'
import { expectedSums, meanSums } from './walk-rows.ts'

/**
 * What an absent player is. 'path-dependent': its nodes send on the shares of the reference set that `covers` counts
 * (Lundberg et al. 2018). 'interventional': it has the value of each background row in turn.
 */
export type TreeGame =
  | { readonly kind: 'path-dependent'; readonly covers: Float64Array }
  | { readonly kind: 'interventional'; readonly background: Block }

export interface TreeExplainer {
  /** The value of each output when every player is absent: attributions say how a row differs from it. */
  readonly base: Float64Array
  /** @returns Output k, player p, row r at (k × players + p) × rows + r. */
  explain(block: Block): Float64Array
  /**
   * Interaction values of each pair of different players; symmetric, and 0 on the diagonal. A player's main effect is
   * its attribution less the sum of its interactions.
   * @returns Output k, players i and j, row r at ((k × players + i) × players + j) × rows + r.
   */
  explainPairs(block: Block): Float64Array
}

/** @throws AssayError explain/path-too-long */
export function makeTreeExplainer(ensemble: TreeEnsemble, players: Players, game: TreeGame): TreeExplainer {
  return new Walk(ensemble, players, game)
}

class Walk implements TreeExplainer {
  readonly base: Float64Array
  readonly #ensemble: TreeEnsemble
  readonly #players: Players
  readonly #covers: Float64Array | null
  readonly #background: Block | null
  #choice: { rows: number; of: Uint8Array } | null = null
  #byPairs = false
  /** State of the walk: where it is, and which player has which bit. */
  readonly #slotOf: Int32Array
  readonly #path: number[] = []
  readonly #shares: number[] = []
  readonly #edges: { node: number; isTrue: boolean }[] = []
  readonly #nodes: CodedNodes
  readonly #ahead: RowMasks
  readonly #behind: RowMasks
  #codedBackground: readonly CodedColumn[] = []
  #table = new Float64Array(0)
  #histogram = new Float64Array(0)
  #block: Block = { rows: 0, columns: [] }
  #out = new Float64Array(0)

  constructor(ensemble: TreeEnsemble, players: Players, game: TreeGame) {
    this.#ensemble = ensemble
    this.#players = players
    this.#nodes = codeNodes(ensemble)
    this.#ahead = new RowMasks(ensemble, this.#nodes)
    this.#behind = new RowMasks(ensemble, this.#nodes)
    this.#covers = game.kind === 'path-dependent' ? game.covers : null
    this.#background = game.kind === 'interventional' ? game.background : null
    this.#slotOf = new Int32Array(players.count).fill(-1)
    if (this.#background) this.#codedBackground = codeBlock(this.#nodes, this.#background)
    this.base = this.#background ? meanSums(ensemble, this.#background) : expectedSums(ensemble, this.#covers!)
  }

  explain(block: Block): Float64Array {
    const rows = block.rows
    const behind = this.#background?.rows ?? 0
    // One choice for all blocks of a size; the last, shorter one keeps it.
    if (!this.#choice || this.#choice.rows < rows) {
      const request = { ensemble: this.#ensemble, players: this.#players, rows, hasBackground: behind > 0 }
      this.#choice = { rows, of: chooseGroups(request) }
    }
    return this.#walkAll(block, this.#ensemble.outputs * this.#players.count * rows)
  }

  explainPairs(block: Block): Float64Array {
    const before = this.#choice
    const { mode } = this.#ensemble
    this.#choice = { rows: 0, of: mode.map((kind) => (kind === nodeModes.leaf ? choices.cases : choices.branch)) }
    this.#byPairs = true
    try {
      const count = this.#players.count
      return this.#walkAll(block, this.#ensemble.outputs * count * count * block.rows)
    } finally {
      this.#choice = before
      this.#byPairs = false
    }
  }

  #walkAll(block: Block, numbers: number): Float64Array {
    this.#block = block
    this.#out = new Float64Array(numbers)
    this.#ahead.prepare(block, codeBlock(this.#nodes, block))
    if (this.#background) this.#behind.prepare(this.#background, this.#codedBackground)
    for (const root of this.#ensemble.roots) this.#visit(root, 0)
    return this.#out
  }

  #visit(node: number, depth: number): void {
    switch (this.#choice!.of[node]) {
      case choices.table:
        return this.#byTable(node, depth)
      case choices.cases:
        return this.#byCases(node, depth)
      case choices.wide:
        return this.#byRow(node)
    }
    const ensemble = this.#ensemble
    const input = ensemble.feature[node]!
    const player = this.#players.ofInput[input]!
    const isNew = this.#slotOf[player]! < 0
    if (isNew) {
      if (this.#path.length === mostBits) throw pathTooLong()
      this.#slotOf[player] = this.#path.push(player) - 1
      this.#shares.push(1)
    }
    const slot = this.#slotOf[player]!
    const share = this.#shares[slot]!
    const sides = this.#background ? [this.#ahead, this.#behind] : [this.#ahead]
    for (const isTrue of [true, false]) {
      for (const rows of sides) {
        if (isTrue) rows.goTrue(node, depth, slot, isNew)
        else rows.turnFalse(depth, slot, isNew)
      }
      const child = isTrue ? ensemble.whenTrue[node]! : ensemble.whenFalse[node]!
      this.#shares[slot] = share * edgeShare(this.#covers, node, child)
      this.#edges.push({ node, isTrue })
      this.#visit(child, depth + 1)
      this.#edges.pop()
    }
    this.#shares[slot] = share
    if (isNew) {
      this.#path.pop()
      this.#shares.pop()
      this.#slotOf[player] = -1
    }
  }

  #byTable(node: number, depth: number): void {
    const path = { players: this.#path, shares: this.#shares }
    const shape = shapePart(this.#ensemble, this.#players, this.#covers, node, path)
    const from = this.#path.length
    const size = 1 << (from + shape.interior.length)
    const numbers = shape.outputs.length * shape.players.length * size
    if (numbers === 0) return
    if (this.#table.length < numbers) this.#table = new Float64Array(numbers)
    let histogram: Float64Array | null = null
    if (this.#background) {
      if (this.#histogram.length < size) this.#histogram = new Float64Array(size)
      histogram = this.#histogram
      histogram.fill(0, 0, size)
      const index = this.#behind.index(shape.interior, depth, from)
      const share = 1 / this.#background.rows
      for (let row = 0; row < this.#background.rows; row++) histogram[index[row]!]! += share
    }
    fillTable(this.#ensemble, shape, from, histogram, this.#table)
    const { rows } = this.#block
    const index = this.#ahead.index(shape.interior, depth, from)
    shape.outputs.forEach((output, o) => {
      shape.players.forEach((player, u) => {
        const start = (o * shape.players.length + u) * size
        addLookups(this.#out, (output * this.#players.count + player) * rows, this.#table, start, index, rows)
      })
    })
  }

  /** A leaf with more cases than are worth listing: those that occur are computed when first met. */
  #byCases(node: number, depth: number): void {
    const ensemble = this.#ensemble
    const d = this.#path.length
    const first = ensemble.leafStart[node]!
    if (d === 0 || first === ensemble.leafStart[node + 1]!) return
    if (this.#byPairs) return this.#pairsOfLeaf(node, depth)
    const { rows } = this.#block
    const { places, distinct } = this.#ahead.distinct(depth, d)
    const values = this.#shareCases(depth, distinct)
    // By player, so that the lookups of one player lie together.
    const byPlayer = new Float64Array(distinct.length)
    for (let j = 0; j < d; j++) {
      for (let at = first; at < ensemble.leafStart[node + 1]!; at++) {
        const weight = ensemble.leafWeight[at]!
        for (let k = 0; k < distinct.length; k++) byPlayer[k] = weight * values[k * d + j]!
        const to = (ensemble.leafOutput[at]! * this.#players.count + this.#path[j]!) * rows
        addLookups(this.#out, to, byPlayer, 0, places, rows)
      }
    }
  }

  #pairsOfLeaf(node: number, depth: number): void {
    const ensemble = this.#ensemble
    const d = this.#path.length
    const { rows } = this.#block
    const sharer = this.#pairSharer(depth)
    const { places, distinct } = this.#ahead.distinct(depth, d)
    const values = new Float64Array(distinct.length * d * d)
    distinct.forEach((mask, k) => sharer(mask, values.subarray(k * d * d, (k + 1) * d * d)))
    const count = this.#players.count
    const byPair = new Float64Array(distinct.length)
    for (let at = ensemble.leafStart[node]!; at < ensemble.leafStart[node + 1]!; at++) {
      const output = ensemble.leafOutput[at]! * count
      for (let i = 0; i < d; i++) {
        for (let j = i + 1; j < d; j++) {
          for (let k = 0; k < distinct.length; k++) {
            byPair[k] = ensemble.leafWeight[at]! * values[(k * d + i) * d + j]!
          }
          const [left, right] = [this.#path[i]!, this.#path[j]!]
          addLookups(this.#out, ((output + left) * count + right) * rows, byPair, 0, places, rows)
          addLookups(this.#out, ((output + right) * count + left) * rows, byPair, 0, places, rows)
        }
      }
    }
  }

  /** Case c, player j at c × players + j. */
  #shareCases(depth: number, distinct: readonly number[]): Float64Array {
    const d = this.#path.length
    const values = new Float64Array(distinct.length * d)
    if (!this.#background) {
      const size = d <= 16 ? 1 << d : 0
      if (this.#table.length < size) this.#table = new Float64Array(size)
      shareCases(this.#shares, distinct, values, this.#table)
      return values
    }
    const { sets, shares } = this.#failedSets(depth)
    const sharer = makeBackgroundSharer(d, sets, shares)
    distinct.forEach((mask, k) => sharer(mask, values.subarray(k * d, (k + 1) * d)))
    return values
  }

  #pairSharer(depth: number): PairSharer {
    if (!this.#background) return makePairSharer(this.#shares)
    const { sets, shares } = this.#failedSets(depth)
    return makeBackgroundPairSharer(this.#path.length, sets, shares)
  }

  /** Which players the background rows fail at this leaf, and the share of them that does. */
  #failedSets(depth: number): { sets: Int32Array; shares: Float64Array } {
    const d = this.#path.length
    const { places, distinct } = this.#behind.distinct(depth, d)
    const shares = new Float64Array(distinct.length)
    const rows = this.#background!.rows
    for (let row = 0; row < rows; row++) shares[places[row]!]! += 1 / rows
    const all = (1 << d) - 1
    return { sets: Int32Array.from(distinct, (mask) => all ^ mask), shares }
  }

  /** Paths with more players than a mask has bits: each row by itself. Trees of models in use hardly ever have one. */
  #byRow(node: number): void {
    if (this.#background) throw pathTooLong()
    const ensemble = this.#ensemble
    if (ensemble.mode[node] !== nodeModes.leaf) {
      const player = this.#players.ofInput[ensemble.feature[node]!]!
      const isNew = this.#slotOf[player]! < 0
      if (isNew) {
        this.#slotOf[player] = this.#path.push(player) - 1
        this.#shares.push(1)
      }
      const slot = this.#slotOf[player]!
      const share = this.#shares[slot]!
      for (const isTrue of [true, false]) {
        const child = isTrue ? ensemble.whenTrue[node]! : ensemble.whenFalse[node]!
        this.#shares[slot] = share * edgeShare(this.#covers, node, child)
        this.#edges.push({ node, isTrue })
        this.#byRow(child)
        this.#edges.pop()
      }
      this.#shares[slot] = share
      if (isNew) {
        this.#path.pop()
        this.#shares.pop()
        this.#slotOf[player] = -1
      }
      return
    }
    const d = this.#path.length
    const satisfied = new Uint8Array(d)
    const values = new Float64Array(d)
    const integral = makeCaseIntegral(this.#shares)
    const { rows, columns } = this.#block
    for (let row = 0; row < rows; row++) {
      satisfied.fill(1)
      for (const edge of this.#edges) {
        const input = ensemble.feature[edge.node]!
        if (takesTrue(ensemble, edge.node, columns[input]![row]!) === edge.isTrue) continue
        satisfied[this.#slotOf[this.#players.ofInput[input]!]!] = 0
      }
      integral((j) => satisfied[j] === 1, values)
      for (let at = ensemble.leafStart[node]!; at < ensemble.leafStart[node + 1]!; at++) {
        const to = ensemble.leafOutput[at]! * this.#players.count
        for (let j = 0; j < d; j++) {
          this.#out[(to + this.#path[j]!) * rows + row]! += ensemble.leafWeight[at]! * values[j]!
        }
      }
    }
  }
}

function pathTooLong(): AssayError {
  return new AssayError({
    code: 'explain/path-too-long',
    message: `A tree compares more than ${mostBits} columns on one path: neither interactions nor interventional values are computed for it.`,
    remedy: 'Explain with --game path-dependent and without interactions, or with --method permutation.',
  })
}

/** The inner loop of everything: a table's numbers added to one player's column. */
function addLookups(
  out: Float64Array,
  to: number,
  table: Float64Array,
  start: number,
  index: Int32Array,
  rows: number,
): void {
  const column = out.subarray(to, to + rows)
  const part = start === 0 ? table : table.subarray(start)
  for (let row = 0; row < rows; row++) column[row]! += part[index[row]!]!
}
