/** Reasons to refuse a model before ONNX Runtime is asked: it would fail with a message that helps nobody, or crash. */
import type { AssayErrorData } from '../contract/errors.ts'
import { checkConnections } from './check-connections.ts'
import { checkWeights } from './check-weights.ts'
import { elementTypeName } from './element-types.ts'
import type { OnnxModel, OnnxValue } from './model.ts'
import { walkNodes, walkTensors } from './walk-model.ts'

/** What onnxruntime-node 1.30.0 accepts, found by trying one more. */
const newestIrVersion = 13
const newestOpsets: ReadonlyMap<string, number> = new Map([
  ['', 26],
  ['ai.onnx.ml', 5],
])

/** Domains whose operators ONNX Runtime ships. Importing another does no harm; using it does. */
const shippedDomains: ReadonlySet<string> = new Set([
  '',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
])

/** Tensors that onnxruntime-node hands over; it fails to load a graph that takes or gives any other. */
const exchangedTypes: ReadonlySet<string> = new Set([
  'float16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
])

/** Each broken graph has one fault that matters; ten thousand of them help nobody. */
const maxProblems = 20

/** @param inputs the graph's inputs without its initializers */
export function findProblems(model: OnnxModel, inputs: readonly OnnxValue[]): AssayErrorData[] {
  return [
    ...checkVersions(model),
    ...checkOperators(model),
    ...checkEnds(model, inputs),
    ...checkConnections(model.graph, maxProblems),
    ...checkTensors(model),
  ].slice(0, maxProblems)
}

function checkVersions(model: OnnxModel): AssayErrorData[] {
  const problems: AssayErrorData[] = []
  if (model.irVersion < 0 || model.irVersion > newestIrVersion) {
    problems.push({
      code: 'model/ir-version',
      message: `The file has the IR version ${model.irVersion}; this ONNX Runtime reads up to ${newestIrVersion}.`,
      remedy: `Export the model with the IR version ${newestIrVersion} or older.`,
      where: { actual: model.irVersion, newest: newestIrVersion },
    })
  }
  if (model.opsets.length === 0) {
    problems.push({
      code: 'model/opset',
      message: 'The file does not say which version of the operators it uses.',
      remedy: 'Export the model again.',
    })
  }
  for (const { domain, version } of model.opsets) {
    const newest = newestOpsets.get(domain)
    if (newest === undefined || (version >= 1 && version <= newest)) continue
    problems.push({
      code: 'model/opset',
      message: `The model uses version ${version} of the operators of ${domain || 'ai.onnx'}; this ONNX Runtime has 1 to ${newest}.`,
      remedy: `Export the model with the opset ${newest} or older.`,
      where: { domain: domain || 'ai.onnx', actual: version, newest },
    })
  }
  return problems
}

function checkOperators(model: OnnxModel): AssayErrorData[] {
  const own = new Set(model.functions.map((definition) => `${definition.domain}:${definition.name}`))
  const foreign = new Map<string, string>()
  for (const { domain, opType } of walkNodes(model)) {
    if (!shippedDomains.has(domain) && !own.has(`${domain}:${opType}`) && !foreign.has(domain))
      foreign.set(domain, opType)
  }
  return [...foreign].map(([domain, operator]) => ({
    code: 'model/unsupported-operator-domain',
    message: `The model uses the operator ${operator} of ${domain}, which ONNX Runtime does not have.`,
    remedy:
      domain.includes('contrib') || domain.endsWith('.extensions')
        ? 'It belongs to ONNX Runtime Extensions, which Assay does not load. Export the model without its pre- and post-processing.'
        : 'Export the model with standard operators only.',
    where: { domain, operator },
  }))
}

function checkEnds(model: OnnxModel, inputs: readonly OnnxValue[]): AssayErrorData[] {
  const problems: AssayErrorData[] = []
  const { nodes, outputs } = model.graph
  const again = 'Export the model again.'
  if (nodes.length === 0) problems.push({ code: 'model/no-nodes', message: 'The graph has no nodes.', remedy: again })
  if (inputs.length === 0) {
    problems.push({
      code: 'model/no-inputs',
      message: 'The graph has no inputs: it gives the same for every row.',
      remedy: 'Export the model with its inputs.',
    })
  }
  if (outputs.length === 0)
    problems.push({ code: 'model/no-outputs', message: 'The graph has no outputs.', remedy: again })
  for (const [side, values] of [
    ['input', inputs],
    ['output', outputs],
  ] as const) {
    for (const value of values) {
      const problem = checkType(side, value)
      if (problem) problems.push(problem)
    }
  }
  return problems
}

function checkType(side: 'input' | 'output', value: OnnxValue): AssayErrorData | null {
  const type = elementTypeName(value.elementType)
  const where = { [side]: value.name, kind: value.kind, elementType: type }
  if (type === 'bfloat16') {
    return {
      code: 'model/bfloat16',
      message: `The ${side} "${value.name}" is bfloat16, which ONNX Runtime for Node cannot hand over.`,
      remedy: `Export the model with a float32 ${side}.`,
      where,
    }
  }
  if (type !== null && !exchangedTypes.has(type)) {
    return {
      code: 'model/unsupported-element-type',
      message: `The ${side} "${value.name}" is ${type}, which ONNX Runtime for Node cannot hand over.`,
      remedy: `Export the model with a float32 or int64 ${side}.`,
      where,
    }
  }
  if (side === 'input' && value.kind !== 'tensor') {
    return {
      code: 'model/unsupported-input',
      message: `The input "${value.name}" is not a tensor (${value.kind}).`,
      remedy: 'Export the model with tensor inputs.',
      where,
    }
  }
  return null
}

function checkTensors(model: OnnxModel): AssayErrorData[] {
  const problems: AssayErrorData[] = []
  for (const tensor of walkTensors(model)) {
    if (problems.length >= maxProblems) break
    const { external } = tensor
    const badNumber =
      external && [external.offset, external.length].some((value) => value !== null && !Number.isSafeInteger(value))
    if (external && (external.location === '' || badNumber)) {
      problems.push({
        code: 'model/external-data-invalid',
        message: `The tensor "${tensor.name}" lies in another file, but the model does not say properly where.`,
        remedy: 'Export the model again.',
        where: { tensor: tensor.name, location: external.location },
      })
      continue
    }
    const problem = checkWeights(tensor)
    if (problem) problems.push(problem)
  }
  return problems
}
