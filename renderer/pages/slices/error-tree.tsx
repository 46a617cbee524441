/** The tree as nested lists; each node links to its rows. */
import { Link } from 'react-router'
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { TreeNode } from '../../../shared/contract/slices.ts'
import { sliceTitle } from '../../../shared/slices/condition.ts'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { plural } from '../../../shared/format/number.ts'
import { rowsAddress } from './slice-table.tsx'

const highest = (node: TreeNode): number =>
  Math.max(node.metric.high ?? node.metric.value ?? 0, ...node.children.map(highest))

/** What a node adds to its parent: a second range of a column replaces the first. */
const added = (node: TreeNode, parent: TreeNode | null): string => {
  const before = new Set(parent?.conditions.map((condition) => JSON.stringify(condition)))
  return sliceTitle(node.conditions.filter((condition) => !before.has(JSON.stringify(condition))))
}

const Node = ({
  node,
  parent,
  range,
}: {
  readonly node: TreeNode
  readonly parent: TreeNode | null
  readonly range: { readonly from: number; readonly to: number }
}) => (
  <li>
    <div className="tree-node">
      {parent === null ? (
        <strong>All rows</strong>
      ) : (
        <Link to={rowsAddress(node.conditions)}>{added(node, parent)}</Link>
      )}
      <IntervalBar metric={node.metric} range={range} />
      <MetricText metric={node.metric} />
      <span className="muted tabular">{plural(node.n, 'row')}</span>
    </div>
    {node.children.length > 0 && (
      <ul>
        {node.children.map((child) => (
          <Node key={sliceTitle(child.conditions)} node={child} parent={node} range={range} />
        ))}
      </ul>
    )}
  </li>
)

export const ErrorTree = ({ tree, overall }: { readonly tree: TreeNode; readonly overall: Metric }) =>
  tree.children.length === 0 ? (
    <p>No condition splits the rows better than chance would.</p>
  ) : (
    <ul className="tree" data-testid="tree">
      <Node node={tree} parent={null} range={{ from: 0, to: Math.max(highest(tree), overall.value ?? 0) }} />
    </ul>
  )
