/** What a reader must know of a robustness analysis before its curves. */
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Monotonicity, Perturbation } from '../../../shared/contract/robustness.ts'
import { plural } from '../../../shared/format/number.ts'
import type { PointMeasure } from '../../../shared/robustness/answers.ts'
import type { Sample } from './read-sample.ts'

/** Rows that change sides under the weakest change of a kind, from which on a reader is warned. */
const manyFlips = 0.05

export function findingsOf(
  total: number,
  sample: Sample,
  perturbations: readonly Perturbation[],
  monotonicity: readonly Monotonicity[],
  unchanged: PointMeasure,
): EvidenceFinding[] {
  const findings: EvidenceFinding[] = []
  if (sample.read < total) {
    findings.push({
      code: 'robustness/sampled',
      severity: 'note',
      message: `${plural(sample.read, 'row')} of ${plural(total, 'row')} were changed and scored again, evenly spaced over the dataset.`,
      remedy: 'Ask for more rows to narrow the intervals.',
      where: { rows: sample.read, total },
    })
  }
  for (const perturbation of perturbations) findings.push(...ofPerturbation(perturbation, unchanged))
  for (const { column, expected, violations } of monotonicity) {
    if (expected === null || violations.value === null || violations.value === 0) continue
    findings.push({
      code: 'robustness/not-monotone',
      severity: 'warning',
      message: `The score must be ${expected} in ${column}, and is not for ${(100 * violations.value).toFixed(1)} % of ${plural(violations.n, 'row')}.`,
      remedy: 'Train with a monotonicity constraint on that column, or explain why it need not hold.',
      where: { column, expected, share: violations.value },
    })
  }
  return findings
}

function ofPerturbation({ kind, title, points, failure }: Perturbation, unchanged: PointMeasure): EvidenceFinding[] {
  const findings: EvidenceFinding[] = []
  if (failure) {
    findings.push({
      code: 'robustness/cannot-score',
      severity: 'error',
      message: `${title}: rows changed in this way cannot be scored. ${failure.message}`,
      remedy: 'In production such rows fail as well: repair them before the model, or train it on them.',
      where: { kind, cause: failure.code },
    })
  }
  const notFinite = points.find((point) => point.notFinite > unchanged.notFinite)
  if (notFinite) {
    findings.push({
      code: 'robustness/not-finite',
      severity: 'error',
      message: `${title}: at ${notFinite.strength} the model gives ${plural(notFinite.notFinite, 'row')} a score that is not a number.`,
      remedy: 'Such rows have no answer in production. Fill missing values in front of the model.',
      where: { kind, strength: notFinite.strength, rows: notFinite.notFinite },
    })
  }
  const [first] = points
  const weakest = kind !== 'out of distribution' && kind !== 'brightness' ? first : undefined
  if (weakest && (weakest.flips.low ?? 0) > manyFlips) {
    findings.push({
      code: 'robustness/sensitive',
      severity: 'warning',
      message: `${title}: the weakest change, ${weakest.strength}, already changes the decision on ${(100 * weakest.flips.value!).toFixed(1)} % of rows.`,
      remedy: 'Many decisions lie near the threshold, or a few columns carry them. See which rows they are.',
      where: { kind, strength: weakest.strength, share: weakest.flips.value! },
    })
  }
  const last = points.at(-1)
  if (kind === 'out of distribution' && last && last.confidence.low !== null && unchanged.confidence.high !== null) {
    if (last.confidence.low >= unchanged.confidence.high) {
      findings.push({
        code: 'robustness/sure-of-nonsense',
        severity: 'note',
        message: `On rows ${last.strength} standard deviations from the data the model is surer than on the data: ${last.confidence.value!.toFixed(3)} against ${unchanged.confidence.value!.toFixed(3)}.`,
        remedy: 'Its probability is no guard against rows unlike those it was trained on. Watch the inputs themselves.',
        where: { strength: last.strength },
      })
    }
  }
  return findings
}
