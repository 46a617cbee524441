/** An inference request, whichever way it came, against the model's inputs and outputs. */
import type { TensorFacts } from '../model/messages.ts'
import type { Model } from '../model/model.ts'
import { Refusal } from './refusal.ts'
import { datatypeNamed, datatypeOf } from './tensor.ts'
import type { Datatype, Tensor } from './tensor.ts'

export interface GivenTensor {
  readonly name: string
  readonly tensor: Tensor
}

export interface InferRequest {
  readonly id: string
  readonly inputs: readonly GivenTensor[]
  /** Names in the order asked for; null asks for every output. */
  readonly outputs: readonly string[] | null
}

/** A dimension of any size is a text or not positive; a fixed one is its number. */
export const isOpen = (dim: number | string): boolean => typeof dim !== 'number' || dim <= 0
export const protocolShape = (shape: readonly (number | string)[]): number[] =>
  shape.map((dim) => (isOpen(dim) ? -1 : Number(dim)))

/** Whether rows of several requests may share a run. */
export function joinsRequests(model: Pick<Model, 'inputs'>): boolean {
  return model.inputs.every((input) => input.shape.length > 0 && isOpen(input.shape[0]!))
}

const largestElements = 2 ** 31

/** @throws Refusal request/datatype */
export function checkedDatatype(name: string, datatype: unknown): Datatype {
  const found = typeof datatype === 'string' ? datatypeNamed(datatype) : undefined
  if (!found)
    throw new Refusal('request/datatype', `"${name}" has no datatype of the protocol.`, 'Use FP32, INT64, BYTES, …')
  return found
}

/** @throws Refusal request/shape */
export function checkedShape(name: string, shape: unknown): number[] {
  const dims = Array.isArray(shape) ? shape.map(Number) : null
  const product = dims?.reduce((all, dim) => all * dim, 1) ?? NaN
  if (
    !dims ||
    dims.length > 16 ||
    dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0) ||
    product > largestElements
  )
    throw new Refusal(
      'request/shape',
      `The shape of "${name}" is not a list of sizes.`,
      'Send the size of each dimension.',
    )
  return dims
}

function checkAgainst(facts: TensorFacts, { name, tensor }: GivenTensor): void {
  const wanted = protocolShape(facts.shape)
  if (tensor.type !== facts.type) {
    const named = (type: string) => datatypeOf(type)?.name ?? type
    throw new Refusal(
      'request/datatype',
      `The input "${name}" takes ${named(facts.type)}, not ${named(tensor.type)}.`,
      'Send the datatype that the model metadata names.',
    )
  }
  const fits =
    tensor.dims.length === wanted.length && tensor.dims.every((dim, k) => wanted[k] === -1 || wanted[k] === dim)
  if (!fits)
    throw new Refusal(
      'request/shape',
      `The input "${name}" takes the shape [${wanted.join(', ')}], not [${tensor.dims.join(', ')}].`,
      'Send the shape that the model metadata names; -1 is any size.',
    )
}

export interface CheckedRequest {
  readonly feeds: Readonly<Record<string, Tensor>>
  readonly rows: number
  readonly fetches: readonly string[]
}

/** @throws Refusal request/* */
export function checkInfer(request: InferRequest, model: Model, maxRows: number): CheckedRequest {
  const feeds: Record<string, Tensor> = {}
  for (const given of request.inputs) {
    const facts = model.inputs.find((input) => input.name === given.name)
    if (!facts)
      throw new Refusal(
        'request/unknown-input',
        `The model has no input "${given.name}".`,
        `Its inputs are ${model.inputs.map((input) => input.name).join(', ')}.`,
      )
    if (Object.hasOwn(feeds, given.name))
      throw new Refusal('request/unknown-input', `The input "${given.name}" is there twice.`, 'Send it once.')
    checkAgainst(facts, given)
    feeds[given.name] = given.tensor
  }
  const absent = model.inputs.find((input) => !Object.hasOwn(feeds, input.name))
  if (absent)
    throw new Refusal(
      'request/missing-input',
      `The input "${absent.name}" is missing.`,
      'Send every input of the model.',
    )
  const firsts = new Set(Object.values(feeds).map((tensor) => tensor.dims[0] ?? 1))
  const joins = joinsRequests(model)
  if (joins && firsts.size > 1)
    throw new Refusal('request/shape', 'The inputs have different numbers of rows.', 'Send the same first dimension.')
  const rows = Math.max(...firsts)
  if (rows === 0) throw new Refusal('request/no-rows', 'The request has no rows.', 'Send at least one.')
  if (rows > maxRows)
    throw new Refusal(
      'request/too-many-rows',
      `The request has ${rows} rows; this server takes ${maxRows}.`,
      'Send fewer at once, or score them with the batch command.',
    )
  return { feeds, rows, fetches: checkOutputs(request.outputs, model) }
}

function checkOutputs(wanted: readonly string[] | null, model: Model): string[] {
  const known = model.outputs.map((output) => output.name)
  if (wanted === null) return known
  const unknown = wanted.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new Refusal(
      'request/unknown-output',
      `The model has no output "${unknown}".`,
      `Its outputs are ${known.join(', ')}.`,
    )
  return [...new Set(wanted)]
}
