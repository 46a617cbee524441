/** Area under the ROC curve averaged over pairs of classes (Hand and Till 2001), in O(n K) instead of over pairs. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { normalMetric, undefinedMetrics } from './metric.ts'
import type { RankedGroups } from './ranked-groups.ts'

export const oneVsOneKeys = ['roc_auc_ovo', 'roc_auc_ovo_weighted'] as const

export interface OneVsOne {
  /** Takes in the rows ranked by the score of class k. */
  add(k: number, groups: RankedGroups): void
  metrics(): Metrics
}

/**
 * A(k|j) is the probability that a row of class k has a higher score for k than a row of class j. The metric is the
 * mean of A(k|j) over ordered pairs, plainly or, with weights, by the rows of both classes.
 *
 * Each row's structural components (as DeLong et al. 1988) are summed over all pairs it is in; the variance is that of
 * the sums within each class, plus, with weights, that of the class frequencies.
 *
 * @param y Class index; −1 takes no part.
 * @param weight What each row counts for; 1 where left out.
 */
export function createOneVsOne(y: Int32Array, classes: number, weight?: Float64Array | null): OneVsOne {
  const support = new Float64Array(classes)
  const squaredSupport = new Float64Array(classes)
  const weightOf = (row: number): number => (weight ? weight[row]! : 1)
  y.forEach((k, row) => {
    if (k < 0) return
    support[k]! += weightOf(row)
    squaredSupport[k]! += weightOf(row) ** 2
  })
  const total = support.reduce((sum, count) => sum + count, 0)
  const effectiveTotal = total ** 2 / squaredSupport.reduce((sum, count) => sum + count, 0)
  const rows = y.reduce((count, k) => count + (k >= 0 ? 1 : 0), 0)
  const plain = new Float64Array(y.length)
  const weighted = new Float64Array(y.length)
  const rankedClass = new Int32Array(y.length)
  const rankedWeight = weight ? new Float64Array(y.length) : null
  /** What one row is of its class. */
  const part = support.map((count) => 1 / count)
  const share = support.map((count) => count / total)
  /** Σ over j ≠ k of A(k|j) + A(j|k), for the weighted mean of each class. */
  const classSums = new Float64Array(classes)
  const absent = support.some((count) => count === 0) || classes < 2

  const add = (k: number, { order, ends }: RankedGroups): void => {
    if (absent) return
    // Read once in rank order: the loops below then run over memory in sequence.
    for (let at = 0; at < order.length; at++) {
      rankedClass[at] = y[order[at]!]!
      if (rankedWeight) rankedWeight[at] = weight![order[at]!]!
    }
    /** Rows of class k above the group. */
    let above = 0
    // Σ over j ≠ k of the fraction of class j below the group: plainly, and with weight share k + share j.
    let below = classes - 1
    let weightedBelow = (classes - 2) * share[k]! + 1
    for (let group = 0, start = 0; group < ends.length; group++) {
      const end = ends[group]!
      let here = 0
      let weightedHere = 0
      let tied = 0
      for (let at = start; at < end; at++) {
        const j = rankedClass[at]!
        const w = rankedWeight ? rankedWeight[at]! : 1
        if (j === k) tied += w
        else if (j >= 0) {
          here += w * part[j]!
          weightedHere += (share[k]! + share[j]!) * w * part[j]!
        }
      }
      const higher = (above + tied / 2) * part[k]!
      for (let at = start; at < end; at++) {
        const row = order[at]!
        const j = rankedClass[at]!
        if (j === k) {
          plain[row]! += below - here / 2
          weighted[row]! += weightedBelow - weightedHere / 2
        } else if (j >= 0) {
          plain[row]! += higher
          weighted[row]! += (share[k]! + share[j]!) * higher
          // The row's part of A(k|j), which counts for both classes.
          const w = rankedWeight ? rankedWeight[at]! : 1
          classSums[k]! += higher * w * part[j]!
          classSums[j]! += higher * w * part[j]!
        }
      }
      above += tied
      below -= here
      weightedBelow -= weightedHere
      start = end
    }
  }

  /** Σ over classes of the variance of the rows' sums in it over its rows; NaN where a class has one row. */
  const varianceWithin = (values: Float64Array): number => {
    const mean = new Float64Array(classes)
    y.forEach((k, row) => {
      if (k >= 0) mean[k]! += (weightOf(row) * values[row]!) / support[k]!
    })
    const squares = new Float64Array(classes)
    y.forEach((k, row) => {
      if (k >= 0) squares[k]! += (weightOf(row) * (values[row]! - mean[k]!)) ** 2
    })
    return squares.reduce((sum, square, k) => {
      const effective = support[k]! ** 2 / squaredSupport[k]!
      return sum + (square / support[k]! ** 2) * (effective / (effective - 1))
    }, 0)
  }

  const metrics = (): Metrics => {
    if (absent) {
      const reason = classes < 2 ? 'fewer than two classes' : 'a class has no rows'
      return undefinedMetrics(oneVsOneKeys, y.length, reason)
    }
    const pairs = classes * (classes - 1)
    const method = 'DeLong components summed over pairs'
    const classMeans = classSums.map((sum) => sum / (2 * (classes - 1)))
    const value = classMeans.reduce((sum, mean) => sum + mean / classes, 0)
    const weightedValue = classMeans.reduce((sum, mean, k) => sum + mean * share[k]!, 0)
    const between =
      classMeans.reduce((sum, mean, k) => sum + share[k]! * (mean - weightedValue) ** 2, 0) / effectiveTotal
    const weightedWithin = varianceWithin(weighted) / (2 * (classes - 1)) ** 2
    const metric = (estimate: number, variance: number): Metric =>
      normalMetric({ value: estimate, standardError: Math.sqrt(variance), n: rows, method, scale: 'logit' })
    return {
      roc_auc_ovo: metric(value, varianceWithin(plain) / pairs ** 2),
      roc_auc_ovo_weighted: metric(weightedValue, weightedWithin + between),
    }
  }

  return { add, metrics }
}
