/**
 * Puts a calibrator behind a model's scores: new nodes at the end of the graph and one new output of calibrated
 * probabilities. The file is cut and joined, not written anew: everything that was there stays byte for byte.
 */
import { probabilityFloor } from '../calibration/logit.ts'
import type { CalibrationMap, Calibrator } from '../contract/calibration.ts'
import { AssayError } from '../contract/errors.ts'
import type { OutputBinding } from '../contract/model.ts'
import { dataTypes } from './element-types.ts'
import type { OnnxModel } from './model.ts'
import { writeSteps } from './write-steps.ts'
import type { StepTarget } from './write-steps.ts'
import { joinBytes, splice, writeMessage } from './wire.ts'
import {
  attribute,
  writeDoubles,
  writeInt64s,
  writeMatrixOutput,
  writeMetadata,
  writeNode,
  writeOpset,
} from './write-nodes.ts'

/** From here on Max and Min broadcast, which the others do since 7. */
const leastOpset = 8
/** Where the file imports no standard operators. */
const addedOpset = 13
/** From here on TreeEnsembleRegressor is no operator any more. */
const newMlOpset = 5
const ml = 'ai.onnx.ml'

export interface AppendRequest {
  readonly model: OnnxModel
  /** How the version's scores are read. */
  readonly output: OutputBinding
  /** Columns of each score tensor, 1 for a tensor of one value a row. */
  readonly columns: number
  readonly calibrator: Calibrator
  /** Kept in the file's metadata. */
  readonly note: Readonly<Record<string, string | number>>
}

export interface Appended {
  readonly bytes: Uint8Array
  /** Name of the new output: float32 [N, K]. */
  readonly output: string
}

/**
 * @throws AssayError calibration/opset, where the file's operators are older or newer than the nodes need;
 *   calibration/no-scores
 */
export function appendCalibration(request: AppendRequest): Appended {
  const { model, output, calibrator, note } = request
  const opsets = checkOpsets(model, calibrator)
  if (output.score === null) {
    throw new AssayError({
      code: 'calibration/no-scores',
      message: 'The model gives labels only.',
      remedy: 'Calibrate a model that gives probabilities.',
    })
  }
  const number = freeNumber(model)
  const writer = new GraphWriter(prefixOf(number))
  const name = outputName(number)
  const calibrated = calibrate(
    writer,
    probabilities(writer, output, request.columns),
    output.classes.length,
    calibrator,
  )
  writer.node('Cast', [calibrated], [attribute.int('to', dataTypes.float32)], name)
  writer.parts.push(writeMatrixOutput(name, output.classes.length))
  const { bytes, graphRange } = model
  const graph = writeMessage(7, bytes.subarray(graphRange.contentStart, graphRange.end), ...writer.parts)
  const edited = splice(bytes, 0, bytes.length, [
    { start: graphRange.start, end: graphRange.end, bytes: graph },
    {
      start: bytes.length,
      end: bytes.length,
      bytes: joinBytes([...opsets, writeMetadata(`assay.calibration.${number}`, JSON.stringify(note))]),
    },
  ])
  return { bytes: edited, output: name }
}

/** Imports that the file lacks. */
function checkOpsets({ opsets }: OnnxModel, calibrator: Calibrator): Uint8Array[] {
  const versionOf = (domain: string) => opsets.find((opset) => opset.domain === domain)?.version
  const refuse = (message: string): AssayError =>
    new AssayError({
      code: 'calibration/opset',
      message,
      remedy: 'Export the model with another opset, or choose another method.',
    })
  const added: Uint8Array[] = []
  const standard = versionOf('')
  if (standard === undefined) added.push(writeOpset('', addedOpset))
  else if (standard < leastOpset) {
    throw refuse(`The model uses the standard operators of version ${standard}; calibration needs ${leastOpset}.`)
  }
  const maps = calibrator.kind === 'classes' ? calibrator.maps : calibrator.kind === 'binary' ? [calibrator.map] : []
  if (!maps.some(({ kind }) => kind === 'steps')) return added
  const trees = versionOf(ml)
  if (trees === undefined) added.push(writeOpset(ml, 1))
  else if (trees >= newMlOpset) {
    throw refuse(`The model uses ${ml} of version ${trees}, which has no TreeEnsembleRegressor for an isotonic map.`)
  }
  return added
}

