/** Tests of counts in cells: the binned distances with their intervals, chi-square, G, Z and Fisher's exact test. */
import type { DriftEffect, DriftTest, DriftTestName } from '../contract/drift-column.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'
import { chiSquareSurvival, gammaSurvival } from '../statistics/gamma.ts'
import { moverDifference } from '../statistics/mover.ts'
import { z95 } from '../statistics/normal.ts'
import { poissonBootstrap } from '../statistics/poisson-bootstrap.ts'
import { wilsonInterval } from '../statistics/wilson.ts'
import { binnedDistanceNames, binnedDistances, measureBins, measureWidth } from './binned-distances.ts'
import type { BinnedSamples } from './bins.ts'
import { fisherExact } from './fisher-exact.ts'
import { chiSquareMoments } from './chi-square-moments.ts'
import { undefinedTest } from './test-result.ts'

const replicates = 200
const measures = {
  psi: 'population stability index',
  kl: 'divergence in nats',
  js: 'Jensen–Shannon distance',
  hellinger: 'Hellinger distance',
  tvd: 'total variation distance',
} as const

type Tests = Partial<Record<DriftTestName, DriftTest>>

/** The five distances, chi-square, G, and, for two cells, Z and Fisher. @param seed Of the intervals' bootstrap. */
export function binnedTests(samples: BinnedSamples, seed: number, unit: 'categories' | 'values' | 'bins'): Tests {
  const cells = filledCells(samples)
  const width = cells.reference.length
  const values = binnedDistances(samples)
  const spread = bootstrap(samples, seed)
  const interval = (index: number, most: number) => effectOf(values[index]!, spread, index, most, width)
  const tests: Tests = {}
  binnedDistanceNames.forEach((name, index) => {
    tests[name] = {
      statistic: values[index]!,
      p: null,
      method: 'a distance',
      effect: { measure: measures[name], value: values[index]!, ...interval(index, index < 2 ? Infinity : 1) },
    }
  })
  if (width < 2) {
    const reason = `both samples hold one of the ${unit} only`
    return {
      ...tests,
      chi2: undefinedTest(reason),
      g: undefinedTest(reason),
      z: undefinedTest(reason),
      fisher: undefinedTest(reason),
    }
  }
  tests.chi2 = chiSquare(cells, { measure: "Cramér's V", value: values[6]!, ...interval(6, 1) })
  tests.g = gTest(cells)
  if (width === 2) {
    tests.z = twoProportions(cells)
    tests.fisher = fisher(cells)
  } else {
    tests.z = undefinedTest(`takes two ${unit}; there are ${width}`)
    tests.fisher = undefinedTest(`takes two ${unit}; there are ${width}`)
  }
  return tests
}

/** Without the cells that neither sample has. */
function filledCells({ reference, current, n, m }: BinnedSamples): BinnedSamples {
  const kept = [...reference.keys()].filter((k) => reference[k]! + current[k]! > 0)
  return {
    reference: Float64Array.from(kept, (k) => reference[k]!),
    current: Float64Array.from(kept, (k) => current[k]!),
    n,
    m,
  }
}

/** What the bootstrap is taken of: the index of each distance in `measureBins`, and Cramér's V. */
const bootstrapped = [0, 1, 2, 3, 4, 6] as const
const roots = bootstrapped.length

/** Of each distance as a root (the two indices are sums of squares already), and of its square. */
function bootstrap(samples: BinnedSamples, seed: number) {
  const width = samples.reference.length
  const cells = new Float64Array(2 * width)
  cells.set(samples.reference)
  cells.set(samples.current, width)
  const measured = new Float64Array(measureWidth)
  return poissonBootstrap({
    cells,
    replicates,
    seed,
    width: 2 * roots,
    statistics: (resampled, out) => {
      const reference = resampled.subarray(0, width)
      const current = resampled.subarray(width)
      const n = reference.reduce((sum, rows) => sum + rows, 0)
      const m = current.reduce((sum, rows) => sum + rows, 0)
      if (n === 0 || m === 0) measured.fill(NaN)
      else measureBins(reference, current, n, m, measured)
      bootstrapped.forEach((index, k) => {
        const value = measured[index]!
        out[k] = isSquare(index) ? Math.sqrt(value) : value
        out[roots + k] = isSquare(index) ? value : value * value
      })
    },
  })
}

/** psi and kl grow with the square of a shift. */
const isSquare = (index: number): boolean => index < 2

/**
 * The square of a distance over k cells is, to a scale, a non-central chi-square number with k − 1 degrees of freedom:
 * chance alone makes it too high by k − 1, and √(square − (k − 2)/2) is normal with deviation 1 about
 * √(non-centrality + (k − 2)/2). The scale is what the bootstrap says, of the bias or of the root's error, whichever is
 * more; a normal interval about the distance itself would hold the truth in 80 % of cases near 0.
 */
function effectOf(
  value: number,
  { standardErrors, biases }: ReturnType<typeof poissonBootstrap>,
  index: number,
  most: number,
  cells: number,
): Pick<DriftEffect, 'low' | 'high' | 'method'> {
  const k = (bootstrapped as readonly number[]).indexOf(index)
  const error = standardErrors[k]!
  if (!Number.isFinite(error) || cells < 2) return { low: null, high: null, method: null }
  const scale = Math.max(biases[roots + k]! / (cells - 1), error * error)
  if (!(scale > 0)) return { low: value, high: value, method: bootstrapMethod }
  const half = (cells - 2) / 2
  const root = Math.sqrt(Math.max(0, (isSquare(index) ? value : value * value) / scale - half))
  const low = Math.max(0, scale * (Math.max(0, root - z95) ** 2 - half))
  const high = Math.max(0, scale * ((root + z95) ** 2 - half))
  return {
    low: Math.min(value, isSquare(index) ? low : Math.sqrt(low)),
    high: Math.max(value, Math.min(most, isSquare(index) ? high : Math.sqrt(high))),
    method: bootstrapMethod,
  }
}

