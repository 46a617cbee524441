/** The container's program as a process on loopback: the workbench's scores, the protocol's shape, and no crash. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '../../shared/contract/run.ts'
import type { Replay } from '../../shared/serving/golden.ts'
import { predictionLogLineSchema } from '../../shared/serving/prediction-log.ts'
import type { Prediction } from '../../shared/serving/predictions.ts'
import { releaseManifestSchema } from '../../shared/serving/release-manifest.ts'
import { newKey } from '../../electron/serving/guard/keys.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import {
  churnRelease,
  digitsRelease,
  goldenOf as rowsOf,
  releaseOf,
  runServing,
  startServing,
  temporaryFolder,
} from '../support/release.ts'
import type { Running } from '../support/release.ts'
import { grpcCaller } from '../support/grpc-caller.ts'

let test: TestEngine
let churn: { folder: string; run: Run }
let digits: { folder: string; run: Run }
let server: Running

beforeAll(async () => {
  test = await openTestEngine()
  churn = await churnRelease(test)
  digits = await digitsRelease(test)
  server = await startServing(churn.folder)
}, 120_000)
afterAll(async () => {
  await server.stop()
  await test.close()
})

const model = 'gradient-boosting'
async function post(
  base: string,
  path: string,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: never; text: string }> {
  const response = await fetch(`${base}${path}`, { method: 'POST', body, headers })
  const text = await response.text()
  let parsed: unknown = null
  try {
    parsed = JSON.parse(text)
  } catch {
    // Binary, or not for reading.
  }
  return { status: response.status, headers: response.headers, body: parsed as never, text }
}

/** The model's own tensors for golden rows. */
function tensorsOf(rows: readonly Record<string, unknown>[]) {
  const manifest = releaseManifestSchema.parse(JSON.parse(readFileSync(join(churn.folder, 'manifest.json'), 'utf8')))
  return manifest.inputs.map((column) => ({
    name: column.name,
    datatype: column.type === 'string' ? 'BYTES' : 'FP32',
    shape: [rows.length, 1],
    data: rows.map((row) => row[column.name]),
  }))
}
const infer = (base: string, body: object, headers = {}) =>
  post(base, `/v2/models/${model}/infer`, JSON.stringify(body), headers)

interface V2 {
  id?: string
  model_name: string
  model_version: string
  outputs: { name: string; datatype: string; shape: number[]; data: unknown[] }[]
}

