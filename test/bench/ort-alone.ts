/** The baseline: ONNX Runtime alone on resident tensors, in the batch given or the best of a few. Prints seconds. */
import { createRequire } from 'node:module'
import type * as Ort from 'onnxruntime-node'

process.env['ORT_DISABLE_TELEMETRY'] = '1'
const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort
const [modelPath = '', rowsText = '0', widthText = '0', threadsText = '2', batchText = '0'] = process.argv.slice(2)
const [rows, width, threads] = [Number(rowsText), Number(widthText), Number(threadsText)]
const sizes = Number(batchText) > 0 ? [Number(batchText)] : [256, 1024, 4096, 16_384]

const data = new Float32Array(rows * width)
for (let at = 0, state = 1; at < data.length; at++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  data[at] = state / 2 ** 31 - 1
}
const session = await ort.InferenceSession.create(modelPath, {
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
})
const name = session.inputNames[0]!

/** Milliseconds of each run of the last pass. */
let runs: number[] = []

async function pass(batch: number, upTo: number): Promise<number> {
  const started = performance.now()
  runs = []
  for (let from = 0; from < upTo; from += batch) {
    const n = Math.min(batch, upTo - from)
    const began = performance.now()
    await session.run({
      [name]: new ort.Tensor('float32', data.subarray(from * width, (from + n) * width), [n, width]),
    })
    runs.push(performance.now() - began)
  }
  return (performance.now() - started) / 1000
}

let best = { batch: 1024, seconds: Infinity }
for (const batch of sizes) {
  await pass(batch, batch * 2)
  const seconds = await pass(batch, 65_536)
  if (seconds < best.seconds) best = { batch, seconds }
}
const seconds = await pass(best.batch, rows)
runs.sort((a, b) => a - b)
const at = (p: number): number => runs[Math.floor(p * runs.length)]!
console.log(JSON.stringify({ seconds, batch: best.batch, medianMs: at(0.5), p99Ms: at(0.99) }))
