import { createRequire } from 'node:module'
import type * as OnnxRuntime from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { inspectModel } from '../../../shared/onnx/inspect-model.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { removeZipMap } from '../../../shared/onnx/remove-zip-map.ts'
import { writeInteger, writeMessage, writeText } from '../../../shared/onnx/wire.ts'
import { classifierEnds, linearClassifier, mapOutput, model, node, output, zipMap } from '../../support/build-model.ts'

const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime

async function run(bytes: Uint8Array): Promise<Record<string, unknown[]>> {
  const session = await ort.InferenceSession.create(bytes)
  const results = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2, -3, 0.5), [2, 2]) })
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, Array.from(tensor.data as Iterable<unknown>)]),
  )
}

const plain = model([linearClassifier, ...classifierEnds, output('scores', 1, [null, 3])])

describe('removeZipMap', () => {
  it('leaves a model without ZipMap alone', () => {
    const removal = removeZipMap(readModel(plain))
    expect(removal).toEqual({ bytes: plain, changed: false, removed: [] })
    expect(removal.bytes).toBe(plain)
  })

  it('gives the tensor the name of the output', async () => {
    const valueInfo = writeMessage(13, writeText(1, 'scores'), writeMessage(2, writeMessage(1, writeInteger(1, 1))))
    const zipped = model([linearClassifier, zipMap('scores', 'p'), ...classifierEnds, mapOutput('p', 8), valueInfo])
    const removal = removeZipMap(readModel(zipped))
    expect(removal.removed).toEqual([{ output: 'p', tensor: 'scores', classLabels: ['low', 'mid', 'high'] }])
    const edited = readModel(removal.bytes)
    expect(edited.graph.nodes.map((made) => [made.opType, made.outputs])).toEqual([
      ['LinearClassifier', ['label', 'p']],
    ])
    expect(edited.graph.outputs).toMatchObject([
      { name: 'label' },
      { name: 'p', kind: 'tensor', elementType: 1, shape: [null, 3] },
    ])
    expect(edited.graph.valueInfo).toEqual([])
    const { problems, finalActivation } = inspectModel(edited, removal.bytes.length)
    expect([problems, finalActivation]).toEqual([[], { p: 'softmax' }])
    const expected = await run(plain)
    expect(await run(removal.bytes)).toEqual({ label: expected['label'], p: expected['scores'] })
  })

  it('puts an Identity in its place where others use the tensor too', async () => {
    const zipped = model([
      linearClassifier,
      zipMap('scores', 'p'),
      zipMap('scores', 'q'),
      ...classifierEnds,
      mapOutput('p', 8),
      output('scores', 1, [null, 3]),
      mapOutput('q', 8),
    ])
    const removal = removeZipMap(readModel(zipped))
    expect(removal.removed.map((zip) => zip.output)).toEqual(['p', 'q'])
    const { label, scores } = await run(plain)
    expect(await run(removal.bytes)).toEqual({ label, scores, p: scores, q: scores })
  })

  it('puts an Identity in its place where the tensor is a graph input', async () => {
    const [x] = classifierEnds
    const removal = removeZipMap(readModel(model([zipMap('x', 'p'), x!, mapOutput('p', 8)])))
    expect(readModel(removal.bytes).graph.nodes).toMatchObject([{ opType: 'Identity', inputs: ['x'], outputs: ['p'] }])
  })

  it('leaves a ZipMap alone whose maps are used inside the graph', () => {
    const used = model([
      linearClassifier,
      zipMap('scores', 'maps'),
      node('Identity', ['maps'], ['p']),
      ...classifierEnds,
      mapOutput('p', 8),
    ])
    expect(removeZipMap(readModel(used)).changed).toBe(false)
  })

  it('keeps every other byte', () => {
    const metadata = writeMessage(14, writeText(1, 'author'), writeText(2, 'someone'))
    const zipped = model([linearClassifier, zipMap('scores', 'p'), ...classifierEnds, mapOutput('p', 8)], {
      more: [metadata],
    })
    const { bytes } = removeZipMap(readModel(zipped))
    const tail = readModel(zipped).graphRange.end
    const editedTail = readModel(bytes).graphRange.end
    expect(bytes.subarray(editedTail)).toEqual(zipped.subarray(tail))
    const attributes = (read: Uint8Array) =>
      readModel(read).graph.nodes[0]!.attributes.map((entry) => Array.from(entry.bytes))
    expect(attributes(bytes)).toEqual(attributes(zipped))
  })
})
