/** Several versions of a model, and several models, in one server: each verified, named and counted by itself. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Prediction } from '../../shared/serving/predictions.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { grpcCaller } from '../support/grpc-caller.ts'
import { goldenOf, releaseOf, runServing, startServing } from '../support/release.ts'
import type { Running } from '../support/release.ts'
import { figuresOf, post, tensorsOf } from '../support/serving-client.ts'
import type { V2 } from '../support/serving-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let test: TestEngine
let server: Running
/** Of the churn model's versions 1 and 2, and of another model. */
const folders: string[] = []

beforeAll(async () => {
  test = await openTestEngine()
  const few = join(temporaryFolder(), 'churn.csv')
  writeFileSync(few, readFileSync(join(samples, 'churn/holdout.csv'), 'utf8').split('\n').slice(0, 401).join('\n'))
  const churn = await test.importDataset(few, {
    target: 'churned',
    id: 'customer_id',
    task: 'binary',
    positive: 'Yes',
  })
  for (const file of ['gradient-boosting', 'logistic-regression']) {
    const version = await test.importModel(join(samples, `churn/${file}.onnx`), 'Churn')
    folders.push((await releaseOf(test, await test.score(version, churn))).folder)
  }
  const diabetes = await test.importDataset(join(samples, 'diabetes/holdout.csv'), {
    target: 'progression',
    task: 'regression',
  })
  const ridge = await test.importModel(join(samples, 'diabetes/ridge.onnx'))
  folders.push((await releaseOf(test, await test.score(ridge, diabetes))).folder)
  server = await startServing(folders)
}, 120_000)
afterAll(async () => {
  expect(await server.stop()).toBe(0)
  await test.close()
})

const get = async (path: string) => (await fetch(`${server.rest}${path}`)).json()
const close = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-6)

describe('each version answers for itself', () => {
  it('over REST: the highest where none is named', async () => {
    const golden = folders.map((folder) => goldenOf(folder)[0]!)
    expect(await get('/v2/models/churn')).toMatchObject({ name: 'churn', versions: ['1', '2'] })
    expect(await get('/v2/models/ridge')).toMatchObject({ name: 'ridge', versions: ['1'] })
    expect(await get('/v2/models/churn/versions/1/ready')).toEqual({ name: 'churn', ready: true })
    for (const [path, k] of [
      ['', 1],
      ['/versions/1', 0],
      ['/versions/2', 1],
    ] as const) {
      const inputs = tensorsOf(folders[k]!, [golden[k]!.inputs])
      const answer = await post(server.rest, `/v2/models/churn${path}/infer`, JSON.stringify({ inputs }))
      const body = answer.body as V2
      expect(body.model_version).toBe(String(k + 1))
      close(body.outputs.find(({ name }) => name.startsWith('prob'))!.data[1] as number, golden[k]!.scores![1]!)
      const rows = await post(server.rest, `/v1/models/churn${path}/predict`, JSON.stringify(golden[k]!.inputs))
      const { version, predictions } = rows.body as { version: string; predictions: Prediction[] }
      expect(version).toBe(String(k + 1))
      close(predictions[0]!.probabilities!['Yes']!, golden[k]!.scores![1]!)
    }
    const plain = (await post(server.rest, '/v1/predict', JSON.stringify(golden[1]!.inputs))).body
    expect(plain).toMatchObject({ model: 'churn', version: '2' })
    const ridge = await post(server.rest, '/v1/models/ridge/predict', JSON.stringify(golden[2]!.inputs))
    close((ridge.body as { predictions: Prediction[] }).predictions[0]!.value!, golden[2]!.scores![0]!)
    expect(await get('/v1/models/churn/versions/1/release')).toMatchObject({ model: { version: 1 } })
    expect(Object.keys(((await get('/v1/models/ridge/openapi.json')) as { paths: object }).paths)).toEqual([
      '/v1/models/ridge/predict',
    ])
    const gone = await post(server.rest, '/v2/models/churn/versions/3/infer', '{}')
    expect([gone.status, gone.headers.get('assay-error-code')]).toEqual([404, 'model/unknown'])
  })

  it('over gRPC', async () => {
    const grpc = grpcCaller(server.grpc)
    for (const [version, k] of [
      ['', 1],
      ['1', 0],
      ['2', 1],
    ] as const) {
      const [row] = goldenOf(folders[k]!)
      const inputs = tensorsOf(folders[k]!, [row!.inputs]).map(({ data, ...head }) => ({
        ...head,
        contents:
          head.datatype === 'BYTES'
            ? { bytes_contents: data.map((text) => Buffer.from(String(text))) }
            : { fp32_contents: data.map((value) => value ?? NaN) },
      }))
      const { value } = await grpc.call('ModelInfer', { model_name: 'churn', model_version: version, inputs })
      const answer = value as {
        model_version: string
        outputs: { name: string; contents: { fp32_contents: number[] } }[]
      }
      expect(answer.model_version).toBe(String(k + 1))
      close(answer.outputs.find(({ name }) => name.startsWith('prob'))!.contents.fp32_contents[1]!, row!.scores![1]!)
    }
    expect((await grpc.call('ModelMetadata', { name: 'churn', version: '1' })).value).toMatchObject({
      versions: ['1', '2'],
    })
    expect(await grpc.refusal('ModelInfer', { model_name: 'churn', model_version: '9' })).toEqual([5, 'model/unknown'])
    grpc.close()
  })

  it('and is counted for itself', async () => {
    const figures = await figuresOf(server.rest)
    for (const [version, requests] of [
      ['1', 3],
      ['2', 7],
    ] as const) {
      expect(figures('assay_requests_total', { model: 'churn', version, code: 'ok' })).toBe(requests)
      expect(figures('nv_inference_request_success', { model: 'churn', version })).toBe(requests)
      expect(figures('assay_release_info', { model: 'churn', version })).toBe(1)
    }
    expect(figures('assay_requests_total', { model: 'ridge', code: 'ok' })).toBe(1)
    expect(figures('assay_requests_total', { code: 'model/unknown' })).toBe(2)
    expect(figures('process_start_time_seconds')).toBeGreaterThan(1e9)
    const text = await (await fetch(`${server.rest}/metrics`)).text()
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    expect(new Set(types).size).toBe(types.length)
  })
})

