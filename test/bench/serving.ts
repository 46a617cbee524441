/**
 * A release under load on loopback against ONNX Runtime alone in the same run: rows a second at full load with binary
 * tensors of the same batch, and the slowest per cent at half of it. Prints ratios.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestEngine, root } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { releaseOf, startServing } from '../support/release.ts'
import { writeTable } from './table.ts'

const rows = Number(process.env['BENCH_ROWS'] ?? 200_000)
const batch = 1024
const width = 30
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'))

/** One request of `batch` rows as the binary extension has it. */
function requestBody(): { body: Buffer; json: number } {
  const data = Float32Array.from({ length: batch * width }, (_, k) => Math.sin(k))
  const input = {
    name: 'X',
    datatype: 'FP32',
    shape: [batch, width],
    parameters: { binary_data_size: data.byteLength },
  }
  const json = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }))
  return { body: Buffer.concat([json, Buffer.from(data.buffer)]), json: json.length }
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
  const url = `${server.rest}/v2/models/mlp/infer`
  const headers = { 'inference-header-content-length': String(json) }
  const ask = async (): Promise<{ ms: number; modelMs: number }> => {
    const started = performance.now()
    const answer = await fetch(url, { method: 'POST', body: body as unknown as string, headers })
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`status ${answer.status}`)
    return { ms: performance.now() - started, modelMs: Number(answer.headers.get('assay-model-us')) / 1000 }
  }
  const alone = () =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--no-warnings', join(root, 'test/bench/ort-alone.ts'), modelPath, String(rows), String(width), '2'],
        { encoding: 'utf8' },
      ),
    ) as { seconds: number }
  for (let k = 0; k < 20; k++) await ask()
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
  const pending: Promise<{ ms: number; modelMs: number }>[] = []
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
