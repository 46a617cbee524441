/** Raw columns as players. Columns that one tree input mixes cannot be told apart there, so they become one player. */
import type { Players } from '../tree/players.ts'
import type { TensorSources } from './column-sources.ts'

export interface RawPlayers extends Players {
  /** The raw columns of each player, as numbers; the last player may be the constants, with none. */
  readonly columns: readonly (readonly number[])[]
}

/**
 * @param width values a row of the tensor that the model's core takes
 * @param columns how many raw columns there are
 */
export function rawPlayers(sources: TensorSources, width: number, columns: number): RawPlayers {
  const ofInput = Array.from({ length: width }, (_, k) =>
    sources.columns?.length === width ? sources.columns[k]! : sources.all,
  )
  // Union-find over raw columns.
  const parent = Array.from({ length: columns }, (_, k) => k)
  const find = (k: number): number => {
    let at = k
    while (parent[at] !== at) at = parent[at]!
    return at
  }
  for (const list of ofInput) {
    for (const column of list.slice(1)) {
      const [a, b] = [find(list[0]!), find(column)]
      parent[Math.max(a, b)] = Math.min(a, b)
    }
  }
  const roots = parent.flatMap((_, k) => (find(k) === k ? [k] : []))
  const place = new Map(roots.map((root, k) => [root, k]))
  const members: number[][] = roots.map(() => [])
  for (let k = 0; k < columns; k++) members[place.get(find(k))!]!.push(k)
  const constant = ofInput.some((list) => list.length === 0)
  return {
    count: roots.length + (constant ? 1 : 0),
    ofInput: Int32Array.from(ofInput, (list) => (list.length === 0 ? roots.length : place.get(find(list[0]!))!)),
    columns: constant ? [...members, []] : members,
  }
}
