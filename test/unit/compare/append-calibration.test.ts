/** Graphs with a calibrator behind them, run by ONNX Runtime: every way in which a model may give its scores. */
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { applyCalibrator } from '../../../shared/calibration/apply-calibrator.ts'
import type { CalibrationMap, Calibrator } from '../../../shared/contract/calibration.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { appendCalibration } from '../../../shared/onnx/append-calibration.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { attribute, initializer, input, model, node, output } from '../../support/build-model.ts'
import type { ModelParts } from '../../support/build-model.ts'

const n = 64
const x = Float32Array.from({ length: 2 * n }, (_, at) => 4 * Math.sin(1 + 7.3 * at))
const float = 1

const linear = [
  input('X', float, ['N', 2]),
  initializer('W', [2, 1], [1.5, -0.7]),
  initializer('b', [1], [0.2]),
  node('Gemm', ['X', 'W', 'b'], ['z']),
  node('Sigmoid', ['z'], ['p']),
]
const three = [
  input('X', float, ['N', 2]),
  initializer('W', [2, 3], [1, -0.5, 0.3, 0.2, 0.9, -1]),
  node('MatMul', ['X', 'W'], ['logits']),
  output('logits', float, ['N', 3]),
]

const binary = (more: Partial<OutputBinding>): OutputBinding => ({
  task: 'binary',
  score: ['p'],
  label: null,
  transform: 'none',
  classes: ['no', 'yes'],
  positive: 'yes',
  ...more,
})

const platt: CalibrationMap = { kind: 'logistic', slope: 0.6, intercept: -0.4 }
const steps: CalibrationMap = {
  kind: 'steps',
  from: [0, 0.1, 0.25, 0.5, 0.75, 0.9].map(Math.fround),
  values: [0.01, 0.15, 0.3, 0.45, 0.8, 0.98],
}
const positive = (map: CalibrationMap): Calibrator => ({ kind: 'binary', positive: 1, map })

async function run(bytes: Uint8Array, feed = x) {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 })
  return session.run({ X: new ort.Tensor('float32', feed, [feed.length / 2, 2]) })
}

/** Appends, runs, and compares with the calibrator applied to what the model gave before. */
async function expectEqual(
  bytes: Uint8Array,
  binding: OutputBinding,
  columns: number,
  calibrator: Calibrator,
  scoresOf: (outputs: Awaited<ReturnType<typeof run>>) => Float64Array,
): Promise<void> {
  const appended = appendCalibration({ model: readModel(bytes), output: binding, columns, calibrator, note: {} })
  const outputs = await run(appended.bytes)
  const width = binding.classes.length
  expect(outputs[appended.output]!.dims).toEqual([n, width])
  const found = outputs[appended.output]!.data as Float32Array
  const expected = applyCalibrator(calibrator, scoresOf(outputs), width)
  expected.forEach((value, at) => expect(Math.abs(found[at]! - value)).toBeLessThan(1e-7))
  // Not the scores as they were.
  expect(expected.some((value, at) => Math.abs(value - scoresOf(outputs)[at]!) > 0.01)).toBe(true)
}

const pair = (p: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: 2 * p.length }, (_, at) => (at % 2 === 1 ? p[at >> 1]! : 1 - p[at >> 1]!))

