/** One group's rows from the highest score down, and the thresholds that make groups' rates alike. */
import type { Mitigation } from '../contract/fairness.ts'
import { groupScores } from '../metrics/ranked-groups.ts'
import { mapTo } from '../statistics/map-to.ts'

export type Goal = Mitigation['goal']

export interface Staircase {
  readonly rows: number
  readonly positives: number
  /** Threshold, rows and positive rows at or above it. */
  readonly threshold: Float32Array | Float64Array
  readonly above: Float64Array
  readonly positivesAbove: Float64Array
}

/**
 * What each threshold would flag among some rows: steps at their distinct scores, the highest first.
 *
 * @param rows places in `y` and `score`
 */
export function staircase(y: Uint8Array, score: Float32Array | Float64Array, rows: Uint32Array): Staircase {
  const groups = groupScores(
    mapTo(Uint8Array, rows, (row) => y[row]!),
    mapTo(Float64Array, rows, (row) => score[row]!),
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

/** The rates that a goal makes alike: each as events at a step, of all that there are. */
const counted = {
  selected: {
    at: (stairs: Staircase, step: number) => (step < 0 ? 0 : stairs.above[step]!),
    all: (stairs: Staircase) => stairs.rows,
  },
  found: {
    at: (stairs: Staircase, step: number) => (step < 0 ? 0 : stairs.positivesAbove[step]!),
    all: (stairs: Staircase) => stairs.positives,
  },
  flagged: {
    at: (stairs: Staircase, step: number) => (step < 0 ? 0 : stairs.above[step]! - stairs.positivesAbove[step]!),
    all: (stairs: Staircase) => stairs.rows - stairs.positives,
  },
} as const

export const ratesOf: Readonly<Record<Goal, readonly (keyof typeof counted)[]>> = {
  demographic_parity: ['selected'],
  equal_opportunity: ['found'],
  equalized_odds: ['found', 'flagged'],
}

/** Rates of a goal at a step; −1 selects nobody. */
const ratesAt = (stairs: Staircase, goal: Goal, step: number): number[] =>
  ratesOf[goal].map((name) => counted[name].at(stairs, step) / counted[name].all(stairs))

/** The same of all groups together. */
export const overallRates = (stairs: readonly Staircase[], goal: Goal, steps: readonly number[]): number[] =>
  ratesOf[goal].map((name) => {
    const sum = (of: (group: Staircase, step: number) => number): number =>
      stairs.reduce((total, group, at) => total + of(group, steps[at]!), 0)
    return sum(counted[name].at) / sum((group) => counted[name].all(group))
  })

/** Last step at or above a threshold; −1 where there is none. */
export function stepAt({ threshold }: Staircase, wanted: number): number {
  let low = -1
  let high = threshold.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (threshold[middle]! >= wanted) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Step whose rates are nearest to the targets, by the largest distance of any. Every rate rises with the step, so that the
 * distance falls up to one place and rises after.
 */
export function nearestStep(stairs: Staircase, goal: Goal, targets: readonly number[]): number {
  const past = (step: number): number => Math.max(...ratesAt(stairs, goal, step).map((rate, k) => rate - targets[k]!))
  const short = (step: number): number => Math.max(...ratesAt(stairs, goal, step).map((rate, k) => targets[k]! - rate))
  let low = -1
  let high = stairs.threshold.length - 1
  // The last step that falls short by more than it passes.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (past(middle) <= short(middle)) low = middle
    else high = middle - 1
  }
  const distance = (step: number): number => Math.max(past(step), short(step))
  return low + 1 < stairs.threshold.length && distance(low + 1) < distance(low) ? low + 1 : low
}

/** Rows that are called rightly at a step. */
export function correctAt(stairs: Staircase, step: number): number {
  return counted.found.at(stairs, step) + stairs.rows - stairs.positives - counted.flagged.at(stairs, step)
}

/** Widest difference between groups in any of the goal's rates. */
export function gapAt(stairs: readonly Staircase[], goal: Goal, steps: readonly number[]): number {
  const rates = stairs.map((group, at) => ratesAt(group, goal, steps[at]!))
  return Math.max(
    ...ratesOf[goal].map((_, k) => {
      const own = rates.map((rate) => rate[k]!)
      return Math.max(...own) - Math.min(...own)
    }),
  )
}

/**
 * The one threshold for all groups with the most right decisions of those that leave the groups at most `limit` apart.
 * Selecting nobody always does, so there is one.
 *
 * @returns Null where nobody is to be selected.
 */
export function singleThreshold(stairs: readonly Staircase[], goal: Goal, limit: number): number | null {
  const steps = stairs.map(() => -1)
  let best = stairs.reduce((sum, group) => sum + correctAt(group, -1), 0)
  let chosen: number | null = null
  for (;;) {
    let next = -Infinity
    stairs.forEach((group, at) => (next = Math.max(next, group.threshold[steps[at]! + 1] ?? -Infinity)))
    if (next === -Infinity) return chosen
    let correct = 0
    stairs.forEach((group, at) => {
      if (group.threshold[steps[at]! + 1] === next) steps[at]!++
      correct += correctAt(group, steps[at]!)
    })
    if (correct > best && gapAt(stairs, goal, steps) <= limit) {
      best = correct
      chosen = next
    }
  }
}
