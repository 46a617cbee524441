/** Precision, recall and F1 of a multilabel classifier, averaged over labels in three ways, with intervals over rows. */
import type { Metrics } from '../contract/evidence.ts'
import { meanAndError } from '../statistics/mean.ts'
import { normalMetric, undefinedMetrics } from './metric.ts'
import type { LabelRows } from './multilabel-rows.ts'
import { ratioOrZero } from './multilabel-rows.ts'

const parts = ['precision', 'recall', 'f1', 'jaccard'] as const
type Part = (typeof parts)[number]

/** Each part is a sum of `top` over a sum of `bottom`, over the rows. */
const sides: Record<Part, (has: number, given: number) => readonly [top: number, bottom: number]> = {
  precision: (has, given) => [has & given, given],
  recall: (has, given) => [has & given, has],
  f1: (has, given) => [2 * (has & given), has + given],
  jaccard: (has, given) => [has & given, has | given],
}

/**
 * The labels of a row depend on each other, so rows are resampled, not labels: each average is linearised, its value
 * being a smooth function of sums over rows, and the rows' influences give the standard error.
 */
export function labelAverages(rows: LabelRows): Metrics {
  const { n } = rows
  const keys = parts.flatMap((part) => ['macro', 'weighted', 'micro'].map((average) => `${part}_${average}`))
  if (n === 0) return undefinedMetrics(keys, 0, 'no rows')
  return Object.fromEntries(parts.flatMap((part) => Object.entries(averagesOf(part, rows))))
}

function averagesOf(part: Part, { n, width, truth, given, weight }: LabelRows): Metrics {
  const side = sides[part]
  const tops = new Float64Array(width)
  const bottoms = new Float64Array(width)
  const supports = new Float64Array(width)
  for (let row = 0, at = 0; row < n; row++) {
    const w = weight ? weight[row]! : 1
    for (let k = 0; k < width; k++, at++) {
      const [top, bottom] = side(truth[at]!, given[at]!)
      tops[k]! += w * top
      bottoms[k]! += w * bottom
      supports[k]! += w * truth[at]!
    }
  }
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
  const ratios = tops.map((top, k) => ratioOrZero(top, bottoms[k]!))
  const support = sum(supports)
  const macro = sum(ratios) / width
  const weighted = ratioOrZero(
    ratios.reduce((total, ratio, k) => total + ratio * supports[k]!, 0),
    support,
  )
  const allTops = sum(tops)
  const allBottoms = sum(bottoms)
  const micro = ratioOrZero(allTops, allBottoms)
  // What one row of weight 1 adds to each, times the weight of all rows.
  const total = weight ? weight.reduce((all, each) => all + each, 0) : n
  const influence = { macro: new Float64Array(n), weighted: new Float64Array(n), micro: new Float64Array(n) }
  for (let row = 0, at = 0; row < n; row++) {
    let [atMacro, atWeighted, atMicro] = [0, 0, 0]
    for (let k = 0; k < width; k++, at++) {
      const has = truth[at]!
      const [top, bottom] = side(has, given[at]!)
      const own = bottoms[k] === 0 ? 0 : (top - ratios[k]! * bottom) / bottoms[k]!
      atMacro += own / width
      atWeighted += own * supports[k]! + has * (ratios[k]! - weighted)
      atMicro += top - micro * bottom
    }
    influence.macro[row] = total * atMacro
    influence.weighted[row] = support === 0 ? 0 : (total * atWeighted) / support
    influence.micro[row] = allBottoms === 0 ? 0 : (total * atMicro) / allBottoms
  }
  const method = 'Delta method over rows'
  return Object.fromEntries(
    Object.entries({ macro, weighted, micro }).map(([average, value]) => {
      const { standardError } = meanAndError(n, (row) => influence[average as keyof typeof influence][row]!, weight)
      const scale = value > 0 && value < 1 ? 'logit' : 'plain'
      return [`${part}_${average}`, normalMetric({ value, standardError, n, method, scale, range: [0, 1] })]
    }),
  )
}
