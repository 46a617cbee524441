/**
 * Which parts of a tree are looked up in one table. Two leaves under one node share their path, so one table indexed by
 * "which players of the path are satisfied" and "which way the row goes here" gives the sum of both; larger parts save
 * more additions and need larger tables. The cheapest mix is found by dynamic programming over estimated costs.
 */
import type { TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'
import { casesCost } from './leaf-shares.ts'
import type { Players } from './players.ts'

export const choices = { branch: 0, table: 1, cases: 2, wide: 3 } as const

/** Paths longer than this do not fit in an integer's bits. */
export const mostBits = 30
/** Cases a table may have, and numbers in it: it has to stay in the processor's second cache. */
const mostTableBits = 12
const mostTableNumbers = 1 << 16

/** Nanoseconds of each step on the machine it was measured on; only their ratios matter. */
const cost = { compare: 0.7, mask: 0.7, index: 0.8, add: 1.1, build: 1.3, lookup: 2.2, integral: 1.6 } as const

interface Part {
  readonly cost: number
  readonly interior: number
  /** Players of the part that are not on the path to it. */
  readonly players: readonly number[]
  /** Distinct players on the path to each leaf. */
  readonly leafPlayers: readonly number[]
}

export interface GroupRequest {
  readonly ensemble: TreeEnsemble
  readonly players: Players
  /** Rows of a block; a background's rows count as well. */
  readonly rows: number
  /** Whether each leaf needs the costlier tables of a background. */
  readonly hasBackground: boolean
}

/** A choice for each node that a walk meets; nodes inside a table keep `branch`. */
export function chooseGroups(request: GroupRequest): Uint8Array {
  const { ensemble } = request
  const choice = new Uint8Array(ensemble.feature.length)
  const onPath = new Int32Array(request.players.count)
  for (const root of ensemble.roots) choosePart(request, root, 0, onPath, outputsOf(ensemble, root), choice)
  return choice
}

/** How many outputs the leaves of a tree feed. */
function outputsOf(ensemble: TreeEnsemble, root: number): number {
  const seen = new Set<number>()
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.pop()!
    for (let at = ensemble.leafStart[node]!; at < ensemble.leafStart[node + 1]!; at++)
      seen.add(ensemble.leafOutput[at]!)
    if (ensemble.mode[node] !== nodeModes.leaf) stack.push(ensemble.whenTrue[node]!, ensemble.whenFalse[node]!)
  }
  return Math.max(1, seen.size)
}

function choosePart(
  request: GroupRequest,
  node: number,
  path: number,
  onPath: Int32Array,
  outputs: number,
  choice: Uint8Array,
): Part {
  const { ensemble, players, rows, hasBackground } = request
  if (ensemble.mode[node] === nodeModes.leaf) {
    const weights = ensemble.leafStart[node + 1]! - ensemble.leafStart[node]!
    const dense = tableCost(request, outputs, 0, path, [path])
    // Far fewer cases occur than could: rows that fail one node of a path often fail its others.
    const cases = Math.min(rows, 2 ** Math.min(path, 30)) / 2
    const either = casesCost(path, cases)
    const each = hasBackground ? cases * cases * path : Math.min(either.integrals, either.transform)
    const sparse = rows * (cost.lookup + cost.add * path * Math.max(1, weights)) + each * cost.integral
    choice[node] = path > mostBits ? choices.wide : dense <= sparse ? choices.table : choices.cases
    return { cost: Math.min(dense, sparse), interior: 0, players: [], leafPlayers: [path] }
  }
  const player = players.ofInput[ensemble.feature[node]!]!
  const isNew = onPath[player] === 0
  onPath[player]!++
  const below = path + (isNew ? 1 : 0)
  const whenTrue = choosePart(request, ensemble.whenTrue[node]!, below, onPath, outputs, choice)
  const whenFalse = choosePart(request, ensemble.whenFalse[node]!, below, onPath, outputs, choice)
  onPath[player]!--
  const interior = whenTrue.interior + whenFalse.interior + 1
  const split = rows * (cost.compare + 2 * cost.mask) + whenTrue.cost + whenFalse.cost
  // Past a table's largest size the lists below are of no use, and would grow with the tree.
  if (path + interior > mostTableBits) {
    choice[node] = below > mostBits ? choices.wide : choices.branch
    return { cost: split, interior, players: [], leafPlayers: [] }
  }
  const added = [...new Set([...(isNew ? [player] : []), ...whenTrue.players, ...whenFalse.players])]
  const leafPlayers = [...whenTrue.leafPlayers, ...whenFalse.leafPlayers]
  const table = tableCost(request, outputs, interior, path + added.length, leafPlayers, path)
  choice[node] = table < split ? choices.table : below > mostBits ? choices.wide : choices.branch
  return { cost: Math.min(table, split), interior, players: added, leafPlayers }
}

function tableCost(
  { rows, hasBackground }: GroupRequest,
  outputs: number,
  interior: number,
  players: number,
  leafPlayers: readonly number[],
  path = players,
): number {
  const bits = path + interior
  if (bits > mostTableBits || outputs * players * 2 ** bits > mostTableNumbers) return Infinity
  let build = 0
  for (const d of leafPlayers) {
    build += d * (2 ** d + 2 ** bits)
    if (hasBackground) build += d * d * 2 ** d
  }
  return (
    build * cost.build * outputs + rows * (interior * (cost.compare + cost.index) + cost.add * players * outputs + 1)
  )
}
