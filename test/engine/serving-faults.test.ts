/** What must not break the server: nonsense in every form, and an end in the middle of its work. */
import { Client, credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { grpcCaller, sendBytes } from '../support/grpc-caller.ts'
import { churnRelease, goldenOf, startServing } from '../support/release.ts'
import type { Running } from '../support/release.ts'

let test: TestEngine
let folder: string
let row: Record<string, unknown>

beforeAll(async () => {
  test = await openTestEngine()
  folder = (await churnRelease(test)).folder
  row = goldenOf(folder)[0]!.inputs
}, 120_000)
afterAll(() => test.close())

let seed = 20_240_229
/** Park and Miller's generator: much the same nonsense each time. */
function random(n: number): number {
  seed = (seed * 48_271) % 2_147_483_647
  return seed % n
}

const nonsense: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x',
  [],
  {},
  [[[]]],
  { name: {} },
  '\u0000',
  '💥',
  'constructor',
  '__proto__',
  2 ** 53,
  [null],
  -0,
]

/** Changes one place of a value to nonsense. */
function mutated(value: unknown, depth = 0): unknown {
  if (depth > 5 || random(4) === 0 || typeof value !== 'object' || value === null)
    return nonsense[random(nonsense.length)]
  if (Array.isArray(value))
    return value.length === 0 ? [1] : value.with(random(value.length), mutated(value[0], depth + 1))
  const keys = Object.keys(value)
  const key = keys[random(keys.length)] ?? 'x'
  const copy: Record<string, unknown> = { ...value }
  if (random(5) === 0) delete copy[key]
  else copy[key] = mutated(copy[key], depth + 1)
  return copy
}

function scrambled(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  for (let k = 0; k <= random(4); k++) if (copy.length > 0) copy[random(copy.length)] = random(256)
  return random(3) === 0 ? copy.subarray(0, random(copy.length + 1)) : copy
}

function inferBody(): object {
  const inputs = Object.entries(row).map(([name, value]) => ({
    name,
    datatype: typeof value === 'string' ? 'BYTES' : 'FP32',
    shape: [1, 1],
    data: [value],
  }))
  return { id: 'f', inputs, outputs: [{ name: 'label' }] }
}

/** Sixteen are under way at a time. */
async function manyAtATime(count: number, one: () => Promise<void>): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left-- > 0) await one()
    }),
  )
}

