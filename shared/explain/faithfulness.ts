/**
 * Whether attributions are true to the model: columns are taken away (or put in) in the order of what speaks most for
 * the score, and the score must fall (or rise) faster than in a random order (Petsiuk et al. 2018, for tables).
 */
import type { Quality } from '../contract/explain.ts'
import { shuffledIndices } from '../statistics/random.ts'
import type { Random } from '../statistics/random.ts'
import { correlationMetrics } from '../metrics/correlation.ts'
import { meanAndError } from '../statistics/mean.ts'
import { metricOfRows, rounded } from './mean-metric.ts'

const mostSteps = 12

/** How many columns are gone at each step: 0 to all of them. */
export function stepsOf(players: number): number[] {
  const steps = Math.min(players, mostSteps)
  return [...new Set(Array.from({ length: steps + 1 }, (_, k) => Math.round((k / steps) * players)))]
}

export interface Orders {
  /** Players of row r from r × players, what speaks most for the score first. */
  readonly byAttribution: Int32Array
  readonly atRandom: Int32Array
}

/** @param values player p of row r at p × rows + r */
export function ordersOf(values: Float64Array, players: number, rows: number, random: Random): Orders {
  const byAttribution = new Int32Array(players * rows)
  const atRandom = new Int32Array(players * rows)
  for (let row = 0; row < rows; row++) {
    const order = Array.from({ length: players }, (_, p) => p)
    order.sort((a, b) => values[b * rows + row]! - values[a * rows + row]! || a - b)
    byAttribution.set(order, row * players)
    atRandom.set(shuffledIndices(players, random), row * players)
  }
  return { byAttribution, atRandom }
}

/** Area under a curve over equally wide or given steps, 0 to 1. */
function areaOf(share: readonly number[], at: (step: number) => number): number {
  let area = 0
  for (let k = 1; k < share.length; k++) area += ((share[k]! - share[k - 1]!) * (at(k) + at(k - 1))) / 2
  return area
}

/**
 * @param curves score of row r at step s at r × steps + s, by attribution and at random
 * @param better 1 where a higher curve is better (insertion), −1 where a lower one is (deletion)
 */
export function faithfulnessOf(
  share: readonly number[],
  curves: { readonly byAttribution: Float64Array; readonly atRandom: Float64Array },
  better: 1 | -1,
): Quality['deletion'] {
  const steps = share.length
  const rows = curves.byAttribution.length / steps
  const mean = (curve: Float64Array) =>
    share.map((_, step) => rounded(meanAndError(rows, (row) => curve[row * steps + step]!).mean))
  const gain = Float64Array.from({ length: rows }, (_, row) => {
    const area = (curve: Float64Array) => areaOf(share, (step) => curve[row * steps + step]!)
    return better * (area(curves.byAttribution) - area(curves.atRandom))
  })
  return {
    byAttribution: mean(curves.byAttribution),
    atRandom: mean(curves.atRandom),
    gain: metricOfRows(gain),
  }
}

/** Both with player p of row r at p × rows + r. */
export function agreementOf(
  method: string,
  a: Float64Array,
  b: Float64Array,
  players: number,
  rows: number,
): Quality['agreement'][number] {
  const most = Math.min(3, players)
  const ofRow = (values: Float64Array, row: number) =>
    Float64Array.from({ length: players }, (_, p) => values[p * rows + row]!)
  const largest = (values: Float64Array) =>
    new Set([...values.keys()].sort((p, q) => Math.abs(values[q]!) - Math.abs(values[p]!) || p - q).slice(0, most))
  const ranks: number[] = []
  const shared: number[] = []
  for (let row = 0; row < rows; row++) {
    const [first, second] = [ofRow(a, row), ofRow(b, row)]
    ranks.push(correlationMetrics(first, second)['spearman_rho']!.value ?? NaN)
    const other = largest(second)
    shared.push([...largest(first)].filter((p) => other.has(p)).length / most)
  }
  return { method, rank: metricOfRows(ranks), top: metricOfRows(shared) }
}

/** `before` and `after` have player p of row r at p × rows + r; margins one a row. */
export function stabilityOf(
  before: { readonly values: Float64Array; readonly margins: Float64Array },
  after: { readonly values: Float64Array; readonly margins: Float64Array },
  players: number,
  shift: number,
): Quality['stability'] {
  const rows = before.margins.length
  const change: number[] = []
  const scoreChange: number[] = []
  const first: number[] = []
  for (let row = 0; row < rows; row++) {
    let moved = 0
    let size = 0
    let [largest, largestAfter] = [0, 0]
    for (let p = 0; p < players; p++) {
      const [own, other] = [before.values[p * rows + row]!, after.values[p * rows + row]!]
      moved += Math.abs(other - own)
      size += Math.abs(own)
      if (Math.abs(own) > Math.abs(before.values[largest * rows + row]!)) largest = p
      if (Math.abs(other) > Math.abs(after.values[largestAfter * rows + row]!)) largestAfter = p
    }
    change.push(size > 0 ? moved / size : NaN)
    scoreChange.push(size > 0 ? Math.abs(after.margins[row]! - before.margins[row]!) / size : NaN)
    first.push(largest === largestAfter ? 1 : 0)
  }
  return {
    shift,
    change: metricOfRows(change),
    scoreChange: metricOfRows(scoreChange),
    firstReason: metricOfRows(first),
  }
}
