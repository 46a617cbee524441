import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fusedPreparation } from '../../../shared/onnx/fused-preparation.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { initializer, input, model, node, output } from '../../support/build-model.ts'
import { samples } from '../../support/engine.ts'

const stepsOf = (bytes: Uint8Array): string[] => fusedPreparation(readModel(bytes).graph).map(({ opType }) => opType)

describe('preparation fused in front of a model', () => {
  it.each([
    ['churn/gradient-boosting.onnx', ['Imputer', ...Array<string>(5).fill('OneHotEncoder')]],
    ['churn/logistic-regression.onnx', ['Imputer', ...Array<string>(5).fill('OneHotEncoder'), 'Scaler']],
    ['diabetes/ridge.onnx', ['Scaler']],
    ['wine/random-forest.onnx', []],
    ['digits/mlp.onnx', []],
  ])('%s', (name, steps) => {
    expect(stepsOf(readFileSync(join(samples, name))).sort()).toEqual(steps)
  })

  it('is not what stands behind the model or arithmetic', () => {
    const ml = { domain: 'ai.onnx.ml' }
    const bytes = model([
      node('Scaler', ['x'], ['s'], ml),
      node('Identity', ['s'], ['i']),
      node('Imputer', ['i'], ['j'], ml),
      node('MatMul', ['j', 'W'], ['z']),
      node('Normalizer', ['z'], ['p'], ml),
      initializer('W', [2, 2], [1, 0, 0, 1]),
      input('x', 1, ['N', 2]),
      output('p', 1, ['N', 2]),
    ])
    expect(stepsOf(bytes)).toEqual(['Scaler', 'Imputer'])
  })
})
