/** Reads an ONNX file (ModelProto of onnx.proto, ONNX 1.20) into plain objects, without its weights. */
import { AssayError } from '../contract/errors.ts'
import type { Budget } from './budget.ts'
import { spend } from './budget.ts'
import type { OnnxFunction, OnnxGraph, OnnxModel } from './model.ts'
import { canonicalDomain, readFunction, readGraph } from './read-graph.ts'
import { readEntry } from './read-tensor.ts'
import { notOnnx, recogniseOther } from './recognise-file.ts'
import type { FieldRange } from './wire.ts'
import { WireReader, wireType } from './wire.ts'

/** Field numbers of ModelProto and the wire type of each. */
const modelFields: ReadonlyMap<number, number> = new Map([
  [1, wireType.varint], // ir_version
  [2, wireType.lengthDelimited], // producer_name
  [3, wireType.lengthDelimited], // producer_version
  [4, wireType.lengthDelimited], // domain
  [5, wireType.varint], // model_version
  [6, wireType.lengthDelimited], // doc_string
  [7, wireType.lengthDelimited], // graph
  [8, wireType.lengthDelimited], // opset_import
  [14, wireType.lengthDelimited], // metadata_props
  [20, wireType.lengthDelimited], // training_info
  [25, wireType.lengthDelimited], // functions
  [26, wireType.lengthDelimited], // configuration
])

/**
 * @param bytes the whole file; views of it stay in the result
 * @throws AssayError model/empty, model/not-onnx, model/truncated, model/corrupt, model/no-graph, model/too-complex
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  if (bytes.length === 0) {
    throw new AssayError({
      code: 'model/empty',
      message: 'The file is empty.',
      remedy: 'The download or copy failed. Copy it again.',
    })
  }
  const other = recogniseOther(bytes)
  if (other) throw other
  if (!beginsLikeModel(bytes)) {
    throw notOnnx(
      'an unknown format, or its beginning is damaged',
      'Choose an .onnx file. If it is one, copy it again.',
    )
  }
  return readModelFields(bytes)
}

/** The first field must be one of ModelProto's, with the right wire type. Each of their tags takes one or two bytes. */
function beginsLikeModel(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  const tag = first < 0x80 ? first : (first & 0x7f) | (second << 7)
  return modelFields.get(tag >>> 3) === (tag & 7)
}

function readModelFields(bytes: Uint8Array): OnnxModel {
  const reader = new WireReader(bytes, 0, bytes.length, true)
  const budget: Budget = { parts: 0 }
  const opsets: { domain: string; version: number }[] = []
  const metadata = new Map<string, string>()
  const functions: OnnxFunction[] = []
  let irVersion = 0
  let producerName = ''
  let producerVersion = ''
  let graph: OnnxGraph | null = null
  let graphRange: FieldRange | null = null
  while (reader.next()) {
    const expected = modelFields.get(reader.field)
    if (expected !== undefined && expected !== reader.type) throw reader.corrupt('a field of the wrong type')
    switch (reader.field) {
      case 1:
        irVersion = reader.number()
        break
      case 2:
        producerName = reader.text()
        break
      case 3:
        producerVersion = reader.text()
        break
      case 7:
        // Protobuf would merge the two; no exporter relies on it, and offsets for editing would mean nothing.
        if (graph) throw reader.corrupt('a second graph')
        graphRange = reader.range()
        graph = readGraph(reader.message(), budget)
        break
      case 8:
        spend(budget, 0)
        opsets.push(readOpset(reader.message()))
        break
      case 14:
        spend(budget, 0)
        metadata.set(...readEntry(reader.message()))
        break
      case 25:
        functions.push(readFunction(reader.message(), budget))
        break
    }
  }
  if (!graph || !graphRange) {
    throw new AssayError({
      code: 'model/no-graph',
      message: 'The file has the form of an ONNX model but holds no graph.',
      remedy: 'Export the model again.',
    })
  }
  return {
    bytes,
    irVersion,
    producerName,
    producerVersion,
    opsets,
    metadata: Object.fromEntries(metadata),
    graph,
    graphRange,
    functions,
  }
}

/** OperatorSetIdProto { domain = 1, version = 2 } */
function readOpset(reader: WireReader): { domain: string; version: number } {
  let domain = ''
  let version = 0
  while (reader.next()) {
    if (reader.field === 1) domain = canonicalDomain(reader.text())
    else if (reader.field === 2) version = reader.number()
  }
  return { domain, version }
}