describe('nonsense, ten thousand times,', () => {
  let server: Running
  let client: Client
  beforeAll(async () => {
    server = await startServing(folder)
    client = new Client(server.grpc, credentials.createInsecure())
  })
  afterAll(async () => {
    client.close()
    expect(await server.stop()).toBe(0)
  })
  const send = async (path: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(`${server.rest}${path}`, { method: 'POST', body: body as string, headers })).status
  const paths = ['/v1/predict', '/v2/models/gradient-boosting/infer']

  it('in JSON is refused, every time, and the server goes on', async () => {
    const statuses = new Map<number, number>()
    await manyAtATime(6000, async () => {
      const at = random(2)
      const whole = at === 0 ? (random(2) === 0 ? row : [row, row]) : inferBody()
      const text = JSON.stringify(mutated(whole))
      const body = random(3) === 0 ? scrambled(Buffer.from(text)) : text
      const headers: Record<string, string> =
        random(6) === 0 ? { 'inference-header-content-length': String(random(600)) } : {}
      const status = await send(paths[at]!, body, headers)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    })
    expect(
      [...statuses.keys()].every((status) => [200, 400, 404, 413, 415, 422].includes(status)),
      JSON.stringify([...statuses]),
    ).toBe(true)
    expect(statuses.get(400)! + statuses.get(422)!).toBeGreaterThan(4000)
    expect(await send('/v1/predict', JSON.stringify(row))).toBe(200)
  }, 60_000)

  it('in protobuf is refused, every time, and the server goes on', async () => {
    const grpc = grpcCaller(server.grpc)
    const valid = Buffer.from('0a1167726164', 'hex')
    const statuses = new Set<number>()
    await manyAtATime(4000, async () => {
      const bytes =
        random(2) === 0 ? scrambled(valid) : Buffer.from(Array.from({ length: random(200) }, () => random(256)))
      statuses.add(await sendBytes(client, bytes))
    })
    // INVALID_ARGUMENT, NOT_FOUND, and INTERNAL, which the library gives for what is no protobuf.
    expect(
      [...statuses].every((status) => [3, 5, 13].includes(status)),
      [...statuses].join(),
    ).toBe(true)
    const inputs = [
      { name: 'gender', datatype: 'BYTES', shape: [1, 1], contents: { bytes_contents: [Buffer.from([255])] } },
    ]
    for (let k = 0; k < 200; k++) {
      const request = mutated({ model_name: 'gradient-boosting', inputs, outputs: [{ name: 'label' }] })
      if (typeof request !== 'object' || request === null || Array.isArray(request)) continue
      const refused = await grpc.refusal('ModelInfer', request).catch(() => null)
      if (refused) expect([3, 5, 13]).toContain(refused[0])
    }
    expect((await grpc.call('ServerReady', {})).value).toMatchObject({ ready: true })
    grpc.close()
    expect(server.lines.filter((line) => line['level'] === 'error')).toEqual([])
  }, 60_000)

  it('that is no HTTP is answered and hung up on', async () => {
    const { port } = new URL(server.rest)
    const { connect } = await import('node:net')
    for (const bytes of [
      '\r\n\r\n',
      'GET',
      'GET / HTTP/9.9\r\n\r\n',
      '\u0016\u0003\u0001',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes))
        socket.on('error', () => resolve())
        socket.on('close', () => resolve())
        socket.resume()
      })
    }
    expect(await send('/v1/predict', JSON.stringify(row))).toBe(200)
  })
})

describe('SIGTERM', () => {
  it('answers what is under way, over REST and gRPC, and ends with 0', async () => {
    // Requests wait half a second for others: all of them are in the queue when the signal comes.
    const server = await startServing(folder, { ASSAY_MAX_DELAY_MS: '500' })
    const grpc = grpcCaller(server.grpc)
    const { inputs } = inferBody() as { inputs: { name: string; datatype: string; data: unknown[] }[] }
    const typed = inputs.map(({ data, ...head }) => ({
      ...head,
      contents:
        head.datatype === 'BYTES'
          ? { bytes_contents: [Buffer.from(String(data[0]))] }
          : { fp32_contents: [Number(data[0])] },
    }))
    const answers = [
      ...Array.from(
        { length: 30 },
        async () => (await fetch(`${server.rest}/v1/predict`, { method: 'POST', body: JSON.stringify(row) })).status,
      ),
      ...Array.from(
        { length: 30 },
        async () => (await grpc.call('ModelInfer', { model_name: 'gradient-boosting', inputs: typed })) && 200,
      ),
    ]
    await new Promise((resolve) => setTimeout(resolve, 200))
    const ended = server.stop()
    expect(await Promise.all(answers)).toEqual(new Array(60).fill(200))
    expect(await ended).toBe(0)
    expect(server.lines.at(-1)).toMatchObject({ event: 'ended', clean: true })
    grpc.close()
  })

  it('loses no request of callers that go by readiness', async () => {
    const server = await startServing(folder, { ASSAY_DRAIN_DELAY_MS: '700' })
    let ready = true
    let sent = 0
    const failures: string[] = []
    const probe = (async () => {
      while (ready) {
        ready = (await fetch(`${server.rest}/v2/health/ready`)).status === 200
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()
    const callers = Array.from({ length: 8 }, async () => {
      while (ready) {
        sent++
        const status = await fetch(`${server.rest}/v1/predict`, { method: 'POST', body: JSON.stringify(row) }).then(
          (response) => response.status,
          (error: unknown) => String((error as Error).cause ?? error),
        )
        if (status !== 200) failures.push(String(status))
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 400))
    const ended = server.stop()
    await Promise.all([probe, ...callers])
    expect(failures).toEqual([])
    expect(sent).toBeGreaterThan(50)
    expect(await ended).toBe(0)
  })
})
