/** Metrics of a ranking by score: threshold-free ones from the ROC and the precision-recall curve, and best cut-offs. */
import type { Metric, Metrics } from '../contract/evidence.ts'
import { areaInterval } from '../statistics/area-interval.ts'
import type { PairOfSums, ScoreGroups } from '../statistics/delong.ts'
import { delong } from '../statistics/delong.ts'
import { poissonBootstrap } from '../statistics/poisson-bootstrap.ts'
import type { BootstrapSpread } from '../statistics/poisson-bootstrap.ts'
import { averagePrecision } from './average-precision.ts'
import {
  metricWithInterval,
  metricWithoutInterval,
  normalMetric,
  transformedMetric,
  undefinedMetric,
  undefinedMetrics,
} from './metric.ts'
import type { Scale } from './metric.ts'
import { joinGroups, missingClassReason } from './ranked-groups.ts'
import type { ScoredGroups } from './ranked-groups.ts'

const replicates = 500
/** Joining 1M groups into this many changes a standard error by well under its own 3 % of resampling noise. */
const bootstrapGroups = 2000
const partialFpr = 0.1
/**
 * The excess of a maximum of a smooth curve with noise grows as the noise's deviation to the 4/3 (Kim and Pollard 1990).
 * Resampled rows have the noise of these rows and as much again, so they show 2^(2/3) − 1 of the excess.
 */
const ofMaximum = 1 / (2 ** (2 / 3) - 1)

export const rankingKeys = [
  'roc_auc',
  'gini',
  'average_precision',
  'pr_auc_trapezoid',
  'partial_auc_fpr0_1',
  'ks_statistic',
  'ks_threshold',
  'lift_top_decile',
  'best_f1',
  'best_f1_threshold',
] as const

/** ROC AUC with DeLong's interval; null where a class has no rows. */
export function rocAucMetric(groups: ScoredGroups): Metric {
  const n = groups.rows
  const missing = missingClassReason(groups)
  if (missing) return undefinedMetric(n, missing)
  const { auc, variance } = delong(groups)
  // Not a pair is out of order, or all are: DeLong sees no spread, however few rows say so.
  const whole = Math.round(auc)
  if (n > 2 && Math.abs(auc - whole) < 1e-12) {
    const { positives, negatives } = effectiveClasses(groups)
    return metricWithInterval(whole, n, 'Score of the area', areaInterval(whole, positives, negatives))
  }
  return normalMetric({ value: auc, standardError: Math.sqrt(variance), n, method: 'DeLong', range: [0, 1] })
}

/** Rows of each class; weighted, as many equal ones as they are worth (Kish 1965). */
function effectiveClasses({ positives, negatives, squares, positiveRows, negativeRows }: ScoredGroups) {
  if (!squares) return { positives: positiveRows, negatives: negativeRows }
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
  return {
    positives: sum(positives) ** 2 / sum(squares.positives),
    negatives: sum(negatives) ** 2 / sum(squares.negatives),
  }
}

/** Average precision with an interval from its influence function; null where there are no positive rows. */
export function averagePrecisionMetric(groups: ScoredGroups): Metric {
  const n = groups.rows
  if (groups.positiveRows === 0) return undefinedMetric(n, 'no positive rows')
  const { value, standardError } = averagePrecision(groups)
  return normalMetric({ value, standardError, n, method: 'Influence function', scale: 'logit' })
}

interface Sweep {
  prTrapezoid: number
  partialAuc: number
  ks: number
  ksGroup: number
  bestF1: number
  bestF1Group: number
  liftTopDecile: number
}

