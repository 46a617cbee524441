/** What Assay shows and stores of a model, and why it may refuse it. */
import type { AssayErrorData } from '../contract/errors.ts'
import { countNaN, elementCount } from './check-weights.ts'
import type { ClassLabels } from './class-labels.ts'
import { findClassLabels } from './class-labels.ts'
import { elementTypeName } from './element-types.ts'
import type { FinalActivation } from './final-activation.ts'
import { finalActivations } from './final-activation.ts'
import { findProblems } from './find-problems.ts'
import type { OnnxModel, OnnxValue, ValueKind } from './model.ts'
import { walkInitializers, walkNodes, walkTensors } from './walk-model.ts'

export interface ValueInspection {
  readonly name: string
  readonly kind: ValueKind
  /** Of the innermost tensor; null where the file does not say. */
  readonly elementType: string | null
  /** Of a tensor: a number, a name, or null for a dimension of which nothing is known. null for an unknown rank. */
  readonly shape: readonly (number | string | null)[] | null
}

export interface ModelInspection {
  readonly byteLength: number
  readonly irVersion: number
  /** The domain '' holds the standard operators. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[]
  readonly producerName: string
  readonly producerVersion: string
  readonly metadata: Readonly<Record<string, string>>
  /** Without the inputs that have an initializer. */
  readonly inputs: readonly ValueInspection[]
  readonly outputs: readonly ValueInspection[]
  /** Most frequent first, those in subgraphs included. */
  readonly operators: readonly { readonly domain: string; readonly opType: string; readonly count: number }[]
  /**
   * Values in initializers and in Constant nodes, where scripted PyTorch models keep their weights. The models of
   * ai.onnx.ml keep theirs in attributes, among settings, and are not counted.
   */
  readonly parameterCount: number
  readonly externalData: readonly {
    readonly tensor: string
    readonly location: string
    readonly offset: number | null
    readonly length: number | null
  }[]
  readonly classLabels: ClassLabels | null
  /** Of each output of float type. */
  readonly finalActivation: Readonly<Record<string, FinalActivation>>
  /** Reasons to refuse the model, the gravest first. */
  readonly problems: readonly AssayErrorData[]
  readonly notes: readonly AssayErrorData[]
}

/** @param byteLength of the file, external data not counted */
export function inspectModel(model: OnnxModel, byteLength: number): ModelInspection {
  const { graph } = model
  const initialized = new Set(graph.initializers.map((tensor) => tensor.name))
  for (const sparse of graph.sparseInitializers) initialized.add(sparse.values.name)
  const inputs = graph.inputs.filter((input) => !initialized.has(input.name))
  return {
    byteLength,
    irVersion: model.irVersion,
    // skl2onnx writes some domains twice.
    opsets: [...new Map(model.opsets.map((opset) => [`${opset.domain}:${opset.version}`, opset])).values()],
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    metadata: model.metadata,
    inputs: inputs.map(inspectValue),
    outputs: graph.outputs.map(inspectValue),
    operators: countOperators(model),
    parameterCount: countParameters(model),
    externalData: [...walkTensors(model)].flatMap((tensor) =>
      tensor.external ? [{ tensor: tensor.name, ...tensor.external }] : [],
    ),
    classLabels: findClassLabels(graph),
    finalActivation: finalActivations(graph),
    problems: findProblems(model, inputs),
    notes: findNotes(model),
  }
}

function inspectValue({ name, kind, elementType, shape }: OnnxValue): ValueInspection {
  return { name, kind, elementType: elementTypeName(elementType), shape }
}

function countOperators(model: OnnxModel): ModelInspection['operators'] {
  const counts = new Map<string, { domain: string; opType: string; count: number }>()
  for (const { domain, opType } of walkNodes(model)) {
    const key = `${domain}:${opType}`
    const entry = counts.get(key)
    if (entry) entry.count++
    else counts.set(key, { domain, opType, count: 1 })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}

function countParameters(model: OnnxModel): number {
  let count = 0
  for (const tensor of walkInitializers(model)) count += Math.max(0, elementCount(tensor))
  for (const node of walkNodes(model)) {
    if (node.opType !== 'Constant' || node.domain !== '') continue
    for (const tensor of node.attributes.flatMap((attribute) => attribute.tensors))
      count += Math.max(0, elementCount(tensor))
  }
  return Math.min(count, Number.MAX_SAFE_INTEGER)
}

function findNotes(model: OnnxModel): AssayErrorData[] {
  const notes: AssayErrorData[] = []
  let values = 0
  const tensors: string[] = []
  for (const tensor of walkInitializers(model)) {
    const count = countNaN(tensor)
    if (count > 0) tensors.push(tensor.name)
    values += count
  }
  if (values > 0) {
    notes.push({
      code: 'model/nan-weights',
      message: `${values} of the weights are not a number (NaN), in ${tensors.slice(0, 5).join(', ')}${tensors.length > 5 ? ` and ${tensors.length - 5} more` : ''}. Every score that depends on them is NaN.`,
      remedy: 'The training diverged or the file was damaged. Check the model before you use its scores.',
      where: { values, tensor: tensors[0]! },
    })
  }
  const { graph } = model
  const zipMaps = new Set(graph.nodes.filter((node) => node.opType === 'ZipMap').flatMap((node) => node.outputs))
  for (const output of graph.outputs) {
    if (output.kind === 'tensor' || zipMaps.has(output.name)) continue
    notes.push({
      code: 'model/output-left-out',
      message: `The output "${output.name}" is not a tensor (${output.kind}) and is left out.`,
      remedy: 'If you need it, export the model with a tensor in its place.',
      where: { output: output.name, kind: output.kind },
    })
  }
  return notes
}
