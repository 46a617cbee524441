/**
 * What a threshold of its own for each group would do, and what it would cost. Thresholds are fitted on one half of the
 * rows and judged on the other: on the rows that they were fitted to, any set of thresholds looks better than it is.
 * Without randomised decisions (as in Hardt, Price and Srebro 2016) rates can be made equal up to the steps between
 * scores, and only one of them at a time.
 */
import type { Mitigation } from '../contract/fairness.ts'
import { metricWithInterval, proportionMetric, undefinedMetric } from '../metrics/metric.ts'
import { groupScores } from '../metrics/ranked-groups.ts'
import { pairedDifferenceInterval } from '../statistics/paired-proportions.ts'
import { createRandom } from '../statistics/random.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import type { FormedGroups } from './form-groups.ts'
import { groupLabel } from './classifier-groups.ts'
import { spreadOf } from './spread.ts'

type Goal = Mitigation['goal']

export interface MitigationRequest {
  readonly attribute: string
  readonly formed: FormedGroups
  readonly y: Uint8Array
  readonly score: Float32Array | Float64Array
  readonly threshold: number
  readonly seed: number
}

/** Rates tried when the most accurate one is sought. */
const rateSteps = 200

/** One group's rows of the fitting half, as a staircase from the highest score down. */
interface Staircase {
  readonly rows: number
  readonly positives: number
  /** Threshold, rows and positive rows at or above it. */
  readonly threshold: Float32Array | Float64Array
  readonly above: Float64Array
  readonly positivesAbove: Float64Array
}

function staircase(y: Uint8Array, score: Float32Array | Float64Array, rows: Uint32Array): Staircase {
  const own = Float64Array.from(rows, (row) => score[row]!)
  const groups = groupScores(
    Uint8Array.from(rows, (row) => y[row]!),
    own,
  )
  const size = groups.threshold.length
  const above = new Float64Array(size)
  const positivesAbove = new Float64Array(size)
  for (let step = 0, all = 0, positive = 0; step < size; step++) {
    positive += groups.positives[step]!
    all += groups.positives[step]! + groups.negatives[step]!
    above[step] = all
    positivesAbove[step] = positive
  }
  return { rows: rows.length, positives: groups.positiveRows, threshold: groups.threshold, above, positivesAbove }
}

/** Step whose rate is nearest to the target; −1 selects nobody. Rates rise with the step. */
function nearestStep(stairs: Staircase, goal: Goal, target: number): number {
  const counts = goal === 'demographic_parity' ? stairs.above : stairs.positivesAbove
  const all = goal === 'demographic_parity' ? stairs.rows : stairs.positives
  let low = -1
  let high = counts.length - 1
  // The last step whose rate does not pass the target.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (counts[middle]! / all <= target) low = middle
    else high = middle - 1
  }
  const below = low < 0 ? 0 : counts[low]! / all
  const next = low + 1 < counts.length ? counts[low + 1]! / all : Infinity
  return next - target < target - below ? low + 1 : low
}

function correctAt(stairs: Staircase, step: number): number {
  const negatives = stairs.rows - stairs.positives
  if (step < 0) return negatives
  const positivesAbove = stairs.positivesAbove[step]!
  return positivesAbove + negatives - (stairs.above[step]! - positivesAbove)
}

/** Both goals, each at today's overall rate and at the most accurate one. Empty where a group cannot be fitted. */
export function mitigate(request: MitigationRequest): Mitigation[] {
  const { formed, y, score, threshold } = request
  const halves = split(formed, request.seed)
  const stairs = halves.fit.map((rows) => staircase(y, score, rows))
  if (stairs.length < 2 || stairs.some(({ positives, rows }) => positives === 0 || positives === rows)) return []
  const rowsFitted = stairs.reduce((sum, { rows }) => sum + rows, 0)
  const results: Mitigation[] = []
  for (const goal of ['demographic_parity', 'equal_opportunity'] as const) {
    const steps = (target: number): number[] => stairs.map((group) => nearestStep(group, goal, target))
    const correct = (target: number): number =>
      steps(target).reduce((sum, step, group) => sum + correctAt(stairs[group]!, step), 0)
    const today = overallRate(stairs, goal, threshold)
    let best = today
    for (let step = 0; step <= rateSteps; step++) {
      const target = step / rateSteps
      if (correct(target) > correct(best)) best = target
    }
    for (const [choice, target] of [
      ['keep', today],
      ['best', best],
    ] as const) {
      const thresholds = steps(target).map((step, group) => (step < 0 ? null : stairs[group]!.threshold[step]!))
      results.push({ ...judge(request, halves.judge, thresholds, goal), goal, choice, target, rowsFitted })
    }
  }
  return results
}

function overallRate(stairs: readonly Staircase[], goal: Goal, threshold: number): number {
  let selected = 0
  let all = 0
  for (const group of stairs) {
    let step = -1
    while (step + 1 < group.threshold.length && group.threshold[step + 1]! >= threshold) step++
    const counts = goal === 'demographic_parity' ? group.above : group.positivesAbove
    selected += step < 0 ? 0 : counts[step]!
    all += goal === 'demographic_parity' ? group.rows : group.positives
  }
  return selected / all
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
    const estimates = judged.flatMap((group, at) => {
      const [events, rows] =
        goal === 'demographic_parity' ? [group.selected[when], group.n] : [group.found[when], group.positives]
      if (rows === 0) return []
      const intervalAt = (z: number) => wilsonInterval(events, rows, z)
      return [{ label: labels[at]!, value: events / rows, n: rows, intervalAt }]
    })
    return spreadOf([estimates], 'Newcombe (Wilson limits)').difference
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
