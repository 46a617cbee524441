/** The part of a graph that has exact attributions, with outputs chosen and signed, and the raw columns it is made from. */
import { AssayError } from '../../contract/errors.ts'
import type { Binding } from '../../contract/model.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import { indexGraph } from '../../onnx/walk-model.ts'
import { reweighLinear } from '../linear.ts'
import type { LinearExplained } from '../linear.ts'
import { reweigh } from '../tree/ensemble.ts'
import type { TreeEnsemble } from '../tree/ensemble.ts'
import { columnSources } from './column-sources.ts'
import type { InputColumns, TensorSources } from './column-sources.ts'
import { explainedOutputs } from './explained-outputs.ts'
import type { ExplainedOutputs } from './explained-outputs.ts'
import { findCore } from './find-core.ts'
import type { Core } from './find-core.ts'
import { rawPlayers } from './raw-players.ts'
import type { RawPlayers } from './raw-players.ts'

/** Trees or a linear operator, with outputs chosen and signed. */
export type ExactCore = {
  readonly input: string
  readonly outputs: ExplainedOutputs
  readonly sources: TensorSources
} & (
  | { readonly kind: 'trees'; readonly ensemble: TreeEnsemble }
  | { readonly kind: 'linear'; readonly linear: LinearExplained }
)

/**
 * @param columns the bound columns, in the order of the binding
 * @returns the core, or why there is none
 */
export function readExactCore(
  graph: OnnxModel,
  binding: Binding,
  columns: readonly string[],
): { readonly core: ExactCore | null; readonly reason: string } {
  const found = findCoreSafely(graph, binding)
  if (found.kind === 'none') return { core: null, reason: found.reason }
  return {
    core: exactCore(graph, found, binding, columns),
    reason: 'The outputs of its core do not fit the classes of the binding.',
  }
}

/** A tree ensemble that cannot be read leaves the sampled methods. */
function findCoreSafely(graph: OnnxModel, binding: Binding): Core | { kind: 'none'; reason: string } {
  try {
    return findCore(graph.graph, binding.output.score!)
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    return { kind: 'none', reason: error.message }
  }
}

function exactCore(graph: OnnxModel, core: Core, binding: Binding, columns: readonly string[]): ExactCore | null {
  const trees = core.kind === 'trees' ? core.ensemble : null
  const outputs = explainedOutputs(
    {
      outputs: core.kind === 'trees' ? core.ensemble.outputs : core.linear.outputs,
      link: core.link,
      normalised: core.normalised,
      allPositive: trees !== null && trees.leafWeight.every((weight) => weight >= 0) && trees.base.every((b) => b >= 0),
    },
    binding.output,
  )
  if (!outputs) return null
  const inputs: InputColumns = new Map(
    binding.inputs.map((input): [string, (number | null)[]] => {
      const place = (name: string) => columns.indexOf(name)
      if (input.kind === 'matrix') return [input.input, input.columns.map(place)]
      if (input.kind === 'constant') return [input.input, [null]]
      const values = input.kind === 'image' ? input.width * input.height * input.channels : 1
      return [input.input, Array.from({ length: values }, () => place(input.column))]
    }),
  )
  const sources = columnSources(indexGraph(graph.graph), inputs, core.input)
  const shared = { input: core.input, outputs, sources }
  return core.kind === 'trees'
    ? { ...shared, kind: 'trees', ensemble: reweigh(core.ensemble, outputs.reweighing) }
    : { ...shared, kind: 'linear', linear: reweighLinear(core.linear, outputs.reweighing) }
}

export function playersOf(core: ExactCore, width: number, columns: readonly string[]): RawPlayers {
  return rawPlayers(core.sources, width, columns.length)
}
