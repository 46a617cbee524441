/** The verdict on each column, once all p-values are known and corrected for being many. */
import type { DriftColumn, DriftDecision, DriftTestName } from '../contract/drift-column.ts'
import type { DriftOptions } from '../contract/drift-request.ts'
import type { DriftCounts } from '../contract/drift.ts'
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts'
import { holm } from '../statistics/holm.ts'
import { binnedDistances } from './binned-distances.ts'
import { twoProportions } from './binned-tests.ts'
import type { ComparedColumn } from './compare-column.ts'
import { evidentlyDistance } from './select-test.ts'
import { worse } from './verdicts.ts'

/** One question about one column: its values, or its share of missing values. */
interface Question {
  readonly test: DriftTestName
  readonly statistic: number | null
  readonly p: number | null
  /** Population stability index of the shift; for numbers the larger of that of deciles and of two halves. */
  readonly psi: number
  /** What random splits of the rows exceed with probability alpha, for a distance. */
  readonly learnt: number | null
  readonly reason: string | undefined
}

export interface Decided {
  readonly decisions: readonly Pick<DriftColumn, 'decision' | 'missing'>[]
  readonly counts: DriftCounts
  /** p-values that were corrected together. */
  readonly hypotheses: number
}

/** Verdicts on values and missing values of every column, their p-values corrected together. */
export function decideColumns(columns: readonly ComparedColumn[], options: DriftOptions): Decided {
  const values = columns.map(aboutValues)
  const missing = columns.map(aboutMissing)
  const questions = [...values, ...missing.filter((question) => question !== null)]
  const ps = questions.map((question) => question.p)
  const byHolm = holm(ps)
  const known = ps.filter((p): p is number => p !== null)
  const adjusted = [...benjaminiHochberg(known)]
  const byBenjaminiHochberg = ps.map((p) => (p === null ? null : adjusted.shift()!))
  const decisions = questions.map((question, index) =>
    decide(question, byHolm[index]!, byBenjaminiHochberg[index]!, options),
  )
  let next = columns.length
  const counts = { drifted: 0, slight: 0, stable: 0, undefined: 0 }
  const result = columns.map((_, index) => {
    const decision = decisions[index]!
    const ofMissing = missing[index] === null ? null : decisions[next++]!
    counts[worse(decision.verdict, ofMissing?.verdict)]++
    return { decision, missing: ofMissing }
  })
  return { decisions: result, counts, hypotheses: known.length }
}

function aboutValues(column: ComparedColumn): Question {
  const { test } = column
  const found = column.tests[test]
  const empty =
    column.reference.n === 0
      ? 'the reference has no row with a value'
      : column.current.n === 0
        ? 'the current data have no row with a value'
        : undefined
  return {
    test,
    statistic: found?.statistic ?? null,
    p: found?.p ?? null,
    psi: column.size,
    learnt: column.learnt[test]?.threshold ?? null,
    reason: empty ?? found?.reason,
  }
}

function aboutMissing({ reference, current }: ComparedColumn): Question | null {
  if (reference.missing + current.missing === 0) return null
  const cells = {
    reference: Float64Array.of(reference.n + reference.notFinite, reference.missing),
    current: Float64Array.of(current.n + current.notFinite, current.missing),
    n: reference.n + reference.notFinite + reference.missing,
    m: current.n + current.notFinite + current.missing,
  }
  if (cells.n === 0 || cells.m === 0) return null
  const { statistic, p, reason } = twoProportions(cells)
  return { test: 'z', statistic, p, psi: binnedDistances(cells)[0]!, learnt: null, reason }
}

function decide(
  question: Question,
  byHolm: number | null,
  byBenjaminiHochberg: number | null,
  { preset, correction, alpha, minimumPsi }: DriftOptions,
): DriftDecision {
  const { test, statistic, p, psi } = question
  const base = { test, statistic, p, holm: byHolm, benjaminiHochberg: byBenjaminiHochberg, threshold: question.learnt }
  if (statistic === null) {
    return { ...base, verdict: 'undefined', reason: question.reason ?? 'the test is not defined here' }
  }
  if (preset === 'evidently' && (test === 'wasserstein' || test === 'js')) {
    const drifted = statistic >= evidentlyDistance
    return {
      ...base,
      threshold: evidentlyDistance,
      verdict: drifted ? 'drifted' : 'stable',
      reason: `the distance is ${drifted ? 'at or above' : 'under'} ${evidentlyDistance}, Evidently's limit`,
    }
  }
  const corrected = correction === 'holm' ? byHolm : correction === 'none' ? p : byBenjaminiHochberg
  const which = correction === 'none' ? 'p' : `p corrected by ${correction === 'holm' ? 'Holm' : 'Benjamini–Hochberg'}`
  if (corrected === null)
    return { ...base, verdict: 'undefined', reason: 'a distance without a limit: no splits were made' }
  if (corrected > alpha) return { ...base, verdict: 'stable', reason: `${which} is above ${alpha}` }
  if (preset !== 'evidently' && psi < minimumPsi) {
    return {
      ...base,
      verdict: 'slight',
      reason: `${which} is at most ${alpha}, but the population stability index is under ${minimumPsi}`,
    }
  }
  const size = preset === 'evidently' ? '' : ` and the population stability index at least ${minimumPsi}`
  return { ...base, verdict: 'drifted', reason: `${which} is at most ${alpha}${size}` }
}
