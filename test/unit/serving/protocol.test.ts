/** Tensors in and out of the protocol's encodings, and what is refused. */
import { describe, expect, it } from 'vitest'
import { contentsOf, tensorFromContents } from '../../../electron/serving/grpc/contents.ts'
import { bytesOf, tensorFromBytes } from '../../../electron/serving/protocol/binary.ts'
import { checkInfer, checkedShape, joinsRequests } from '../../../electron/serving/protocol/infer.ts'
import { jsonValues, tensorFromJson } from '../../../electron/serving/protocol/json-tensor.ts'
import { Refusal, asRefusal, statusOf } from '../../../electron/serving/protocol/refusal.ts'
import { readInfer, writeInfer } from '../../../electron/serving/protocol/rest-body.ts'
import { datatypeNamed } from '../../../electron/serving/protocol/tensor.ts'
import type { Tensor } from '../../../electron/serving/protocol/tensor.ts'
import type { Model } from '../../../electron/serving/model/model.ts'

const tensors: Readonly<Record<string, Tensor>> = {
  BOOL: { type: 'bool', data: Uint8Array.of(0, 1, 1, 0), dims: [2, 2] },
  INT8: { type: 'int8', data: Int8Array.of(-128, 127), dims: [2] },
  INT16: { type: 'int16', data: Int16Array.of(-32768, 5), dims: [1, 2] },
  INT32: { type: 'int32', data: Int32Array.of(-2147483648, 2147483647), dims: [2] },
  INT64: { type: 'int64', data: BigInt64Array.of(-5n, 2n ** 53n - 1n), dims: [2, 1] },
  UINT8: { type: 'uint8', data: Uint8Array.of(0, 255), dims: [2] },
  UINT16: { type: 'uint16', data: Uint16Array.of(0, 65535), dims: [2] },
  UINT32: { type: 'uint32', data: Uint32Array.of(0, 4294967295), dims: [2] },
  UINT64: { type: 'uint64', data: BigUint64Array.of(0n, 9n), dims: [2] },
  FP32: { type: 'float32', data: Float32Array.of(0.1, -2.5, 3), dims: [3, 1] },
  FP64: { type: 'float64', data: Float64Array.of(0.1, 1e300), dims: [2] },
  BYTES: { type: 'string', data: ['', 'Köln', '🙂 x'], dims: [3] },
}

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error)
  }
  return 'nothing'
}

describe.each(Object.entries(tensors))('%s', (name, tensor) => {
  const datatype = datatypeNamed(name)!
  it('comes back from bytes, JSON and typed lists as it was', () => {
    const odd = Buffer.concat([Buffer.from('x'), bytesOf(tensor)]).subarray(1)
    expect(tensorFromBytes('t', datatype, tensor.dims, odd)).toEqual(tensor)
    const flat = JSON.parse(JSON.stringify(jsonValues(tensor)))
    expect(tensorFromJson('t', datatype, tensor.dims, flat)).toEqual(tensor)
    expect(tensorFromContents('t', datatype, tensor.dims, contentsOf(datatype, tensor)!)).toEqual(tensor)
  })

  it('refuses another number of values', () => {
    const dims = [...tensor.dims, 3]
    expect(codeOf(() => tensorFromBytes('t', datatype, dims, bytesOf(tensor)))).toBe('request/tensor-size')
    expect(codeOf(() => tensorFromJson('t', datatype, dims, jsonValues(tensor)))).toBe('request/tensor-size')
    expect(codeOf(() => tensorFromContents('t', datatype, dims, contentsOf(datatype, tensor)!))).toBe(
      'request/tensor-size',
    )
  })
})

