/**
 * The reasons for predictions, wherever the model runs: exact for trees and linear models, sampled for any other graph.
 * Nothing here knows who runs the model; the workbench's engine and the server in the container both hand that in.
 */
import type { Binding } from '../contract/model.ts'
import type { GivenColumn } from '../contract/scorer-messages.ts'
import { elementTypeName } from '../onnx/element-types.ts'
import { readModel } from '../onnx/read-model.ts'
import { boundColumns } from '../scoring/bound-columns.ts'
import type { StreamedColumn } from '../scoring/columns.ts'
import { fedColumns } from './given-rows.ts'
import type { GivenRows } from './given-rows.ts'
import { cutFront, frontOutput } from './graph/cut-front.ts'
import { playersOf, readExactCore } from './graph/exact-core.ts'
import type { ExactCore } from './graph/exact-core.ts'
import { makeLinearExplainer } from './linear.ts'
import { reasonsOf } from './reasons.ts'
import type { ReasonCode } from './reasons.ts'
import { readReference } from './reasons-file.ts'
import type { ReasonsFile, Reference } from './reasons-file.ts'
import { explainBySampling } from './sampling/sampled-rows.ts'
import type { Predict } from './sampling/sampled-rows.ts'
import { scoreNames } from './score-places.ts'
import { makeTreeExplainer } from './tree/explain-trees.ts'
import type { Block, Players } from './tree/players.ts'
import { valueText } from './value-text.ts'

/** What runs the model. Both get the columns that `Reasoner.columns` names. */
export interface ReasonsRuntime {
  /** Scores of the explained outputs (`scorePlaces`): output k, row r at [k][r]. Asked for any graph without a core. */
  readonly predict: Predict
  /** The tensor `front.output` of the model `front.bytes`: values of row r at r × width. Asked where there is a front. */
  runFront(
    columns: readonly GivenColumn[],
    rows: number,
  ): Promise<{ readonly width: number; readonly values: ArrayLike<number | bigint> }>
}

export interface Attributed {
  /** Names of the explained outputs: the positive class, each class, or "prediction". */
  readonly names: readonly string[]
  readonly base: Float64Array
  /** Output k, player p, row r at (k × players + p) × rows + r. */
  readonly values: Float64Array
}

export interface Reasoner {
  /** How the columns of a row must be read. */
  readonly columns: readonly StreamedColumn[]
  /** A model to be run in front of the trees or the linear operator; null where they take the columns as they are. */
  readonly front: { readonly bytes: Uint8Array; readonly output: string } | null
  explain(rows: GivenRows): Promise<Attributed>
  /**
   * The largest reasons of each row, first the largest.
   * @param outputOf which explained output a row is explained for, by its place in `names`; left out: the first
   */
  reasons(rows: GivenRows, most?: number, outputOf?: (row: number) => number): Promise<ReasonCode[][]>
}

/**
 * @param model the served graph
 * @throws AssayError explain/tree-not-readable, explain/path-too-long; Error where the file is of another model
 */
