/** TensorProto.DataType of onnx.proto (ONNX 1.20): the name Assay uses and the bits one value takes in raw_data. */
interface ElementType {
  readonly name: string
  /** null: no fixed size. */
  readonly bits: number | null
}

const types: readonly (ElementType | null)[] = [
  null,
  { name: 'float32', bits: 32 },
  { name: 'uint8', bits: 8 },
  { name: 'int8', bits: 8 },
  { name: 'uint16', bits: 16 },
  { name: 'int16', bits: 16 },
  { name: 'int32', bits: 32 },
  { name: 'int64', bits: 64 },
  { name: 'string', bits: null },
  { name: 'bool', bits: 8 },
  { name: 'float16', bits: 16 },
  { name: 'float64', bits: 64 },
  { name: 'uint32', bits: 32 },
  { name: 'uint64', bits: 64 },
  { name: 'complex64', bits: 64 },
  { name: 'complex128', bits: 128 },
  { name: 'bfloat16', bits: 16 },
  { name: 'float8e4m3fn', bits: 8 },
  { name: 'float8e4m3fnuz', bits: 8 },
  { name: 'float8e5m2', bits: 8 },
  { name: 'float8e5m2fnuz', bits: 8 },
  { name: 'uint4', bits: 4 },
  { name: 'int4', bits: 4 },
  { name: 'float4e2m1', bits: 4 },
  { name: 'float8e8m0', bits: 8 },
  { name: 'uint2', bits: 2 },
  { name: 'int2', bits: 2 },
]

/** null for UNDEFINED (0) and for numbers that onnx.proto does not have. */
export function elementTypeName(dataType: number): string | null {
  return types[dataType]?.name ?? null
}

/** Bits of one value in raw_data; null where that is not fixed or the type is unknown. Values narrower than a byte are packed. */
export function elementBits(dataType: number): number | null {
  return types[dataType]?.bits ?? null
}

export const floatTypes: ReadonlySet<string> = new Set(['float16', 'float32', 'float64'])

/** DataType numbers that the code needs by name. */
export const dataTypes = { float32: 1, int8: 3, int32: 6, int64: 7, string: 8, float16: 10, float64: 11 } as const