/** 1 the first time, 2 where the model was calibrated before, and so on: a number that no name of the graph has yet. */
function freeNumber({ graph }: OnnxModel): number {
  const taken = new Set(graph.outputs.map(({ name }) => name))
  for (const node of graph.nodes) for (const name of node.outputs) taken.add(name)
  for (let number = 1; ; number++) {
    const inUse = [...taken].some((name) => name === outputName(number) || name.startsWith(`${prefixOf(number)}_`))
    if (!inUse) return number
  }
}

function prefixOf(number: number): string {
  return `assay_calibration${number}`
}

function outputName(number: number): string {
  return number === 1 ? 'calibrated_probabilities' : `calibrated_probabilities_${number}`
}

/** Collects nodes and constants under names of their own. */
class GraphWriter {
  readonly parts: Uint8Array[] = []
  readonly #prefix: string
  #count = 0

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  fresh(): string {
    return `${this.#prefix}_${++this.#count}`
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: readonly Uint8Array[] = [],
    output = this.fresh(),
    domain = '',
  ): string {
    this.parts.push(writeNode({ opType, inputs, outputs: [output], name: `${output}_node`, attributes, domain }))
    return output
  }

  /** A scalar, or a row of K that is broadcast over the batch. */
  constant(values: number | readonly number[]): string {
    const name = this.fresh()
    const list = typeof values === 'number' ? [values] : values
    this.parts.push(writeDoubles(name, typeof values === 'number' ? [] : [1, list.length], list))
    return name
  }

  matrix(rows: number, columns: number, values: ArrayLike<number>): string {
    const name = this.fresh()
    this.parts.push(writeDoubles(name, [rows, columns], values))
    return name
  }

  integers(values: readonly number[]): string {
    const name = this.fresh()
    this.parts.push(writeInt64s(name, [values.length], values))
    return name
  }

  /** The tensor as float64 with one row a row of the batch. */
  table(tensor: string, columns: number): string {
    const shaped = this.node('Reshape', [tensor, this.integers([-1, columns])])
    return this.node('Cast', [shaped], [attribute.int('to', dataTypes.float64)])
  }

  column(table: string, at: number): string {
    return this.node('Gather', [table, this.integers([at])], [attribute.int('axis', 1)])
  }

  beside(tables: readonly string[]): string {
    return tables.length === 1 ? tables[0]! : this.node('Concat', tables, [attribute.int('axis', 1)])
  }

  /** 1 − x */
  rest(table: string): string {
    return this.node('Sub', [this.constant(1), table])
  }

  /** 1 / (1 + e⁻ˣ): ONNX Runtime's Sigmoid is an approximation in some versions. */
  sigmoid(table: string): string {
    const grown = this.node('Exp', [this.node('Neg', [table])])
    return this.node('Div', [this.constant(1), this.node('Add', [grown, this.constant(1)])])
  }

  /** Through the trees, which take and give float32. */
  steps(table: string, attributes: readonly Uint8Array[]): string {
    const narrow = this.node('Cast', [table], [attribute.int('to', dataTypes.float32)])
    const stepped = this.node('TreeEnsembleRegressor', [narrow], attributes, this.fresh(), ml)
    return this.node('Cast', [stepped], [attribute.int('to', dataTypes.float64)])
  }

  clamp(table: string): string {
    return this.node('Min', [
      this.node('Max', [table, this.constant(probabilityFloor)]),
      this.constant(1 - probabilityFloor),
    ])
  }
}

