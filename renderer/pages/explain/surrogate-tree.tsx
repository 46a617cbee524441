/** A small tree that imitates the score, with how well it does. */
import type { Explanation } from '../../../shared/contract/explain.ts'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatNumber, plural } from '../../../shared/format/number.ts'

type Node = NonNullable<Explanation['surrogate']>['nodes'][number]

interface Branch {
  readonly node: Node
  readonly branches: readonly Branch[]
}

/** From the depth-first list back to a tree. */
const branchesOf = (nodes: readonly Node[], from: number, depth: number): readonly Branch[] => {
  const found: Branch[] = []
  for (let at = from; at < nodes.length && nodes[at]!.depth >= depth; at++) {
    if (nodes[at]!.depth === depth) found.push({ node: nodes[at]!, branches: branchesOf(nodes, at + 1, depth + 1) })
  }
  return found
}

const Leaves = ({ branch, condition }: { readonly branch: Branch; readonly condition: string }) => {
  const { node, branches } = branch
  const [first, second] = branches
  return (
    <li>
      <span className="tree-node">
        <strong>{condition}</strong>
        <span className="muted tabular">
          mean {formatNumber(node.mean)}, {plural(node.n, 'row')}
        </span>
      </span>
      {first && second && (
        <ul>
          <Leaves branch={first} condition={`${node.column ?? ''} is ${node.test}`} />
          <Leaves branch={second} condition={`${node.column ?? ''} is not ${node.test}`} />
        </ul>
      )}
    </li>
  )
}

export const SurrogateTree = ({ explanation }: { readonly explanation: Explanation }) => {
  const { surrogate } = explanation
  if (!surrogate) return null
  const [root] = branchesOf(surrogate.nodes, 0, 0)
  if (!root) return null
  return (
    <Section
      title="A tree that imitates the score"
      note={
        <>
          It reproduces <MetricText metric={surrogate.fidelity} /> of the score’s variance on{' '}
          {plural(surrogate.fidelity.n, 'row')} that it was not grown on
        </>
      }
    >
      <ul className="tree" aria-label="Surrogate tree">
        <Leaves branch={root} condition="All rows" />
      </ul>
    </Section>
  )
}
