/** GraphProto and what it holds, by the field numbers of onnx.proto (ONNX 1.20). */
import type { Budget } from './budget.ts'
import { spend } from './budget.ts'
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxNode,
  OnnxSparseTensor,
  OnnxTensor,
  OnnxValue,
  ValueKind,
} from './model.ts'
import { readSparseTensor, readTensor } from './read-tensor.ts'
import type { WireReader } from './wire.ts'

/** 'ai.onnx' is the written-out name of the default domain. */
export function canonicalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

/** GraphProto { node = 1, initializer = 5, input = 11, output = 12, value_info = 13, sparse_initializer = 15 } */
export function readGraph(reader: WireReader, budget: Budget, depth = 0): OnnxGraph {
  spend(budget, depth)
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const sparseInitializers: OnnxSparseTensor[] = []
  const inputs: OnnxValue[] = []
  const outputs: OnnxValue[] = []
  const valueInfo: OnnxValue[] = []
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        nodes.push(readNode(reader, budget, depth))
        break
      case 5:
        initializers.push(readTensor(reader, budget))
        break
      case 11:
        inputs.push(readValue(reader, budget))
        break
      case 12:
        outputs.push(readValue(reader, budget))
        break
      case 13:
        valueInfo.push(readValue(reader, budget))
        break
      case 15:
        sparseInitializers.push(readSparseTensor(reader.message(), budget))
        break
    }
  }
  return { nodes, initializers, sparseInitializers, inputs, outputs, valueInfo }
}

/** NodeProto { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 } */
function readNode(parent: WireReader, budget: Budget, depth: number): OnnxNode {
  spend(budget, depth)
  const range = parent.range()
  const reader = parent.message()
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: OnnxAttribute[] = []
  let name = ''
  let opType = ''
  let domain = ''
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        spend(budget, depth)
        inputs.push(reader.text())
        break
      case 2:
        spend(budget, depth)
        outputs.push(reader.text())
        break
      case 3:
        name = reader.text()
        break
      case 4:
        opType = reader.text()
        break
      case 5:
        attributes.push(readAttribute(reader, budget, depth))
        break
      case 7:
        domain = canonicalDomain(reader.text())
        break
    }
  }
  return { name, opType, domain, inputs, outputs, attributes, range }
}

/** AttributeProto { name = 1, t = 5, g = 6, tensors = 10, graphs = 11, sparse_tensor = 22, sparse_tensors = 23 } */
function readAttribute(parent: WireReader, budget: Budget, depth: number): OnnxAttribute {
  spend(budget, depth)
  const bytes = parent.content()
  const reader = parent.message()
  const tensors: OnnxTensor[] = []
  const graphs: OnnxGraph[] = []
  let name = ''
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        name = reader.text()
        break
      case 5:
      case 10:
        tensors.push(readTensor(reader, budget))
        break
      case 6:
      case 11:
        graphs.push(readGraph(reader.message(), budget, depth + 1))
        break
      case 22:
      case 23: {
        const { values, indices } = readSparseTensor(reader.message(), budget)
        tensors.push(values, ...(indices ? [indices] : []))
        break
      }
    }
  }
  return { name, tensors, graphs, bytes }
}

/** ValueInfoProto { name = 1, type = 2 } */
function readValue(parent: WireReader, budget: Budget): OnnxValue {
  spend(budget, 0)
  const range = parent.range()
  const reader = parent.message()
  let name = ''
  let type: Pick<OnnxValue, 'kind' | 'elementType' | 'shape'> = { kind: 'tensor', elementType: 0, shape: null }
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) type = readType(reader.message(), budget, 0)
  }
  return { name, ...type, range }
}

/** The oneof of TypeProto. */
const kinds: ReadonlyMap<number, ValueKind> = new Map([
  [1, 'tensor'],
  [4, 'sequence'],
  [5, 'map'],
  [7, 'opaque'],
  [8, 'sparse'],
  [9, 'optional'],
])

function readType(
  reader: WireReader,
  budget: Budget,
  depth: number,
): Pick<OnnxValue, 'kind' | 'elementType' | 'shape'> {
  spend(budget, depth)
  let found: Pick<OnnxValue, 'kind' | 'elementType' | 'shape'> = { kind: 'tensor', elementType: 0, shape: null }
  while (reader.next()) {
    const kind = kinds.get(reader.field)
    if (!kind) continue
    const body = reader.message()
    let elementType = 0
    let shape: OnnxValue['shape'] = null
    while (body.next()) {
      if (kind === 'tensor' || kind === 'sparse') {
        if (body.field === 1) elementType = body.number()
        else if (body.field === 2) shape = readShape(body.message(), budget)
      } else if (kind !== 'opaque' && body.field === (kind === 'map' ? 2 : 1)) {
        elementType = readType(body.message(), budget, depth + 1).elementType
      }
    }
    found = { kind, elementType, shape }
  }
  return found
}

/** TensorShapeProto { dim = 1 }, Dimension { dim_value = 1, dim_param = 2 } */
function readShape(reader: WireReader, budget: Budget): (number | string | null)[] {
  const shape: (number | string | null)[] = []
  while (reader.next()) {
    if (reader.field !== 1) continue
    spend(budget, 0)
    const dim = reader.message()
    let size: number | string | null = null
    while (dim.next()) {
      if (dim.field === 1) {
        const value = dim.number()
        // Some exporters write -1 for a dimension they do not know.
        size = value >= 0 && Number.isSafeInteger(value) ? value : null
      } else if (dim.field === 2) size = dim.text() || null
    }
    shape.push(size)
  }
  return shape
}

/** FunctionProto { name = 1, node = 7, domain = 10 } */
export function readFunction(reader: WireReader, budget: Budget): OnnxFunction {
  spend(budget, 0)
  const nodes: OnnxNode[] = []
  let name = ''
  let domain = ''
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 7) nodes.push(readNode(reader, budget, 0))
    else if (reader.field === 10) domain = canonicalDomain(reader.text())
  }
  return { name, domain, nodes }
}
