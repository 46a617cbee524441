/** Tests on ranks: Mann–Whitney, Cramér–von Mises and Anderson–Darling, with ties by midranks. */
import type { DriftTest } from '../contract/drift-column.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'
import { andersonDarlingSurvival, cramerVonMisesSurvival } from '../statistics/quadratic-form-tail.ts'
import { normalEffect, plainEffect, undefinedTest } from './test-result.ts'
import type { ValueTable } from './value-table.ts'

/**
 * Mann–Whitney U of the reference, with the normal p-value corrected for ties and continuity (as scipy's mannwhitneyu,
 * method 'asymptotic'). The effect is the chance that a current row is above a reference row, ties counting half, with
 * DeLong's interval; 0.5 is no difference.
 */
export function mannWhitney({ reference, current, n, m }: ValueTable): DriftTest {
  const total = n + m
  let below = 0
  let belowCurrent = 0
  let u = 0
  let ties = 0
  for (let k = 0; k < reference.length; k++) {
    const a = reference[k]!
    const b = current[k]!
    u += a * (belowCurrent + b / 2)
    const both = a + b
    ties += both * (both * both - 1)
    below += a
    belowCurrent += b
  }
  const above = 1 - u / n / m
  const spread = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)))
  if (!(spread > 0)) return undefinedTest('all values are equal')
  const z = Math.max(0, (Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(spread))
  let squares = 0
  let squaresCurrent = 0
  below = 0
  belowCurrent = 0
  for (let k = 0; k < reference.length; k++) {
    const a = reference[k]!
    const b = current[k]!
    squares += a * ((m - belowCurrent - b / 2) / m - above) ** 2
    squaresCurrent += b * ((below + a / 2) / n - above) ** 2
    below += a
    belowCurrent += b
  }
  const variance = n > 1 && m > 1 ? squares / (n - 1) / n + squaresCurrent / (m - 1) / m : NaN
  return {
    statistic: u,
    p: twoSidedNormal(z),
    method: 'normal, corrected for ties and continuity',
    effect: normalEffect(
      'chance that a current row is above a reference row',
      above,
      Math.sqrt(variance),
      'DeLong',
      [0, 1],
    ),
  }
}

/**
 * Cramér–von Mises for two samples (Anderson 1962), p from the limiting distribution after matching mean and variance
 * for n and m (as scipy's cramervonmises_2samp, method 'asymptotic'). The effect is the root mean square difference of
 * the two distribution functions over all rows.
 */
export function cramerVonMises({ reference, current, n, m }: ValueTable): DriftTest {
  if (n < 2 || m < 2) return undefinedTest('fewer than two rows in a sample')
  const total = n + m
  let below = 0
  let belowCurrent = 0
  let u = 0
  let meanSquare = 0
  for (let k = 0; k < reference.length; k++) {
    const a = reference[k]!
    const b = current[k]!
    // Midrank of the value minus the rank within its own sample, squared and summed over its a (or b) rows.
    const midrank = below + belowCurrent + (a + b + 1) / 2
    u += n * sumOfSquares(midrank - below, a) + m * sumOfSquares(midrank - belowCurrent, b)
    below += a
    belowCurrent += b
    meanSquare += (a + b) * (below / n - belowCurrent / m) ** 2
  }
  const product = n * m
  const statistic = u / (product * total) - (4 * product - 1) / (6 * total)
  const expected = (1 + 1 / total) / 6
  const variance =
    ((total + 1) * (4 * product * total - 3 * (n * n + m * m) - 2 * product)) / (45 * total * total * 4 * product)
  const matched = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance)
  return {
    statistic,
    p: matched < 0.003 ? 1 : cramerVonMisesSurvival(matched),
    method: 'limiting distribution, mean and variance matched',
    effect: plainEffect('root mean square difference', Math.sqrt(meanSquare / total)),
  }
}

/** Σ (c − i)² for i = 1 … count. */
function sumOfSquares(c: number, count: number): number {
  const middle = c - (count + 1) / 2
  return count * (middle * middle + (count * count - 1) / 12)
}

let harmonic = { total: 0, h: 0, g: 0 }

/** Σ 1/i and Σ Σ 1/((N − i) j) of Scholz and Stephens; kept, because all columns of a table have nearly the same N. */
function harmonicSums(total: number): { h: number; g: number } {
  if (harmonic.total === total) return harmonic
  let h = 0
  let g = 0
  for (let i = 1; i < total - 1; i++) {
    h += 1 / (total - i)
    g += h / (i + 1)
  }
  harmonic = { total, h: h + 1, g }
  return harmonic
}

/**
 * Anderson–Darling for two samples with midranks (Scholz and Stephens 1987). The statistic is the standardised one that
 * scipy's anderson_ksamp gives; p comes from the limiting distribution of A² at the same standardised place, where scipy
 * interpolates a table and stops at 0.001 and 0.25. The effect is A² without its sample size: the root mean square
 * difference of the distribution functions in units of its standard deviation.
 */
export function andersonDarling({ reference, current, n, m }: ValueTable): DriftTest {
  const total = n + m
  if (reference.length < 2) return undefinedTest('all values are equal')
  if (total < 5) return undefinedTest('fewer than five rows')
  let below = 0
  let belowCurrent = 0
  let sum = 0
  for (let k = 0; k < reference.length; k++) {
    const a = reference[k]!
    const b = current[k]!
    const both = a + b
    const rank = below + belowCurrent + both / 2
    const spread = rank * (total - rank) - (total * both) / 4
    const first = total * (below + a / 2) - rank * n
    const second = total * (belowCurrent + b / 2) - rank * m
    sum += ((both / total) * ((first * first) / n + (second * second) / m)) / spread
    below += a
    belowCurrent += b
  }
  const a2 = (sum * (total - 1)) / total
  const inverse = 1 / n + 1 / m
  const { h, g } = harmonicSums(total)
  const a = 4 * g - 6 + (10 - 6 * g) * inverse
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h
  const d = (2 * h + 6) * 4 - 8 * h
  const variance = (((a * total + b) * total + c) * total + d) / ((total - 1) * (total - 2) * (total - 3))
  const statistic = (a2 - 1) / Math.sqrt(variance)
  const limitDeviation = Math.sqrt((2 / 3) * (Math.PI ** 2 - 9))
  return {
    statistic,
    p: andersonDarlingSurvival(1 + statistic * limitDeviation),
    method: 'limiting distribution at the standardised statistic',
    effect: plainEffect('root mean square difference, in standard deviations', Math.sqrt((a2 * total) / (n * m))),
  }
}