/** The model's probabilities as float64 [N, K], as the scorer reads them. */
function probabilities(writer: GraphWriter, output: OutputBinding, columns: number): string {
  const names = output.score!
  const width = output.classes.length
  const scores = writer.beside(names.map((name) => writer.table(name, names.length > 1 ? 1 : columns)))
  const transformed =
    output.transform === 'sigmoid'
      ? writer.sigmoid(scores)
      : output.transform === 'softmax'
        ? writer.node('Softmax', [scores], [attribute.int('axis', 1)])
        : scores
  // One column of a binary model is the second class's.
  return names.length === 1 && columns === 1 && width === 2
    ? writer.beside([writer.rest(transformed), transformed])
    : transformed
}

/** Calibrated probabilities as float64 [N, K]. */
function calibrate(writer: GraphWriter, table: string, width: number, calibrator: Calibrator): string {
  switch (calibrator.kind) {
    case 'binary': {
      const { positive, map } = calibrator
      const score = writer.column(table, positive)
      if (map.kind === 'steps') {
        // Both classes from the leaves: 1 − q of a float32 q would have lost the digits of a small rest.
        const targets: StepTarget[] = [
          { column: positive, weightOf: (value) => value },
          { column: 1 - positive, weightOf: (value) => 1 - value },
        ]
        return withNaN(
          writer,
          writer.steps(
            score,
            writeSteps([map], () => targets, 2),
          ),
          score,
        )
      }
      const q = applyMaps(writer, score, [map])
      return writer.beside(positive === 1 ? [writer.rest(q), q] : [q, writer.rest(q)])
    }
    case 'classes': {
      const q = applyMaps(writer, table, calibrator.maps)
      // A product with ones sums each row, whatever form ReduceSum has in this opset.
      const sums = writer.node('MatMul', [q, writer.matrix(width, width, new Float64Array(width * width).fill(1))])
      return writer.node('Div', [q, sums])
    }
    case 'softmax': {
      const logs = writer.node('Log', [writer.clamp(table)])
      const cooled = writer.node('Div', [logs, writer.constant(calibrator.temperature)])
      return withNaN(writer, writer.node('Softmax', [cooled], [attribute.int('axis', 1)]), table)
    }
  }
}

/** One map a column; a calibrator's maps are all of one kind. */
function applyMaps(writer: GraphWriter, table: string, maps: readonly CalibrationMap[]): string {
  const row = (value: (map: CalibrationMap) => number) => writer.constant(maps.map(value))
  if (maps.every((map) => map.kind === 'steps')) {
    const own = (k: number): StepTarget[] => [{ column: k, weightOf: (value) => value }]
    return withNaN(writer, writer.steps(table, writeSteps(maps, own, maps.length)), table)
  }
  const kept = writer.clamp(table)
  const up = writer.node('Log', [kept])
  const down = writer.node('Log', [writer.rest(kept)])
  const coefficient = (of: (map: CalibrationMap) => number, tensor: string) => writer.node('Mul', [tensor, row(of)])
  const a = (map: CalibrationMap) => (map.kind === 'beta' ? map.a : map.kind === 'logistic' ? map.slope : 0)
  const b = (map: CalibrationMap) => (map.kind === 'beta' ? map.b : map.kind === 'logistic' ? map.slope : 0)
  const c = (map: CalibrationMap) => (map.kind === 'beta' ? map.c : map.kind === 'logistic' ? map.intercept : 0)
  const difference = writer.node('Sub', [coefficient(a, up), coefficient(b, down)])
  return withNaN(writer, writer.sigmoid(writer.node('Add', [difference, row(c)])), table)
}

/** A score that is not a number stays one: comparisons and bounds would give it a probability. Others gain 0. */
function withNaN(writer: GraphWriter, calibrated: string, table: string): string {
  return writer.node('Add', [calibrated, writer.node('Mul', [table, writer.constant(0)])])
}
