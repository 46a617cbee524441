/** Whether tensors hold the data that their dimensions promise, and whether weights are numbers. */
import type { AssayErrorData } from '../contract/errors.ts'
import { dataTypes, elementBits, elementTypeName } from './element-types.ts'
import type { OnnxTensor } from './model.ts'
import { WireReader } from './wire.ts'

/** Values, by the tensor's dimensions; not a safe integer where they are absurd. */
export function elementCount(tensor: OnnxTensor): number {
  return tensor.dims.reduce((product, dim) => product * dim, 1)
}

/** How many entries of a typed field hold `count` values: complex numbers take two, narrow ones share one. */
function typedEntries(tensor: OnnxTensor, count: number): number {
  const name = elementTypeName(tensor.dataType) ?? ''
  const bits = elementBits(tensor.dataType) ?? 8
  if (name.startsWith('complex')) return 2 * count
  return bits < 8 ? Math.ceil((count * bits) / 8) : count
}

/** ONNX Runtime refuses both too little and too much data. */
export function checkWeights(tensor: OnnxTensor): AssayErrorData | null {
  const count = elementCount(tensor)
  const bits = elementBits(tensor.dataType)
  const label = tensor.name === '' ? 'A tensor without a name' : `The tensor "${tensor.name}"`
  const shape = `[${tensor.dims.join(', ')}]`
  if (tensor.dims.some((dim) => dim < 0)) {
    return {
      code: 'model/corrupt',
      message: `${label} has the shape ${shape}; a size cannot be negative.`,
      remedy: 'Export the model again.',
      where: { tensor: tensor.name },
    }
  }
  const isString = tensor.dataType === dataTypes.string
  if (bits === null && !isString) return null
  const inBytes = bits !== null && (tensor.external !== null || tensor.rawBytes !== null)
  const needed = inBytes ? Math.ceil((count * bits) / 8) : typedEntries(tensor, count)
  const present = tensor.external ? tensor.external.length : inBytes ? tensor.rawBytes : tensor.typedValues
  // External data without a length goes on to the end of its file.
  if (present === null || present === needed) return null
  const short = present < needed
  return {
    code: short ? 'model/short-weights' : 'model/long-weights',
    message: `${label} has the shape ${shape}, which takes ${needed} ${inBytes ? 'bytes' : 'values'}; the file holds ${present}.`,
    remedy: 'The file is damaged or was edited. Export the model again.',
    where: { tensor: tensor.name, expected: needed, actual: present },
  }
}

/** How many values of a float32 or float64 tensor are NaN. Infinities are not counted: attention masks hold them. */
export function countNaN(tensor: OnnxTensor): number {
  const isDouble = tensor.dataType === dataTypes.float64
  if (!isDouble && tensor.dataType !== dataTypes.float32) return 0
  const size = isDouble ? 8 : 4
  const reader = new WireReader(tensor.bytes)
  let count = 0
  while (reader.next()) {
    // float_data, raw_data, double_data
    if (reader.field !== (isDouble ? 10 : 4) && reader.field !== 9) continue
    const bytes = reader.fixedBytes()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let offset = 0; offset + size <= bytes.length; offset += size) {
      const value = isDouble ? view.getFloat64(offset, true) : view.getFloat32(offset, true)
      if (Number.isNaN(value)) count++
    }
  }
  return count
}