const bootstrapMethod = `non-central chi-square, scale by Poisson bootstrap, ${replicates} replicates`

/**
 * Pearson's chi-square without continuity correction (as scipy's chi2_contingency, correction=False). Where the expected
 * counts are too small for that, p is from the gamma distribution with the statistic's exact mean and variance.
 */
function chiSquare({ reference, current, n, m }: BinnedSamples, effect: DriftEffect): DriftTest {
  const width = reference.length
  const total = n + m
  let statistic = 0
  for (let k = 0; k < width; k++) {
    const both = reference[k]! + current[k]!
    const a = (n * both) / total
    const b = (m * both) / total
    statistic += (reference[k]! - a) ** 2 / a + (current[k]! - b) ** 2 / b
  }
  const freedom = degreesText(width - 1)
  if (expectedCountsSuffice({ reference, current, n, m })) {
    return { statistic, p: chiSquareSurvival(statistic, width - 1), method: `chi-square, ${freedom}`, effect }
  }
  const { mean, variance } = chiSquareMoments(reference, current, n, m)
  return {
    statistic,
    p: variance > 0 ? gammaSurvival((mean * mean) / variance, (statistic * mean) / variance) : 1,
    method: `gamma with exact moments, ${freedom}; expected counts are small`,
    effect,
  }
}

/** Cochran's rule (1954): at most a fifth of the expected counts under 5, and none under 1. */
function expectedCountsSuffice({ reference, current, n, m }: BinnedSamples): boolean {
  let under5 = 0
  for (let k = 0; k < reference.length; k++) {
    const share = (reference[k]! + current[k]!) / (n + m)
    if (Math.min(n, m) * share < 1) return false
    under5 += (n * share < 5 ? 1 : 0) + (m * share < 5 ? 1 : 0)
  }
  return under5 <= 0.2 * 2 * reference.length
}

const degreesText = (degrees: number): string => `${degrees} ${degrees === 1 ? 'degree' : 'degrees'} of freedom`

/**
 * Likelihood-ratio test (Woolf 1957), with the same degrees of freedom as chi-square; no p where the expected counts are
 * too small for them, where it would call a fifth of unchanged columns drifted at 5 %.
 */
function gTest({ reference, current, n, m }: BinnedSamples): DriftTest {
  const total = n + m
  let half = 0
  for (let k = 0; k < reference.length; k++) {
    const both = reference[k]! + current[k]!
    if (reference[k]! > 0) half += reference[k]! * Math.log((reference[k]! * total) / (n * both))
    if (current[k]! > 0) half += current[k]! * Math.log((current[k]! * total) / (m * both))
  }
  const statistic = Math.max(0, 2 * half)
  return {
    statistic,
    ...(expectedCountsSuffice({ reference, current, n, m })
      ? {
          p: chiSquareSurvival(statistic, reference.length - 1),
          method: `chi-square, ${degreesText(reference.length - 1)}`,
        }
      : { p: null, method: 'no p: expected counts are too small' }),
    effect: {
      measure: 'mutual information in nats',
      value: statistic / 2 / total,
      low: null,
      high: null,
      method: null,
    },
  }
}

/** Z test of two proportions with the pooled variance; the effect is the difference, with Newcombe's interval (1998). */
export function twoProportions({ reference, current, n, m }: BinnedSamples): DriftTest {
  const p = reference[1]! / n
  const q = current[1]! / m
  const pooled = (reference[1]! + current[1]!) / (n + m)
  const spread = pooled * (1 - pooled) * (1 / n + 1 / m)
  if (!(spread > 0)) return undefinedTest('the share is 0 or 1 in both samples')
  const z = (q - p) / Math.sqrt(spread)
  const interval = moverDifference(
    { value: q, ...wilsonInterval(current[1]!, m) },
    { value: p, ...wilsonInterval(reference[1]!, n) },
  )
  return {
    statistic: z,
    p: twoSidedNormal(z),
    method: 'normal, pooled variance',
    effect: { measure: 'difference of shares', value: q - p, ...interval, method: 'Newcombe' },
  }
}

/** Fisher's exact test; the effect is the odds ratio with Woolf's interval, half a row added where a cell is empty. */
function fisher({ reference, current }: BinnedSamples): DriftTest {
  const [a, b, c, d] = [reference[0]!, reference[1]!, current[0]!, current[1]!]
  const add = a === 0 || b === 0 || c === 0 || d === 0 ? 0.5 : 0
  const log = Math.log(((a + add) * (d + add)) / ((b + add) * (c + add)))
  const error = Math.sqrt(1 / (a + add) + 1 / (b + add) + 1 / (c + add) + 1 / (d + add))
  return {
    statistic: Math.exp(log),
    p: fisherExact(a, b, c, d),
    method: 'exact',
    effect: {
      measure: 'odds ratio',
      value: Math.exp(log),
      low: Math.exp(log - z95 * error),
      high: Math.exp(log + z95 * error),
      method: add > 0 ? 'Woolf, half a row added to each cell' : 'Woolf',
    },
  }
}
