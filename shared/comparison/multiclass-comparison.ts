import { evaluateMulticlass } from '../metrics/evaluate-multiclass.ts'
import { multiclassAnswers } from './answers.ts'
import { changedLabels } from './changed-sides.ts'
import { compareMulticlass } from './compare-multiclass.ts'
import type { ComparedTask } from './compared-task.ts'
import type { ComparisonInput } from './compare-contenders.ts'
import { calibrationErrorEstimate } from './paired-estimate.ts'

/** @param step Told after each contender. */
export function multiclassComparison(input: ComparisonInput, step: () => void): ComparedTask {
  const { labels, seed, rowNumber } = input
  const y = input.classes!
  const width = labels.length
  const contenders = input.contenders.map(({ scores, called }) => {
    const answers = multiclassAnswers(y, width, scores, called)
    const { metrics } = evaluateMulticlass({ y, scores, labels, seed, ...(called ? { predicted: called } : {}) })
    step()
    return { scores, answers, metrics }
  })
  const isRight = (contender: number): Uint8Array =>
    Uint8Array.from(y, (truth, row) => (truth >= 0 && contenders[contender]!.answers.called[row] === truth ? 1 : 0))
  const probabilistic = contenders.every(({ answers }) => answers.logLoss !== null)
  return {
    metrics: (contender) => contenders[contender]!.metrics,
    estimate: (other, reference) => {
      const [after, before] = [contenders[other]!, contenders[reference]!]
      return {
        ...compareMulticlass({ y, classes: width, other: after.answers, reference: before.answers, seed }),
        ece: calibrationErrorEstimate(after.metrics['ece'], before.metrics['ece']),
      }
    },
    right: isRight,
    changed: (other, reference) => {
      const [after, before] = [contenders[other]!, contenders[reference]!]
      return changedLabels({
        y,
        other: after.answers.called,
        reference: before.answers.called,
        labels,
        movedAt: (row) => {
          const at = y[row]!
          if (at < 0 || !after.scores || !before.scores) return 1
          return Math.abs(after.scores[row * width + at]! - before.scores[row * width + at]!)
        },
        rowNumber,
      })
    },
    lossName: probabilistic ? 'log_loss' : 'error_rate',
    loss: (contender) =>
      probabilistic
        ? contenders[contender]!.answers.logLoss!
        : Float64Array.from(isRight(contender), (right) => 1 - right),
  }
}
