/** gRPC with a client made from the protocol's file, and requests that share a run. */
import { describe, expect, it } from 'vitest'
import { grpcCaller } from '../support/grpc-caller.ts'
import { goldenOf as rowsOf, startServing } from '../support/release.ts'
import { servedChurn } from '../support/served-churn.ts'
import { infer, model, tensorsOf } from '../support/serving-client.ts'
import type { V2 } from '../support/serving-client.ts'

const served = servedChurn()

describe('gRPC', () => {
  it('answers in the encoding of the request (triton#2937, #2582), with the outputs asked for', async () => {
    const grpc = grpcCaller(served.server.grpc)
    const [row] = rowsOf(served.churn.folder)
    const inputs = tensorsOf(served.churn.folder, [row!.inputs])
    const typed = inputs.map(({ name, datatype, shape, data }) => ({
      name,
      datatype,
      shape,
      contents:
        datatype === 'BYTES'
          ? { bytes_contents: data.map((text) => Buffer.from(String(text))) }
          : { fp32_contents: data.map((value) => value ?? NaN) },
    }))
    const answer = await grpc.call('ModelInfer', {
      model_name: model,
      id: 'g1',
      inputs: typed,
      outputs: [{ name: 'probabilities' }],
    })
    expect(answer.value).toMatchObject({ model_name: model, model_version: '1', id: 'g1' })
    const [output] = (answer.value as { outputs: { name: string; contents: { fp32_contents: number[] } }[] }).outputs
    expect(output!.name).toBe('probabilities')
    expect(output!.contents.fp32_contents[1]).toBeCloseTo(row!.scores![1]!, 6)
    expect((answer.value as { raw_output_contents?: unknown[] }).raw_output_contents ?? []).toEqual([])
    expect(Number(answer.metadata['assay-batch-rows'])).toBe(1)
    const raw = inputs.map(({ data, datatype }) => {
      if (datatype === 'FP32') return Buffer.from(Float32Array.from(data as number[], (value) => value ?? NaN).buffer)
      const text = Buffer.from(String(data[0]))
      return Buffer.concat([Buffer.from(Uint32Array.of(text.length).buffer), text])
    })
    const heads = inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape }))
    const back = (await grpc.call('ModelInfer', { model_name: model, inputs: heads, raw_input_contents: raw }))
      .value as {
      outputs: { name: string; contents?: unknown }[]
      raw_output_contents: Buffer[]
    }
    expect(back.outputs.map(({ name, contents }) => [name, contents ?? null])).toEqual([
      ['label', null],
      ['probabilities', null],
    ])
    expect(back.raw_output_contents[1]!.readFloatLE(4)).toBeCloseTo(row!.scores![1]!, 6)
    grpc.close()
  })

  it('describes the model and gives statuses with codes', async () => {
    const grpc = grpcCaller(served.server.grpc)
    expect((await grpc.call('ServerLive', {})).value).toMatchObject({ live: true })
    expect((await grpc.call('ServerReady', {})).value).toMatchObject({ ready: true })
    expect((await grpc.call('ModelReady', { name: model, version: '1' })).value).toMatchObject({ ready: true })
    expect((await grpc.call('ModelMetadata', { name: model })).value).toMatchObject({
      versions: ['1'],
      platform: 'onnx_onnxv1',
    })
    expect(await grpc.refusal('ModelMetadata', { name: 'other' })).toEqual([5, 'model/unknown'])
    expect(await grpc.refusal('ModelInfer', { model_name: model })).toEqual([3, 'request/missing-input'])
    expect(
      await grpc.refusal('ModelInfer', { model_name: model, inputs: [{ name: 'gender', datatype: 'FP99' }] }),
    ).toEqual([3, 'request/datatype'])
    expect(
      await grpc.refusal('ModelInfer', {
        model_name: model,
        inputs: [{ name: 'gender', datatype: 'INT8', shape: [1], contents: { int_contents: [300] } }],
      }),
    ).toEqual([3, 'request/value'])
    grpc.close()
  })
})

describe('batching', () => {
  it('gives each caller its own rows, id and outputs (MLServer#1306, #1911, #1541), and says how large the run was (triton#5802)', async () => {
    const running = await startServing(served.churn.folder, { ASSAY_MAX_DELAY_MS: '30' })
    const golden = rowsOf(served.churn.folder).slice(0, 60)
    let shared = 0
    await Promise.all(
      golden.map(async (row, k) => {
        const outputs = k % 3 === 0 ? [{ name: 'label' }] : [{ name: 'probabilities' }, { name: 'label' }]
        const answer = await infer(running.rest, {
          id: `id-${k}`,
          inputs: tensorsOf(served.churn.folder, [row.inputs]),
          outputs,
        })
        const body = answer.body as V2
        expect(body.id).toBe(`id-${k}`)
        expect(body.outputs.map((output) => output.name)).toEqual(outputs.map((output) => output.name))
        expect(body.outputs.at(-1)!.data).toEqual([row.label])
        if (k % 3 !== 0) expect(Math.abs(Number(body.outputs[0]!.data[1]) - row.scores![1]!)).toBeLessThan(1e-6)
        shared = Math.max(shared, Number(answer.headers.get('assay-batch-rows')))
        expect(Number(answer.headers.get('assay-queue-us'))).toBeGreaterThanOrEqual(0)
      }),
    )
    expect(shared).toBeGreaterThan(5)
    await running.stop()
  })
})
