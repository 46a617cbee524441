/**
 * A release under load on loopback against ONNX Runtime alone in the same run: rows a second at full load with binary
 * tensors of the same batch, and the slowest per cent at half of it. Prints ratios.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestEngine, root } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { releaseOf, startServing } from '../support/release.ts'
import { writeTable } from './table.ts'

const rows = Number(process.env['BENCH_ROWS'] ?? 1_000_000)
const batch = 1024
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
  const alone = () =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--no-warnings', join(root, 'test/bench/ort-alone.ts'), modelPath, String(rows), String(width), '2'],
        { encoding: 'utf8' },
      ),
    ) as { seconds: number }
  for (let k = 0; k < 500; k++) await ask()
  const first = alone()
  const requests = Math.ceil(rows / batch)
  let next = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (next++ < requests) await ask()
    }),
  )
  const perSecond = (requests * batch * 1000) / (performance.now() - started)
  const second = alone()
  const aloneRate = (2 * rows) / (first.seconds + second.seconds)
  // Half the load: requests start at fixed times, whether or not the last was answered.
  const gapMs = (2 * batch * 1000) / perSecond
  const pending: Promise<Answer>[] = []
  for (let k = 0; k < 200; k++) {
    pending.push(ask())
    await new Promise((resolve) => setTimeout(resolve, gapMs))
  }
  const answers = await Promise.all(pending)
  const quantile = (values: readonly number[], p: number) =>
    [...values].sort((a, b) => a - b)[Math.floor(p * values.length)]!
  const times = answers.map(({ ms }) => ms)
  const model = quantile(
    answers.map(({ modelMs }) => modelMs),
    0.5,
  )
  await server.stop()
  await test.close()
  console.log(
    JSON.stringify(
      {
        batch,
        rowsPerSecond: Math.round(perSecond),
        ortAloneRowsPerSecond: Math.round(aloneRate),
        throughputOverOrtAlone: Number((perSecond / aloneRate).toFixed(3)),
        halfLoadModelMs: Number(model.toFixed(2)),
        halfLoadMedianOverModel: Number((quantile(times, 0.5) / model).toFixed(2)),
        halfLoadP99OverModel: Number((quantile(times, 0.99) / model).toFixed(2)),
      },
      null,
      2,
    ),
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
