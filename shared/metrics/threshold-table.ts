import type { BinaryEvidence } from '../contract/evidence.ts'
import type { ScoredGroups } from './ranked-groups.ts'

const steps = 100

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

/**
 * What each of 101 thresholds would give: 0, 0.01, … 1 for probabilities, else equal steps from the least to the
 * largest score. A row is called positive at or above the threshold.
 *
 * @param probabilities Whether the scores are probabilities.
 */
export function thresholdTable(groups: ScoredGroups, probabilities: boolean): BinaryEvidence['thresholds'] {
  const n = groups.positiveRows + groups.negativeRows
  if (groups.rows === 0) return null
  const size = groups.threshold.length
  const low = probabilities ? 0 : groups.threshold[size - 1]!
  const high = probabilities ? 1 : groups.threshold[0]!
  const at = Array.from({ length: steps + 1 }, (_, step) => (low * (steps - step) + high * step) / steps)
  const table = { precision: [], recall: [], f1: [], accuracy: [], selectionRate: [] } as Record<
    'precision' | 'recall' | 'f1' | 'accuracy' | 'selectionRate',
    (number | null)[]
  >
  let tp = 0
  let fp = 0
  let group = 0
  for (const threshold of at.toReversed()) {
    for (; group < size && groups.threshold[group]! >= threshold; group++) {
      tp += groups.positives[group]!
      fp += groups.negatives[group]!
    }
    table.precision.push(ratio(tp, tp + fp))
    table.recall.push(ratio(tp, groups.positiveRows))
    table.f1.push(ratio(2 * tp, tp + fp + groups.positiveRows))
    table.accuracy.push((tp + groups.negativeRows - fp) / n)
    table.selectionRate.push((tp + fp) / n)
  }
  for (const column of Object.values(table)) column.reverse()
  return { threshold: at, ...table }
}
