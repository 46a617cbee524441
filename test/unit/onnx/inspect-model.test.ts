import { describe, expect, it } from 'vitest'
import type { ModelInspection } from '../../../shared/onnx/inspect-model.ts'
import { inspectModel } from '../../../shared/onnx/inspect-model.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { writeInteger, writeMessage, writeText } from '../../../shared/onnx/wire.ts'
import type { ModelParts } from '../../support/build-model.ts'
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
  textInitializer,
  zipMap,
} from '../../support/build-model.ts'

function inspect(graph: readonly Uint8Array[], parts: ModelParts = {}): ModelInspection {
  const bytes = model(graph, parts)
  return inspectModel(readModel(bytes), bytes.length)
}

const x = input('x', 1, [null, 2])
const y = output('y', 1, [null, 2])
const ml = 'ai.onnx.ml'

describe('inspectModel', () => {
  it('does not count an initializer as an input', () => {
    const { inputs, problems } = inspect(
      [node('Add', ['x', 'w'], ['y']), initializer('w', [2], [1, 2]), x, input('w', 1, [2]), y],
      { irVersion: 3 },
    )
    expect(inputs).toEqual([{ name: 'x', kind: 'tensor', elementType: 'float32', shape: [null, 2] }])
    expect(problems).toEqual([])
  })

  it('counts operators and parameters in subgraphs too', () => {
    const branch = (name: string, w: string) =>
      attribute.graph(
        name,
        node('Add', ['x', w], [`${w}_y`]),
        initializer(w, [2], [1, 2]),
        output(`${w}_y`, 1, [null, 2]),
      )
    const { operators, parameterCount, problems } = inspect([
      node('If', ['c'], ['y'], { attributes: [branch('then_branch', 'a'), branch('else_branch', 'b')] }),
      x,
      input('c', 9, []),
      y,
    ])
    expect(operators).toEqual([
      { domain: '', opType: 'Add', count: 2 },
      { domain: '', opType: 'If', count: 1 },
    ])
    expect(parameterCount).toBe(4)
    expect(problems).toEqual([])
  })

  it('reports NaN among the weights and goes on', () => {
    const { notes, problems } = inspect([node('Add', ['x', 'w'], ['y']), initializer('w', [2], [NaN, Infinity]), x, y])
    expect(notes).toMatchObject([{ code: 'model/nan-weights', where: { values: 1, tensor: 'w' } }])
    expect(problems).toEqual([])
  })
})

describe('problems', () => {
  const identity = node('Identity', ['x'], ['y'])
  const rawTensor = (dims: readonly number[], bytes: number) =>
    writeMessage(
      5,
      ...dims.map((dim) => writeInteger(1, dim)),
      writeInteger(2, 1),
      writeText(8, 'w'),
      writeMessage(9, new Uint8Array(bytes)),
    )
  const external = (location: string, offset: string) =>
    writeMessage(
      5,
      writeInteger(1, 1),
      writeInteger(2, 1),
      writeText(8, 'w'),
      writeMessage(13, writeText(1, 'location'), writeText(2, location)),
      writeMessage(13, writeText(1, 'offset'), writeText(2, offset)),
      writeInteger(14, 1),
    )
  const cases: [what: string, graph: readonly Uint8Array[], parts: ModelParts, codes: string[]][] = [
    ['nothing', [identity, x, y], {}, []],
    ['nodes out of order', [node('Relu', ['z'], ['y']), node('Abs', ['x'], ['z']), x, y], {}, []],
    [
      'an operator that the model defines',
      [node('Mine', ['x'], ['y'], { domain: 'me' }), x, y],
      {
        more: [writeMessage(25, writeText(1, 'Mine'), writeText(10, 'me'))],
      },
      [],
    ],
    ['an unknown IR version', [identity, x, y], { irVersion: 99 }, ['model/ir-version']],
    ['an unknown opset', [identity, x, y], { opsets: [['', 999]] }, ['model/opset']],
    ['opset 0', [identity, x, y], { opsets: [['ai.onnx', 0]] }, ['model/opset']],
    ['no opset', [identity, x, y], { opsets: [] }, ['model/opset']],
    [
      'a foreign operator',
      [node('Upper', ['x'], ['y'], { domain: 'ai.onnx.contrib' }), x, y],
      {},
      ['model/unsupported-operator-domain'],
    ],
    ['no nodes', [x, output('x', 1, [null, 2])], {}, ['model/no-nodes']],
    ['no inputs', [node('Abs', ['w'], ['y']), initializer('w', [2], [1, 2]), y], {}, ['model/no-inputs']],
    ['no outputs', [identity, x], {}, ['model/no-outputs']],
    ['a bfloat16 output', [identity, x, output('y', 16, [null])], {}, ['model/bfloat16']],
    ['a complex input', [identity, input('x', 14, [1]), y], {}, ['model/unsupported-element-type']],
    ['two makers of one value', [identity, identity, x, y], {}, ['model/duplicate-output']],
    ['two inputs of one name', [identity, x, x, y], {}, ['model/duplicate-output']],
    ['a value from nowhere', [node('Add', ['x', 'gone'], ['y']), x, y], {}, ['model/dangling-input']],
    ['an output from nowhere', [identity, x, y, output('gone', 1, [1])], {}, ['model/dangling-output']],
    ['a circle', [node('Add', ['x', 'b'], ['a']), node('Abs', ['a'], ['b']), identity, x, y], {}, ['model/cycle']],
    ['short weights', [node('Add', ['x', 'w'], ['y']), rawTensor([2], 7), x, y], {}, ['model/short-weights']],
    ['long weights', [node('Add', ['x', 'w'], ['y']), rawTensor([2], 12), x, y], {}, ['model/long-weights']],
    [
      'external data nowhere',
      [node('Add', ['x', 'w'], ['y']), external('', '0'), x, y],
      {},
      ['model/external-data-invalid'],
    ],
    [
      'external data at no number',
      [node('Add', ['x', 'w'], ['y']), external('a', '-1'), x, y],
      {},
      ['model/external-data-invalid'],
    ],
  ]
  it.each(cases)('finds %s', (_, graph, parts, codes) => {
    expect(inspect(graph, parts).problems.map((problem) => problem.code)).toEqual(codes)
  })

  it('finds a circle that runs through a subgraph', () => {
    const body = attribute.graph('then_branch', node('Abs', ['y'], ['t']), output('t', 1, [1]))
    const { problems } = inspect([node('If', ['c'], ['y'], { attributes: [body] }), input('c', 9, []), y])
    expect(problems.map((problem) => problem.code)).toEqual(['model/cycle'])
  })

  it('says what, where and what to do', () => {
    const [problem] = inspect([node('Add', ['x', 'gone'], ['y']), x, y]).problems
    expect(problem).toEqual({
      code: 'model/dangling-input',
      message: 'The Add node "add_y" takes "gone", which nothing makes.',
      remedy: 'It is no graph input, no initializer and no output of a node. Export the model again.',
      where: { node: 'add_y', operator: 'Add', input: 'gone' },
    })
  })
})

