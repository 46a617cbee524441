/** What is to be explained: a run's model with its raw columns, and the part of its graph that has exact attributions. */
import { readFile } from 'node:fs/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Player } from '../../../shared/contract/explain.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Binding, ModelVersion } from '../../../shared/contract/model.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { columnSources } from '../../../shared/explain/graph/column-sources.ts'
import type { InputColumns, TensorSources } from '../../../shared/explain/graph/column-sources.ts'
import { explainedOutputs } from '../../../shared/explain/graph/explained-outputs.ts'
import type { ExplainedOutputs } from '../../../shared/explain/graph/explained-outputs.ts'
import { findCore } from '../../../shared/explain/graph/find-core.ts'
import type { Core } from '../../../shared/explain/graph/find-core.ts'
import { rawPlayers } from '../../../shared/explain/graph/raw-players.ts'
import type { RawPlayers } from '../../../shared/explain/graph/raw-players.ts'
import { reweighLinear } from '../../../shared/explain/linear.ts'
import type { LinearExplained } from '../../../shared/explain/linear.ts'
import { reweigh } from '../../../shared/explain/tree/ensemble.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import type { OnnxModel } from '../../../shared/onnx/model.ts'
import { indexGraph } from '../../../shared/onnx/walk-model.ts'
import type { Engine } from '../engine.ts'
import { readDataset, readRun, readVersion } from '../records.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'

/** Trees or a linear operator, with outputs chosen and signed. */
export type ExactCore = {
  readonly input: string
  readonly outputs: ExplainedOutputs
  readonly sources: TensorSources
} & (
  | { readonly kind: 'trees'; readonly ensemble: TreeEnsemble }
  | { readonly kind: 'linear'; readonly linear: LinearExplained }
)

export interface Subject {
  readonly run: Run
  readonly version: ModelVersion
  readonly dataset: Dataset
  readonly binding: Binding
  readonly graph: OnnxModel
  /** The bound columns, each once, in the order of the binding. */
  readonly columns: readonly string[]
  readonly core: ExactCore | null
  /** Why there is no core. */
  readonly reason: string
}

/** @throws AssayError run/not-scored, explain/labels-only */
export async function readSubject(engine: Engine, id: RunId): Promise<Subject> {
  const { ledger } = engine.workspace
  const run = readRun(ledger, id)
  if (run.scoresSha256 === null) {
    throw new AssayError({
      code: 'run/not-scored',
      message: `The run ${id} is ${run.state}; ${run.rowsDone} of ${run.rows} rows are scored.`,
      remedy: 'Resume it first.',
      where: { state: run.state },
    })
  }
  const { binding } = run
  if (binding.output.score === null) {
    throw new AssayError({
      code: 'explain/labels-only',
      message: 'This model gives labels and no scores: there is no number whose parts could be attributed.',
      remedy: 'Export the model with its probabilities.',
    })
  }
  const version = readVersion(ledger, run.versionId)
  const graph = readModel(new Uint8Array(await readFile(engine.workspace.files.path(version.servedSha256))))
  const columns = boundColumns(binding)
  const found = findCoreSafely(graph, binding)
  const core = found.kind === 'none' ? null : exactCore(graph, found, binding, columns)
  return {
    run,
    version,
    dataset: readDataset(ledger, run.datasetId),
    binding,
    graph,
    columns,
    core,
    reason: found.kind === 'none' ? found.reason : 'The outputs of its core do not fit the classes of the binding.',
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

const numeric: ReadonlySet<string> = new Set(['integer', 'float'])

/** Players as the contract describes them. */
export function describePlayers(
  dataset: Dataset,
  columns: readonly string[],
  members: readonly (readonly number[])[],
  inputsOf: (player: number) => number,
): Player[] {
  return members.map((list, k) => {
    const names = list.map((column) => columns[column]!)
    const type = dataset.columns.find((column) => column.name === names[0])?.type ?? 'string'
    return {
      name: names.length === 0 ? 'constant' : shortName(names),
      columns: names,
      kind: names.length === 1 ? (numeric.has(type) ? 'number' : 'category') : 'joint',
      inputs: inputsOf(k),
    }
  })
}

function shortName(names: readonly string[]): string {
  return names.length <= 3 ? names.join(' + ') : `${names.slice(0, 2).join(' + ')} + ${names.length - 2} more`
}
