/**
 * A tree ensemble as flat arrays, whichever operator of ai.onnx.ml it came from. Thresholds and weights hold exactly what
 * the file holds: float32 numbers where the operator works in float32, so that comparisons fall as ONNX Runtime's do.
 */

/** How a node compares its input with its threshold; `leaf` compares nothing. The numbers are those of TreeEnsemble (5). */
export const nodeModes = { leq: 0, lt: 1, gte: 2, gt: 3, eq: 4, neq: 5, member: 6, leaf: 7 } as const

/** What the operator does with the sums afterwards. Attributions are made before it, in the space of the sums. */
export type Link = 'none' | 'logistic' | 'softmax' | 'softmax zero' | 'probit'

export interface TreeEnsemble {
  /** Columns of the operator's input that its nodes name: the largest number plus one. */
  readonly inputs: number
  /** Sums a row: targets of a regressor, classes of a classifier, or one for a binary classifier that stores one. */
  readonly outputs: number
  /** The first node of each tree. */
  readonly roots: Int32Array
  /** The input column of each node; −1 at a leaf. */
  readonly feature: Int32Array
  readonly mode: Uint8Array
  readonly threshold: Float64Array
  /** 1 where a missing value (NaN) takes the true branch. */
  readonly missingTrue: Uint8Array
  /** Node numbers; −1 at a leaf. */
  readonly whenTrue: Int32Array
  readonly whenFalse: Int32Array
  /** Node k's weights are those from leafStart[k] up to leafStart[k + 1]; a node that is no leaf has none. */
  readonly leafStart: Int32Array
  readonly leafOutput: Int32Array
  readonly leafWeight: Float64Array
  /** Node k's set, of mode `member`: from memberStart[k] up to memberStart[k + 1]. */
  readonly memberStart: Int32Array
  readonly memberValue: Float64Array
  /** Added to each sum. */
  readonly base: Float64Array
  readonly link: Link
  /** Whether the operator compares in float64. */
  readonly wide: boolean
}

/** Sums of each output as weighted sums of others: what a node behind the ensemble does, or another choice of class. */
export interface Reweighing {
  /** Row-major new outputs × old outputs. */
  readonly matrix: readonly (readonly number[])[]
  readonly offset: readonly number[]
}

/** The same trees with other outputs. Shapley values are linear in the leaves' weights, so nothing else changes. */
export function reweigh(ensemble: TreeEnsemble, { matrix, offset }: Reweighing): TreeEnsemble {
  const nodes = ensemble.feature.length
  const leafStart = new Int32Array(nodes + 1)
  const outputs: number[] = []
  const weights: number[] = []
  const sums = new Float64Array(matrix.length)
  for (let node = 0; node < nodes; node++) {
    leafStart[node] = outputs.length
    sums.fill(0)
    for (let at = ensemble.leafStart[node]!; at < ensemble.leafStart[node + 1]!; at++) {
      for (let k = 0; k < matrix.length; k++) {
        sums[k]! += matrix[k]![ensemble.leafOutput[at]!]! * ensemble.leafWeight[at]!
      }
    }
    for (let k = 0; k < matrix.length; k++) {
      if (sums[k] === 0) continue
      outputs.push(k)
      weights.push(sums[k]!)
    }
  }
  leafStart[nodes] = outputs.length
  return {
    ...ensemble,
    outputs: matrix.length,
    leafStart,
    leafOutput: Int32Array.from(outputs),
    leafWeight: Float64Array.from(weights),
    base: Float64Array.from(matrix, (row, k) => row.reduce((sum, a, j) => sum + a * ensemble.base[j]!, offset[k]!)),
  }
}

/** Several ensembles on the same input as one: their sums are added. */
export function joinEnsembles(parts: readonly TreeEnsemble[]): TreeEnsemble {
  const [first] = parts
  if (parts.length === 1 || !first) return first!
  const nodeShift: number[] = []
  const leafShift: number[] = []
  const memberShift: number[] = []
  let nodes = 0
  let leaves = 0
  let members = 0
  for (const part of parts) {
    nodeShift.push(nodes)
    leafShift.push(leaves)
    memberShift.push(members)
    nodes += part.feature.length
    leaves += part.leafWeight.length
    members += part.memberValue.length
  }
  const joined = <A extends Int32Array | Uint8Array | Float64Array>(
    into: A,
    pick: (part: TreeEnsemble) => ArrayLike<number>,
    shift: (k: number) => number = () => 0,
  ): A => {
    let at = 0
    parts.forEach((part, k) => {
      for (const value of Array.from(pick(part))) into[at++] = value < 0 ? value : value + shift(k)
    })
    return into
  }
  const withoutEnd = (pick: (part: TreeEnsemble) => Int32Array) => (part: TreeEnsemble) => pick(part).subarray(0, -1)
  const ends = (starts: Int32Array, end: number): Int32Array => {
    const all = new Int32Array(starts.length + 1)
    all.set(starts)
    all[starts.length] = end
    return all
  }
  const signed = (pick: (part: TreeEnsemble) => Float64Array): Float64Array => {
    const all = new Float64Array(parts.reduce((sum, part) => sum + pick(part).length, 0))
    let at = 0
    for (const part of parts) {
      all.set(pick(part), at)
      at += pick(part).length
    }
    return all
  }
  return {
    inputs: Math.max(...parts.map((part) => part.inputs)),
    outputs: first.outputs,
    roots: joined(
      new Int32Array(parts.reduce((sum, part) => sum + part.roots.length, 0)),
      (part) => part.roots,
      (k) => nodeShift[k]!,
    ),
    feature: joined(new Int32Array(nodes), (part) => part.feature),
    mode: joined(new Uint8Array(nodes), (part) => part.mode),
    threshold: signed((part) => part.threshold),
    missingTrue: joined(new Uint8Array(nodes), (part) => part.missingTrue),
    whenTrue: joined(
      new Int32Array(nodes),
      (part) => part.whenTrue,
      (k) => nodeShift[k]!,
    ),
    whenFalse: joined(
      new Int32Array(nodes),
      (part) => part.whenFalse,
      (k) => nodeShift[k]!,
    ),
    leafStart: ends(
      joined(
        new Int32Array(nodes),
        withoutEnd((part) => part.leafStart),
        (k) => leafShift[k]!,
      ),
      leaves,
    ),
    leafOutput: joined(new Int32Array(leaves), (part) => part.leafOutput),
    leafWeight: signed((part) => part.leafWeight),
    memberStart: ends(
      joined(
        new Int32Array(nodes),
        withoutEnd((part) => part.memberStart),
        (k) => memberShift[k]!,
      ),
      members,
    ),
    memberValue: signed((part) => part.memberValue),
    base: first.base.map((_, k) => parts.reduce((sum, part) => sum + part.base[k]!, 0)),
    link: first.link,
    wide: parts.some((part) => part.wide),
  }
}
