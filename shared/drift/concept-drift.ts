/**
 * Concept drift: whether the same score goes with the same labels. Rows of both datasets are laid into ten bins of equal
 * count of the score, and within each the rate of the event is compared.
 */
import type { DriftEffect } from '../contract/drift-column.ts'
import type { ConceptDrift } from '../contract/drift.ts'
import type { Metric } from '../contract/evidence.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'
import { chiSquareSurvival } from '../statistics/gamma.ts'
import { holm } from '../statistics/holm.ts'
import { moverDifference } from '../statistics/mover.ts'
import { z95 } from '../statistics/normal.ts'
import { sortNumbers } from '../statistics/sort-numbers.ts'
import { welchT } from './distances.ts'
import type { LabelledScores } from './estimate-classification.ts'
import type { PredictedValues } from './estimate-regression.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { momentsOf } from './sample-moments.ts'
import { countScores, scoreEdges } from './score-bins.ts'
import { buildValueTable } from './value-table.ts'

const bins = 10
type LabelTest = Omit<ConceptDrift, 'metrics'>

/**
 * Two questions, with p doubled for asking both: whether the odds have moved the same way at every score (Mantel and
 * Haenszel 1959, one degree of freedom), and whether they have moved anywhere (the sum of squares, one a bin). The effect
 * is the Mantel–Haenszel odds ratio with the interval of Robins, Breslow and Greenland.
 *
 * @param reference With labels; so is `current`.
 */
export function labelsGivenScores(reference: LabelledScores, current: LabelledScores): LabelTest {
  const pooled = new Float64Array(reference.scores.length + current.scores.length)
  pooled.set(reference.scores)
  pooled.set(current.scores, reference.scores.length)
  const edges = scoreEdges(pooled, bins, null)
  const known = countScores(edges, reference.scores, reference.events!)
  const now = countScores(edges, current.scores, current.events!)
  const test = `labels given scores, ${edges.length + 1} bins of equal count`
  let anywhere = 0
  let sameWay = 0
  let sameWayVariance = 0
  let degrees = 0
  for (let bin = 0; bin < known.rows.length; bin++) {
    const [n, m] = [known.rows[bin]!, now.rows[bin]!]
    if (n === 0 || m === 0) continue
    const pooledRate = (known.events[bin]! + now.events[bin]!) / (n + m)
    const variance = pooledRate * (1 - pooledRate) * (1 / n + 1 / m)
    if (!(variance > 0)) continue
    anywhere += (now.events[bin]! / m - known.events[bin]! / n) ** 2 / variance
    degrees++
    sameWay += now.events[bin]! - m * pooledRate
    sameWayVariance += (n * m * pooledRate * (1 - pooledRate)) / (n + m - 1)
  }
  if (degrees === 0) {
    return {
      test,
      statistic: null,
      p: null,
      effect: null,
      reason: 'no bin holds rows of both datasets and both labels',
    }
  }
  const direction = sameWay ** 2 / sameWayVariance
  const directionP = chiSquareSurvival(direction, 1)
  const anywhereP = chiSquareSurvival(anywhere, degrees)
  const [statistic, how] = directionP <= anywhereP ? [direction, 'the same way'] : [anywhere, 'somewhere']
  return {
    test: `${test}: moved ${how}`,
    statistic,
    p: Math.min(1, 2 * Math.min(directionP, anywhereP)),
    effect: oddsRatio(known, now),
  }
}

type Counted = ReturnType<typeof countScores>

function oddsRatio(known: Counted, now: Counted): DriftEffect | null {
  const sums = { r: 0, s: 0, pr: 0, psqr: 0, qs: 0 }
  for (let bin = 0; bin < known.rows.length; bin++) {
    const a = now.events[bin]!
    const b = now.rows[bin]! - a
    const c = known.events[bin]!
    const d = known.rows[bin]! - c
    const total = a + b + c + d
    if (total === 0) continue
    const r = (a * d) / total
    const s = (b * c) / total
    const p = (a + d) / total
    const q = (b + c) / total
    sums.r += r
    sums.s += s
    sums.pr += p * r
    sums.psqr += p * s + q * r
    sums.qs += q * s
  }
  if (!(sums.r > 0) || !(sums.s > 0)) return null
  const value = sums.r / sums.s
  const variance = sums.pr / (2 * sums.r ** 2) + sums.psqr / (2 * sums.r * sums.s) + sums.qs / (2 * sums.s ** 2)
  const factor = Math.exp(z95 * Math.sqrt(variance))
  return {
    measure: 'odds of the label at the same score, current over reference',
    value,
    low: value / factor,
    high: value * factor,
    method: 'Mantel–Haenszel, Robins, Breslow and Greenland 1986',
  }
}

/** Both with targets: whether the errors (target minus prediction) have the same distribution. */
export function errorsOfPredictions(reference: PredictedValues, current: PredictedValues): LabelTest {
  const errors = ({ predictions, targets }: PredictedValues): Float64Array =>
    sortNumbers(predictions.map((prediction, row) => targets![row]! - prediction))
  const before = errors(reference)
  const after = errors(current)
  const { statistic, p } = kolmogorovSmirnov(buildValueTable(before, after))
  const { effect } = welchT(momentsOf(before), momentsOf(after))
  return { test: 'errors of predictions, Kolmogorov–Smirnov', statistic, p, effect }
}

/** Metrics of two runs on different rows, and their difference; standard errors are read off the intervals. */
export function differMetrics(
  reference: Readonly<Record<string, Metric>>,
  current: Readonly<Record<string, Metric>>,
  names: readonly string[],
): ConceptDrift['metrics'] {
  const pairs = names.flatMap((name) => {
    const before = reference[name]
    const after = current[name]
    if (!before || !after || !hasInterval(before) || !hasInterval(after)) return []
    const difference = moverDifference(after, before)
    const error = (difference.high - difference.low) / (2 * z95)
    const value = after.value - before.value
    return [{ name, before, after, value, difference, p: error > 0 ? twoSidedNormal(value / error) : null }]
  })
  const corrected = holm(pairs.map((pair) => pair.p))
  return Object.fromEntries(
    pairs.map(({ name, before, after, value, difference, p }, index) => [
      name,
      {
        reference: before,
        current: after,
        difference: { value, ...difference, n: before.n + after.n, method: 'recovered from both intervals' },
        p,
        holm: corrected[index]!,
      },
    ]),
  )
}

const hasInterval = (metric: Metric): metric is Metric & { value: number; low: number; high: number } =>
  metric.value !== null && metric.low !== null && metric.high !== null
