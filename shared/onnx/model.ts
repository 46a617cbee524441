/** An ONNX file as plain objects. Weights and long attributes stay views of the file; `decode.ts` reads them on demand. */
import type { FieldRange } from './wire.ts'

/** Data that lies in another file (TensorProto.external_data). A number that is not one reads as NaN. */
export interface ExternalData {
  readonly location: string
  readonly offset: number | null
  readonly length: number | null
}

export interface OnnxTensor {
  readonly name: string
  readonly dims: readonly number[]
  /** TensorProto.DataType; `element-types.ts` names it. */
  readonly dataType: number
  readonly external: ExternalData | null
  /** Bytes of raw_data, null where the values lie in a typed field. */
  readonly rawBytes: number | null
  /** Values in the typed fields (float_data, int64_data, …). */
  readonly typedValues: number
  /** The TensorProto itself. */
  readonly bytes: Uint8Array
}

/** Its `values` tensor carries the name. */
export interface OnnxSparseTensor {
  readonly values: OnnxTensor
  readonly indices: OnnxTensor | null
}

export type ValueKind = 'tensor' | 'sequence' | 'map' | 'optional' | 'sparse' | 'opaque'

/** A graph input or output, or a value with a known type inside the graph. */
export interface OnnxValue {
  readonly name: string
  /** A value without a type is called a tensor: the type may be left out, and ONNX Runtime then infers it. */
  readonly kind: ValueKind
  /** Of the tensor; of a sequence's or map's innermost tensor; 0 where it is not given. */
  readonly elementType: number
  /** A number, a name, or null for a dimension of which nothing is known; null for an unknown rank. */
  readonly shape: readonly (number | string | null)[] | null
  readonly range: FieldRange
}

export interface OnnxAttribute {
  readonly name: string
  readonly tensors: readonly OnnxTensor[]
  readonly graphs: readonly OnnxGraph[]
  /** The AttributeProto itself. */
  readonly bytes: Uint8Array
}

export interface OnnxNode {
  readonly name: string
  readonly opType: string
  /** '' for the standard operators, however the file spells it ('ai.onnx' is the same). */
  readonly domain: string
  /** An empty name is an optional input that was left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: readonly OnnxAttribute[]
  readonly range: FieldRange
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly sparseInitializers: readonly OnnxSparseTensor[]
  /** Before IR version 4 these list the initializers too. */
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly valueInfo: readonly OnnxValue[]
}

/** An operator that the model itself defines (IR version 8). */
export interface OnnxFunction {
  readonly domain: string
  readonly name: string
  readonly nodes: readonly OnnxNode[]
}

export interface OnnxModel {
  readonly bytes: Uint8Array
  readonly irVersion: number
  readonly producerName: string
  readonly producerVersion: string
  readonly opsets: readonly { readonly domain: string; readonly version: number }[]
  readonly metadata: Readonly<Record<string, string>>
  readonly graph: OnnxGraph
  readonly graphRange: FieldRange
  readonly functions: readonly OnnxFunction[]
}
