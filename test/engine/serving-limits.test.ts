/** Keys, limits, time-outs and overload; and what the server counts and logs. */
import { createHash, createHmac } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey } from 'jose'
import { describe, expect, it } from 'vitest'
import { predictionLogLineSchema } from '../../shared/serving/prediction-log.ts'
import { newKey } from '../../electron/serving/guard/keys.ts'
import { grpcCaller } from '../support/grpc-caller.ts'
import { goldenOf as rowsOf, startServing } from '../support/release.ts'
import { servedChurn } from '../support/served-churn.ts'
import { figuresOf, infer, model, post, tensorsOf } from '../support/serving-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const served = servedChurn()

/** The path as it stands, which `fetch` would tidy up. */
const statusOf = (base: string, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base)
    get({ hostname, port, path }, (response) => resolve(response.resume().statusCode!)).once('error', reject)
  })

describe('limits', () => {
  const row = () => JSON.stringify(rowsOf(served.churn.folder)[0]!.inputs)

  it('wants a key where there are keys, and no key for probes', async () => {
    const key = newKey('ann')
    const running = await startServing(served.churn.folder, {
      ASSAY_API_KEYS: key.line,
      ASSAY_RATE: '1',
      ASSAY_BURST: '3',
    })
    expect((await fetch(`${running.rest}/v2/health/ready`)).status).toBe(200)
    expect((await fetch(`${running.rest}/metrics`)).status).toBe(200)
    expect((await fetch(`${running.rest}/openapi.json`)).status).toBe(401)
    expect((await post(running.rest, '/v1/predict', row())).status).toBe(401)
    // Written so that it ends like a probe's path, while the router reads what comes before the sign.
    for (const path of [`/v2/models/${model}#/ready`, `/v2/models/${model}/versions/1#/ready`, '/v1/release#/metrics'])
      expect(await statusOf(running.rest, path), path).toBe(401)
    expect(await statusOf(running.rest, `/v2/models/${model}/ready?x#y`)).toBe(200)
    expect((await post(running.rest, '/v1/predict', row(), { 'x-api-key': 'wrong' })).status).toBe(401)
    const grpc = grpcCaller(running.grpc)
    expect(await grpc.refusal('ModelMetadata', { name: model })).toEqual([16, 'auth/missing-key'])
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

  it('takes tokens of an identity provider over REST and gRPC, and limits each subject by itself', async () => {
    const folder = temporaryFolder()
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const other = await generateKeyPair('ES256')
    const keysFile = join(folder, 'jwks.json')
    writeFileSync(keysFile, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'e', alg: 'ES256' }] }))
    const token = (subject: string, more: { aud?: string; exp?: number; key?: CryptoKey } = {}) =>
      new SignJWT({ sub: subject, iss: 'https://login.example', aud: more.aud ?? 'churn' })
        .setProtectedHeader({ alg: 'ES256', kid: 'e' })
        .setExpirationTime(more.exp ?? Math.floor(Date.now() / 1000) + 300)
        .sign(more.key ?? privateKey)
    const running = await startServing(served.churn.folder, {
      ASSAY_JWT_KEYS_FILE: keysFile,
      ASSAY_JWT_ISSUER: 'https://login.example',
      ASSAY_JWT_AUDIENCE: 'churn',
      ASSAY_RATE: '0.01',
      ASSAY_BURST: '2',
    })
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
    const rest = async (text: string | null) => {
      const answer = await post(running.rest, '/v1/predict', row(), text === null ? {} : bearer(text))
      return [answer.status, answer.headers.get('assay-error-code')]
    }
    const grpc = async (text: string | null) => {
      const caller = grpcCaller(running.grpc, text === null ? {} : bearer(text))
      const answer = await caller.refusal('ModelMetadata', { name: model })
      caller.close()
      return answer
    }
    expect(await rest(null)).toEqual([401, 'auth/missing-key'])
    expect(await grpc(null)).toEqual([16, 'auth/missing-key'])
    for (const bad of [
      await token('eve', { aud: 'another' }),
      await token('eve', { exp: 1_000_000_000 }),
      await token('eve', { key: other.privateKey }),
      `${await token('eve')}x`,
    ]) {
      expect(await rest(bad)).toEqual([401, 'auth/invalid-token'])
      expect(await grpc(bad)).toEqual([16, 'auth/invalid-token'])
    }
    const [ann, bob] = [await token('ann'), await token('bob')]
    expect(await rest(ann)).toEqual([200, null])
    expect(await grpc(ann)).toEqual([0, undefined])
    // Two were all that ann may ask, by whichever door; bob may still.
    expect(await rest(ann)).toEqual([429, 'limit/rate'])
    expect(await grpc(ann)).toEqual([8, 'limit/rate'])
    expect(await grpc(bob)).toEqual([0, undefined])
    expect(await rest(bob)).toEqual([200, null])
    expect(JSON.stringify(running.lines)).not.toContain(ann)
    await running.stop()
  })

  it('lets no page of another site read an answer: CORS is off', async () => {
    const origin = { origin: 'https://evil.example' }
    const ask = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
    for (const path of ['/v1/predict', `/v2/models/${model}/infer`, '/openapi.json']) {
      const preflight = await fetch(`${served.server.rest}${path}`, {
        method: 'OPTIONS',
        headers: { ...origin, ...ask },
      })
      expect(preflight.ok).toBe(false)
      expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    const answer = await post(served.server.rest, '/v1/predict', row(), { ...origin, 'content-type': 'text/plain' })
    expect(answer.status).toBe(200)
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('refuses large bodies, many rows and slow callers, and goes on', async () => {
    const running = await startServing(served.churn.folder, { ASSAY_MAX_ROWS: '10', ASSAY_RECEIVE_TIMEOUT_MS: '300' })
    const many = JSON.stringify(Array.from({ length: 11 }, () => JSON.parse(row())))
    expect((await post(running.rest, '/v1/predict', many)).status).toBe(413)
    const large = await post(served.server.rest, '/v1/predict', Buffer.alloc(100 * 1024 * 1024, 0x20)).catch(() => null)
    // A server may hang up on a body that it will not read; it must say so or close, and live.
    if (large) expect(large.status).toBe(413)
    expect((await post(served.server.rest, '/v1/predict', row())).status).toBe(200)
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
    const running = await startServing(served.churn.folder, {
      ASSAY_MAX_DELAY_MS: '400',
      ASSAY_TIMEOUT_MS: '100',
      ASSAY_MAX_QUEUE_ROWS: '5',
    })
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await post(running.rest, '/v1/predict', row())).status),
    )
    expect(new Set(statuses)).toEqual(new Set([503, 504]))
    const figures = await figuresOf(running.rest)
    for (const [status, code] of [
      [504, 'server/timeout'],
      [503, 'server/overloaded'],
    ] as const)
      expect(figures('assay_requests_total', { protocol: 'row', code })).toBe(
        statuses.filter((one) => one === status).length,
      )
    expect(figures('assay_request_seconds_count', { protocol: 'row' })).toBe(12)
    expect(figures('nv_inference_request_failure')).toBe(12)
    await running.stop()
    const calm = await startServing(served.churn.folder, { ASSAY_MAX_QUEUE_ROWS: '5', ASSAY_MAX_BATCH_ROWS: '1' })
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
    const keyFile = join(temporaryFolder(), 'key')
    writeFileSync(keyFile, 'sixteen bytes or more')
    const running = await startServing(served.churn.folder, {
      ASSAY_PREDICTION_LOG: file,
      ASSAY_PREDICTION_LOG_OMIT: 'internet',
      ASSAY_PREDICTION_LOG_HASH: 'contract',
      ASSAY_PREDICTION_LOG_HASH_KEY_FILE: keyFile,
    })
    const golden = rowsOf(served.churn.folder)
    await post(running.rest, '/v1/predict', JSON.stringify(golden.map((row) => row.inputs)), {
      'x-request-id': 'batch-1',
    })
    await infer(running.rest, { id: 'tensor-1', inputs: tensorsOf(served.churn.folder, [golden[0]!.inputs]) })
    const figures = await figuresOf(running.rest)
    await running.stop()
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => predictionLogLineSchema.parse(JSON.parse(line)))
    expect(lines.length).toBe(golden.length + 1)
    expect(lines[0]!.request).toBe('batch-1')
    expect(lines.at(-1)!.request).toBe('tensor-1')
    const { gender: _g, internet: _i, contract, ...logged } = golden[0]!.inputs
    const hashed = createHmac('sha256', 'sixteen bytes or more').update(String(contract)).digest('hex').slice(0, 32)
    expect([lines[0]!.hashed, lines.at(-1)!.hashed]).toEqual([{ contract: hashed }, { contract: hashed }])
    expect(JSON.stringify(lines)).not.toContain(String(contract))
    expect(lines[0]!.inputs).toEqual(logged)
    for (const [name, value] of Object.entries(logged))
      expect(lines.at(-1)!.inputs[name]).toEqual(typeof value === 'number' ? Math.fround(value) : value)
    lines
      .slice(0, -1)
      .forEach((line, k) => expect(Math.abs(line.scores![1]! - golden[k]!.scores![1]!)).toBeLessThan(1e-6))
    expect(figures('assay_input_psi', { column: 'tenure_months' })).toBeGreaterThan(0)
    expect(figures('assay_gates_info', { outcome: 'pass', policy_sha256: '0'.repeat(64) })).toBe(1)
    expect(figures('assay_input_bin_reference', { column: 'tenure_months' })).toBeCloseTo(1, 9)
    const male =
      golden.filter((row) => row.inputs['gender'] === 'Male').length + (golden[0]!.inputs['gender'] === 'Male' ? 1 : 0)
    expect(figures('assay_input_bin_rows', { column: 'gender', bin: '0' })).toBe(male)
    expect(figures('nv_inference_count', { model: 'gradient-boosting', version: '1' })).toBe(golden.length + 1)
    // The process is measured once, whatever it serves.
    expect(figures('process_resident_memory_bytes')).toBeGreaterThan(1e7)
  })

  it('does not start where a column that is to be hidden is not there, or no key is given', async () => {
    const log = { ASSAY_PREDICTION_LOG: join(temporaryFolder(), 'x.jsonl') }
    for (const more of [{ ASSAY_PREDICTION_LOG_OMIT: 'intranet' }, { ASSAY_PREDICTION_LOG_HASH: 'contract' }] as const)
      await expect(startServing(served.churn.folder, { ...log, ...more })).rejects.toThrow('usage/setting')
  })

  it('takes whole requests into the sample, the same ones each time', async () => {
    const file = join(temporaryFolder(), 'sampled.jsonl')
    const running = await startServing(served.churn.folder, {
      ASSAY_PREDICTION_LOG: file,
      ASSAY_PREDICTION_LOG_SAMPLE: '0.3',
      ASSAY_PREDICTION_LOG_INPUTS: 'none',
    })
    const row = JSON.stringify(rowsOf(served.churn.folder)[0]!.inputs)
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
    const running = await startServing(served.churn.folder, { HOME: home, TMPDIR: home })
    await post(running.rest, '/v1/predict', JSON.stringify(rowsOf(served.churn.folder)[0]!.inputs))
    expect(existsSync(join(home, '.cache'))).toBe(false)
    expect(existsSync(join(home, '.ses'))).toBe(false)
    await running.stop()
  })
})
