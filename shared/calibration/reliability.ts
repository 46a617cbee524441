/** Predicted against observed, in bins of equal width and in bins of equal count. */
import type { Metric } from '../contract/evidence.ts'
import type { Reliability } from '../contract/calibration.ts'
import { gapMetrics } from '../metrics/calibration.ts'
import { proportionMetric, undefinedMetric } from '../metrics/metric.ts'
import { argsort } from '../statistics/argsort.ts'

/** Bins of either kind; bins of equal count may be fewer, where scores are tied. */
const reliabilityBins = 10

type Probabilities = Float32Array | Float64Array

/** Sums over each bin's rows, which the curve and the errors are made from. */
export interface BinSums {
  readonly rows: Float64Array
  readonly events: Float64Array
  readonly probability: Float64Array
  /** Σ (event − probability)². */
  readonly squaredGaps: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

function emptySums(): BinSums {
  const make = () => new Float64Array(reliabilityBins)
  return { rows: make(), events: make(), probability: make(), squaredGaps: make(), low: make(), high: make() }
}

function add(sums: BinSums, bin: number, event: number, p: number): void {
  sums.rows[bin]!++
  sums.events[bin]! += event
  sums.probability[bin]! += p
  sums.squaredGaps[bin]! += (event - p) ** 2
}

/** Bin = min(⌊10 p⌋, 9), as the evaluation has it. */
export function equalWidthSums(happened: Uint8Array, probability: Probabilities): BinSums {
  const sums = emptySums()
  for (let bin = 0; bin < reliabilityBins; bin++) {
    sums.low[bin] = bin / reliabilityBins
    sums.high[bin] = (bin + 1) / reliabilityBins
  }
  for (let row = 0; row < happened.length; row++) {
    const p = probability[row]!
    add(sums, Math.min(Math.floor(p * reliabilityBins), reliabilityBins - 1), happened[row]!, p)
  }
  return sums
}

/** Rows in the order of their probability, cut into tenths; equal probabilities stay in one bin. */
export function equalCountSums(happened: Uint8Array, probability: Probabilities): BinSums {
  const sums = emptySums()
  const order = argsort(probability)
  const n = order.length
  let bin = 0
  for (let at = 0; at < n;) {
    const p = probability[order[at]!]!
    let end = at + 1
    while (end < n && probability[order[end]!] === p) end++
    // The tie goes where its middle row belongs, and never back.
    bin = Math.max(bin, Math.min(reliabilityBins - 1, Math.floor((((at + end - 1) / 2) * reliabilityBins) / n)))
    if (sums.rows[bin] === 0) sums.low[bin] = p
    sums.high[bin] = p
    for (; at < end; at++) add(sums, bin, happened[order[at]!]!, p)
  }
  return sums
}

/** The curve, each bin's observed share with its Wilson interval; empty bins of equal count are left out. */
export function reliabilityOf(sums: BinSums, binning: Reliability['binning']): Reliability {
  const bins = Array.from(sums.rows, (n, bin) => ({
    low: sums.low[bin]!,
    high: sums.high[bin]!,
    n,
    meanPredicted: n === 0 ? null : sums.probability[bin]! / n,
    observed: proportionMetric(sums.events[bin]!, n, 'no rows in the bin'),
  }))
  return { binning, bins: binning === 'equal count' ? bins.filter(({ n }) => n > 0) : bins }
}

/**
 * Mean and largest size of the bins' gaps: the expected and the maximum calibration error over bins of equal width
 * (Naeini, Cooper and Hauskrecht 2015), the adaptive calibration error over bins of equal count (Nixon et al. 2019).
 */
export function gapErrors(sums: BinSums, seed: number): { readonly mean: Metric; readonly largest: Metric } {
  const n = sums.rows.reduce((total, rows) => total + rows, 0)
  if (n === 0) return { mean: undefinedMetric(0, 'no rows'), largest: undefinedMetric(0, 'no rows') }
  const gaps = sums.events.map((events, bin) => events - sums.probability[bin]!)
  const { ece, mce } = gapMetrics({ gaps, squaredGaps: sums.squaredGaps, weights: sums.rows }, n, seed)
  return { mean: ece, largest: mce }
}
