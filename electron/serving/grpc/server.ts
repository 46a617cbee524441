/** The gRPC side of the Open Inference Protocol. An answer is raw when the request was, typed when it was typed. */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Metadata, Server, ServerCredentials, loadPackageDefinition } from '@grpc/grpc-js'
import type { ServerUnaryCall, ServiceDefinition, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { admit } from '../guard/admit.ts'
import type { Credentials, Guard } from '../guard/admit.ts'
import { bytesOf, tensorFromBytes } from '../protocol/binary.ts'
import { checkedDatatype, checkedShape } from '../protocol/infer.ts'
import type { GivenTensor } from '../protocol/infer.ts'
import { Refusal, asRefusal, statusOf } from '../protocol/refusal.ts'
import { datatypeOf } from '../protocol/tensor.ts'
import type { Datatype } from '../protocol/tensor.ts'
import type { Feeds } from '../model/messages.ts'
import type { Config } from '../config.ts'
import type { Caller, Service } from '../service.ts'
import type { Services } from '../services.ts'
import { contentsOf, tensorFromContents } from './contents.ts'
import type { Contents } from './contents.ts'

interface Named {
  readonly name?: string
  readonly version?: string
}

interface InferMessage {
  readonly model_name?: string
  readonly model_version?: string
  readonly id?: string
  readonly inputs?: readonly {
    readonly name?: string
    readonly datatype?: string
    readonly shape?: readonly string[]
    readonly contents?: Contents | null
  }[]
  readonly outputs?: readonly { readonly name?: string }[]
  readonly raw_input_contents?: readonly Uint8Array[]
}

export function loadService(protoUrl: URL): ServiceDefinition {
  const loaded = loadPackageDefinition(
    loadSync(fileURLToPath(protoUrl), { keepCase: true, longs: String, enums: String, oneofs: true }),
  ) as unknown as { inference: { GRPCInferenceService: { service: ServiceDefinition } } }
  return loaded.inference.GRPCInferenceService.service
}

function credentialsOf(call: ServerUnaryCall<unknown, unknown>): Credentials {
  const header = (name: string): string | undefined => {
    const [value] = call.metadata.get(name)
    return typeof value === 'string' ? value : undefined
  }
  return {
    apiKey: header('x-api-key'),
    authorization: header('authorization'),
    peer: call.getPeer().replace(/:\d+$/, ''),
  }
}

function errorOf(refusal: Refusal): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata()
  metadata.set('assay-error-code', refusal.code)
  if (refusal.retryAfterSeconds !== null) metadata.set('retry-after', String(Math.ceil(refusal.retryAfterSeconds)))
  return { code: statusOf(refusal.code).grpc, details: `${refusal.message} ${refusal.remedy}`, metadata }
}

function readInputs(message: InferMessage): GivenTensor[] {
  const raw = message.raw_input_contents ?? []
  const inputs = message.inputs ?? []
  if (raw.length > 0 && raw.length !== inputs.length)
    throw new Refusal(
      'request/raw-contents',
      `There are ${raw.length} raw contents for ${inputs.length} inputs.`,
      'Send one for each input, in their order.',
    )
  return inputs.map((input, k) => {
    const name = input.name ?? ''
    const datatype = checkedDatatype(name, input.datatype)
    const dims = checkedShape(name, input.shape ?? [])
    if (raw.length === 0) return { name, tensor: tensorFromContents(name, datatype, dims, input.contents) }
    if (Object.values(input.contents ?? {}).some((list) => Array.isArray(list) && list.length > 0))
      throw new Refusal('request/raw-contents', `"${name}" is sent typed and raw.`, 'Send it once.')
    return { name, tensor: tensorFromBytes(name, datatype, dims, raw[k]!) }
  })
}

function writeOutputs(outputs: Feeds, raw: boolean): object {
  const described = Object.entries(outputs).map(([name, tensor]) => {
    const datatype = datatypeOf(tensor.type) as Datatype
    return { name, datatype, tensor }
  })
  const anyRaw = raw || described.some(({ datatype, tensor }) => contentsOf(datatype, tensor) === null)
  return {
    outputs: described.map(({ name, datatype, tensor }) => ({
      name,
      datatype: datatype.name,
      shape: tensor.dims.map(String),
      ...(anyRaw ? {} : { contents: contentsOf(datatype, tensor) }),
    })),
    ...(anyRaw ? { raw_output_contents: described.map(({ tensor }) => bytesOf(tensor)) } : {}),
  }
}

