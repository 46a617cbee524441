import type { TaskEvidence } from '../contract/evidence.ts'

/** The score from which on an evaluation gave the positive class, or each label; null where no threshold decides. */
export function decisionThreshold(detail: TaskEvidence): number | null {
  return detail.kind === 'binary' || detail.kind === 'multilabel' ? detail.threshold : null
}
