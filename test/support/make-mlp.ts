/** A multilayer perceptron with seeded weights, as an ONNX file: Gemm and Relu per layer, a sigmoid at the end. */
import { input, initializer, model, node, output } from './build-model.ts'

/** @param widths for example [30, 256, 256, 1] */
export function makeMlp(widths: readonly number[], seed = 1): Uint8Array {
  let state = seed
  // Numerical Recipes' linear congruential generator: the weights only have to be the same everywhere.
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  }
  const parts: Uint8Array[] = []
  let last = 'X'
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [from, to] = [widths[layer]!, widths[layer + 1]!]
    const scale = Math.sqrt(3 / from)
    parts.push(
      initializer(
        `W${layer}`,
        [from, to],
        Array.from({ length: from * to }, () => uniform() * scale),
      ),
      initializer(
        `b${layer}`,
        [to],
        Array.from({ length: to }, () => uniform() * 0.1),
      ),
    )
    const isLast = layer + 2 === widths.length
    parts.push(node('Gemm', [last, `W${layer}`, `b${layer}`], [`h${layer}`]))
    parts.push(node(isLast ? 'Sigmoid' : 'Relu', [`h${layer}`], [isLast ? 'probability' : `a${layer}`]))
    last = `a${layer}`
  }
  return model([...parts, input('X', 1, ['N', widths[0]!]), output('probability', 1, ['N', widths.at(-1)!])])
}
