/** Tiny ONNX files, built field by field with the wire writer: enough to test a reader without any file from outside. */
import { joinBytes, writeInteger, writeMessage, writeText } from '../../shared/onnx/wire.ts'

type Dim = number | string | null

export interface NodeParts {
  readonly domain?: string
  readonly attributes?: readonly Uint8Array[]
}

export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { domain = '', attributes = [] }: NodeParts = {},
): Uint8Array {
  return writeMessage(
    1,
    ...inputs.map((name) => writeText(1, name)),
    ...outputs.map((name) => writeText(2, name)),
    writeText(3, `${opType.toLowerCase()}_${outputs[0] ?? ''}`),
    writeText(4, opType),
    ...attributes.map((attribute) => writeMessage(5, attribute)),
    ...(domain === '' ? [] : [writeText(7, domain)]),
  )
}

/** AttributeProto.type: FLOAT = 1, INT = 2, STRING = 3, TENSOR = 4, GRAPH = 5, FLOATS = 6, INTS = 7, STRINGS = 8 */
export const attribute = {
  int: (name: string, value: number) => joinBytes([writeText(1, name), writeInteger(3, value), writeInteger(20, 2)]),
  text: (name: string, value: string) => joinBytes([writeText(1, name), writeText(4, value), writeInteger(20, 3)]),
  graph: (name: string, ...parts: Uint8Array[]) =>
    joinBytes([writeText(1, name), writeMessage(6, writeText(2, name), ...parts), writeInteger(20, 5)]),
  floats: (name: string, values: readonly number[]) =>
    joinBytes([
      writeText(1, name),
      writeMessage(7, new Uint8Array(new Float32Array(values).buffer)),
      writeInteger(20, 6),
    ]),
  ints: (name: string, values: readonly number[]) =>
    joinBytes([writeText(1, name), ...values.map((value) => writeInteger(8, value)), writeInteger(20, 7)]),
  texts: (name: string, values: readonly string[]) =>
    joinBytes([writeText(1, name), ...values.map((value) => writeText(9, value)), writeInteger(20, 8)]),
}

function tensorType(elementType: number, shape: readonly Dim[]): Uint8Array {
  const dims = shape.map((dim) =>
    writeMessage(1, ...(dim === null ? [] : [typeof dim === 'number' ? writeInteger(1, dim) : writeText(2, dim)])),
  )
  return writeMessage(1, writeInteger(1, elementType), writeMessage(2, ...dims))
}

export function input(name: string, elementType: number, shape: readonly Dim[]): Uint8Array {
  return writeMessage(11, writeText(1, name), writeMessage(2, tensorType(elementType, shape)))
}

export function output(name: string, elementType: number, shape: readonly Dim[]): Uint8Array {
  return writeMessage(12, writeText(1, name), writeMessage(2, tensorType(elementType, shape)))
}

/** sequence<map<int64 or string, float>>, as ZipMap makes it. */
export function mapOutput(name: string, keyType: number): Uint8Array {
  const map = writeMessage(5, writeInteger(1, keyType), writeMessage(2, tensorType(1, [])))
  return writeMessage(12, writeText(1, name), writeMessage(2, writeMessage(4, writeMessage(1, map))))
}

export function initializer(name: string, dims: readonly number[], values: readonly number[]): Uint8Array {
  return writeMessage(
    5,
    ...dims.map((dim) => writeInteger(1, dim)),
    writeInteger(2, 1),
    writeText(8, name),
    writeMessage(9, new Uint8Array(new Float32Array(values).buffer)),
  )
}

/** Float32 weights at the start of another file. */
export function externalInitializer(name: string, dims: readonly number[], location: string): Uint8Array {
  return writeMessage(
    5,
    ...dims.map((dim) => writeInteger(1, dim)),
    writeInteger(2, 1),
    writeText(8, name),
    writeMessage(13, writeText(1, 'location'), writeText(2, location)),
    writeInteger(14, 1),
  )
}

export function textInitializer(name: string, values: readonly string[]): Uint8Array {
  return writeMessage(
    5,
    writeInteger(1, values.length),
    writeInteger(2, 8),
    ...values.map((value) => writeText(6, value)),
    writeText(8, name),
  )
}

export interface ModelParts {
  readonly irVersion?: number
  readonly opsets?: readonly (readonly [domain: string, version: number])[]
  /** Fields of ModelProto to put at its end. */
  readonly more?: readonly Uint8Array[]
}

export function model(
  graph: readonly Uint8Array[],
  {
    irVersion = 8,
    opsets = [
      ['', 15],
      ['ai.onnx.ml', 1],
    ],
    more = [],
  }: ModelParts = {},
): Uint8Array {
  return joinBytes([
    writeInteger(1, irVersion),
    writeText(2, 'test'),
    writeMessage(7, writeText(2, 'graph'), ...graph),
    ...opsets.map(([domain, version]) => writeMessage(8, writeText(1, domain), writeInteger(2, version))),
    ...more,
  ])
}

const ml = 'ai.onnx.ml'

/** Two inputs, three classes, no hidden layer: LinearClassifier with softmax. */
export const linearClassifier = node('LinearClassifier', ['x'], ['label', 'scores'], {
  domain: ml,
  attributes: [
    attribute.floats('coefficients', [1, 0, 0, 1, -1, -1]),
    attribute.floats('intercepts', [0, 0, 0.5]),
    attribute.texts('classlabels_strings', ['low', 'mid', 'high']),
    attribute.text('post_transform', 'SOFTMAX'),
  ],
})

export function zipMap(from: string, to: string): Uint8Array {
  const attributes = [attribute.texts('classlabels_strings', ['low', 'mid', 'high'])]
  return node('ZipMap', [from], [to], { domain: ml, attributes })
}

export const classifierEnds = [input('x', 1, [null, 2]), output('label', 8, [null])]
