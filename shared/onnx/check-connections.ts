/**
 * Whether the values of a graph hang together: each name made once and before it is used, none from nowhere, no circle.
 * Nodes may stand in any order, since ONNX Runtime sorts them, and a subgraph may use the names of the graphs around it.
 */
import type { AssayErrorData } from '../contract/errors.ts'
import type { OnnxGraph, OnnxNode } from './model.ts'
import { subgraphs } from './walk-model.ts'

interface Scope {
  readonly names: ReadonlySet<string>
  readonly outer: Scope | null
}

type Report = (problem: AssayErrorData) => void

/** @param most how many problems to give back: in a graph made to do harm there could be millions */
export function checkConnections(graph: OnnxGraph, most: number): AssayErrorData[] {
  const problems: AssayErrorData[] = []
  const report = (problem: AssayErrorData) => {
    if (problems.length < most) problems.push(problem)
  }
  const names = checkNames(graph, report)
  for (const output of graph.outputs) {
    if (names.has(output.name)) continue
    report({
      code: 'model/dangling-output',
      message: `The output "${output.name}" is made by no node.`,
      remedy: 'Export the model again.',
      where: { output: output.name },
    })
  }
  checkUses(graph, { names, outer: null }, report)
  return problems
}

/** All names that the graph defines. */
function checkNames(graph: OnnxGraph, report: Report): Set<string> {
  const made = new Set<string>()
  const define = (name: string, by: string) => {
    if (made.has(name)) {
      report({
        code: 'model/duplicate-output',
        message: `The name "${name}" is defined twice, the second time as ${by}.`,
        remedy: 'Each value in a graph needs its own name. Export the model again.',
        where: { name },
      })
    }
    made.add(name)
  }
  for (const input of graph.inputs) define(input.name, 'a graph input')
  const inputs = new Set(made)
  for (const tensor of [...graph.initializers, ...graph.sparseInitializers.map((sparse) => sparse.values)]) {
    // An input of the same name is the same value: before IR version 4 it had to be, since then it has a default.
    // ONNX Runtime takes an initializer that is there twice.
    if (!inputs.has(tensor.name)) made.add(tensor.name)
  }
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== '') define(output, `an output of ${describe(node)}`)
  }
  return made
}

function describe(node: OnnxNode): string {
  return node.name === '' ? `a ${node.opType} node` : `the ${node.opType} node "${node.name}"`
}

/** @returns the names that the graph takes from the graphs around it */
function checkUses(graph: OnnxGraph, scope: Scope, report: Report): Set<string> {
  const captured = new Set<string>()
  const uses = graph.nodes.map((node) => {
    const used = new Set(node.inputs.filter((name) => name !== ''))
    for (const inner of subgraphs(node)) {
      const innerScope: Scope = { names: checkNames(inner, report), outer: scope }
      for (const name of checkUses(inner, innerScope, report)) used.add(name)
    }
    for (const name of used) {
      if (scope.names.has(name)) continue
      let outer = scope.outer
      while (outer && !outer.names.has(name)) outer = outer.outer
      if (outer) captured.add(name)
      else report(dangling(node, name))
    }
    return used
  })
  const circular = findCycle(graph.nodes, uses)
  if (circular) {
    report({
      code: 'model/cycle',
      message: `The graph runs in a circle through ${describe(circular)}: its inputs depend on its own output.`,
      remedy: 'Export the model again.',
      where: { node: circular.name, operator: circular.opType },
    })
  }
  return captured
}

function dangling(node: OnnxNode, name: string): AssayErrorData {
  return {
    code: 'model/dangling-input',
    message: `${describe(node).replace(/^[at]/, (letter) => letter.toUpperCase())} takes "${name}", which nothing makes.`,
    remedy: 'It is no graph input, no initializer and no output of a node. Export the model again.',
    where: { node: node.name, operator: node.opType, input: name },
  }
}

/** Kahn's algorithm (1962): a node that cannot be put in order, null where all can. */
function findCycle(nodes: readonly OnnxNode[], uses: readonly ReadonlySet<string>[]): OnnxNode | null {
  const makers = new Map<string, number>()
  for (const [index, node] of nodes.entries()) for (const output of node.outputs) makers.set(output, index)
  const waiting = new Array<number>(nodes.length).fill(0)
  const followers = nodes.map((): number[] => [])
  for (const [index, used] of uses.entries()) {
    for (const name of used) {
      const maker = makers.get(name)
      if (maker === undefined) continue
      waiting[index]!++
      followers[maker]!.push(index)
    }
  }
  const ready = [...nodes.keys()].filter((index) => waiting[index] === 0)
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    for (const follower of followers[next]!) if (--waiting[follower]! === 0) ready.push(follower)
  }
  return nodes.find((_, index) => waiting[index]! > 0) ?? null
}
