/** REST: the protocol's shape, the complaints of other servers' users, and the row API. */
import { describe, expect, it } from 'vitest'
import type { Prediction } from '../../shared/serving/predictions.ts'
import { goldenOf as rowsOf, startServing } from '../support/release.ts'
import { servedChurn } from '../support/served-churn.ts'
import { infer, model, post, tensorsOf } from '../support/serving-client.ts'
import type { V2 } from '../support/serving-client.ts'

const served = servedChurn({ digits: true })

describe('the protocol over REST', () => {
  const rows = () => rowsOf(served.churn.folder).slice(0, 3)
  const inputs = () =>
    tensorsOf(
      served.churn.folder,
      rows().map((row) => row.inputs),
    )

  it('describes server and model', async () => {
    const get = async (path: string) => (await fetch(`${served.server.rest}${path}`)).json()
    expect(await get('/v2')).toMatchObject({ name: 'assay', extensions: ['binary_tensor_data'] })
    expect(await get('/v2/health/live')).toEqual({ live: true })
    expect(await get('/v2/health/ready')).toEqual({ ready: true })
    expect(await get(`/v2/models/${model}/versions/1/ready`)).toEqual({ name: model, ready: true })
    expect(await get(`/v2/models/${model}`)).toMatchObject({
      name: model,
      versions: ['1'],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    })
  })

  it('honours the outputs asked for, in their order, and the id (kserve#3307, MLServer#514)', async () => {
    const all = (await infer(served.server.rest, { id: 'q', inputs: inputs() })).body as V2
    expect([all.id, all.model_name, all.model_version]).toEqual(['q', model, '1'])
    expect(all.outputs.map((output) => output.name)).toEqual(['label', 'probabilities'])
    const one = (await infer(served.server.rest, { inputs: inputs(), outputs: [{ name: 'probabilities' }] })).body as V2
    expect(one).not.toHaveProperty('id')
    expect(one.outputs).toEqual([all.outputs[1]])
    const turned = { inputs: inputs(), outputs: [{ name: 'probabilities' }, { name: 'label' }] }
    const both = (await infer(served.server.rest, turned)).body as V2
    expect(both.outputs.map((output) => output.name)).toEqual(['probabilities', 'label'])
    expect(both.outputs[1]!.data).toEqual(rows().map((row) => row.label))
  })

  it.each<[string, () => Promise<{ status: number; headers: Headers; body: never }>, number, string]>([
    ['no JSON', () => post(served.server.rest, `/v2/models/${model}/infer`, '{'), 400, 'request/json'],
    ['no body', () => post(served.server.rest, `/v2/models/${model}/infer`, ''), 400, 'request/json'],
    ['another model', () => post(served.server.rest, '/v2/models/other/infer', '{}'), 404, 'model/unknown'],
    [
      'another version',
      () => post(served.server.rest, `/v2/models/${model}/versions/2/infer`, '{}'),
      404,
      'model/unknown',
    ],
    ['another path', () => post(served.server.rest, '/v2/nothing', '{}'), 404, 'request/not-found'],
    [
      'an unknown output',
      () => infer(served.server.rest, { inputs: inputs(), outputs: [{ name: 'x' }] }),
      400,
      'request/unknown-output',
    ],
    ['a missing input', () => infer(served.server.rest, { inputs: inputs().slice(1) }), 400, 'request/missing-input'],
    [
      'another datatype',
      () => infer(served.server.rest, { inputs: inputs().map((input) => ({ ...input, datatype: 'FP64' })) }),
      400,
      'request/value',
    ],
    ['a compressed body', () => infer(served.server.rest, {}, { 'content-encoding': 'gzip' }), 415, 'request/encoding'],
    [
      'a missing value that no evaluated row had',
      () =>
        infer(served.server.rest, {
          inputs: tensorsOf(served.churn.folder, [{ ...rows()[0]!.inputs, monthly_charges: null }]),
        }),
      422,
      'input/missing',
    ],
  ])('refuses %s in the specified shape (open-inference-protocol#17, kserve#3887)', async (_, work, status, code) => {
    const answer = await work()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('assay-error-code')).toBe(code)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(Object.keys(answer.body)).toEqual(['error'])
    expect(typeof (answer.body as { error: unknown }).error).toBe('string')
  })

  it('reads large binary tensors where they lie, and mixes none of them up', async () => {
    const golden = rowsOf(served.churn.folder)
    const ask = async (turn: number) => {
      const rows = Array.from({ length: 600 }, (_, k) => golden[(k * (turn + 1) + turn) % golden.length]!)
      const tensors = tensorsOf(
        served.churn.folder,
        rows.map((row) => row.inputs),
      ).map(({ data, ...head }) => {
        const bytes =
          head.datatype === 'FP32'
            ? Buffer.from(Float32Array.from(data as number[], (value) => value ?? NaN).buffer)
            : Buffer.concat(
                data.flatMap((value) => {
                  const text = Buffer.from(String(value))
                  return [Buffer.from(Uint32Array.of(text.length).buffer), text]
                }),
              )
        return { head: { ...head, parameters: { binary_data_size: bytes.length } }, bytes }
      })
      const request = {
        inputs: tensors.map(({ head }) => head),
        outputs: [{ name: 'probabilities' }, { name: 'label' }],
      }
      const json = Buffer.from(JSON.stringify(request))
      const body = Buffer.concat([json, ...tensors.map(({ bytes }) => bytes)])
      expect(body.length).toBeGreaterThan(16 * 1024)
      const answer = await post(served.server.rest, `/v2/models/${model}/infer`, body as unknown as string, {
        'inference-header-content-length': String(json.length),
      })
      expect(answer.status, answer.text.slice(0, 200)).toBe(200)
      const [scores, labels] = (answer.body as V2).outputs
      expect(labels!.data).toEqual(rows.map((row) => row.label))
      rows.forEach((row, k) => expect(Math.abs(Number(scores!.data[2 * k + 1]) - row.scores![1]!)).toBeLessThan(1e-6))
    }
    for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 6 }, (_, k) => ask(6 * round + k)))
  })

  it('sends no CORS headers', async () => {
    const answer = await infer(served.server.rest, { inputs: inputs() }, { origin: 'https://example.org' })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    const preflight = await fetch(`${served.server.rest}/v1/predict`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.org' },
    })
    expect(preflight.status).toBe(404)
  })
})

