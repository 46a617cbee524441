import { evaluateBinary } from '../metrics/evaluate-binary.ts'
import { binaryAnswers } from './answers.ts'
import type { Scores } from './answers.ts'
import { changedLabels } from './changed-sides.ts'
import { compareBinary } from './compare-binary.ts'
import type { ComparedTask } from './compared-task.ts'
import type { ComparisonInput } from './compare-contenders.ts'
import { calibrationErrorEstimate } from './paired-estimate.ts'
import { mapTo } from '../statistics/map-to.ts'

function column(scores: Scores, width: number, at: number): Scores {
  const n = scores.length / width
  const taken = scores instanceof Float32Array ? new Float32Array(n) : new Float64Array(n)
  for (let row = 0; row < n; row++) taken[row] = scores[row * width + at]!
  return taken
}

/** @param step Told after each contender. */
export function binaryComparison(input: ComparisonInput, step: () => void): ComparedTask {
  const { positive, labels, seed, rowNumber } = input
  const truth = input.classes!
  const y = mapTo(Uint8Array, truth, (k) => (k === positive ? 1 : 0))
  const contenders = input.contenders.map(({ scores, called, threshold }) => {
    const score = scores && column(scores, labels.length, positive)
    const labelled = called && Uint8Array.from(called, (k) => (k === positive ? 1 : 0))
    const answers = binaryAnswers(y, score, labelled, threshold)
    const { metrics } = evaluateBinary({
      y,
      score,
      threshold,
      positive: '1',
      negative: '0',
      seed,
      ...(labelled ? { predicted: labelled } : {}),
    })
    step()
    return { score, answers, metrics }
  })
  const classOf = (contender: number): Int32Array =>
    Int32Array.from(contenders[contender]!.answers.called, (one) => (one === 1 ? positive : 1 - positive))
  const probabilistic = contenders.every(({ answers }) => answers.logLoss !== null)
  return {
    metrics: (contender) => contenders[contender]!.metrics,
    estimate: (other, reference) => {
      const [after, before] = [contenders[other]!, contenders[reference]!]
      return {
        ...compareBinary({ y, other: after.answers, reference: before.answers, seed }),
        ece: calibrationErrorEstimate(after.metrics['ece'], before.metrics['ece']),
      }
    },
    right: (contender) =>
      Uint8Array.from(contenders[contender]!.answers.called, (one, row) => (one === y[row] ? 1 : 0)),
    changed: (other, reference) => {
      const [after, before] = [contenders[other]!.score, contenders[reference]!.score]
      return changedLabels({
        y: truth,
        other: classOf(other),
        reference: classOf(reference),
        labels,
        movedAt: (row) => (after && before ? Math.abs(after[row]! - before[row]!) : 1),
        rowNumber,
      })
    },
    lossName: probabilistic ? 'log_loss' : 'error_rate',
    loss: (contender) => {
      const { answers } = contenders[contender]!
      return probabilistic
        ? answers.logLoss!
        : Float64Array.from(answers.called, (one, row) => (one === y[row] ? 0 : 1))
    },
  }
}
