/** A client of the protocol over gRPC, typed and raw. */
import { Client, Metadata, credentials } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/grpc-js'
import { contentsOf, tensorFromContents } from '../grpc/contents.ts'
import type { Contents } from '../grpc/contents.ts'
import { loadService } from '../grpc/server.ts'
import type { Feeds } from '../model/messages.ts'
import { bytesOf, tensorFromBytes } from '../protocol/binary.ts'
import { checkedDatatype } from '../protocol/infer.ts'
import { datatypeOf } from '../protocol/tensor.ts'
import type { Tensor } from '../protocol/tensor.ts'

interface InferAnswer {
  readonly outputs?: readonly { name: string; datatype: string; shape?: string[]; contents?: Contents }[]
  readonly raw_output_contents?: readonly Uint8Array[]
}

export class GrpcClient {
  readonly #client: Client
  readonly #infer: MethodDefinition<object, InferAnswer>
  readonly #metadata = new Metadata()

  constructor(address: string, proto: URL, key: string | undefined) {
    this.#client = new Client(address, credentials.createInsecure())
    this.#infer = loadService(proto)['ModelInfer'] as unknown as MethodDefinition<object, InferAnswer>
    if (key) this.#metadata.set('x-api-key', key)
  }

  async infer(model: string, feeds: Feeds, fetches: readonly string[], raw: boolean): Promise<Feeds> {
    const inputs = Object.entries(feeds).map(([name, tensor]) => {
      const datatype = datatypeOf(tensor.type)!
      const head = { name, datatype: datatype.name, shape: tensor.dims.map(String) }
      return raw ? head : { ...head, contents: contentsOf(datatype, tensor) }
    })
    const request = {
      model_name: model,
      inputs,
      outputs: fetches.map((name) => ({ name })),
      ...(raw ? { raw_input_contents: Object.values(feeds).map(bytesOf) } : {}),
    }
    const { path, requestSerialize, responseDeserialize } = this.#infer
    const answer = await new Promise<InferAnswer>((resolve, reject) =>
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata,
        { deadline: Date.now() + 30_000 },
        (error, value) => (error ? reject(error) : resolve(value!)),
      ),
    )
    const read: Record<string, Tensor> = {}
    answer.outputs?.forEach((output, k) => {
      const datatype = checkedDatatype(output.name, output.datatype)
      const dims = (output.shape ?? []).map(Number)
      const bytes = answer.raw_output_contents?.[k]
      read[output.name] = bytes
        ? tensorFromBytes(output.name, datatype, dims, bytes)
        : tensorFromContents(output.name, datatype, dims, output.contents)
    })
    return read
  }

  close(): void {
    this.#client.close()
  }
}
