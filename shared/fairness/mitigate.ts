/**
 * What a threshold of its own for each group would do, and what it would cost. Thresholds are fitted on one half of the
 * rows and judged on the other: on the rows that they were fitted to, any set of thresholds looks better than it is.
 * Without randomised decisions (as in Hardt, Price and Srebro 2016) rates can be made equal up to the steps between
 * scores, and only one of them at a time.
 */
import type { Mitigation } from '../contract/fairness.ts'
import { metricWithInterval, proportionMetric, undefinedMetric } from '../metrics/metric.ts'
import { pairedDifferenceInterval } from '../statistics/paired-proportions.ts'
import { createRandom } from '../statistics/random.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import type { FormedGroups } from './form-groups.ts'
import { groupLabel } from './classifier-groups.ts'
import { spreadOf } from './spread.ts'
import { correctAt, nearestStep, overallRates, ratesOf, singleThreshold, staircase, stepAt } from './staircase.ts'
import type { Goal, Staircase } from './staircase.ts'

export interface MitigationRequest {
  readonly attribute: string
  readonly formed: FormedGroups
  readonly y: Uint8Array
  readonly score: Float32Array | Float64Array
  readonly threshold: number
  /** How far apart groups may be under one threshold for all. */
  readonly largestGap: number
  readonly seed: number
}

/** Rates tried when the most accurate one is sought. */
const rateSteps = 200

const goals = ['demographic_parity', 'equal_opportunity', 'equalized_odds'] as const

/**
 * For each goal: a threshold a group at today's overall rate, one a group at the most accurate rate, and the most accurate
 * one for all groups that leaves them at most `largestGap` apart. Empty where a group cannot be fitted.
 */
export function mitigate(request: MitigationRequest): Mitigation[] {
  const { formed, y, score, threshold, largestGap } = request
  const halves = split(formed, request.seed)
  const stairs = halves.fit.map((rows) => staircase(y, score, rows))
  if (stairs.length < 2 || stairs.some(({ positives, rows }) => positives === 0 || positives === rows)) return []
  const rowsFitted = stairs.reduce((sum, { rows }) => sum + rows, 0)
  const stepsToday = stairs.map((group) => stepAt(group, threshold))
  const results: Mitigation[] = []
  const add = (goal: Goal, choice: Mitigation['choice'], target: number, thresholds: (number | null)[]): void => {
    results.push({ ...judge(request, halves.judge, thresholds, goal), goal, choice, target, rowsFitted })
  }
  for (const goal of goals) {
    const stepsFor = (targets: readonly number[]): number[] => stairs.map((group) => nearestStep(group, goal, targets))
    const today = overallRates(stairs, goal, stepsToday)
    for (const [choice, targets] of [
      ['keep', today],
      ['best', mostAccurate(stairs, goal, today)],
    ] as const) {
      const thresholds = stepsFor(targets).map((step, group) => (step < 0 ? null : stairs[group]!.threshold[step]!))
      add(goal, choice, targets[0]!, thresholds)
    }
    const single = singleThreshold(stairs, goal, largestGap)
    add(
      goal,
      'single',
      largestGap,
      stairs.map(() => single),
    )
  }
  return results
}

/** Of rates that one threshold for all gives, the ones with the most right decisions once the groups share them. */
function mostAccurate(stairs: readonly Staircase[], goal: Goal, today: readonly number[]): readonly number[] {
  const correct = (targets: readonly number[]): number =>
    stairs.reduce((sum, group) => sum + correctAt(group, nearestStep(group, goal, targets)), 0)
  const largest = stairs.reduce((a, b) => (b.rows > a.rows ? b : a))
  let best = today
  for (let step = 0; step <= rateSteps; step++) {
    // Rates are tried in equal steps; for equalized odds, along the curve of all rows together.
    const share = step / rateSteps
    const cut = largest.threshold[Math.round(share * (largest.threshold.length - 1))]!
    const targets =
      ratesOf[goal].length === 1
        ? [share]
        : overallRates(
            stairs,
            goal,
            stairs.map((group) => stepAt(group, cut)),
          )
    if (correct(targets) > correct(best)) best = targets
  }
  return best
}

function split(formed: FormedGroups, seed: number): { fit: Uint32Array[]; judge: Uint32Array[] } {
  const random = createRandom(seed)
  const fit: number[][] = formed.groups.map(() => [])
  const judged: number[][] = formed.groups.map(() => [])
  for (let row = 0; row < formed.groupOf.length; row++) {
    const group = formed.groupOf[row]!
    if (group >= 0) (random.uniform() < 0.5 ? fit : judged)[group]!.push(row)
  }
  return { fit: fit.map((rows) => Uint32Array.from(rows)), judge: judged.map((rows) => Uint32Array.from(rows)) }
}