describe('the row API', () => {
  const row = () => rowsOf(served.churn.folder)[0]!.inputs

  it('takes one row or many, and describes itself', async () => {
    const one = (await post(served.server.rest, '/v1/predict', JSON.stringify(row()), { 'x-request-id': 'mine' }))
      .body as {
      id: string
      predictions: Prediction[]
    }
    expect([one.id, one.predictions.length]).toEqual(['mine', 1])
    const two = (await post(served.server.rest, '/v1/predict', JSON.stringify([row(), row()]))).body as typeof one
    expect(two.predictions).toEqual([two.predictions[0], two.predictions[0]])
    // ONNX Runtime adds up trees in another order for a row alone: the last digit may differ, no more.
    const [alone, beside] = [one.predictions[0]!, two.predictions[0]!]
    expect(Math.abs(alone.probabilities!['Yes']! - beside.probabilities!['Yes']!)).toBeLessThan(1e-6)
    expect({ ...alone, probabilities: null }).toEqual({ ...beside, probabilities: null })
    const api = await (await fetch(`${served.server.rest}/openapi.json`)).json()
    expect(api.openapi).toBe('3.1.0')
    expect(Object.keys(api.components.schemas.Row.properties)).toEqual(Object.keys(row()))
    expect(api.components.schemas.Row.examples).toEqual([row()])
  })

  it('says every problem with row and column, and scores none', async () => {
    const { tenure_months: _, ...without } = row()
    const answer = await post(
      served.server.rest,
      '/v1/predict',
      JSON.stringify([row(), { ...row(), gender: 3 }, without]),
    )
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({
      code: 'input/type',
      problems: [
        { row: 1, column: 'gender', code: 'input/type' },
        { row: 2, column: 'tenure_months', code: 'input/absent' },
      ],
    })
  })

  it('reads no further than anybody would read the problems: a small body of empty rows lacks thousands of values', async () => {
    const { status, body } = await post(served.server.rest, '/v1/predict', `[${'{},'.repeat(9_999)}{}]`)
    expect(status).toBe(422)
    const { error, problems } = body as { error: string; problems: { row: number }[] }
    expect(problems).toHaveLength(100)
    expect(Number(/\(and (\d+) more\)$/.exec(error)![1])).toBeLessThan(200)
  })

  it('warns of what was never evaluated, or refuses it when told to', async () => {
    const strange = { ...row(), contract: 'Weekly', monthly_charges: 1e6 }
    const { predictions } = (await post(served.server.rest, '/v1/predict', JSON.stringify(strange))).body as {
      predictions: Prediction[]
    }
    expect(predictions[0]!.warnings.map((warning) => warning.code).sort()).toEqual([
      'input/out-of-range',
      'input/unseen-category',
    ])
    const strict = await startServing(served.churn.folder, { ASSAY_UNLIKE_EVALUATED: 'refuse' })
    expect((await post(strict.rest, '/v1/predict', JSON.stringify(strange))).status).toBe(422)
    expect((await post(strict.rest, '/v1/predict', JSON.stringify(row()))).status).toBe(200)
    await strict.stop()
  })

  it('refuses images that are none, or of another size', async () => {
    const running = await startServing(served.digits.folder)
    const image = rowsOf(served.digits.folder)[0]!.inputs
    const [name] = Object.keys(image)
    const send = (value: unknown) => post(running.rest, '/v1/predict', JSON.stringify({ [name!]: value }))
    expect((await send(image[name!])).status).toBe(200)
    expect((await send(Buffer.from('not a PNG').toString('base64'))).status).toBe(422)
    expect((await send('%%%')).status).toBe(422)
    expect((await send(null)).status).toBe(422)
    await running.stop()
  })
})
