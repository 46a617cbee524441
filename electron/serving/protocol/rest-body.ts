/** The REST body of an inference, with and without the binary tensor extension. */
import { bytesOf, tensorFromBytes } from './binary.ts'
import { checkedDatatype, checkedShape } from './infer.ts'
import type { GivenTensor, InferRequest } from './infer.ts'
import { jsonValues, tensorFromJson } from './json-tensor.ts'
import { Refusal } from './refusal.ts'
import { datatypeOf } from './tensor.ts'
import type { Tensor } from './tensor.ts'

export interface RestInfer extends InferRequest {
  /** Whether an output is answered in bytes. */
  isBinary(output: string): boolean
  /** As it was asked for, to be given back. */
  readonly givenId: string | null
}

type Json = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws Refusal request/json */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (error) {
    throw new Refusal('request/json', `The body is not JSON: ${(error as Error).message.slice(0, 200)}`, 'Send JSON.')
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(message: string): Refusal {
  return new Refusal('request/body', message, 'See the Open Inference Protocol, version 2.')
}

function parametersOf(holder: Json, what: string): Json {
  const { parameters } = holder
  if (parameters === undefined || parameters === null) return {}
  if (!isObject(parameters)) throw invalid(`The parameters of ${what} are not an object.`)
  return parameters
}

function nameOf(holder: unknown, what: string): { readonly name: string; readonly fields: Json } {
  if (!isObject(holder) || typeof holder['name'] !== 'string') throw invalid(`${what} has no name.`)
  return { name: holder['name'], fields: holder }
}

/** Where the JSON ends and the tensors' bytes begin. @throws Refusal request/header-length */
function split(body: Uint8Array, headerLength: string | undefined): { json: Uint8Array; binary: Uint8Array | null } {
  if (headerLength === undefined) return { json: body, binary: null }
  const length = /^\d{1,10}$/.test(headerLength) ? Number(headerLength) : NaN
  if (!(length <= body.length))
    throw new Refusal(
      'request/header-length',
      `Inference-Header-Content-Length is ${headerLength.slice(0, 20)}; the body has ${body.length} bytes.`,
      'Send the length of the JSON in front of the bytes.',
    )
  return { json: body.subarray(0, length), binary: body.subarray(length) }
}

/** @throws Refusal request/* */
export function readInfer(body: Uint8Array, headerLength: string | undefined, requestId: string): RestInfer {
  const { json, binary } = split(body, headerLength)
  const request = parseJson(json)
  if (!isObject(request)) throw invalid('The request is not an object.')
  const { inputs, outputs, id } = request
  if (!Array.isArray(inputs)) throw invalid('The request has no list of inputs.')
  if (id !== undefined && typeof id !== 'string') throw invalid('The id is not a text.')
  if (outputs !== undefined && !Array.isArray(outputs)) throw invalid('The outputs are not a list.')
  let at = 0
  const given = inputs.map((input: unknown): GivenTensor => {
    const { name, fields } = nameOf(input, 'An input')
    const datatype = checkedDatatype(name, fields['datatype'])
    const dims = checkedShape(name, fields['shape'])
    const size = parametersOf(fields, `"${name}"`)['binary_data_size']
    if (size === undefined) return { name, tensor: tensorFromJson(name, datatype, dims, fields['data']) }
    if (!binary || !Number.isSafeInteger(size) || Number(size) < 0 || at + Number(size) > binary.length)
      throw new Refusal(
        'request/binary-size',
        `The binary data of "${name}" is not there in its size.`,
        'Send Inference-Header-Content-Length, and the bytes of all tensors after the JSON.',
      )
    const bytes = binary.subarray(at, at + Number(size))
    at += Number(size)
    return { name, tensor: tensorFromBytes(name, datatype, dims, bytes) }
  })
  if (binary && at !== binary.length)
    throw new Refusal('request/binary-size', `${binary.length - at} bytes belong to no input.`, 'Send their sizes.')
  const allBinary = parametersOf(request, 'the request')['binary_data_output'] === true
  const asked = outputs?.map((output: unknown) => {
    const { name, fields } = nameOf(output, 'An output')
    return { name, binary: parametersOf(fields, `"${name}"`)['binary_data'] }
  })
  const binaries = new Map(asked?.map((output) => [output.name, output.binary]))
  return {
    id: id === undefined || id === '' ? requestId : id,
    givenId: id ?? null,
    inputs: given,
    outputs: asked && asked.length > 0 ? asked.map((output) => output.name) : null,
    isBinary: (name) => (typeof binaries.get(name) === 'boolean' ? binaries.get(name) === true : allBinary),
  }
}

export interface RestAnswer {
  readonly body: Buffer
  /** Length of the JSON when bytes follow it. */
  readonly headerLength: number | null
}

export function writeInfer(
  model: { readonly served: string; readonly version: number },
  request: RestInfer,
  outputs: Readonly<Record<string, Tensor>>,
): RestAnswer {
  const parts: Buffer[] = []
  const written = Object.entries(outputs).map(([name, tensor]) => {
    const head = { name, datatype: datatypeOf(tensor.type)!.name, shape: tensor.dims }
    if (!request.isBinary(name)) return { ...head, data: jsonValues(tensor) }
    const bytes = bytesOf(tensor)
    parts.push(bytes)
    return { ...head, parameters: { binary_data_size: bytes.length } }
  })
  const json = Buffer.from(
    JSON.stringify({
      model_name: model.served,
      model_version: String(model.version),
      ...(request.givenId === null ? {} : { id: request.givenId }),
      outputs: written,
    }),
  )
  return parts.length === 0
    ? { body: json, headerLength: null }
    : { body: Buffer.concat([json, ...parts]), headerLength: json.length }
}
