import { describe, expect, it } from 'vitest'
import { layOutLineage } from '../../../shared/approval/lay-out-lineage.ts'
import type { LineageGraph } from '../../../shared/contract/registry.ts'

const graph = (...pairs: readonly string[]): LineageGraph => ({
  nodes: [...new Set(pairs.flatMap((pair) => pair.split('>')))].map((id) => ({
    id,
    kind: 'version',
    title: id,
    detail: '',
  })),
  edges: pairs.map((pair) => ({ from: pair.split('>')[0]!, to: pair.split('>')[1]!, label: '' })),
})

describe('the layout of a lineage', () => {
  it('puts each thing right of all that it came from, and no two in one place', () => {
    const given = graph(
      'data>v1',
      'v1>v2',
      'data>v2',
      'v2>run',
      'holdout>run',
      'run>release',
      'v1>run1',
      'holdout>run1',
    )
    const { nodes, columns, rows } = layOutLineage(given)
    const columnOf = new Map(nodes.map(({ node, column }) => [node.id, column]))
    for (const { from, to } of given.edges) expect(columnOf.get(to)).toBeGreaterThan(columnOf.get(from)!)
    expect(new Set(nodes.map(({ column, row }) => `${column} ${row}`)).size).toBe(given.nodes.length)
    expect(columns).toBe(5)
    expect(rows).toBe(2)
  })

  it('takes no graph, a lone node and a cycle', () => {
    expect(layOutLineage({ nodes: [], edges: [] }).nodes).toEqual([])
    expect(layOutLineage(graph('a>a')).nodes).toHaveLength(1)
    expect(layOutLineage(graph('a>b', 'b>a')).nodes).toHaveLength(2)
  })

  it('keeps what belongs together on one line, so that lines cross little', () => {
    const { nodes } = layOutLineage(graph('a>x', 'b>y', 'c>z'))
    const rowOf = new Map(nodes.map(({ node, row }) => [node.id, row]))
    for (const [from, to] of ['ax', 'by', 'cz']) expect(rowOf.get(to!)).toBe(rowOf.get(from!))
  })

  it('takes a model with ten thousand runs', () => {
    const many = graph(...Array.from({ length: 10_000 }, (_, k) => `v>${k}`))
    expect(layOutLineage(many).rows).toBe(10_000)
  })
})
