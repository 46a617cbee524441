/**
 * Limits on what a file may make of itself: two bytes can ask for an object of a hundred, and nesting would overflow the
 * stack.
 */
import { AssayError } from '../contract/errors.ts'

/** Subgraphs inside subgraphs, and types inside types. Exporters nest two or three deep. */
const maxDepth = 32
/** Nodes, names, tensors, attributes and dimensions together. The largest language models have some 100,000. */
const maxParts = 4_000_000

/** Counts what is read, over the whole file. */
export interface Budget {
  parts: number
}

/** Counts one part more. @throws AssayError model/too-complex */
export function spend(budget: Budget, depth: number): void {
  budget.parts++
  if (budget.parts <= maxParts && depth <= maxDepth) return
  const deep = depth > maxDepth
  throw new AssayError({
    code: 'model/too-complex',
    message: deep
      ? `The graph nests more than ${maxDepth} levels deep.`
      : `The graph has more than ${maxParts} nodes, names and tensors.`,
    remedy: 'No exporter writes such a graph: the file is damaged or made to do harm. Do not use it.',
    where: deep ? { depth: maxDepth } : { parts: maxParts },
  })
}