/** What one group's decisions come to, before (0) and after (1). */
interface Judged {
  readonly n: number
  readonly positives: number
  readonly selected: [number, number]
  readonly found: [number, number]
  readonly correct: [number, number]
  newlySelected: number
  noLongerSelected: number
  newlyCorrect: number
  noLongerCorrect: number
}

function judgeGroup(request: MitigationRequest, rows: Uint32Array, after: number | null): Judged {
  const { y, score, threshold } = request
  const judged: Judged = {
    n: rows.length,
    positives: rows.reduce((sum, row) => sum + y[row]!, 0),
    selected: [0, 0],
    found: [0, 0],
    correct: [0, 0],
    newlySelected: 0,
    noLongerSelected: 0,
    newlyCorrect: 0,
    noLongerCorrect: 0,
  }
  for (const row of rows) {
    const truth = y[row]!
    const decisions = [score[row]! >= threshold ? 1 : 0, after !== null && score[row]! >= after ? 1 : 0] as const
    decisions.forEach((decision, when) => {
      judged.selected[when]! += decision
      judged.found[when]! += decision & truth
      judged.correct[when]! += decision === truth ? 1 : 0
    })
    if (decisions[0] === decisions[1]) continue
    if (decisions[1] === 1) judged.newlySelected++
    else judged.noLongerSelected++
    if (decisions[1] === truth) judged.newlyCorrect++
    else judged.noLongerCorrect++
  }
  return judged
}

function judge(
  request: MitigationRequest,
  halves: readonly Uint32Array[],
  thresholds: readonly (number | null)[],
  goal: Goal,
): Omit<Mitigation, 'goal' | 'choice' | 'target' | 'rowsFitted'> {
  const labels = request.formed.groups.map(({ values }) => groupLabel(values))
  const judged = halves.map((rows, group) => judgeGroup(request, rows, thresholds[group]!))
  const sum = (of: (group: Judged) => number): number => judged.reduce((total, group) => total + of(group), 0)
  const n = sum((group) => group.n)
  const changed = {
    onlyFirst: sum((group) => group.newlyCorrect),
    onlySecond: sum((group) => group.noLongerCorrect),
    n,
  }
  const gap = (when: 0 | 1) => {
    const estimates = ratesOf[goal].map((name) =>
      judged.flatMap((group, at) => {
        const [events, rows] = {
          selected: [group.selected[when], group.n],
          found: [group.found[when], group.positives],
          flagged: [group.selected[when] - group.found[when], group.n - group.positives],
        }[name] as [number, number]
        if (rows === 0) return []
        const intervalAt = (z: number) => wilsonInterval(events, rows, z)
        return [{ label: labels[at]!, value: events / rows, n: rows, intervalAt }]
      }),
    )
    return spreadOf(estimates, 'Newcombe (Wilson limits)').difference
  }
  const rate = (of: (group: Judged) => number) => proportionMetric(sum(of), n, 'no rows')
  return {
    attribute: request.attribute,
    rowsJudged: n,
    groups: judged.map((group, at) => ({
      label: labels[at]!,
      n: group.n,
      thresholdBefore: request.threshold,
      thresholdAfter: thresholds[at]!,
      selectionBefore: proportionMetric(group.selected[0], group.n, 'no rows'),
      selectionAfter: proportionMetric(group.selected[1], group.n, 'no rows'),
      tprBefore: proportionMetric(group.found[0], group.positives, 'no positive rows'),
      tprAfter: proportionMetric(group.found[1], group.positives, 'no positive rows'),
      accuracyBefore: proportionMetric(group.correct[0], group.n, 'no rows'),
      accuracyAfter: proportionMetric(group.correct[1], group.n, 'no rows'),
      newlySelected: group.newlySelected,
      noLongerSelected: group.noLongerSelected,
    })),
    gapBefore: gap(0),
    gapAfter: gap(1),
    accuracyBefore: rate((group) => group.correct[0]),
    accuracyAfter: rate((group) => group.correct[1]),
    accuracyChange:
      n === 0
        ? undefinedMetric(0, 'no rows')
        : metricWithInterval(
            (changed.onlyFirst - changed.onlySecond) / n,
            n,
            'Score of paired proportions (Tango)',
            pairedDifferenceInterval(changed),
          ),
    selectionBefore: rate((group) => group.selected[0]),
    selectionAfter: rate((group) => group.selected[1]),
  }
}
