/** The few figures of a server's metrics, and what is shown of its answers. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { readFigures, readSamples } from '../../../shared/serving/read-figures.ts'
import { parsePredictions } from '../../../electron/engine/try/parse-answer.ts'

it('reads what prom-client writes', async () => {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({ name: 'assay_requests_total', help: 'h', labelNames: ['protocol', 'code'], registers })
  requests.inc({ protocol: 'row', code: 'ok' }, 7)
  requests.inc({ protocol: 'row', code: 'input/type' }, 2)
  new Counter({ name: 'assay_rows_total', help: 'h', labelNames: ['protocol'], registers }).inc({ protocol: 'row' }, 40)
  const seconds = new Histogram({
    name: 'assay_request_seconds',
    help: 'h',
    labelNames: ['protocol'],
    buckets: [0.001, 0.01, 0.1],
    registers,
  })
  for (let k = 0; k < 90; k++) seconds.observe({ protocol: 'row' }, 0.0005)
  for (let k = 0; k < 10; k++) seconds.observe({ protocol: 'grpc' }, 0.05)
  const psi = new Gauge({ name: 'assay_input_psi', help: 'h', labelNames: ['column'], registers })
  psi.set({ column: 'a "quoted"\nname\\' }, 0.3)
  psi.set({ column: 'b' }, 0.5)
  const text = await registry.metrics()
  const figures = readFigures(text)
  expect(figures).toMatchObject({ requests: 9, refused: 2, rows: 40, modelMs: null, memoryBytes: null })
  // 50 of 90 in the first bucket; 95 is halfway through the ten in the last.
  expect(figures.latencyMs!.p50).toBeCloseTo((1 * 50) / 90, 10)
  expect(figures.latencyMs!.p95).toBeCloseTo(10 + 90 * 0.5, 8)
  expect(figures.drift).toEqual([
    { column: 'b', psi: 0.5 },
    { column: 'a "quoted"\nname\\', psi: 0.3 },
  ])
  expect(readSamples('# HELP x y\nx 1\nnot a sample line at all {')).toHaveLength(1)
})

it('shows the chance of the positive class, and refusals with their code', () => {
  const body = JSON.stringify({
    predictions: [
      {
        label: 'No',
        probabilities: { No: 0.9, Yes: 0.1 },
        value: null,
        warnings: [{ code: 'input/range' }],
        reasons: [{ words: 'a is 1: speaks against “Yes” (−0.2).', column: 'a' }],
      },
    ],
  })
  expect(parsePredictions(body, null, 'Yes')).toEqual({
    predictions: [
      { label: 'No', score: 0.1, warnings: ['input/range'], reasons: ['a is 1: speaks against “Yes” (−0.2).'] },
    ],
    error: null,
  })
  expect(parsePredictions('{"error":{"code":"a/b","message":"No."}}', 'input/type', null).error).toEqual({
    code: 'input/type',
    message: 'No.',
  })
  expect(parsePredictions('<html>', null, null).error!.code).toBe('try/no-answer')
})
