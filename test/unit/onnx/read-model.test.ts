import { describe, expect, it } from 'vitest'
import { AssayError } from '../../../shared/contract/errors.ts'
import { inspectModel } from '../../../shared/onnx/inspect-model.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { removeZipMap } from '../../../shared/onnx/remove-zip-map.ts'
import { writeInteger, writeMessage, writeText } from '../../../shared/onnx/wire.ts'
import {
  attribute,
  classifierEnds,
  initializer,
  input,
  linearClassifier,
  mapOutput,
  model,
  node,
  output,
  zipMap,
} from '../../support/build-model.ts'

function codeOf(bytes: Uint8Array): string | null {
  try {
    readModel(bytes)
    return null
  } catch (error) {
    if (error instanceof AssayError) return error.code
    throw error
  }
}

const text = (value: string) => new TextEncoder().encode(value)

describe('readModel', () => {
  it('reads names, types, shapes, attributes and versions', () => {
    const read = readModel(
      model(
        [
          node('Gemm', ['x', 'w'], ['y'], { attributes: [attribute.int('transB', 1)] }),
          initializer('w', [1, 2], [1, 2]),
          input('x', 1, ['rows', 2]),
          output('y', 1, [null, 1]),
        ],
        { more: [writeMessage(14, writeText(1, 'author'), writeText(2, 'Zoë'))] },
      ),
    )
    expect(read).toMatchObject({
      irVersion: 8,
      producerName: 'test',
      opsets: [
        { domain: '', version: 15 },
        { domain: 'ai.onnx.ml', version: 1 },
      ],
      metadata: { author: 'Zoë' },
    })
    expect(read.graph).toMatchObject({
      nodes: [{ opType: 'Gemm', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: [{ name: 'transB' }] }],
      initializers: [{ name: 'w', dims: [1, 2], dataType: 1, rawBytes: 8, typedValues: 0, external: null }],
      inputs: [{ name: 'x', kind: 'tensor', elementType: 1, shape: ['rows', 2] }],
      outputs: [{ name: 'y', kind: 'tensor', elementType: 1, shape: [null, 1] }],
    })
  })

  it('reads where external data lies, without opening it', () => {
    const entry = (key: string, value: string) => writeMessage(13, writeText(1, key), writeText(2, value))
    const tensor = writeMessage(
      5,
      writeInteger(1, 4),
      writeInteger(2, 1),
      writeText(8, 'w'),
      entry('location', 'weights.bin'),
      entry('offset', '4096'),
      entry('length', '16'),
      writeInteger(14, 1),
    )
    const bytes = model([node('Add', ['x', 'w'], ['y']), tensor, input('x', 1, [4]), output('y', 1, [4])])
    const inspection = inspectModel(readModel(bytes), bytes.length)
    expect(inspection.externalData).toEqual([{ tensor: 'w', location: 'weights.bin', offset: 4096, length: 16 }])
    expect(inspection.problems).toEqual([])
  })

  it.each([
    ['an empty file', new Uint8Array(), 'model/empty'],
    ['a web page', text('<!DOCTYPE html>\n<html><body>Sign in</body></html>'), 'model/not-onnx'],
    ['a table', text('a,b\n1,2\n'), 'model/not-onnx'],
    ['JSON', text('{"model": 1}'), 'model/not-onnx'],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
      'model/not-onnx',
    ],
    ['a PyTorch archive', text('PK\x03\x04\x00\x00'), 'model/not-onnx'],
    ['a pickle', Uint8Array.of(0x80, 4, 0x95, 0), 'model/not-onnx'],
    ['zeros', new Uint8Array(64), 'model/not-onnx'],
    ['a model without a graph', writeInteger(1, 8), 'model/no-graph'],
    ['two graphs', model([], { more: [writeMessage(7)] }), 'model/corrupt'],
    ['a group inside the graph', model([Uint8Array.of(0x0b)]), 'model/corrupt'],
    ['a varint without an end', model([Uint8Array.of(0x08, ...new Array<number>(11).fill(0xff))]), 'model/corrupt'],
    ['a length beyond the graph', model([Uint8Array.of(0x0a, 0xff, 0xff, 0x03)]), 'model/corrupt'],
    ['a length of 2^63', Uint8Array.of(0x3a, ...new Array<number>(8).fill(0xff), 0x7f), 'model/truncated'],
    [
      'a tensor of a hundred dimensions',
      model([writeMessage(5, writeMessage(1, new Uint8Array(100)))]),
      'model/corrupt',
    ],
  ])('refuses %s', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code)
  })

  it('says what a file is instead of a model', () => {
    expect(() => readModel(text('version https://git-lfs.github.com/spec/v1\n'))).toThrow(/Git LFS pointer/)
    expect(() => readModel(text('  <html>'))).toThrow(/web page/)
  })

  it('refuses nesting that would overflow the stack', () => {
    let body = node('Identity', ['x'], ['y'])
    for (let depth = 0; depth < 5000; depth++) {
      body = node('If', ['c'], ['y'], { attributes: [attribute.graph('then_branch', body)] })
    }
    expect(codeOf(model([body]))).toBe('model/too-complex')
    let type = writeMessage(1, writeInteger(1, 1))
    for (let depth = 0; depth < 5000; depth++) type = writeMessage(4, writeMessage(1, type))
    expect(codeOf(model([writeMessage(11, writeText(1, 'x'), writeMessage(2, type))]))).toBe('model/too-complex')
  })

  it('refuses ten million nodes in twenty megabytes', () => {
    const empty = new Uint8Array(20_000_000)
    for (let index = 0; index < empty.length; index += 2) empty[index] = 0x0a
    expect(codeOf(model([empty]))).toBe('model/too-complex')
  })

  it('does not believe dimensions', () => {
    const huge = writeMessage(
      5,
      writeInteger(1, 2 ** 40),
      writeInteger(1, 2 ** 40),
      writeInteger(2, 1),
      writeText(8, 'w'),
    )
    const bytes = model([node('Add', ['x', 'w'], ['y']), huge, input('x', 1, [1]), output('y', 1, [1])])
    const inspection = inspectModel(readModel(bytes), bytes.length)
    expect(inspection.problems.map((problem) => problem.code)).toEqual(['model/short-weights'])
    expect(inspection.parameterCount).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('hostile bytes', () => {
  const small = model([
    linearClassifier,
    zipMap('scores', 'probabilities'),
    initializer('w', [2], [1, 2]),
    ...classifierEnds,
    mapOutput('probabilities', 8),
  ])

  /** Everything that an import does with the bytes. */
  function examine(bytes: Uint8Array): void {
    try {
      const read = readModel(bytes)
      inspectModel(read, bytes.length)
      removeZipMap(read)
    } catch (error) {
      if (!(error instanceof AssayError)) throw error
    }
  }

  /** mulberry32: the same bytes in each run. */
  function randomBytes(seed: number): () => number {
    let state = seed
    return () => {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return (mixed ^ (mixed >>> 14)) & 0xff
    }
  }

  it('reads the untouched model', () => {
    expect(inspectModel(readModel(small), small.length).problems).toEqual([])
  })

  it('refuses the model cut off at any byte', () => {
    // Cut between two fields of the file itself, what is left is a whole message.
    const whole = new Set(['model/no-graph', 'model/empty', 'model/truncated', null])
    for (let length = 0; length < small.length; length++) {
      const cut = small.subarray(0, length)
      expect(whole).toContain(codeOf(cut))
      examine(cut)
    }
  })

  it('survives random bytes', () => {
    const next = randomBytes(1)
    for (let round = 0; round < 2000; round++) {
      // Most begin like a model, to get past the first check.
      const bytes = Uint8Array.from({ length: 1 + (round % 300) }, next)
      if (round % 4 !== 0) bytes.set([0x08, 0x08, 0x3a, bytes.length > 4 ? bytes.length - 4 : 0].slice(0, bytes.length))
      examine(bytes)
    }
  })

  it('survives damage to any byte', () => {
    const next = randomBytes(2)
    for (let position = 0; position < small.length; position++) {
      for (const value of [0, 0x7f, 0x80, 0xff, next(), next()]) {
        const damaged = small.slice()
        damaged[position] = value
        examine(damaged)
      }
    }
  })
})
