/** Small random ensembles and tables, seeded: the ground that fast and slow versions are compared on. */
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import { nodeModes } from '../../../shared/explain/tree/ensemble.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'

export interface EnsembleWish {
  readonly seed: number
  readonly trees: number
  readonly depth: number
  readonly inputs: number
  readonly outputs?: number
  /** Weights for every output at each leaf (a forest of classes), or for one (boosting). */
  readonly everyOutput?: boolean
  readonly modes?: readonly number[]
  /** Chance that a node above the deepest level is a leaf. */
  readonly stop?: number
}

/** Thresholds lie between the values of `randomBlock`, and on some of them. */
export function randomEnsemble(wish: EnsembleWish): TreeEnsemble {
  const random = createRandom(wish.seed)
  const outputs = wish.outputs ?? 1
  const modes = wish.modes ?? [nodeModes.leq]
  const pick = (n: number) => Math.floor(random.uniform() * n)
  const nodes: { feature: number; mode: number; threshold: number; missing: number; yes: number; no: number }[] = []
  const leaves: number[][] = []
  const memberStart: number[] = []
  const members: number[] = []
  const grow = (depth: number): number => {
    const place = nodes.push({ feature: -1, mode: nodeModes.leaf, threshold: 0, missing: 0, yes: -1, no: -1 }) - 1
    leaves.push([])
    memberStart.push(0)
    const isLeaf = depth >= wish.depth || (depth > 0 && random.uniform() < (wish.stop ?? 0.15))
    if (isLeaf) {
      leaves[place] = Array.from({ length: outputs }, () => 0)
      if (wish.everyOutput) leaves[place] = leaves[place].map(() => random.normal())
      else leaves[place][pick(outputs)] = random.normal()
      return place
    }
    const yes = grow(depth + 1)
    const no = grow(depth + 1)
    nodes[place] = {
      feature: pick(wish.inputs),
      mode: modes[pick(modes.length)]!,
      threshold: Math.fround(pick(9) / 2 - 2),
      missing: pick(2),
      yes,
      no,
    }
    return place
  }
  const roots = Array.from({ length: wish.trees }, () => grow(0))
  const starts: number[] = []
  nodes.forEach((node, k) => {
    memberStart[k] = members.length
    if (node.mode === nodeModes.member)
      for (let v = -2; v <= 2; v++) if (v === 0 || random.uniform() < 0.5) members.push(v)
  })
  const flat = leaves.map((weights) =>
    weights.flatMap((weight, output) => (weight === 0 ? [] : [[output, weight] as const])),
  )
  let at = 0
  for (const list of flat) {
    starts.push(at)
    at += list.length
  }
  return {
    inputs: wish.inputs,
    outputs,
    roots: Int32Array.from(roots),
    feature: Int32Array.from(nodes, (node) => node.feature),
    mode: Uint8Array.from(nodes, (node) => node.mode),
    threshold: Float64Array.from(nodes, (node) => node.threshold),
    missingTrue: Uint8Array.from(nodes, (node) => node.missing),
    whenTrue: Int32Array.from(nodes, (node) => node.yes),
    whenFalse: Int32Array.from(nodes, (node) => node.no),
    leafStart: Int32Array.from([...starts, at]),
    leafOutput: Int32Array.from(flat.flat(), ([output]) => output),
    leafWeight: Float64Array.from(flat.flat(), ([, weight]) => weight),
    memberStart: Int32Array.from([...memberStart, members.length]),
    memberValue: Float64Array.from(members),
    base: Float64Array.from({ length: outputs }, () => random.normal()),
    link: 'none',
    wide: false,
  }
}

/** Values −2, −1.5, … 2, some missing. */
export function randomBlock(rows: number, inputs: number, seed: number, missing = 0.05): Block {
  const random: Random = createRandom(seed)
  const value = () => (random.uniform() < missing ? NaN : Math.floor(random.uniform() * 9) / 2 - 2)
  return {
    rows,
    columns: Array.from({ length: inputs }, () => Float32Array.from({ length: rows }, value)),
  }
}
