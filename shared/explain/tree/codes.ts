/**
 * Rows' values as whole numbers that say where they lie among the thresholds of their column. Every comparison of the
 * ensemble becomes a subtraction whose sign is the answer: no branch, so none that the processor could guess wrongly,
 * which cost more than all else when values were compared as they are.
 */
import type { TreeEnsemble } from './ensemble.ts'
import { nodeModes } from './ensemble.ts'
import type { Block } from './players.ts'

export interface CodedColumn {
  /** 2 k where the value lies below threshold k and above the one before, 2 k + 1 where it equals threshold k. */
  readonly codes: Int32Array
  /** Whether a value is missing: nodes that send missing values the other way must look at the values themselves. */
  readonly hasMissing: boolean
}

/** What a node asks of a code: true where code < limit, the other way round where `isInverted`. */
export interface CodedNodes {
  readonly limit: Int32Array
  /** 0: true below the limit; 1: false below the limit; 2: sets and equalities, which no limit tells. */
  readonly kind: Uint8Array
  /** Rising and distinct, for each input. */
  readonly thresholds: readonly Float64Array[]
}

export const codedKinds = { below: 0, above: 1, other: 2 } as const

export function codeNodes(ensemble: TreeEnsemble): CodedNodes {
  const sets = Array.from({ length: ensemble.inputs }, () => new Set<number>())
  const { feature, mode, threshold } = ensemble
  for (let node = 0; node < feature.length; node++) {
    if (mode[node]! <= nodeModes.gt) sets[feature[node]!]!.add(threshold[node]!)
  }
  const thresholds = sets.map((set) => Float64Array.from(set).sort())
  const places = thresholds.map((list) => new Map(Array.from(list, (value, k) => [value, k])))
  const limit = new Int32Array(feature.length)
  const kind = new Uint8Array(feature.length).fill(codedKinds.other)
  for (let node = 0; node < feature.length; node++) {
    if (mode[node]! > nodeModes.gt) continue
    const place = places[feature[node]!]!.get(threshold[node]!)
    // A threshold that is no number has no place, and no comparison with it holds.
    if (place === undefined || Number.isNaN(threshold[node])) continue
    const isStrict = mode[node] === nodeModes.lt || mode[node] === nodeModes.gte
    limit[node] = 2 * place + (isStrict ? 1 : 2)
    kind[node] = mode[node]! <= nodeModes.lt ? codedKinds.below : codedKinds.above
  }
  return { limit, kind, thresholds }
}

export function codeBlock({ thresholds }: CodedNodes, { rows, columns }: Block): CodedColumn[] {
  return thresholds.map((list, input) => {
    // No node looks at it.
    if (list.length === 0) return { codes: new Int32Array(0), hasMissing: true }
    const column = columns[input]!
    const codes = new Int32Array(rows)
    let hasMissing = false
    for (let row = 0; row < rows; row++) {
      const value = column[row]!
      let low = 0
      let high = list.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (list[middle]! < value) low = middle + 1
        else high = middle
      }
      codes[row] = 2 * low + (list[low] === value ? 1 : 0)
      if (value !== value) hasMissing = true
    }
    return { codes, hasMissing }
  })
}
