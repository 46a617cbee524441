/** Places a lineage graph in columns: each thing right of everything it came from. */
import type { LineageGraph } from '../contract/registry.ts'

export interface PlacedNode {
  readonly node: LineageGraph['nodes'][number]
  readonly column: number
  readonly row: number
}

export interface PlacedLineage {
  readonly nodes: readonly PlacedNode[]
  readonly columns: number
  readonly rows: number
}

/**
 * Columns by the longest path from a source; rows by the mean row of what came before (Sugiyama's barycentre, one
 * sweep), so that lines cross little. Linear in nodes and edges but for the sort. A cycle, which the engine refuses,
 * would end where it is met again.
 */
export function layOutLineage({ nodes, edges }: LineageGraph): PlacedLineage {
  const before = new Map<string, string[]>(nodes.map((node) => [node.id, []]))
  for (const { from, to } of edges) if (before.has(from)) before.get(to)?.push(from)
  const columnOf = new Map<string, number>()
  const column = (id: string): number => {
    const known = columnOf.get(id)
    if (known !== undefined) return known
    columnOf.set(id, 0)
    const found = Math.max(-1, ...before.get(id)!.map(column)) + 1
    columnOf.set(id, found)
    return found
  }
  nodes.forEach((node) => column(node.id))
  const columns = Math.max(0, ...columnOf.values()) + 1
  const rowOf = new Map<string, number>()
  const placed: PlacedNode[] = []
  for (let at = 0; at < columns; at++) {
    const mean = (id: string): number => {
      const rows = before.get(id)!.map((other) => rowOf.get(other) ?? 0)
      return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length
    }
    nodes
      .filter((node) => columnOf.get(node.id) === at)
      .map((node) => ({ node, mean: mean(node.id) }))
      .sort((a, b) => a.mean - b.mean)
      .forEach(({ node }, row) => {
        rowOf.set(node.id, row)
        placed.push({ node, column: at, row })
      })
  }
  return { nodes: placed, columns, rows: Math.max(0, ...rowOf.values()) + 1 }
}
