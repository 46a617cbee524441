/** Which method explains a run: the exact one for what its graph holds, else sampling. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ExplainMethod, ExplainRequest } from '../../../shared/contract/explain.ts'
import type { Subject } from './subject.ts'

export const methodTitles: Readonly<Record<ExplainMethod, string>> = {
  tree: 'Exact Shapley values of the trees',
  linear: 'Exact Shapley values of the linear model',
  exact: 'Shapley values over every coalition',
  permutation: 'Shapley values, permutation sampling',
  kernel: 'Shapley values, kernel sampling',
}

/** @throws AssayError explain/no-trees, explain/not-linear, explain/mixed */
export function chooseMethod(
  subject: Subject,
  wanted: ExplainRequest['method'],
  players: number | null,
): ExplainMethod {
  const { core, columns } = subject
  // All columns in one player would be a trivial answer.
  const isMixed = players !== null && players < 2 && columns.length > 1
  if (wanted === 'auto') {
    if (!core || isMixed) return 'permutation'
    return core.kind === 'trees' ? 'tree' : 'linear'
  }
  if (wanted !== 'tree' && wanted !== 'linear') return wanted
  const kind = wanted === 'tree' ? 'trees' : 'linear'
  if (core?.kind !== kind) {
    throw new AssayError({
      code: wanted === 'tree' ? 'explain/no-trees' : 'explain/not-linear',
      message: core
        ? `The graph ends in ${core.kind === 'trees' ? 'a tree ensemble' : 'a linear operator'}.`
        : subject.reason,
      remedy: 'Leave --method out, or use permutation, which works for any model.',
    })
  }
  if (isMixed) {
    throw new AssayError({
      code: 'explain/mixed',
      message: 'The graph mixes all columns before its core, so that their parts cannot be told apart there.',
      remedy: 'Use --method permutation, which works on the raw columns.',
    })
  }
  return wanted
}
