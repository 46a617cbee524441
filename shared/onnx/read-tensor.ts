/** TensorProto and SparseTensorProto, by the field numbers of onnx.proto (ONNX 1.20). */
import type { Budget } from './budget.ts'
import { spend } from './budget.ts'
import type { ExternalData, OnnxSparseTensor, OnnxTensor } from './model.ts'
import type { WireReader } from './wire.ts'

/** ONNX Runtime's kernels stop far earlier; more is a sign of damage. */
const maxRank = 64

/** StringStringEntryProto { key = 1, value = 2 } */
export function readEntry(reader: WireReader): [key: string, value: string] {
  let key = ''
  let value = ''
  while (reader.next()) {
    if (reader.field === 1) key = reader.text()
    else if (reader.field === 2) value = reader.text()
  }
  return [key, value]
}

/** SparseTensorProto { values = 1, indices = 2, dims = 3 } */
export function readSparseTensor(reader: WireReader, budget: Budget): OnnxSparseTensor {
  let values: OnnxTensor | null = null
  let indices: OnnxTensor | null = null
  while (reader.next()) {
    if (reader.field === 1) values = readTensor(reader, budget)
    else if (reader.field === 2) indices = readTensor(reader, budget)
  }
  if (!values) throw reader.corrupt('a sparse tensor without values')
  return { values, indices }
}

/** A tensor without its values, which stay where they are. @throws AssayError model/corrupt, model/too-complex */
export function readTensor(parent: WireReader, budget: Budget): OnnxTensor {
  spend(budget, 0)
  const bytes = parent.content()
  const reader = parent.message()
  const dims: number[] = []
  const entries = new Map<string, string>()
  let name = ''
  let dataType = 0
  let isExternal = false
  let rawBytes: number | null = null
  let typedValues = 0
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        for (const dim of reader.bigints()) {
          if (dims.length === maxRank) throw reader.corrupt(`a tensor of more than ${maxRank} dimensions`)
          dims.push(Number(dim))
        }
        break
      case 2:
        dataType = reader.number()
        break
      case 4: // float_data
        typedValues += reader.countNumbers(4)
        break
      case 5: // int32_data
      case 7: // int64_data
      case 11: // uint64_data
        typedValues += reader.countNumbers('varint')
        break
      case 6: // string_data
        typedValues++
        break
      case 8:
        name = reader.text()
        break
      case 9:
        rawBytes = reader.content().length
        break
      case 10: // double_data
        typedValues += reader.countNumbers(8)
        break
      case 13:
        entries.set(...readEntry(reader.message()))
        break
      case 14: // data_location: DEFAULT = 0, EXTERNAL = 1
        isExternal = reader.number() === 1
        break
    }
  }
  return { name, dims, dataType, external: isExternal ? externalData(entries) : null, rawBytes, typedValues, bytes }
}

/** Offset and length are decimal texts in the file (docs/ExternalData.md of ONNX). */
function externalData(entries: ReadonlyMap<string, string>): ExternalData {
  const bytes = (key: string) => {
    const text = entries.get(key)
    return text === undefined ? null : /^\d+$/.test(text) ? Number(text) : NaN
  }
  return { location: entries.get('location') ?? '', offset: bytes('offset'), length: bytes('length') }
}