export function makeGrpcServer(services: Services, guard: Guard, protoUrl: URL): Server {
  const { config, fallback } = services
  const server = new Server({
    'grpc.max_receive_message_length': config.MAX_BODY_BYTES,
    'grpc.max_concurrent_streams': config.MAX_CONNECTIONS,
  })
  /** Everything a handler throws becomes a status; nothing escapes into the library. */
  const answered =
    <Q, A>(work: (call: ServerUnaryCall<Q, A>) => A | Promise<A>) =>
    (call: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>): void => {
      Promise.resolve()
        .then(() => work(call))
        .then(
          (answer) => callback(null, answer),
          (error: unknown) => callback(errorOf(asRefusal(error))),
        )
    }
  const guarded = <Q, A>(work: (call: ServerUnaryCall<Q, A>) => A | Promise<A>) =>
    answered<Q, A>(async (call) => {
      try {
        await admit(guard, credentialsOf(call))
      } catch (error) {
        fallback.refused({ requestId: '', protocol: 'grpc' }, asRefusal(error).code)
        throw error
      }
      return work(call)
    })
  const find = ({ name, version }: Named): Service => services.find(name ?? '', version ?? '')
  const implementation: UntypedServiceImplementation = {
    ServerLive: answered(() => ({ live: true })),
    ServerReady: answered(() => ({ ready: services.whyNotReady() === null })),
    ModelReady: answered<Named, object>(({ request }) => ({ ready: find(request).isReady() })),
    ServerMetadata: guarded(() => ({ name: 'assay', version: fallback.release.manifest.assay, extensions: [] })),
    ModelMetadata: guarded<Named, object>(({ request }) => {
      const { name, inputs, outputs, ...rest } = services.describe(find(request))
      const shaped = (list: typeof inputs) =>
        list.map(({ shape, ...facts }) => ({ ...facts, shape: shape.map(String) }))
      return { name, ...rest, inputs: shaped(inputs), outputs: shaped(outputs) }
    }),
    ModelInfer: guarded<InferMessage, object>(async (call) => {
      const { request } = call
      const caller = callerOf(config, call)
      const { model_name: name = '', model_version: version = '' } = request
      const { body, model } = await services.answer(name, version, caller, async (service) => {
        const asked = request.outputs?.map((output) => output.name ?? '') ?? []
        const { outputs, served } = await service.infer(
          { id: caller.requestId, inputs: readInputs(request), outputs: asked.length > 0 ? asked : null },
          caller,
        )
        const sent = new Metadata()
        sent.set('assay-batch-rows', String(served.batchRows))
        sent.set('assay-queue-us', String(Math.round(served.queueMs * 1000)))
        sent.set('assay-model-us', String(Math.round(served.runMs * 1000)))
        call.sendMetadata(sent)
        const raw = (request.raw_input_contents?.length ?? 0) > 0
        return { body: writeOutputs(outputs, raw), model: service.model, served }
      })
      return { model_name: model.served, model_version: String(model.version), id: request.id ?? '', ...body }
    }),
  }
  server.addService(loadService(protoUrl), implementation)
  return server
}

function callerOf(config: Config, call: ServerUnaryCall<InferMessage, object>): Caller {
  const abort = new AbortController()
  call.on('cancelled', () => abort.abort())
  const since = performance.now()
  const given = call.getDeadline()
  const left = given instanceof Date ? given.getTime() - Date.now() : Number(given) - Date.now()
  const { id } = call.request
  return {
    requestId: id ? id : randomUUID(),
    protocol: 'grpc',
    since,
    deadline: since + Math.min(config.TIMEOUT_MS, Number.isFinite(left) ? left : Infinity),
    signal: abort.signal,
  }
}

/** @returns the port that was taken. */
export function bindGrpc(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) =>
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  )
}
