/** Only the evaluation weighs rows: it says so once, and each analysis that counts every row as one says it of itself. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'

/**
 * @param what The analysis, as it begins a sentence.
 * @returns nothing where the dataset has no weights
 */
export function weightsUnused({ columns }: Pick<Dataset, 'columns'>, what: string): EvidenceFinding[] {
  const weight = columns.find(({ role }) => role === 'weight')
  if (!weight) return []
  return [
    {
      code: 'analysis/weights-unused',
      severity: 'warning',
      message: `${what} counts every row as one: the weights in "${weight.name}" count in the evaluation only.`,
      remedy: 'Hold its numbers against an evaluation without weights, or repeat rows as often as they should count.',
      where: { column: weight.name },
    },
  ]
}

/** @param column The weights that the evaluation counted with. */
export const weighedHereAlone = (column: string): EvidenceFinding => ({
  code: 'evaluation/weighed-here-alone',
  severity: 'note',
  message: `Rows count by their weight in "${column}" here; calibration, decision, slices, fairness, robustness and comparisons count every row as one.`,
  remedy: 'Where the weights matter, hold those against an evaluation without weights.',
  where: { column },
})
