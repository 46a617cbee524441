/** Paired differences of two classifiers of K classes on the same rows. */
import { averaged, kappa, matthews } from '../metrics/multiclass-label-metrics.ts'
import { marginals } from '../metrics/multiclass-confusion.ts'
import type { Cells, Marginals } from '../metrics/multiclass-confusion.ts'
import { pairedBootstrap } from './paired-bootstrap.ts'
import { influenceEstimate, meanEstimate, proportionEstimate, undefinedEstimate } from './paired-estimate.ts'
import type { PairedEstimate } from './paired-estimate.ts'
import type { RowInfluence } from './row-influence.ts'

export interface MulticlassAnswers {
  /** Class called, −1 for one that is not among the K. */
  readonly called: Int32Array
  /** How many classes rank before the true one; null without scores. */
  readonly trueRank: Uint32Array | null
  /** Mean over the classes that have rows of the area of one class against the rest; null without scores. */
  readonly aucOvr: RowInfluence | null
  readonly logLoss: Float64Array | null
  readonly squaredError: Float64Array | null
}

export interface MulticlassPairRequest {
  /** Class index, or −1 for a class that the models never name. */
  readonly y: Int32Array
  /** How many classes there are. */
  readonly classes: number
  readonly other: MulticlassAnswers
  readonly reference: MulticlassAnswers
  readonly seed: number
}

const tops = [2, 3, 5] as const
const statisticKeys = [
  'balanced_accuracy',
  'precision_macro',
  'recall_macro',
  'f1_macro',
  'f1_weighted',
  'mcc',
  'cohen_kappa',
]
const noScores = 'one of the two gives no scores'
const noProbabilities = 'one of the two gives no probabilities'

/** Every paired difference of a multiclass task, by metric: other minus reference. */
export function compareMulticlass(request: MulticlassPairRequest): Record<string, PairedEstimate> {
  return { ...rightDifferences(request), ...tableDifferences(request), ...scoreDifferences(request) }
}

function proportionOf(
  n: number,
  otherSucceeds: (row: number) => boolean,
  referenceSucceeds: (row: number) => boolean,
): PairedEstimate {
  let onlyFirst = 0
  let onlySecond = 0
  for (let row = 0; row < n; row++) {
    const first = otherSucceeds(row)
    if (first === referenceSucceeds(row)) continue
    if (first) onlyFirst++
    else onlySecond++
  }
  return proportionEstimate({ onlyFirst, onlySecond, n }, 'no rows')
}

function rightDifferences({ y, classes, other, reference }: MulticlassPairRequest): Record<string, PairedEstimate> {
  const n = y.length
  const right = (called: Int32Array) => (row: number) => y[row]! >= 0 && called[row] === y[row]
  return {
    accuracy: proportionOf(n, right(other.called), right(reference.called)),
    ...Object.fromEntries(
      tops
        .filter((top) => top < classes)
        .map((top) => [
          `top_${top}_accuracy`,
          other.trueRank && reference.trueRank
            ? proportionOf(
                n,
                (row) => other.trueRank![row]! < top,
                (row) => reference.trueRank![row]! < top,
              )
            : undefinedEstimate(n, noScores),
        ]),
    ),
  }
}

/** Rows by truth, the reference's class and the other's, without the cells that are empty. */
function jointCells({ y, classes, other, reference }: MulticlassPairRequest) {
  const size = classes + 1
  const at = (k: number) => (k < 0 ? classes : k)
  const counts = new Map<number, number>()
  for (let row = 0; row < y.length; row++) {
    const cell = (at(y[row]!) * size + at(reference.called[row]!)) * size + at(other.called[row]!)
    counts.set(cell, (counts.get(cell) ?? 0) + 1)
  }
  const keys = [...counts.keys()].sort((a, b) => a - b)
  const cells = Float64Array.from(keys, (key) => counts.get(key)!)
  const actual = Uint32Array.from(keys, (key) => Math.floor(key / size / size))
  const view = (predicted: Uint32Array): Pick<Cells, 'actual' | 'predicted'> => ({ actual, predicted })
  return {
    cells,
    ofReference: view(Uint32Array.from(keys, (key) => Math.floor(key / size) % size)),
    ofOther: view(Uint32Array.from(keys, (key) => key % size)),
  }
}

function statistics(table: Marginals, out: Float64Array): void {
  const { support, predicted, hits } = table
  let recalls = 0
  let present = 0
  for (let k = 0; k < support.length; k++) {
    if (support[k] === 0) continue
    recalls += hits[k]! / support[k]!
    present++
  }
  const averages = averaged(table, (k) => support[k]! + predicted[k]! > 0)
  out[0] = recalls / present
  out[1] = averages[0]!
  out[2] = averages[1]!
  out[3] = averages[2]!
  out[4] = averages[5]!
  out[5] = matthews(table)
  out[6] = kappa(table)
}

function tableDifferences(request: MulticlassPairRequest): Record<string, PairedEstimate> {
  const { cells, ofReference, ofOther } = jointCells(request)
  const shape = { size: request.classes + 1, named: request.classes }
  const estimates = pairedBootstrap({
    cells,
    width: statisticKeys.length,
    seed: request.seed,
    statistics: (counts, other, reference) => {
      statistics(marginals(ofOther, counts, shape), other)
      statistics(marginals(ofReference, counts, shape), reference)
    },
  })
  return Object.fromEntries(statisticKeys.map((key, k) => [key, estimates[k]!]))
}

function scoreDifferences({ y, other, reference }: MulticlassPairRequest): Record<string, PairedEstimate> {
  const n = y.length
  const probabilities = other.logLoss && reference.logLoss
  return {
    roc_auc_ovr_present:
      other.aucOvr && reference.aucOvr
        ? influenceEstimate(
            other.aucOvr.value - reference.aucOvr.value,
            other.aucOvr.influence,
            reference.aucOvr.influence,
            'DeLong influence summed over classes, paired',
          )
        : undefinedEstimate(n, noScores),
    log_loss: probabilities ? meanEstimate(other.logLoss!, reference.logLoss!) : undefinedEstimate(n, noProbabilities),
    brier_score: probabilities
      ? meanEstimate(other.squaredError!, reference.squaredError!)
      : undefinedEstimate(n, noProbabilities),
  }
}
