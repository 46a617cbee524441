/**
 * What reasons add to a prediction, on the churn sample's server on loopback: one caller, requests without and with the
 * four strongest reasons by turns, so that clocks and neighbours are the same for both. Medians and 99th percentiles.
 */
import { join } from 'node:path'
import { quantileOfSorted } from '../../shared/statistics/quantile.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import { goldenOf, releaseOf, startServing } from '../support/release.ts'
import { post } from '../support/serving-client.ts'

const requests = Number(process.env['BENCH_REQUESTS'] ?? 1000)

const test = await openTestEngine()
try {
  const dataset = await test.importDataset(join(samples, 'churn/holdout.csv'), {
    target: 'churned',
    id: 'customer_id',
    task: 'binary',
    positive: 'Yes',
  })
  const run = await test.score(await test.importModel(join(samples, 'churn/gradient-boosting.onnx')), dataset)
  const { folder } = await releaseOf(test, run, {}, {})
  const server = await startServing(folder)
  const golden = goldenOf(folder).map((row) => row.inputs)
  const found = []
  for (const rows of [1, 100, 1000]) {
    const body = Array.from({ length: rows }, (_, k) => golden[k % golden.length]!)
    const bodies = [0, 4].map((reasons) => JSON.stringify({ rows: body, reasons }))
    const times = bodies.map(() => new Float64Array(Math.ceil(requests / Math.sqrt(rows))))
    const warmUp = 50
    for (let k = -warmUp; k < times[0]!.length; k++)
      for (const [which, text] of bodies.entries()) {
        const since = performance.now()
        const answer = await post(server.rest, '/v1/predict', text)
        if (answer.status !== 200) throw new Error(answer.text)
        if (k >= 0) times[which]![k] = performance.now() - since
      }
    const [plain, withReasons] = times.map((list) => list.sort())
    const at = (list: Float64Array, p: number) => Number(quantileOfSorted(list, p).toPrecision(3))
    found.push({
      rows,
      requests: plain!.length,
      plainMs: { p50: at(plain!, 0.5), p99: at(plain!, 0.99) },
      withReasonsMs: { p50: at(withReasons!, 0.5), p99: at(withReasons!, 0.99) },
    })
  }
  await server.stop()
  console.log(JSON.stringify(found, null, 2))
} finally {
  await test.close()
}
