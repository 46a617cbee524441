import { writeFileSync } from 'node:fs'
import { openTestEngine } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { releaseOf, startServing } from '../support/release.ts'
import { writeTable } from './table.ts'
const width = 30, batch = 1024
writeFileSync('/tmp/try/mlp.onnx', makeMlp([width, 256, 256, 1]))
await writeTable('/tmp/try/t.csv', 5000)
const test = await openTestEngine('/tmp/try/ws' + process.pid)
const dataset = await test.importDataset('/tmp/try/t.csv', { target: 'y', task: 'binary' })
const run = await test.score(await test.importModel('/tmp/try/mlp.onnx'), dataset)
const release = await releaseOf(test, run)
const server = await startServing(release.folder, process.env['PROF'] ? { NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=/tmp/try/prof' } : {})
const data = Float32Array.from({ length: batch * width }, (_, k) => Math.sin(k))
const input = { name: 'X', datatype: 'FP32', shape: [batch, width], parameters: { binary_data_size: data.byteLength } }
const json = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }))
const body = Buffer.concat([json, Buffer.from(data.buffer)])
const n = 2000
let next = 0; let m = 0, q = 0
const t = performance.now()
await Promise.all(Array.from({ length: 4 }, async () => { while (next++ < n) { const a = await fetch(`${server.rest}/v2/models/mlp/infer`, { method: 'POST', body: body as any, headers: { 'inference-header-content-length': String(json.length) } }); await a.arrayBuffer(); m += Number(a.headers.get('assay-model-us')); q += Number(a.headers.get('assay-queue-us')) } }))
const s = (performance.now() - t) / 1000
console.log('ms per request', (s * 1000 / n).toFixed(2), 'model ms', (m / n / 1000).toFixed(2), 'queue', (q / n / 1000).toFixed(2), 'rows/s', Math.round(n * batch / s), 'client cpu', process.cpuUsage())
console.log(await (await fetch(`${server.rest}/metrics`)).text().then((t) => t.split('\n').filter((l) => /process_cpu_(user|system)|batch_rows_(sum|count)|model_seconds_(sum|count)/.test(l)).join('\n')))
await server.stop(); await test.close()