export function makeReasoner(
  model: Uint8Array,
  binding: Binding,
  file: ReasonsFile,
  runtime: ReasonsRuntime,
): Reasoner {
  const graph = readModel(model)
  const columns = boundColumns(binding)
  const inputs = graph.graph.inputs.map(({ name, elementType }) => ({
    name,
    elementType: elementTypeName(elementType),
  }))
  const reference = readReference(file)
  const fed = fedColumns({ inputs }, binding)
  const core = reference.kind === 'rows' ? null : readExactCore(graph, binding, columns).core
  if (reference.kind !== 'rows' && !core) throw new Error('The model has no trees or linear operator to explain')
  const direct = core && directColumns(core, binding, inputs)
  const exact = core && exactExplainer(core, columns, reference, direct, runtime)
  const explain = async (rows: GivenRows): Promise<Attributed> => {
    if (exact) return exact(rows)
    if (reference.kind !== 'rows') throw new Error('No background rows')
    const found = await explainBySampling({
      method: file.method === 'kernel' || file.method === 'exact' ? file.method : 'permutation',
      names: scoreNames(binding.output),
      predict: runtime.predict,
      columns,
      rows,
      background: { rows: reference.rows, columns: reference.columns, numbers: new Float64Array(reference.rows) },
      seed: file.seed,
    })
    return { names: scoreNames(binding.output), base: found.base, values: found.values }
  }
  return {
    columns: fed,
    front: core && !direct ? { bytes: cutFront(graph, core.input), output: frontOutput } : null,
    explain,
    reasons: async (rows, most, outputOf = () => 0) => {
      const { names, values } = await explain(rows)
      const count = file.players.length
      return Array.from({ length: rows.rows }, (_, row) => {
        const output = outputOf(row)
        const parts = file.players.map((player, p) => ({
          name: player.name,
          value: player.columns.map((name) => textOf(rows, name, row)).join(', '),
          attribution: values[(output * count + p) * rows.rows + row]!,
        }))
        return reasonsOf(parts, names[output]!, file.space, most)
      })
    },
  }
}

/** The bound columns, where the core takes an input of the graph. */
export function directColumns(
  core: Pick<ExactCore, 'input'>,
  binding: Binding,
  inputs: readonly { readonly name: string; readonly elementType: string | null }[],
): StreamedColumn[] | null {
  const bound = binding.inputs.find((input) => input.input === core.input)
  if (!bound || (bound.kind !== 'matrix' && bound.kind !== 'column')) return null
  const type = inputs.find((input) => input.name === core.input)?.elementType
  const names = bound.kind === 'matrix' ? bound.columns : [bound.column]
  return names.map((name) => ({ name, as: type === 'float32' ? 'float' : 'double' }))
}

function exactExplainer(
  core: ExactCore,
  columns: readonly string[],
  reference: Reference,
  direct: readonly StreamedColumn[] | null,
  { runFront }: ReasonsRuntime,
): (rows: GivenRows) => Promise<Attributed> {
  const isWide = core.kind === 'linear' || core.ensemble.wide
  const array = (length: number) => (isWide ? new Float64Array(length) : new Float32Array(length))
  const blockOf = async (rows: GivenRows): Promise<Block> => {
    if (direct) {
      const made = direct.map(({ name }) => {
        const column = array(rows.rows)
        const { values } = rows.columns.find((entry) => entry.name === name && entry.as !== 'string')!
        for (let row = 0; row < rows.rows; row++) column[row] = Number(values[row])
        return column
      })
      return { rows: rows.rows, columns: made }
    }
    const { width, values } = await runFront(rows.columns, rows.rows)
    const made = Array.from({ length: width }, () => array(rows.rows))
    made.forEach((column, k) => {
      for (let row = 0; row < rows.rows; row++) column[row] = Number(values[row * width + k])
    })
    return { rows: rows.rows, columns: made }
  }
  let explainer: { readonly base: Float64Array; explain(block: Block): Float64Array } | null = null
  return async (rows) => {
    const block = await blockOf(rows)
    explainer ??= open(core, playersOf(core, block.columns.length, columns), reference)
    return { names: core.outputs.names, base: explainer.base, values: explainer.explain(block) }
  }
}

function open(core: ExactCore, players: Players, reference: Reference) {
  if (core.kind === 'linear' && reference.kind === 'means') {
    return makeLinearExplainer(core.linear, players, reference.means)
  }
  if (core.kind === 'trees' && (reference.kind === 'path-dependent' || reference.kind === 'interventional')) {
    return makeTreeExplainer(core.ensemble, players, reference)
  }
  throw new Error('The reasons file is of another model')
}

/** A column that is read as a number and as a text is shown as the text. */
function textOf(rows: GivenRows, name: string, row: number): string {
  const found = rows.columns.filter((column) => column.name === name)
  const column = found.find(({ as }) => as === 'string') ?? found[0]
  return column ? valueText(column.values[row]) : ''
}