describe('a calibrator behind', () => {
  it.each([
    ['Platt', platt],
    ['beta', { kind: 'beta', a: 0.4, b: 1.7, c: 0.1 }],
    ['isotonic', steps],
  ] as const)('one column of probabilities, %s', async (_, map) => {
    const bytes = model([...linear, output('p', float, ['N', 1])])
    await expectEqual(bytes, binary({}), 1, positive(map), (outputs) => pair(outputs['p']!.data as Float32Array))
  })

  it('the first class being the positive one', async () => {
    const bytes = model([...linear, output('p', float, ['N', 1])])
    const calibrator: Calibrator = { kind: 'binary', positive: 0, map: platt }
    await expectEqual(bytes, binary({ positive: 'no' }), 1, calibrator, (outputs) =>
      pair(outputs['p']!.data as Float32Array),
    )
  })

  it('one tensor a class, each of one dimension', async () => {
    const bytes = model([
      ...linear,
      initializer('one', [], [1]),
      node('Sub', ['one', 'p'], ['q']),
      node('Flatten', ['p'], ['sYes'], { attributes: [attribute.int('axis', 0)] }),
      node('Flatten', ['q'], ['sNo'], { attributes: [attribute.int('axis', 0)] }),
      output('sNo', float, [1, 'N']),
      output('sYes', float, [1, 'N']),
    ])
    await expectEqual(bytes, binary({ score: ['sNo', 'sYes'] }), 1, positive(platt), (outputs) =>
      pair(outputs['sYes']!.data as Float32Array),
    )
  })

  it('a logit that the binding turns into a probability', async () => {
    const bytes = model([...linear, output('z', float, ['N', 1])])
    await expectEqual(bytes, binary({ score: ['z'], transform: 'sigmoid' }), 1, positive(platt), (outputs) =>
      pair(Float64Array.from(outputs['z']!.data as Float32Array, (z) => 1 / (1 + Math.exp(-z)))),
    )
  })

  it('float64 probabilities', async () => {
    const cast = node('Cast', ['p'], ['wide'], { attributes: [attribute.int('to', 11)] })
    const bytes = model([...linear, cast, output('wide', 11, ['N', 1])])
    await expectEqual(bytes, binary({ score: ['wide'] }), 1, positive(steps), (outputs) =>
      pair(outputs['wide']!.data as Float64Array),
    )
  })

  it.each([
    ['temperature', { kind: 'softmax', temperature: 2.5 }],
    ['Platt a class', { kind: 'classes', maps: [platt, { ...platt, slope: 1.4 }, { ...platt, intercept: 0.3 }] }],
    [
      'isotonic a class',
      { kind: 'classes', maps: [steps, { ...steps, values: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7] }, steps] },
    ],
  ] as const)('three logits with a softmax in the binding, %s', async (_, calibrator) => {
    const binding = binary({ task: 'multiclass', score: ['logits'], transform: 'softmax', classes: ['a', 'b', 'c'] })
    await expectEqual(model(three), binding, 3, calibrator as unknown as Calibrator, (outputs) => {
      const logits = outputs['logits']!.data as Float32Array
      return Float64Array.from(logits, (value, at) => {
        const row = logits.subarray(at - (at % 3), at - (at % 3) + 3)
        return Math.exp(value) / row.reduce((sum, one) => sum + Math.exp(one), 0)
      })
    })
  })

  it('a file without the traditional operators gets their import', async () => {
    const bytes = model([...linear, output('p', float, ['N', 1])], { opsets: [['', 11]] })
    const appended = appendCalibration({
      model: readModel(bytes),
      output: binary({}),
      columns: 1,
      calibrator: positive(steps),
      note: { method: 'isotonic' },
    })
    expect(readModel(appended.bytes).opsets).toEqual([
      { domain: '', version: 11 },
      { domain: 'ai.onnx.ml', version: 1 },
    ])
    expect(readModel(appended.bytes).metadata).toEqual({ 'assay.calibration.1': '{"method":"isotonic"}' })
    expect((await run(appended.bytes))[appended.output]!.dims).toEqual([n, 2])
  })
})

describe('a score that is not a number', () => {
  it.each([
    ['Platt', platt],
    ['isotonic', steps],
  ] as const)('stays one, %s', async (_, map) => {
    const bytes = model([...linear, output('p', float, ['N', 1])])
    const appended = appendCalibration({
      model: readModel(bytes),
      output: binary({}),
      columns: 1,
      calibrator: positive(map),
      note: {},
    })
    const outputs = await run(appended.bytes, Float32Array.of(NaN, 1, 2, 3))
    const [first, , third] = outputs[appended.output]!.data as Float32Array
    expect(first).toBeNaN()
    expect(third).toBeGreaterThan(0)
  })
})

describe('refuses', () => {
  const append = (parts: ModelParts, calibrator: Calibrator, binding = binary({})) =>
    appendCalibration({
      model: readModel(model([...linear, output('p', float, ['N', 1])], parts)),
      output: binding,
      columns: 1,
      calibrator,
      note: {},
    })
  const code = (work: () => unknown): string => {
    try {
      work()
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
    return 'no error'
  }

  it('standard operators that are too old, trees that are no more, and labels without scores', () => {
    expect(code(() => append({ opsets: [['', 7]] }, positive(platt)))).toBe('calibration/opset')
    const newest = {
      opsets: [
        ['', 21],
        ['ai.onnx.ml', 5],
      ],
    } as const
    expect(code(() => append(newest, positive(steps)))).toBe('calibration/opset')
    expect(code(() => append(newest, positive(platt)))).toBe('no error')
    expect(code(() => append({}, positive(platt), binary({ score: null })))).toBe('calibration/no-scores')
  })
})