describe('JSON data', () => {
  const fp32 = datatypeNamed('FP32')!
  it('may be nested as the shape says, and is refused when it is nested otherwise', () => {
    expect(
      tensorFromJson(
        't',
        fp32,
        [2, 2],
        [
          [1, 2],
          [3, 4],
        ],
      ).data,
    ).toEqual(Float32Array.of(1, 2, 3, 4))
    expect(codeOf(() => tensorFromJson('t', fp32, [2, 2], [[1, 2, 3], [4]]))).toBe('request/tensor-size')
    expect(codeOf(() => tensorFromJson('t', fp32, [2, 2], [1, [2, 3, 4]]))).toBe('request/tensor-size')
  })

  it('is refused when it is nested deeper than it could be written', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    expect(codeOf(() => tensorFromJson('t', fp32, [1], [deep]))).toBe('request/value')
    expect(codeOf(() => tensorFromJson('t', datatypeNamed('BYTES')!, [1], [deep]))).toBe('request/value')
  })

  it.each([
    ['INT8', 128],
    ['UINT8', -1],
    ['INT32', 1.5],
    ['INT64', 2 ** 53],
    ['FP32', '1'],
    ['BOOL', 1],
    ['BYTES', 1],
  ])('%s refuses %j', (name, value) => {
    expect(codeOf(() => tensorFromJson('t', datatypeNamed(name)!, [1], [value]))).toBe('request/value')
  })

  it('writes whole numbers past 2^53 with all their digits, and NaN as null', () => {
    const big: Tensor = { type: 'int64', data: BigInt64Array.of(2n ** 60n + 1n), dims: [1] }
    expect(JSON.stringify(jsonValues(big))).toBe('[1152921504606846977]')
    expect(JSON.stringify(jsonValues({ type: 'float32', data: Float32Array.of(NaN), dims: [1] }))).toBe('[null]')
    expect(tensorFromJson('t', fp32, [1], [null]).data).toEqual(Float32Array.of(NaN))
  })

  it('writes 16-bit floats as numbers', () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x0000)
    expect(jsonValues({ type: 'float16', data: bits, dims: [5] })).toEqual([1, -2, 2 ** -24, 65504, 0])
  })
})

describe('bytes', () => {
  it('refuses a text that is cut off, one too many, and one that is not UTF-8', () => {
    const bytes = datatypeNamed('BYTES')!
    const text = bytesOf({ type: 'string', data: ['ab'], dims: [1] })
    expect(codeOf(() => tensorFromBytes('t', bytes, [1], text.subarray(0, 5)))).toBe('request/tensor-size')
    expect(codeOf(() => tensorFromBytes('t', bytes, [1], Buffer.concat([text, text])))).toBe('request/tensor-size')
    expect(codeOf(() => tensorFromBytes('t', bytes, [1], Buffer.from([1, 0, 0, 0, 0xff])))).toBe('request/text')
  })

  it('refuses a bool that is neither', () => {
    expect(codeOf(() => tensorFromBytes('t', datatypeNamed('BOOL')!, [1], Uint8Array.of(2)))).toBe('request/value')
  })
})

describe('the REST body', () => {
  const model = { served: 'm', version: 3 }
  const request = {
    id: 'r1',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 1], data: [1, 2] }],
    outputs: [{ name: 'b' }, { name: 'a' }],
  }
  const read = (value: unknown, header?: string) => readInfer(Buffer.from(JSON.stringify(value)), header, 'made')

  it('keeps id, order of outputs and their encodings apart', () => {
    const infer = read({
      ...request,
      parameters: { binary_data_output: true },
      outputs: [{ name: 'b' }, { name: 'a', parameters: { binary_data: false } }],
    })
    expect([infer.id, infer.outputs, infer.isBinary('b'), infer.isBinary('a')]).toEqual(['r1', ['b', 'a'], true, false])
    const answer = writeInfer(model, infer, {
      b: { type: 'float32', data: Float32Array.of(1, 2), dims: [2] },
      a: { type: 'string', data: ['x', 'y'], dims: [2] },
    })
    const json = JSON.parse(answer.body.subarray(0, answer.headerLength!).toString())
    expect(json).toEqual({
      model_name: 'm',
      model_version: '3',
      id: 'r1',
      outputs: [
        { name: 'b', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } },
        { name: 'a', datatype: 'BYTES', shape: [2], data: ['x', 'y'] },
      ],
    })
    expect(answer.body.subarray(answer.headerLength!)).toEqual(Buffer.from(Float32Array.of(1, 2).buffer))
  })

  it('has no id in the answer to a request without one', () => {
    const { id: _, ...without } = request
    const infer = read(without)
    expect(infer.id).toBe('made')
    expect(JSON.parse(writeInfer(model, infer, {}).body.toString())).not.toHaveProperty('id')
  })

  it.each<[string, unknown, string | undefined, string]>([
    ['no object', [], undefined, 'request/body'],
    ['no inputs', {}, undefined, 'request/body'],
    ['an input without a name', { inputs: [{}] }, undefined, 'request/body'],
    ['no datatype', { inputs: [{ name: 'x', shape: [1], data: [1] }] }, undefined, 'request/datatype'],
    [
      'a negative shape',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1], data: [1] }] },
      undefined,
      'request/shape',
    ],
    [
      'a huge shape',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [2 ** 40, 2 ** 40], data: [1] }] },
      undefined,
      'request/shape',
    ],
    ['no data', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1] }] }, undefined, 'request/data'],
    ['an id that is a number', { ...request, id: 1 }, undefined, 'request/body'],
    ['outputs that are an object', { ...request, outputs: {} }, undefined, 'request/body'],
    ['a header length past the body', request, '99999', 'request/header-length'],
    ['a header length that is no number', request, 'x', 'request/header-length'],
    [
      'binary data that is not there',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [1], parameters: { binary_data_size: 4 } }] },
      undefined,
      'request/binary-size',
    ],
  ])('refuses %s', (_, value, header, code) => {
    expect(codeOf(() => read(value, header))).toBe(code)
  })

  it('refuses bytes that belong to no input', () => {
    const json = Buffer.from(JSON.stringify(request))
    const body = Buffer.concat([json, Buffer.from('rest')])
    expect(codeOf(() => readInfer(body, String(json.length), 'made'))).toBe('request/binary-size')
  })
})