describe('scores', () => {
  it.each(['churn', 'digits'] as const)('%s: golden rows through REST, gRPC and batch', async (name) => {
    const { folder } = name === 'churn' ? churn : digits
    const running = name === 'churn' ? server : await startServing(folder)
    const ended = await runServing(['replay', '--release', folder, '--rest', running.rest, '--grpc', running.grpc])
    expect(ended.stderr).toBe('')
    const { replays } = JSON.parse(ended.stdout) as { replays: Replay[] }
    expect(replays.map((replay) => replay.through)).toEqual([
      'REST rows',
      'REST JSON tensors',
      'REST binary tensors',
      'gRPC typed tensors',
      'gRPC raw tensors',
      'batch',
    ])
    for (const replay of replays) {
      expect(replay.rows).toBeGreaterThanOrEqual(40)
      expect(replay, replay.differing.join('\n')).toMatchObject({ equal: replay.rows })
      expect(replay.largestDifference).toBeLessThan(1e-6)
    }
    if (running !== server) expect(await running.stop()).toBe(0)
  })

  it('of every row of the file are the workbench’s, by batch and by rows', async () => {
    const folder = temporaryFolder()
    const input = join(samples, 'churn/holdout.csv')
    const ended = await runServing(['batch', '--release', churn.folder, '--input', input, '--output', folder])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const lines = Papa.parse<Record<string, string>>(readFileSync(join(folder, 'part-00000-of-00001.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    const given = Papa.parse<Record<string, string>>(readFileSync(input, 'utf8'), {
      header: true,
      skipEmptyLines: true,
    })
    const rows: (string | null)[][] = []
    let place = 0
    for (let offset = 0; offset < churn.run.rows; offset += 1000) {
      const page = await test.call.runs.rows({ id: churn.run.id, request: { offset, limit: 1000 } })
      place = page.columns.findIndex((column) => column.name === 'probability Yes')
      rows.push(...page.rows)
    }
    expect(lines.length).toBe(rows.length)
    rows.forEach((row, k) => {
      const wanted = Number(row[place])
      expect(Math.abs(Number(lines[k]!['probability_Yes']) - wanted)).toBeLessThan(1e-6)
      expect(lines[k]!['predicted']).toBe(wanted >= 0.5 ? 'Yes' : 'No')
    })
    const typed = given.data.slice(0, 500).map((row) => ({
      ...row,
      tenure_months: Number(row['tenure_months']),
      support_calls: Number(row['support_calls']),
      monthly_charges: Number(row['monthly_charges']),
      total_charges: row['total_charges'] === '' ? null : Number(row['total_charges']),
    }))
    const answer = await post(server.rest, '/v1/predict', JSON.stringify(typed))
    const { predictions } = answer.body as { predictions: Prediction[] }
    predictions.forEach((prediction, k) => {
      expect(Math.abs(prediction.probabilities!['Yes']! - Number(rows[k]![place]))).toBeLessThan(1e-6)
    })
  })
})

describe('a release that is not what was approved', () => {
  function altered(change: (folder: string) => void): string {
    const folder = join(temporaryFolder(), 'release')
    cpSync(churn.folder, folder, { recursive: true })
    change(folder)
    return folder
  }
  const edit = (name: string, from: string | RegExp, to: string) => (folder: string) => {
    const path = join(folder, name)
    const text = readFileSync(path, 'latin1')
    const changed = text.replace(from, to)
    expect(changed).not.toBe(text)
    writeFileSync(path, changed, 'latin1')
  }
  /** The manifest changed along with the file: what an attacker who knows the format would do. */
  const withHash = (name: string, change: (folder: string) => void) => (folder: string) => {
    const before = sha(join(folder, name))
    change(folder)
    const path = join(folder, 'manifest.json')
    const manifest = releaseManifestSchema.parse(
      JSON.parse(readFileSync(path, 'utf8').replaceAll(before, sha(join(folder, name)))),
    )
    manifest.files[name]!.bytes = readFileSync(join(folder, name)).length
    writeFileSync(path, JSON.stringify(manifest))
  }
  const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  const flip = (folder: string) => {
    const bytes = readFileSync(join(folder, 'model.onnx'))
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(join(folder, 'model.onnx'), bytes)
  }
  const shrink = (folder: string) => edit('evidence.json', /"roc_auc":\{/, '"roc_auc" :{')(folder)

  it.each<[string, (folder: string) => void, string]>([
    ['an altered model', flip, 'release/file-altered'],
    ['an altered model, and its hash', withHash('model.onnx', flip), 'release/other-model'],
    ['altered evidence', shrink, 'release/file-altered'],
    ['altered evidence, and its hash', withHash('evidence.json', shrink), 'release/other-evidence'],
    [
      'another evidence hash in the manifest',
      edit('manifest.json', /("evidence": \{\s+"sha256": ")[0-9a-f]{4}/, '$1ffff'),
      'release/other-evidence',
    ],
    ['another threshold', edit('manifest.json', '"threshold": 0.5', '"threshold": 0.4'), 'release/other-threshold'],
    ['another binding', edit('manifest.json', '"missingText": ""', '"missingText": "x"'), 'release/other-binding'],
    ['another type of a column', edit('manifest.json', '"type": "integer"', '"type": "float"'), 'release/other-schema'],
    ['a later end', edit('manifest.json', '"expiresAt": "2099', '"expiresAt": "2199'), 'release/other-expiry'],
    [
      'an approval without its signature',
      withHash('approval.json', edit('approval.json', /"sig":"..../, '"sig":"AAAA')),
      'release/signature',
    ],
    ['no approval', (folder) => writeFileSync(join(folder, 'approval.json'), ''), 'release/file-altered'],
    ['no manifest', (folder) => writeFileSync(join(folder, 'manifest.json'), '{'), 'release/not-valid'],
  ])('%s: refuses to start, with the reason', async (_, change, code) => {
    const ended = await runServing(['serve', '--release', altered(change)], { ASSAY_PORT: '0', ASSAY_GRPC_PORT: '0' })
    expect(ended.code).toBe(41)
    expect(JSON.parse(ended.stderr)).toMatchObject({ level: 'error', code })
    expect(ended.stdout).toBe('')
  })

  it('an expired approval, or a signer who is not trusted: refuses to start', async () => {
    const soon = new Date(Date.now() + 12_000).toISOString()
    const short = await releaseOf(test, churn.run, { expiresAt: soon })
    const running = await startServing(short.folder)
    const row = JSON.stringify(rowsOf(churn.folder)[0]!.inputs)
    expect((await post(running.rest, '/v1/predict', row)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, Date.parse(soon) - Date.now() + 50))
    // While it runs, it stops answering when the approval ends.
    const late = await post(running.rest, '/v1/predict', row)
    expect([late.status, late.headers.get('assay-error-code')]).toEqual([503, 'release/expired'])
    expect((await fetch(`${running.rest}/v2/health/ready`)).status).toBe(503)
    expect((await fetch(`${running.rest}/v2/health/live`)).status).toBe(200)
    await running.stop()
    const ended = await runServing(['serve', '--release', short.folder])
    expect([ended.code, JSON.parse(ended.stderr).code]).toEqual([41, 'release/expired'])
    const trusted = (fingerprint: string) =>
      runServing(['verify', '--release', churn.folder], { ASSAY_TRUSTED_APPROVERS: fingerprint })
    expect(JSON.parse((await trusted('f'.repeat(64))).stderr).code).toBe('release/not-trusted')
    const { signers } = JSON.parse(readFileSync(join(churn.folder, 'approval.json'), 'utf8'))
    expect((await trusted(signers[0].fingerprint)).code).toBe(0)
  })
})

describe('the protocol over REST', () => {
  const rows = () => rowsOf(churn.folder).slice(0, 3)
  const inputs = () => tensorsOf(rows().map((row) => row.inputs))

  it('describes server and model', async () => {
    const get = async (path: string) => (await fetch(`${server.rest}${path}`)).json()
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
    const all = (await infer(server.rest, { id: 'q', inputs: inputs() })).body as V2
    expect([all.id, all.model_name, all.model_version]).toEqual(['q', model, '1'])
    expect(all.outputs.map((output) => output.name)).toEqual(['label', 'probabilities'])
    const one = (await infer(server.rest, { inputs: inputs(), outputs: [{ name: 'probabilities' }] })).body as V2
    expect(one).not.toHaveProperty('id')
    expect(one.outputs).toEqual([all.outputs[1]])
    const turned = { inputs: inputs(), outputs: [{ name: 'probabilities' }, { name: 'label' }] }
    const both = (await infer(server.rest, turned)).body as V2
    expect(both.outputs.map((output) => output.name)).toEqual(['probabilities', 'label'])
    expect(both.outputs[1]!.data).toEqual(rows().map((row) => row.label))
  })

  it.each<[string, () => Promise<{ status: number; headers: Headers; body: never }>, number, string]>([
    ['no JSON', () => post(server.rest, `/v2/models/${model}/infer`, '{'), 400, 'request/json'],
    ['no body', () => post(server.rest, `/v2/models/${model}/infer`, ''), 400, 'request/json'],
    ['another model', () => post(server.rest, '/v2/models/other/infer', '{}'), 404, 'model/unknown'],
    ['another version', () => post(server.rest, `/v2/models/${model}/versions/2/infer`, '{}'), 404, 'model/unknown'],
    ['another path', () => post(server.rest, '/v2/nothing', '{}'), 404, 'request/not-found'],
    [
      'an unknown output',
      () => infer(server.rest, { inputs: inputs(), outputs: [{ name: 'x' }] }),
      400,
      'request/unknown-output',
    ],
    ['a missing input', () => infer(server.rest, { inputs: inputs().slice(1) }), 400, 'request/missing-input'],
    [
      'another datatype',
      () => infer(server.rest, { inputs: inputs().map((input) => ({ ...input, datatype: 'FP64' })) }),
      400,
      'request/value',
    ],
    ['a compressed body', () => infer(server.rest, {}, { 'content-encoding': 'gzip' }), 415, 'request/encoding'],
    [
      'a missing value that no evaluated row had',
      () => infer(server.rest, { inputs: tensorsOf([{ ...rows()[0]!.inputs, monthly_charges: null }]) }),
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

  it('sends no CORS headers', async () => {
    const answer = await infer(server.rest, { inputs: inputs() }, { origin: 'https://example.org' })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    const preflight = await fetch(`${server.rest}/v1/predict`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.org' },
    })
    expect(preflight.status).toBe(404)
  })
})

describe('the row API', () => {
  const row = () => rowsOf(churn.folder)[0]!.inputs

  it('takes one row or many, and describes itself', async () => {
    const one = (await post(server.rest, '/v1/predict', JSON.stringify(row()), { 'x-request-id': 'mine' })).body as {
      id: string
      predictions: Prediction[]
    }
    expect([one.id, one.predictions.length]).toEqual(['mine', 1])
    const two = (await post(server.rest, '/v1/predict', JSON.stringify([row(), row()]))).body as typeof one
    expect(two.predictions).toEqual([two.predictions[0], two.predictions[0]])
    // ONNX Runtime adds up trees in another order for a row alone: the last digit may differ, no more.
    const [alone, beside] = [one.predictions[0]!, two.predictions[0]!]
    expect(Math.abs(alone.probabilities!['Yes']! - beside.probabilities!['Yes']!)).toBeLessThan(1e-6)
    expect({ ...alone, probabilities: null }).toEqual({ ...beside, probabilities: null })
    const api = await (await fetch(`${server.rest}/openapi.json`)).json()
    expect(api.openapi).toBe('3.1.0')
    expect(Object.keys(api.components.schemas.Row.properties)).toEqual(Object.keys(row()))
    expect(api.components.schemas.Row.examples).toEqual([row()])
  })

  it('says every problem with row and column, and scores none', async () => {
    const { tenure_months: _, ...without } = row()
    const answer = await post(server.rest, '/v1/predict', JSON.stringify([row(), { ...row(), gender: 3 }, without]))
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({
      code: 'input/type',
      problems: [
        { row: 1, column: 'gender', code: 'input/type' },
        { row: 2, column: 'tenure_months', code: 'input/absent' },
      ],
    })
  })

  it('warns of what was never evaluated, or refuses it when told to', async () => {
    const strange = { ...row(), contract: 'Weekly', monthly_charges: 1e6 }
    const { predictions } = (await post(server.rest, '/v1/predict', JSON.stringify(strange))).body as {
      predictions: Prediction[]
    }
    expect(predictions[0]!.warnings.map((warning) => warning.code).sort()).toEqual([
      'input/out-of-range',
      'input/unseen-category',
    ])
    const strict = await startServing(churn.folder, { ASSAY_UNLIKE_EVALUATED: 'refuse' })
    expect((await post(strict.rest, '/v1/predict', JSON.stringify(strange))).status).toBe(422)
    expect((await post(strict.rest, '/v1/predict', JSON.stringify(row()))).status).toBe(200)
    await strict.stop()
  })

  it('refuses images that are none, or of another size', async () => {
    const running = await startServing(digits.folder)
    const image = rowsOf(digits.folder)[0]!.inputs
    const [name] = Object.keys(image)
    const send = (value: unknown) => post(running.rest, '/v1/predict', JSON.stringify({ [name!]: value }))
    expect((await send(image[name!])).status).toBe(200)
    expect((await send(Buffer.from('not a PNG').toString('base64'))).status).toBe(422)
    expect((await send('%%%')).status).toBe(422)
    expect((await send(null)).status).toBe(422)
    await running.stop()
  })
})

describe('gRPC', () => {
  it('answers in the encoding of the request (triton#2937, #2582), with the outputs asked for', async () => {
    const grpc = grpcCaller(server.grpc)
    const [row] = rowsOf(churn.folder)
    const inputs = tensorsOf([row!.inputs])
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
    const grpc = grpcCaller(server.grpc)
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
    const running = await startServing(churn.folder, { ASSAY_MAX_DELAY_MS: '30' })
    const golden = rowsOf(churn.folder).slice(0, 60)
    let shared = 0
    await Promise.all(
      golden.map(async (row, k) => {
        const outputs = k % 3 === 0 ? [{ name: 'label' }] : [{ name: 'probabilities' }, { name: 'label' }]
        const answer = await infer(running.rest, { id: `id-${k}`, inputs: tensorsOf([row.inputs]), outputs })
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

describe('limits', () => {
  const row = () => JSON.stringify(rowsOf(churn.folder)[0]!.inputs)

  it('wants a key where there are keys, and no key for probes', async () => {
    const key = newKey('ann')
    const running = await startServing(churn.folder, { ASSAY_API_KEYS: key.line, ASSAY_RATE: '1', ASSAY_BURST: '3' })
    expect((await fetch(`${running.rest}/v2/health/ready`)).status).toBe(200)
    expect((await fetch(`${running.rest}/metrics`)).status).toBe(200)
    expect((await fetch(`${running.rest}/openapi.json`)).status).toBe(401)
    expect((await post(running.rest, '/v1/predict', row())).status).toBe(401)
    expect((await post(running.rest, '/v1/predict', row(), { 'x-api-key': 'wrong' })).status).toBe(401)
    const grpc = grpcCaller(running.grpc)
    expect(await grpc.refusal('ModelMetadata', { name: model })).toEqual([16, 'auth/unknown-key'])
    const statuses: number[] = []
    for (let k = 0; k < 5; k++)
      statuses.push((await post(running.rest, '/v1/predict', row(), { authorization: `Bearer ${key.key}` })).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    const limited = await post(running.rest, '/v1/predict', row(), { 'x-api-key': key.key })
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    grpc.close()
    expect(running.lines.some((line) => JSON.stringify(line).includes(key.key))).toBe(false)
    await running.stop()
  })

  it('refuses large bodies, many rows and slow callers, and goes on', async () => {
    const running = await startServing(churn.folder, { ASSAY_MAX_ROWS: '10', ASSAY_RECEIVE_TIMEOUT_MS: '300' })
    const many = JSON.stringify(Array.from({ length: 11 }, () => JSON.parse(row())))
    expect((await post(running.rest, '/v1/predict', many)).status).toBe(413)
    const large = await post(server.rest, '/v1/predict', Buffer.alloc(100 * 1024 * 1024, 0x20)).catch(() => null)
    // A server may hang up on a body that it will not read; it must say so or close, and live.
    if (large) expect(large.status).toBe(413)
    expect((await post(server.rest, '/v1/predict', row())).status).toBe(200)
    const { port } = new URL(running.rest)
    const slow = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{'),
      )
      socket.on('data', (piece) => (text += piece.toString()))
      socket.on('close', () => resolve(text))
      socket.on('error', () => undefined)
    })
    expect(slow).toMatch(/^HTTP\/1.1 408 /)
    expect((await post(running.rest, '/v1/predict', row())).status).toBe(200)
    await running.stop()
  }, 60_000)

  it('counts what it refuses and what times out (MLServer#810), and recovers from overload', async () => {
    const running = await startServing(churn.folder, {
      ASSAY_MAX_DELAY_MS: '400',
      ASSAY_TIMEOUT_MS: '100',
      ASSAY_MAX_QUEUE_ROWS: '5',
    })
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await post(running.rest, '/v1/predict', row())).status),
    )
    expect(new Set(statuses)).toEqual(new Set([503, 504]))
    const metrics = await (await fetch(`${running.rest}/metrics`)).text()
    const value = (line: string) =>
      Number(
        metrics
          .split('\n')
          .find((text) => text.startsWith(line))
          ?.split(' ')
          .at(-1),
      )
    expect(value('assay_requests_total{protocol="row",code="server/timeout"}')).toBe(
      statuses.filter((status) => status === 504).length,
    )
    expect(value('assay_requests_total{protocol="row",code="server/overloaded"}')).toBe(
      statuses.filter((status) => status === 503).length,
    )
    expect(value('assay_request_seconds_count{protocol="row"}')).toBe(12)
    expect(value('nv_inference_request_failure{')).toBe(12)
    await running.stop()
    const calm = await startServing(churn.folder, { ASSAY_MAX_QUEUE_ROWS: '5', ASSAY_MAX_BATCH_ROWS: '1' })
    const storm = await Promise.all(
      Array.from({ length: 200 }, async () => (await post(calm.rest, '/v1/predict', row())).status),
    )
    expect([...new Set(storm)].every((status) => status === 200 || status === 503)).toBe(true)
    expect((await post(calm.rest, '/v1/predict', row())).status).toBe(200)
    await calm.stop()
  })
})

describe('what is watched', () => {
  it('logs predictions without protected columns and counts traffic in the bins of the evaluated rows', async () => {
    const file = join(temporaryFolder(), 'predictions.jsonl')
    const running = await startServing(churn.folder, {
      ASSAY_PREDICTION_LOG: file,
      ASSAY_PREDICTION_LOG_OMIT: 'internet',
    })
    const golden = rowsOf(churn.folder)
    await post(running.rest, '/v1/predict', JSON.stringify(golden.map((row) => row.inputs)), {
      'x-request-id': 'batch-1',
    })
    await infer(running.rest, { id: 'tensor-1', inputs: tensorsOf([golden[0]!.inputs]) })
    const metrics = await (await fetch(`${running.rest}/metrics`)).text()
    await running.stop()
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => predictionLogLineSchema.parse(JSON.parse(line)))
    expect(lines.length).toBe(golden.length + 1)
    expect(lines[0]!.request).toBe('batch-1')
    expect(lines.at(-1)!.request).toBe('tensor-1')
    const { gender: _g, internet: _i, ...logged } = golden[0]!.inputs
    expect(lines[0]!.inputs).toEqual(logged)
    for (const [name, value] of Object.entries(logged))
      expect(lines.at(-1)!.inputs[name]).toEqual(typeof value === 'number' ? Math.fround(value) : value)
    lines
      .slice(0, -1)
      .forEach((line, k) => expect(Math.abs(line.scores![1]! - golden[k]!.scores![1]!)).toBeLessThan(1e-6))
    expect(metrics).toMatch(/assay_input_psi\{column="tenure_months"\} \d/)
    const male =
      golden.filter((row) => row.inputs['gender'] === 'Male').length + (golden[0]!.inputs['gender'] === 'Male' ? 1 : 0)
    expect(metrics).toContain(`assay_input_bin_rows{column="gender",bin="0"} ${male}`)
    expect(metrics).toMatch(/nv_inference_count\{model="gradient-boosting",version="1"\} \d+/)
  })

  it('takes whole requests into the sample, the same ones each time', async () => {
    const file = join(temporaryFolder(), 'sampled.jsonl')
    const running = await startServing(churn.folder, {
      ASSAY_PREDICTION_LOG: file,
      ASSAY_PREDICTION_LOG_SAMPLE: '0.3',
      ASSAY_PREDICTION_LOG_INPUTS: 'none',
    })
    const row = JSON.stringify(rowsOf(churn.folder)[0]!.inputs)
    for (let k = 0; k < 100; k++) await post(running.rest, '/v1/predict', row, { 'x-request-id': `s${k}` })
    await running.stop()
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => predictionLogLineSchema.parse(JSON.parse(line)))
    const expected = Array.from({ length: 100 }, (_, k) => `s${k}`).filter(
      (id) => createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32 < 0.3,
    )
    expect(lines.map((line) => line.request)).toEqual(expected)
    expect(lines.every((line) => Object.keys(line.inputs).length === 0)).toBe(true)
  })

  it('opens no sockets of its own and leaves no telemetry files', async () => {
    const home = temporaryFolder()
    const running = await startServing(churn.folder, { HOME: home, TMPDIR: home })
    await post(running.rest, '/v1/predict', JSON.stringify(rowsOf(churn.folder)[0]!.inputs))
    expect(existsSync(join(home, '.cache'))).toBe(false)
    expect(existsSync(join(home, '.ses'))).toBe(false)
    await running.stop()
  })
})