/** One pass from the highest score down. NaN where a class has no weight. */
function sweep({ positives, negatives }: ScoreGroups, whole: boolean): Sweep {
  const size = positives.length
  let m = 0
  let n = 0
  for (let g = 0; g < size; g++) {
    m += positives[g]!
    n += negatives[g]!
  }
  const decile = whole ? Math.max(1, Math.floor((m + n) / 10)) : (m + n) / 10
  const partialEnd = partialFpr * n
  let tp = 0
  let fp = 0
  let precision = 1
  let prTrapezoid = 0
  let partial = 0
  let ks = 0
  let ksGroup = 0
  let bestF1 = 0
  let bestF1Group = 0
  let inDecile = 0
  for (let g = 0; g < size; g++) {
    const p = positives[g]!
    const q = negatives[g]!
    if (p + q === 0) continue
    const rows = tp + fp
    // Rows of equal score share the last places of the decile in proportion.
    if (rows < decile) inDecile += p * Math.min(1, (decile - rows) / (p + q))
    if (fp < partialEnd && q > 0) {
      const width = Math.min(q, partialEnd - fp)
      partial += width * (tp + (p * width) / q / 2)
    }
    tp += p
    fp += q
    const precisionHere = tp / (tp + fp)
    prTrapezoid += p * (precision + precisionHere)
    precision = precisionHere
    const distance = tp * n - fp * m
    if (distance > ks) {
      ks = distance
      ksGroup = g
    }
    if (tp > bestF1 * (tp + fp + m)) {
      bestF1 = tp / (tp + fp + m)
      bestF1Group = g
    }
  }
  const chance = (partialFpr * partialFpr) / 2
  return {
    prTrapezoid: prTrapezoid / m / 2,
    partialAuc: (1 + (partial / m / n - chance) / (partialFpr - chance)) / 2,
    ks: m > 0 && n > 0 ? ks / m / n : NaN,
    ksGroup,
    bestF1: m > 0 ? 2 * bestF1 : NaN,
    bestF1Group,
    liftTopDecile: inDecile / decile / (m / (m + n)),
  }
}

function sweepSpread(groups: ScoredGroups, seed: number): BootstrapSpread {
  const joined = joinGroups(groups, bootstrapGroups)
  const size = joined.positives.length
  const side = ({ positives, negatives }: PairOfSums): Float64Array => {
    const cells = new Float64Array(2 * size)
    cells.set(positives)
    cells.set(negatives, size)
    return cells
  }
  return poissonBootstrap({
    cells: side(joined),
    squares: joined.squares && side(joined.squares),
    replicates,
    seed,
    width: 5,
    statistics: (table, out) => {
      const s = sweep({ positives: table.subarray(0, size), negatives: table.subarray(size) }, !joined.squares)
      out[0] = s.prTrapezoid
      out[1] = s.partialAuc
      out[2] = s.ks
      out[3] = s.bestF1
      out[4] = s.liftTopDecile
    },
  })
}

/**
 * @param groups The rows, ranked.
 * @param seed Seed of the bootstrap.
 * @returns A metric for each of `rankingKeys`.
 */
export function rankingMetrics(groups: ScoredGroups, seed: number): Metrics {
  const n = groups.rows
  const missing = missingClassReason(groups)
  if (missing) {
    return { ...undefinedMetrics(rankingKeys, n, missing), average_precision: averagePrecisionMetric(groups) }
  }
  const rocAuc = rocAucMetric(groups)
  const exact = sweep(groups, !groups.squares)
  const { standardErrors, biases } = sweepSpread(groups, seed)
  const method = `Poisson bootstrap of score groups (${replicates} replicates, seed ${seed})`
  const resampled = (value: number, index: number, scale: Scale): Metric =>
    normalMetric({ value, standardError: standardErrors[index]!, n, method, scale, range: [0, Infinity] })
  // A maximum over thresholds is too high on these rows, and its resampled maxima are above it in turn. How much that is,
  // is as uncertain as it is large.
  const maximum = (value: number, index: number): Metric =>
    normalMetric({
      value,
      standardError: Math.hypot(standardErrors[index]!, biases[index]!),
      bias: biases[index]! * ofMaximum,
      n,
      method,
      scale: 'logit',
    })
  const noInterval = 'a threshold chosen on the same rows has no interval'
  return {
    roc_auc: rocAuc,
    gini: transformedMetric(rocAuc, (auc) => 2 * auc - 1),
    average_precision: averagePrecisionMetric(groups),
    pr_auc_trapezoid: resampled(exact.prTrapezoid, 0, 'logit'),
    partial_auc_fpr0_1: resampled(exact.partialAuc, 1, 'logit'),
    ks_statistic: maximum(exact.ks, 2),
    ks_threshold: metricWithoutInterval(groups.threshold[exact.ksGroup]!, n, noInterval),
    lift_top_decile: resampled(exact.liftTopDecile, 4, 'plain'),
    best_f1: maximum(exact.bestF1, 3),
    best_f1_threshold: metricWithoutInterval(groups.threshold[exact.bestF1Group]!, n, noInterval),
  }
}
