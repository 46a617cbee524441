/** Smaller weights: rounded as the formats say, and only where that changes nothing else. */
import { describe, expect, it } from 'vitest'
import { halfBits } from '../../../shared/onnx/write-nodes.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { quantise, shrinkWeights } from '../../../shared/onnx/shrink-weights.ts'
import { initializer, input, model, node, output } from '../../support/build-model.ts'
import { makeMlp } from '../../support/make-mlp.ts'

/** Node 24's own float16, which is not in the types of this project. */
const Float16 = (globalThis as unknown as { Float16Array: new (values: number[]) => { buffer: ArrayBuffer } })
  .Float16Array

describe('float16', () => {
  it('is what V8 rounds to: ties, subnormal numbers, both zeros, the largest', () => {
    const values = [
      0,
      -0,
      1,
      -1,
      0.1,
      65504,
      -65504,
      2 ** -14,
      2 ** -24,
      2 ** -25,
      2 ** -25 * 1.0001,
      1e-30,
      2048.5,
      2049,
      2051,
    ]
    let state = 1
    for (let k = 0; k < 20_000; k++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      values.push(Math.fround((state / 2 ** 31 - 1) * 2 ** ((state % 40) - 24)))
      // Halfway between two neighbours.
      values.push(((state % 1024) + 1024.5) * 2 ** ((state >> 12) % 5))
    }
    const bits = new Uint16Array(new Float16(values).buffer)
    values.forEach((value, at) => expect(halfBits(value), String(value)).toBe(bits[at]))
  })
})

describe('int8', () => {
  it.each([0, 1, 2])('has one scale a channel of axis %i, and no weight further off than half a step', (axis) => {
    const dims = [3, 4, 5]
    const values = Float32Array.from({ length: 60 }, (_, k) => Math.sin(k * 7) * (1 + (k % 5)))
    values[7] = 0
    const { scales, rounded } = quantise(values, dims, axis)
    expect(scales).toHaveLength(dims[axis]!)
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 4; j++)
        for (let k = 0; k < 5; k++) {
          const at = i * 20 + j * 5 + k
          const scale = scales[[i, j, k][axis]!]!
          expect(Math.abs(values[at]! - rounded[at]! * scale)).toBeLessThanOrEqual(scale / 2 + 1e-6)
        }
    expect(Math.max(...rounded.map(Math.abs))).toBe(127)
  })

  it('of a channel of zeros is zeros', () => {
    expect(quantise(new Float32Array(4), [2, 2], 0)).toEqual({
      scales: Float32Array.of(1, 1),
      rounded: new Int8Array(4),
    })
  })
})

describe('a graph', () => {
  const codeOf = (work: () => unknown): string => {
    try {
      work()
      return 'done'
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  it('keeps what is small, and gives each large weight under its name', () => {
    const before = readModel(makeMlp([16, 64, 1]))
    const { bytes, tensors, weights } = shrinkWeights(before, 'int8')
    const after = readModel(bytes)
    expect([tensors, weights]).toEqual([1, 1024])
    expect(after.graph.nodes.map(({ opType }) => opType)).toEqual([
      'DequantizeLinear',
      ...before.graph.nodes.map(({ opType }) => opType),
    ])
    expect(after.graph.nodes[0]!.outputs).toEqual(['W0'])
    const names = after.graph.initializers.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['W0__int8', 'W0__int8_scale', 'b0', 'W1', 'b1']))
    expect(names).not.toContain('W0')
    expect(after.metadata['assay.weights']).toBe('int8')
  })

  it('without large weights, or of an old opset, is refused with the reason', () => {
    expect(codeOf(() => shrinkWeights(readModel(makeMlp([4, 8, 1])), 'int8'))).toBe('shrink/nothing')
    expect(
      codeOf(() =>
        shrinkWeights({ ...readModel(makeMlp([16, 64, 1])), opsets: [{ domain: '', version: 12 }] }, 'int8'),
      ),
    ).toBe('shrink/opset')
    const huge = model([
      node('MatMul', ['x', 'W'], ['y']),
      initializer(
        'W',
        [16, 16],
        Array.from({ length: 256 }, (_, k) => k * 1000),
      ),
      input('x', 1, ['N', 16]),
      output('y', 1, ['N', 16]),
    ])
    expect(codeOf(() => shrinkWeights(readModel(huge), 'float16'))).toBe('shrink/nothing')
    expect(codeOf(() => shrinkWeights(readModel(huge), 'int8'))).toBe('done')
  })
})
