/** Which raw columns a tensor's columns are made from, and the players that follow. */
import { describe, expect, it } from 'vitest'
import { columnSources } from '../../../shared/explain/graph/column-sources.ts'
import type { TensorSources } from '../../../shared/explain/graph/column-sources.ts'
import { cutFront, frontOutput } from '../../../shared/explain/graph/cut-front.ts'
import { rawPlayers } from '../../../shared/explain/graph/raw-players.ts'
import { explainedOutputs } from '../../../shared/explain/graph/explained-outputs.ts'
import { reasonsInWords } from '../../../shared/explain/reasons.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { indexGraph } from '../../../shared/onnx/walk-model.ts'
import { attribute, initializer, input, model, node, output } from '../../support/build-model.ts'

const ml = 'ai.onnx.ml'
const ends = [input('a', 1, ['N', 3]), input('b', 8, ['N', 1]), output('y', 1, ['N', 1])]
const raw = new Map<string, readonly (number | null)[]>([
  ['a', [0, 1, 2]],
  ['b', [3]],
  ['c', [null]],
])

function sourcesOf(nodes: Uint8Array[], tensor = 'y'): TensorSources {
  return columnSources(indexGraph(readModel(model([...nodes, ...ends])).graph), raw, tensor)
}

const hot = node('OneHotEncoder', ['b'], ['hot'], {
  domain: ml,
  attributes: [attribute.texts('cats_strings', ['x', 'y'])],
})

describe('column sources', () => {
  it('keeps columns apart through scalers, encoders and concatenation', () => {
    const found = sourcesOf([
      node('Scaler', ['a'], ['scaled'], { domain: ml }),
      hot,
      node('Flatten', ['hot'], ['flat']),
      node('Concat', ['scaled', 'flat'], ['y'], { attributes: [attribute.int('axis', 1)] }),
    ])
    expect(found.columns).toEqual([[0], [1], [2], [3], [3]])
    const players = rawPlayers(found, 5, 4)
    expect(players.columns).toEqual([[0], [1], [2], [3]])
    expect([...players.ofInput]).toEqual([0, 1, 2, 3, 3])
  })

  it('follows chosen columns, ratios and constants', () => {
    const places = node('Constant', [], ['places'], {
      attributes: [attribute.ints('value_ints', [2, 0])],
    })
    expect(sourcesOf([places, node('Neg', ['a'], ['y'])]).columns).toEqual([[0], [1], [2]])
    const picked = sourcesOf([
      initializer('two', [2], [2, 0]),
      node('ArrayFeatureExtractor', ['a', 'two'], ['y'], { domain: ml }),
    ])
    expect(picked.columns).toEqual([[2], [0]])
    const ratio = sourcesOf([
      initializer('first', [1], [0]),
      initializer('second', [1], [1]),
      node('Gather', ['a', 'first'], ['p'], { attributes: [attribute.int('axis', 1)] }),
      node('Gather', ['a', 'second'], ['q'], { attributes: [attribute.int('axis', 1)] }),
      node('Div', ['p', 'q'], ['ratio']),
      node('Concat', ['ratio', 'a', 'c'], ['y'], { attributes: [attribute.int('axis', 1)] }),
    ])
    expect(ratio.columns).toEqual([[0, 1], [0], [1], [2], []])
    // What one input mixes is one player everywhere; a constant belongs to nobody.
    const players = rawPlayers(ratio, 5, 4)
    expect(players.columns).toEqual([[0, 1], [2], [3], []])
    expect([...players.ofInput]).toEqual([0, 0, 0, 1, 3])
  })

  it('takes an operator that mixes rows, or is unknown, to use everything', () => {
    const normalised = sourcesOf([node('Normalizer', ['a'], ['y'], { domain: ml })])
    expect(normalised.columns).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ])
    const unknown = sourcesOf([node('Mystery', ['a'], ['y'])])
    expect(unknown.columns).toBeNull()
    expect(rawPlayers(unknown, 2, 4).columns).toEqual([[0, 1, 2], [3]])
  })

  it('does not take interleaved encodings for concatenated ones', () => {
    const texts = new Map<string, readonly (number | null)[]>([['t', [0, 1]]])
    const encode = (name: string) =>
      node('OneHotEncoder', ['t'], [name], { domain: ml, attributes: [attribute.texts('cats_strings', ['x', 'y'])] })
    const graph = readModel(
      model([
        encode('one'),
        encode('two'),
        node('Concat', ['one', 'two'], ['wide'], { attributes: [attribute.int('axis', 2)] }),
        node('Flatten', ['wide'], ['y']),
        input('t', 8, ['N', 2]),
        output('y', 1, ['N', 8]),
      ]),
    ).graph
    expect(columnSources(indexGraph(graph), texts, 'y')).toEqual({ columns: null, all: [0, 1], nested: false })
  })
})

