/** The table of one part of a tree: for each case of its path and each way through it, what every player is given. */
import { shareAllAgainstBackground } from './background-shares.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'
import { shareAllCases } from './leaf-shares.ts'
import type { Players } from './players.ts'

/** The path from the root to a part, as the walk knows it. */
export interface Path {
  /** Distinct players in the order of their first node; bit j of a row's mask is player j's. */
  readonly players: readonly number[]
  /** Share of the reference set that satisfies each. */
  readonly shares: readonly number[]
}

export interface PartShape {
  /** Interior nodes; bit (path + k) of a table index is what node k says. */
  readonly interior: readonly number[]
  /** Players of the path, then those of the part. */
  readonly players: readonly number[]
  readonly outputs: readonly number[]
  readonly leaves: readonly PartLeaf[]
}

interface PartLeaf {
  readonly node: number
  /** The leaf's players: those of the path, then its own, as places in the part's list. */
  readonly places: readonly number[]
  readonly shares: readonly number[]
  /** From the part down to the leaf: which interior node, whether its true branch, and the player's place in the leaf. */
  readonly edges: readonly { readonly interior: number; readonly isTrue: boolean; readonly slot: number }[]
}

/** The share of a node's reference rows that go on to a child. A node that none reaches sends half each way. */
export function edgeShare(covers: Float64Array | null, node: number, child: number): number {
  if (!covers) return 1
  return covers[node]! > 0 ? covers[child]! / covers[node]! : 0.5
}

export function shapePart(
  ensemble: TreeEnsemble,
  players: Players,
  covers: Float64Array | null,
  root: number,
  path: Path,
): PartShape {
  const interior: number[] = []
  const list = [...path.players]
  const leaves: PartLeaf[] = []
  const outputs = new Set<number>()
  const walk = (node: number, places: number[], shares: number[], edges: PartLeaf['edges']): void => {
    if (ensemble.mode[node] === nodeModes.leaf) {
      for (let at = ensemble.leafStart[node]!; at < ensemble.leafStart[node + 1]!; at++) {
        outputs.add(ensemble.leafOutput[at]!)
      }
      leaves.push({ node, places, shares, edges })
      return
    }
    const place = interior.push(node) - 1
    const player = players.ofInput[ensemble.feature[node]!]!
    let known = list.indexOf(player)
    if (known < 0) known = list.push(player) - 1
    const slot = places.indexOf(known)
    for (const isTrue of [true, false]) {
      const child = isTrue ? ensemble.whenTrue[node]! : ensemble.whenFalse[node]!
      const share = edgeShare(covers, node, child)
      walk(
        child,
        slot < 0 ? [...places, known] : places,
        slot < 0 ? [...shares, share] : shares.with(slot, shares[slot]! * share),
        [...edges, { interior: place, isTrue, slot: slot < 0 ? places.length : slot }],
      )
    }
  }
  walk(
    root,
    path.players.map((_, k) => k),
    [...path.shares],
    [],
  )
  return { interior, players: list, outputs: [...outputs], leaves }
}

const scratch = { shares: new Float64Array(0), sums: new Float64Array(0), cases: new Int32Array(0) }

function need(numbers: number, size: number): void {
  if (scratch.shares.length < numbers) scratch.shares = new Float64Array(numbers)
  if (scratch.sums.length < size) {
    scratch.sums = new Float64Array(size)
    scratch.cases = new Int32Array(size)
  }
}

/**
 * Output o, player u, index i at ((o × players) + u) × 2^bits + i.
 *
 * @param background Background rows at each table index, as shares of the background; null for path-dependent shares.
 */
export function fillTable(
  ensemble: TreeEnsemble,
  shape: PartShape,
  pathLength: number,
  background: Float64Array | null,
  table: Float64Array,
): void {
  const bits = pathLength + shape.interior.length
  const size = 1 << bits
  table.fill(0, 0, shape.outputs.length * shape.players.length * size)
  for (const leaf of shape.leaves) {
    const d = leaf.places.length
    const ofLeaf = 1 << d
    need(Math.max(d * ofLeaf, 1), Math.max(size, ofLeaf))
    const { shares, sums, cases } = scratch
    mapCases(leaf, pathLength, shape.interior.length, cases)
    if (background) {
      sums.fill(0, 0, ofLeaf)
      for (let index = 0; index < size; index++) sums[(ofLeaf - 1) ^ cases[index]!]! += background[index]!
      shareAllAgainstBackground(d, sums.subarray(0, ofLeaf), shares)
    } else shareAllCases(leaf.shares, shares, sums)
    for (let at = ensemble.leafStart[leaf.node]!; at < ensemble.leafStart[leaf.node + 1]!; at++) {
      const weight = ensemble.leafWeight[at]!
      const output = shape.outputs.indexOf(ensemble.leafOutput[at]!)
      for (let j = 0; j < d; j++) {
        const to = (output * shape.players.length + leaf.places[j]!) * size
        const from = j * ofLeaf
        for (let index = 0; index < size; index++) table[to + index]! += weight * shares[from + cases[index]!]!
      }
    }
  }
}

/** For each table index, which of the leaf's players are satisfied. */
function mapCases(leaf: PartLeaf, pathLength: number, interior: number, cases: Int32Array): void {
  const onPath = 1 << pathLength
  const all = (1 << leaf.places.length) - 1
  for (let ways = 0; ways < 1 << interior; ways++) {
    let satisfied = all
    for (const edge of leaf.edges) {
      if (((ways >>> edge.interior) & 1) !== (edge.isTrue ? 1 : 0)) satisfied &= ~(1 << edge.slot)
    }
    const added = satisfied & ~(onPath - 1)
    const kept = satisfied & (onPath - 1)
    const from = ways << pathLength
    for (let mask = 0; mask < onPath; mask++) cases[from + mask] = (mask & kept) | added
  }
}