describe('class labels', () => {
  it('come from ZipMap before the classifier', () => {
    const { classLabels } = inspect([linearClassifier, zipMap('scores', 'p'), ...classifierEnds, mapOutput('p', 8)])
    expect(classLabels).toEqual({ values: ['low', 'mid', 'high'], source: 'ZipMap.classlabels_strings' })
  })

  it('come from the classifier behind the label', () => {
    const { classLabels } = inspect([linearClassifier, ...classifierEnds, output('scores', 1, [null, 3])])
    expect(classLabels).toEqual({ values: ['low', 'mid', 'high'], source: 'LinearClassifier.classlabels_strings' })
  })

  it('come from the list that the largest score looks up', () => {
    const { classLabels } = inspect([
      node('ArgMax', ['x'], ['best'], { attributes: [attribute.int('axis', 1)] }),
      node('ArrayFeatureExtractor', ['classes', 'best'], ['found'], { domain: ml }),
      node('Reshape', ['found', 'shape'], ['label']),
      textInitializer('classes', ['cat', 'dog']),
      initializer('shape', [1], [-1]),
      ...classifierEnds,
    ])
    expect(classLabels).toEqual({ values: ['cat', 'dog'], source: 'ArrayFeatureExtractor(classes)' })
  })

  it('come from a LabelEncoder, renamed', () => {
    const encoder = attribute.texts('values_strings', ['cat', 'dog'])
    const { classLabels } = inspect([
      node('ArgMax', ['x'], ['best']),
      node('LabelEncoder', ['best'], ['label'], {
        domain: ml,
        attributes: [attribute.ints('keys_int64s', [1, 0]), encoder],
      }),
      ...classifierEnds,
    ])
    expect(classLabels?.values).toEqual(['dog', 'cat'])
  })

  it('are null where the graph names none', () => {
    expect(inspect([node('ArgMax', ['x'], ['label']), ...classifierEnds]).classLabels).toBeNull()
  })
})

describe('final activation', () => {
  const ones = initializer('one', [1], [1])
  const forest = (transform: string) =>
    node('TreeEnsembleClassifier', ['x'], ['label', 'y'], {
      domain: ml,
      attributes: [attribute.text('post_transform', transform)],
    })
  const cases: [what: string, graph: readonly Uint8Array[], activation: string][] = [
    ['softmax behind a cast', [node('Softmax', ['x'], ['s']), node('Cast', ['s'], ['y'])], 'softmax'],
    ['sigmoid', [node('Sigmoid', ['x'], ['y'])], 'sigmoid'],
    ['a linear layer', [node('MatMul', ['x', 'w'], ['h']), node('Add', ['h', 'one'], ['y'])], 'none'],
    [
      'division by the sum',
      [node('Exp', ['x'], ['e']), node('ReduceSum', ['e'], ['s']), node('Div', ['e', 's'], ['y'])],
      'normalised',
    ],
    [
      'L1 Normalizer',
      [node('Normalizer', ['x'], ['y'], { domain: ml, attributes: [attribute.text('norm', 'L1')] })],
      'normalised',
    ],
    [
      'L2 Normalizer',
      [node('Normalizer', ['x'], ['y'], { domain: ml, attributes: [attribute.text('norm', 'L2')] })],
      'unknown',
    ],
    ['the pair 1 − x and x', [node('Sub', ['one', 'x'], ['n']), node('Concat', ['n', 'x'], ['y'])], 'normalised'],
    ['the pair 2 − x and x', [node('Sub', ['two', 'x'], ['n']), node('Concat', ['n', 'x'], ['y'])], 'none'],
    ['boosting with LOGISTIC', [forest('LOGISTIC')], 'sigmoid'],
    ['trees with NONE', [forest('NONE')], 'unknown'],
    ['averaged softmax', [node('Softmax', ['x'], ['s']), node('Add', ['s', 's'], ['y'])], 'unknown'],
    ['an operator that says nothing', [node('Tanh', ['x'], ['y'])], 'unknown'],
    ['a circle', [node('Add', ['x', 'y'], ['y'])], 'unknown'],
  ]
  it.each(cases)('of %s', (_, nodes, activation) => {
    const two = initializer('two', [1], [2])
    expect(inspect([...nodes, ones, two, initializer('w', [2, 2], [1, 2, 3, 4]), x, y]).finalActivation).toEqual({
      y: activation,
    })
  })
})