describe('the front of a graph', () => {
  it('keeps the nodes that make the tensor, and gives it as the only output', () => {
    const whole = readModel(
      model([
        node('Scaler', ['a'], ['scaled'], { domain: ml }),
        node('Exp', ['scaled'], ['big']),
        node('Neg', ['big'], ['y']),
        ...ends,
      ]),
    )
    const { graph } = readModel(cutFront(whole, 'scaled'))
    expect(graph.nodes.map((entry) => entry.opType)).toEqual(['Scaler', 'Identity'])
    expect(graph.outputs.map((entry) => entry.name)).toEqual([frontOutput])
    expect(graph.inputs.map((entry) => entry.name)).toEqual(['a', 'b'])
  })
})

describe('explained outputs', () => {
  const binary = {
    task: 'binary' as const,
    score: ['s'],
    label: null,
    transform: 'none' as const,
    classes: ['No', 'Yes'],
    positive: 'Yes',
  }
  const core = { outputs: 1, link: 'logistic' as const, normalised: false, allPositive: false }

  it('signs attributions so that positive ones speak for the positive class', () => {
    expect(explainedOutputs(core, binary)).toMatchObject({
      names: ['Yes'],
      space: 'log-odds',
      reweighing: { matrix: [[1]], offset: [0] },
    })
    expect(explainedOutputs(core, { ...binary, positive: 'No' })).toMatchObject({
      names: ['No'],
      reweighing: { matrix: [[-1]], offset: [0] },
    })
    // One positive sum is a probability; the other class's is what is left of 1.
    expect(explainedOutputs({ ...core, link: 'none', allPositive: true }, { ...binary, positive: 'No' })).toMatchObject(
      { space: 'probability', reweighing: { matrix: [[-1]], offset: [1] } },
    )
    // Of two logits only the difference counts.
    expect(explainedOutputs({ ...core, outputs: 2, link: 'softmax' }, binary)).toMatchObject({
      space: 'log-odds',
      reweighing: { matrix: [[-1, 1]] },
    })
  })

  it('turns margins into the scores that the run has', () => {
    const three = { ...binary, task: 'multiclass' as const, classes: ['a', 'b', 'c'], positive: null }
    const found = explainedOutputs({ ...core, outputs: 3, link: 'softmax' }, three)!
    const scores = found.toScore!(Float64Array.of(1, 2, 3))
    expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    expect(scores[2]! / scores[1]!).toBeCloseTo(Math.E, 12)
    expect(explainedOutputs({ ...core, outputs: 2 }, three)).toBeNull()
  })
})

describe('reasons', () => {
  it('names the largest parts and their direction', () => {
    const words = reasonsInWords(
      [
        { name: 'age', value: '40', attribution: 0.001 },
        { name: 'income', value: '12', attribution: -0.75 },
        { name: 'debt', value: '9', attribution: 0.5 },
      ],
      'Yes',
      'log-odds',
    )
    expect(words).toEqual([
      'income is 12: speaks against “Yes” (−0.750 log-odds).',
      'debt is 9: speaks for “Yes” (+0.500 log-odds).',
    ])
    expect(reasonsInWords([{ name: 'a', value: '1', attribution: 0 }], 'x', 'target')).toEqual([
      'No column moves this row away from the average.',
    ])
  })
})
