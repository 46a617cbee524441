/** A plain HTTP client of the row API and of the protocol, in JSON and in bytes. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Prediction } from '../../../shared/serving/predictions.ts'
import type { Feeds, TensorFacts } from '../model/messages.ts'
import { bytesOf, tensorFromBytes } from '../protocol/binary.ts'
import { checkedDatatype } from '../protocol/infer.ts'
import { jsonValues, tensorFromJson } from '../protocol/json-tensor.ts'
import { datatypeNamed, datatypeOf } from '../protocol/tensor.ts'
import type { Tensor } from '../protocol/tensor.ts'

interface OutputJson {
  readonly name: string
  readonly datatype: string
  readonly shape: number[]
  readonly data?: unknown[]
  readonly parameters?: { readonly binary_data_size?: number }
}

export class RestClient {
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(base: string, key: string | undefined) {
    this.#base = base.replace(/\/$/, '')
    this.#headers = key ? { 'x-api-key': key } : {}
  }

  async #ask(path: string, body?: Buffer | string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const response = await fetch(`${this.#base}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    })
    if (response.ok) return response
    throw new AssayError({
      code: 'replay/refused',
      message: `${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`,
      remedy: 'Check that the release is the one that runs there.',
    })
  }

  async facts(model: string): Promise<{ inputs: TensorFacts[]; outputs: TensorFacts[] }> {
    const described = (await (await this.#ask(`/v2/models/${model}`)).json()) as {
      inputs: OutputJson[]
      outputs: OutputJson[]
    }
    const facts = (list: OutputJson[]): TensorFacts[] =>
      list.map(({ name, datatype, shape }) => ({ name, type: datatypeNamed(datatype)!.type, shape }))
    return { inputs: facts(described.inputs), outputs: facts(described.outputs) }
  }

  async predict(rows: readonly object[]): Promise<Prediction[]> {
    const response = await this.#ask('/v1/predict', JSON.stringify(rows))
    return ((await response.json()) as { predictions: Prediction[] }).predictions
  }

  async infer(model: string, feeds: Feeds, fetches: readonly string[], binary: boolean): Promise<Feeds> {
    const parts: Buffer[] = []
    const inputs = Object.entries(feeds).map(([name, tensor]) => {
      const head = { name, datatype: datatypeOf(tensor.type)!.name, shape: tensor.dims }
      if (!binary) return { ...head, data: jsonValues(tensor) }
      const bytes = bytesOf(tensor)
      parts.push(bytes)
      return { ...head, parameters: { binary_data_size: bytes.length } }
    })
    const outputs = fetches.map((name) => ({ name, parameters: { binary_data: binary } }))
    const json = Buffer.from(JSON.stringify({ inputs, outputs }))
    const headers: Record<string, string> = binary ? { 'inference-header-content-length': String(json.length) } : {}
    const response = await this.#ask(`/v2/models/${model}/infer`, Buffer.concat([json, ...parts]), headers)
    const body = Buffer.from(await response.arrayBuffer())
    const length = response.headers.get('inference-header-content-length')
    return readAnswer(body, length === null ? body.length : Number(length))
  }
}

function readAnswer(body: Buffer, jsonLength: number): Feeds {
  const { outputs } = JSON.parse(body.subarray(0, jsonLength).toString('utf8')) as { outputs: OutputJson[] }
  let at = jsonLength
  const read: Record<string, Tensor> = {}
  for (const output of outputs) {
    const datatype = checkedDatatype(output.name, output.datatype)
    const size = output.parameters?.binary_data_size
    if (size === undefined) {
      read[output.name] = tensorFromJson(output.name, datatype, output.shape, output.data)
      continue
    }
    read[output.name] = tensorFromBytes(output.name, datatype, output.shape, body.subarray(at, at + size))
    at += size
  }
  return read
}
