import { evaluateRegression } from '../metrics/evaluate-regression.ts'
import { changedValues } from './changed-sides.ts'
import { compareRegression } from './compare-regression.ts'
import type { ComparedTask } from './compared-task.ts'
import type { ComparisonInput } from './compare-contenders.ts'

/** @param step Told after each contender. */
export function regressionComparison(input: ComparisonInput, step: () => void): ComparedTask {
  const y = input.values!
  const { seed, rowNumber } = input
  const contenders = input.contenders.map(({ scores }) => {
    const prediction = Float64Array.from(scores!)
    const { metrics } = evaluateRegression({ y, prediction, seed })
    step()
    return { prediction, metrics }
  })
  const pair = (other: number, reference: number) => ({
    y,
    other: contenders[other]!.prediction,
    reference: contenders[reference]!.prediction,
  })
  return {
    metrics: (contender) => contenders[contender]!.metrics,
    estimate: (other, reference) => compareRegression(pair(other, reference)),
    right: null,
    changed: (other, reference) => changedValues({ ...pair(other, reference), rowNumber }),
    lossName: 'absolute_error',
    loss: (contender) => {
      const { prediction } = contenders[contender]!
      return y.map((target, row) => Math.abs(target - prediction[row]!))
    },
  }
}
