/** A client generated from the protocol's file by grpc-js itself, and one that sends any bytes at all. */
import { fileURLToPath } from 'node:url'
import { Metadata, credentials, loadPackageDefinition } from '@grpc/grpc-js'
import type { ServiceError, Client } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

type Answered = { readonly value: unknown; readonly metadata: Record<string, string> }
type Method = (
  request: object,
  headers: Metadata,
  callback: (error: ServiceError | null, value: unknown) => void,
) => {
  on(event: 'metadata', listener: (metadata: { toJSON(): Record<string, string[]> }) => void): void
}

export interface GrpcCaller {
  call(method: string, request: object): Promise<Answered>
  /** Status and Assay's code of a call that must fail. */
  refusal(method: string, request: object): Promise<[number, string | undefined]>
  close(): void
}

/** @param headers sent with each call */
export function grpcCaller(address: string, headers: Readonly<Record<string, string>> = {}): GrpcCaller {
  const path = fileURLToPath(new URL('../../electron/serving/inference.proto', import.meta.url))
  const loaded = loadPackageDefinition(loadSync(path, { keepCase: true, longs: String })) as unknown as {
    inference: { GRPCInferenceService: new (address: string, channel: unknown) => Client }
  }
  const client = new loaded.inference.GRPCInferenceService(address, credentials.createInsecure())
  const sent = new Metadata()
  for (const [name, value] of Object.entries(headers)) sent.set(name, value)
  const call = (method: string, request: object): Promise<Answered> =>
    new Promise((resolve, reject) => {
      let metadata: Record<string, string> = {}
      const made = (client as unknown as Record<string, Method>)[method]!.call(client, request, sent, (error, value) =>
        error ? reject(error) : resolve({ value, metadata }),
      )
      made.on('metadata', (given) => {
        metadata = Object.fromEntries(Object.entries(given.toJSON()).map(([name, values]) => [name, values[0]!]))
      })
    })
  return {
    call,
    refusal: async (method, request) => {
      try {
        await call(method, request)
      } catch (error) {
        const { code, metadata } = error as ServiceError
        return [code, metadata.get('assay-error-code')[0]?.toString()]
      }
      return [0, undefined]
    },
    close: () => client.close(),
  }
}

/** Sends the bytes as the body of ModelInfer. @returns the status */
export function sendBytes(client: Client, bytes: Buffer): Promise<number> {
  return new Promise((resolve) =>
    client.makeUnaryRequest(
      '/inference.GRPCInferenceService/ModelInfer',
      (given: Buffer) => given,
      (answer: Buffer) => answer,
      bytes,
      { deadline: Date.now() + 10_000 },
      (error) => resolve(error ? error.code : 0),
    ),
  )
}
