/** What is to be explained: a run's model with its raw columns, and the part of its graph that has exact attributions. */
import { readFile } from 'node:fs/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Player } from '../../../shared/contract/explain.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Binding, ModelVersion } from '../../../shared/contract/model.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { readExactCore } from '../../../shared/explain/graph/exact-core.ts'
import type { ExactCore } from '../../../shared/explain/graph/exact-core.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import type { OnnxModel } from '../../../shared/onnx/model.ts'
import type { Engine } from '../engine.ts'
import { readDataset, readRun, readVersion } from '../records.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'

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
  return {
    run,
    version,
    dataset: readDataset(ledger, run.datasetId),
    binding,
    graph,
    columns,
    ...readExactCore(graph, binding, columns),
  }
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