describe('a server of a folder of releases', () => {
  function together(change: (folder: string) => void = () => undefined): string {
    const all = temporaryFolder()
    folders.slice(0, 2).forEach((folder, k) => cpSync(folder, join(all, `v${k + 1}`), { recursive: true }))
    change(all)
    return all
  }

  it('takes each folder in it, and the default version that the settings name', async () => {
    const all = together((folder) => mkdirSync(join(folder, '..data')))
    const running = await startServing(all, { ASSAY_DEFAULT_VERSION: '1' })
    const [row] = goldenOf(folders[0]!)
    const answer = await post(running.rest, '/v1/predict', JSON.stringify(row!.inputs))
    expect(answer.body).toMatchObject({ model: 'churn', version: '1' })
    expect(running.lines.filter((line) => line['event'] === 'release').length).toBe(2)
    expect(await running.stop()).toBe(0)
  })

  it.each<[string, string, (folder: string) => void]>([
    ['one was altered', 'release/file-altered', (folder) => writeFileSync(join(folder, 'v1/model.onnx'), 'x')],
    ['one is no release', 'release/no-manifest', (folder) => mkdirSync(join(folder, 'v3'))],
    [
      'two are of the same version',
      'release/twice',
      (folder) => cpSync(folders[0]!, join(folder, 'v3'), { recursive: true }),
    ],
  ])('does not start where %s', async (_, code, change) => {
    const ended = await runServing(['serve', '--release', together(change)], { ASSAY_PORT: '0', ASSAY_GRPC_PORT: '0' })
    expect(ended.code).toBe(41)
    expect(ended.stderr).toContain(code)
  })

  it('does not start with a default version that is not there', async () => {
    await expect(startServing(folders, { ASSAY_DEFAULT_VERSION: '7' })).rejects.toThrow('usage/setting')
  })
})
