/** Where versions come from, drawn: data, recipes and parents on the left, what became of them on the right. */
import { Link } from 'react-router'
import type { LineageGraph as Graph } from '../../../shared/contract/registry.ts'
import { layOutLineage } from '../../../shared/approval/lay-out-lineage.ts'

const box = { width: 208, height: 46 }
const gap = { x: 96, y: 14 }

type Node = Graph['nodes'][number]

const folders = {
  dataset: 'data',
  recipe: null,
  version: 'models',
  calibration: null,
  run: 'runs',
  release: null,
} as const
const kindTitle = {
  dataset: 'Data',
  recipe: 'Recipe',
  version: 'Version',
  calibration: 'Calibration',
  run: 'Run',
  release: 'Release',
} as const
const isGone = ({ title }: Node): boolean => title.endsWith(', removed')

const NodeBox = ({ node, current }: { readonly node: Node; readonly current: boolean }) => {
  const folder = isGone(node) ? null : folders[node.kind]
  return (
    <div className={`lineage-node lineage-${node.kind}${current ? ' lineage-current' : ''}`}>
      {folder === null ? (
        <b title={node.title}>{node.title}</b>
      ) : (
        <Link to={`/${folder}/${node.id}`} title={node.title}>
          {node.title}
        </Link>
      )}
      <span className="muted">
        {kindTitle[node.kind]}
        {node.detail !== '' && node.detail !== node.kind ? `, ${node.detail}` : ''}
      </span>
    </div>
  )
}

export const LineageGraph = ({ graph, current }: { readonly graph: Graph; readonly current: string }) => {
  const { nodes, columns, rows } = layOutLineage(graph)
  const placeOf = new Map(
    nodes.map(({ node, column, row }) => [node.id, { x: column * (box.width + gap.x), y: row * (box.height + gap.y) }]),
  )
  const width = columns * (box.width + gap.x) - gap.x
  const height = rows * (box.height + gap.y) - gap.y
  // Said once where the lines begin: at their ends they would cover each other.
  const labels = new Map<string, Set<string>>()
  for (const { from, label } of graph.edges) labels.set(from, (labels.get(from) ?? new Set()).add(label))
  const titles = new Map(nodes.map(({ node }) => [node.id, node.title]))
  return (
    <>
      <div className="lineage" role="group" tabIndex={0} aria-label="Lineage, drawn">
        <div style={{ width, height }}>
          <svg width={width} height={height} aria-hidden="true">
            {graph.edges.map((edge, k) => {
              const from = placeOf.get(edge.from)
              const to = placeOf.get(edge.to)
              if (!from || !to) return null
              const [x1, y1] = [from.x + box.width, from.y + box.height / 2]
              const [x2, y2] = [to.x, to.y + box.height / 2]
              const bend = gap.x / 2
              return (
                <g key={k}>
                  <path d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 5} ${y2}`} />
                  <path className="lineage-tip" d={`M${x2} ${y2}l-7 -4v8z`} />
                </g>
              )
            })}
            {[...labels].map(([from, texts]) => {
              const at = placeOf.get(from)
              return (
                at && (
                  <text key={from} x={at.x + box.width + 8} y={at.y + box.height / 2 - 6}>
                    {[...texts].join(', ')}
                  </text>
                )
              )
            })}
          </svg>
          {nodes.map(({ node }) => {
            const { x, y } = placeOf.get(node.id)!
            return (
              <div key={node.id} className="lineage-place" style={{ left: x, top: y, ...box }}>
                <NodeBox node={node} current={node.id === current} />
              </div>
            )
          })}
        </div>
      </div>
      <ul className="visually-hidden" aria-label="Lineage">
        {graph.edges.map((edge, k) => (
          <li key={k}>
            {titles.get(edge.from) ?? edge.from} {edge.label} {titles.get(edge.to) ?? edge.to}
          </li>
        ))}
      </ul>
    </>
  )
}