describe('a request against the model', () => {
  const model = {
    inputs: [
      { name: 'x', type: 'float32', shape: ['', 2] },
      { name: 's', type: 'string', shape: ['N', 1] },
    ],
    outputs: [
      { name: 'a', type: 'float32', shape: ['', 1] },
      { name: 'b', type: 'int64', shape: [''] },
    ],
  } as unknown as Model
  const x = { name: 'x', tensor: { type: 'float32', data: new Float32Array(4), dims: [2, 2] } }
  const s = { name: 's', tensor: { type: 'string', data: ['a', 'b'], dims: [2, 1] } }
  const check = (inputs: readonly (typeof x | typeof s)[], outputs: readonly string[] | null = null, most = 10) =>
    checkInfer({ id: '', inputs, outputs }, model, most)

  it('gives all outputs when none is named, and those named in their order, each once', () => {
    expect(check([x, s]).fetches).toEqual(['a', 'b'])
    expect(check([x, s], ['b']).fetches).toEqual(['b'])
    expect(check([x, s], ['b', 'a', 'b']).fetches).toEqual(['b', 'a'])
  })

  it.each<[string, () => unknown, string]>([
    ['an output that is not there', () => check([x, s], ['c']), 'request/unknown-output'],
    ['an input that is not there', () => check([x, s, { ...x, name: 'y' }]), 'request/unknown-input'],
    ['an input twice', () => check([x, x, s]), 'request/unknown-input'],
    ['a missing input', () => check([x]), 'request/missing-input'],
    ['another datatype', () => check([{ ...x, tensor: { ...x.tensor, type: 'float64' } }, s]), 'request/datatype'],
    ['another width', () => check([{ ...x, tensor: { ...x.tensor, dims: [4, 1] } }, s]), 'request/shape'],
    ['unequal rows', () => check([{ ...x, tensor: { ...x.tensor, dims: [3, 2] } }, s]), 'request/shape'],
    ['too many rows', () => check([x, s], null, 1), 'request/too-many-rows'],
    [
      'no rows',
      () =>
        check([
          { ...x, tensor: { ...x.tensor, dims: [0, 2] } },
          { ...s, tensor: { ...s.tensor, dims: [0, 1] } },
        ]),
      'request/no-rows',
    ],
  ])('refuses %s', (_, work, code) => {
    expect(codeOf(work)).toBe(code)
  })

  it('shares runs only where the first dimension is open', () => {
    expect(joinsRequests(model)).toBe(true)
    expect(joinsRequests({ inputs: [{ name: 'x', type: 'float32', shape: [3, 2] }] })).toBe(false)
    expect(joinsRequests({ inputs: [{ name: 'x', type: 'float32', shape: [] }] })).toBe(false)
  })

  it('takes no shape that is not a list of sizes', () => {
    for (const shape of [null, 'x', [1.5], [NaN], ['a'], new Array(17).fill(1)])
      expect(codeOf(() => checkedShape('x', shape))).toBe('request/shape')
  })
})

it('hides the words of a bug, and keeps those of a refusal', () => {
  expect(asRefusal(new TypeError('secret path')).message).not.toContain('secret')
  expect(statusOf('server/internal').http).toBe(500)
  expect(statusOf('limit/rate').http).toBe(429)
  expect(statusOf('request/too-large').http).toBe(413)
  expect(statusOf('input/missing').http).toBe(422)
})
