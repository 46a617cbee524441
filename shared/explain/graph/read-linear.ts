/** LinearClassifier, LinearRegressor, Gemm and MatMul with constant weights, as coefficients. */
import { labelsOfNode } from '../../onnx/class-labels.ts'
import type { OnnxNode } from '../../onnx/model.ts'
import type { GraphIndex } from '../../onnx/walk-model.ts'
import { constantTensor, operatorKey } from '../../onnx/walk-model.ts'
import { floatOf, floatsOf, integerOf, tensorNumbers } from '../tree/attribute-values.ts'
import type { Link } from '../tree/ensemble.ts'
import { linkOf } from '../tree/read-ensemble.ts'

export interface LinearCore {
  readonly inputs: number
  readonly outputs: number
  /** Row-major outputs × inputs. */
  readonly coefficients: Float64Array
  readonly intercepts: Float64Array
  readonly link: Link
}

export const linearOperators: ReadonlySet<string> = new Set([
  'ai.onnx.ml:LinearClassifier',
  'ai.onnx.ml:LinearRegressor',
  ':Gemm',
  ':MatMul',
])

/** null where the weights are not in the file as constants. */
export function readLinear(index: GraphIndex, node: OnnxNode): LinearCore | null {
  const key = operatorKey(node)
  if (key === ':Gemm' || key === ':MatMul') return readProduct(index, node)
  const coefficients = floatsOf(node, 'coefficients')
  const intercepts = floatsOf(node, 'intercepts')
  const classes = labelsOfNode(node)?.values.length ?? 0
  const outputs =
    key === 'ai.onnx.ml:LinearRegressor'
      ? (integerOf(node, 'targets') ?? 1)
      : intercepts.length > 0
        ? intercepts.length
        : classes
  if (outputs === 0 || coefficients.length % outputs !== 0) return null
  return {
    inputs: coefficients.length / outputs,
    outputs,
    coefficients,
    intercepts: Float64Array.from({ length: outputs }, (_, k) => intercepts[k] ?? 0),
    link: linkOf(node),
  }
}

/** Y = α A B + β C; A must be the data as it is. */
function readProduct(index: GraphIndex, node: OnnxNode): LinearCore | null {
  const weights = constantTensor(index, node.inputs[1] ?? '')
  if (!weights || weights.external || weights.dims.length !== 2) return null
  if ((integerOf(node, 'transA') ?? 0) !== 0) return null
  const values = tensorNumbers(weights.bytes, weights.dataType)
  const [rows = 0, columns = 0] = weights.dims
  if (values.length !== rows * columns) return null
  const isTransposed = integerOf(node, 'transB') === 1
  const [inputs, outputs] = isTransposed ? [columns, rows] : [rows, columns]
  const alpha = floatOf(node, 'alpha') ?? 1
  const beta = floatOf(node, 'beta') ?? 1
  const coefficients = new Float64Array(outputs * inputs)
  for (let k = 0; k < outputs; k++) {
    for (let j = 0; j < inputs; j++) {
      coefficients[k * inputs + j] = alpha * values[isTransposed ? k * columns + j : j * columns + k]!
    }
  }
  const bias = node.inputs[2] ? constantTensor(index, node.inputs[2]) : null
  if (node.inputs[2] && !bias) return null
  const added = bias ? tensorNumbers(bias.bytes, bias.dataType) : new Float64Array(1)
  return {
    inputs,
    outputs,
    coefficients,
    intercepts: Float64Array.from(
      { length: outputs },
      (_, k) => beta * (added.length === 1 ? added[0]! : (added[k] ?? 0)),
    ),
    link: 'none',
  }
}
