/**
 * A release under load on loopback against ONNX Runtime alone on all cores: rows a second at full load (four requests at
 * a time, REST with binary tensors) in the same batch, and the slowest per cent at half of it. The caller runs on the
 * same cores and is counted as part of the cost; how much of it is the caller's is printed. Server and baseline take
 * turns, and each turn has its own ratio, for clocks and neighbours change within seconds; medians are printed.
 * BENCH_BATCH sets the rows a request (1024).
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openTestEngine, root } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { releaseOf, startServing } from '../support/release.ts'
import { writeTable } from './table.ts'

const rows = Number(process.env['BENCH_ROWS'] ?? 2_000_000)
const batch = Number(process.env['BENCH_BATCH'] ?? 1024)
const turnsWanted = 5
const width = 30
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'))

/** One request of `batch` rows as the binary extension has it. */
function requestBody(): { body: Buffer; json: number } {
  const data = Float32Array.from({ length: batch * width }, (_, k) => 0.9 * Math.sin(k))
  const input = {
    name: 'X',
    datatype: 'FP32',
    shape: [batch, width],
    parameters: { binary_data_size: data.byteLength },
  }
  const json = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }))
  return { body: Buffer.concat([json, Buffer.from(data.buffer)]), json: json.length }
}

/** Processor time of all threads of a process so far, from Linux's scheduler. */
function processorUs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000,
    0,
  )
}

interface Answer {
  readonly ms: number
  readonly modelMs: number
}

/**
 * One connection that sends the same bytes again and again. fetch() took more of the two cores than the server did, and
 * a caller elsewhere takes none.
 */
function openClient(base: string, path: string, json: number, body: Buffer): Promise<() => Promise<Answer>> {
  const { port } = new URL(base)
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nInference-Header-Content-Length: ${json}\r\nContent-Length: ${body.length}\r\n\r\n`
  const bytes = Buffer.concat([Buffer.from(head), body])
  return new Promise((opened, failed) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.once('error', failed)
    socket.once('connect', () =>
      opened(
        () =>
          new Promise((resolve, reject) => {
            const started = performance.now()
            let text = ''
            let received = 0
            const onData = (piece: Buffer): void => {
              received += piece.length
              if (!text.includes('\r\n\r\n')) text += piece.toString('latin1')
              const end = text.indexOf('\r\n\r\n')
              const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
              if (end < 0 || received < end + 4 + length) return
              socket.off('data', onData)
              if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text.slice(0, 200)))
              const modelMs = Number(/assay-model-us: (\d+)/i.exec(text)?.[1]) / 1000
              resolve({ ms: performance.now() - started, modelMs })
            }
            socket.on('data', onData)
            socket.write(bytes)
          }),
      ),
    )
  })
}

try {
  const csv = join(folder, 'table.csv')
  const modelPath = join(folder, 'mlp.onnx')
  writeFileSync(modelPath, makeMlp([width, 256, 256, 1]))
  await writeTable(csv, 5000)
  const test = await openTestEngine(join(folder, 'workspace'))
  const dataset = await test.importDataset(csv, { target: 'y', task: 'binary' })
  const run = await test.score(await test.importModel(modelPath), dataset)
  const release = await releaseOf(test, run)
  const server = await startServing(release.folder, { ASSAY_PREDICTION_LOG: '' })
  const { body, json } = requestBody()
  const clients = await Promise.all(
    Array.from({ length: 64 }, () => openClient(server.rest, '/v2/models/mlp/infer', json, body)),
  )
  /** A connection that has no request under way; there are more of them than requests at once. */
  const ask = async (): Promise<Answer> => {
    const client = clients.pop()
    if (!client) throw new Error('64 requests under way: the server does not keep up')
    const answer = await client()
    clients.push(client)
    return answer
  }
  /** A process of its own; this one waits for it. */
  const alone = async () =>
    JSON.parse(
      (
        await promisify(execFile)(process.execPath, [
          '--no-warnings',
          join(root, 'test/bench/ort-alone.ts'),
          modelPath,
          String(rows),
          String(width),
          '2',
          String(batch),
        ])
      ).stdout,
    ) as { seconds: number; medianMs: number; p99Ms: number }
  /** Rows a second, and the processor time of a request on each side. */
  const fullLoad = async () => {
    const requests = Math.ceil(rows / batch)
    let next = 0
    const [own, servers] = [process.cpuUsage(), processorUs(server.child.pid!)]
    const started = performance.now()
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        while (next++ < requests) await ask()
      }),
    )
    const perSecond = (requests * batch * 1000) / (performance.now() - started)
    const { user, system } = process.cpuUsage(own)
    const serverUs = (processorUs(server.child.pid!) - servers) / requests
    return { perSecond, serverUs, callerUs: (user + system) / requests }
  }
  /** Requests start at fixed times, whether or not the last was answered. */
  const halfLoad = async (perSecond: number): Promise<Answer[]> => {
    const gapMs = (2 * batch * 1000) / perSecond
    const pending: Promise<Answer>[] = []
    const started = performance.now()
    for (let k = 0; k < 600; k++) {
      pending.push(ask())
      const wait = started + (k + 1) * gapMs - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    }
    return Promise.all(pending)
  }
  const quantile = (values: readonly number[], p: number) =>
    [...values].sort((a, b) => a - b)[Math.floor(p * values.length)]!
  // On all connections: the server hangs up on one that says nothing.
  for (let k = 0; k < 250; k++) await Promise.all([ask(), ask(), ask(), ask()])
  const turns: Record<string, number>[] = []
  for (let turn = 0; turn < turnsWanted; turn++) {
    const bare = await alone()
    const { perSecond, serverUs, callerUs } = await fullLoad()
    const answers = await halfLoad(perSecond)
    const times = answers.map(({ ms }) => ms)
    const modelMs = quantile(
      answers.map((answer) => answer.modelMs),
      0.5,
    )
    turns.push({
      rowsPerSecond: perSecond,
      ortAloneRowsPerSecond: rows / bare.seconds,
      throughputOverOrtAlone: (perSecond * bare.seconds) / rows,
      serverProcessorUs: serverUs,
      callerProcessorUs: callerUs,
      halfLoadModelMs: modelMs,
      halfLoadMedianOverModel: quantile(times, 0.5) / modelMs,
      halfLoadP99OverModel: quantile(times, 0.99) / modelMs,
      // What the machine alone does to a run: neighbours, clocks.
      ortAloneP99OverMedian: bare.p99Ms / bare.medianMs,
    })
  }
  await server.stop()
  await test.close()
  const medians = Object.keys(turns[0]!).map((name) => {
    const all = turns.map((turn) => turn[name]!)
    return [name, Number(quantile(all, 0.5).toPrecision(4))] as const
  })
  console.log(JSON.stringify({ batch, turns: turnsWanted, ...Object.fromEntries(medians) }, null, 2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
