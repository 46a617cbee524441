/** Distances between two samples of numbers, and the difference of their means. */
import type { DriftTest } from '../contract/drift-column.ts'
import { studentTwoSided } from '../statistics/gamma.ts'
import type { Moments } from './sample-moments.ts'
import { normalEffect, plainEffect, undefinedTest } from './test-result.ts'
import type { ValueTable } from './value-table.ts'

/** Variance of an estimate that adds up one number a row: Var(influence) / rows. */
const influenceVariance = (sum: number, squares: number, rows: number): number =>
  Math.max(0, squares / rows - (sum / rows) ** 2) / rows

/** ∫ |F − G| dx, in the column's unit (as scipy's wasserstein_distance). */
export function wassersteinDistance({ values, reference, current, n, m }: ValueTable): number {
  let below = 0
  let belowCurrent = 0
  let distance = 0
  for (let k = 0; k + 1 < values.length; k++) {
    below += reference[k]!
    belowCurrent += current[k]!
    distance += Math.abs(below / n - belowCurrent / m) * (values[k + 1]! - values[k]!)
  }
  return distance
}

/**
 * Wasserstein distance divided by the reference's standard deviation (divisor n), as the statistic; the raw distance is
 * that times the deviation, which the sample says. The interval is the normal one by the dual potential, the function of
 * slope ±1 whose means differ by the distance (del Barrio, Giné and Matrán 1999); it is too wide where there is no drift.
 */
export function wasserstein(table: ValueTable, moments: Moments): DriftTest {
  const { values, reference, current, n, m } = table
  const deviation = Math.sqrt(moments.squares / n)
  if (!(deviation > 0)) return undefinedTest('the reference has no spread to divide by')
  const distance = wassersteinDistance(table)
  let [sum, squares, sumCurrent, squaresCurrent] = [0, 0, 0, 0]
  let below = 0
  let belowCurrent = 0
  let potential = 0
  for (let k = 0; k < values.length; k++) {
    const a = reference[k]!
    const b = current[k]!
    if (a > 0) {
      // The deviation is estimated as well: the last term is its share.
      const standard = (values[k]! - moments.mean) / deviation
      const influence = -potential - (distance / 2) * (standard * standard - 1)
      sum += a * influence
      squares += a * influence * influence
    }
    sumCurrent += b * potential
    squaresCurrent += b * potential * potential
    below += a
    belowCurrent += b
    if (k + 1 < values.length) {
      potential += Math.sign(below / n - belowCurrent / m) * (values[k + 1]! - values[k]!)
    }
  }
  const error =
    Math.sqrt(influenceVariance(sum, squares, n) + influenceVariance(sumCurrent, squaresCurrent, m)) / deviation
  return {
    statistic: distance / deviation,
    p: null,
    method: 'a distance',
    effect: normalEffect(
      'in standard deviations of the reference',
      distance / deviation,
      error,
      'normal, dual potential',
    ),
  }
}

/**
 * Energy distance √(2 ∫ (F − G)² dx) (as scipy's energy_distance). The effect is the energy coefficient, the squared
 * distance divided by twice the mean distance between a reference and a current row, which lies in [0, 1] (Székely and
 * Rizzo 2013); its interval is the normal one by influence functions.
 */
export function energyDistance(table: ValueTable, moments: Moments, currentMoments: Moments): DriftTest {
  const { values, reference, current, n, m } = table
  let below = 0
  let belowCurrent = 0
  let squared = 0
  let between = 0
  for (let k = 0; k + 1 < values.length; k++) {
    below += reference[k]!
    belowCurrent += current[k]!
    const f = below / n
    const g = belowCurrent / m
    const width = values[k + 1]! - values[k]!
    squared += 2 * (f - g) ** 2 * width
    between += (f * (1 - g) + g * (1 - f)) * width
  }
  const statistic = Math.sqrt(squared)
  if (!(between > 0)) return { ...undefinedTest('all values are equal') }
  const coefficient = squared / (2 * between)
  const measure = 'energy coefficient'
  let [sum, squares, sumCurrent, squaresCurrent] = [0, 0, 0, 0]
  // Mean distance of this value from a reference row, and from a current row.
  let toReference = moments.mean - values[0]!
  let toCurrent = currentMoments.mean - values[0]!
  below = 0
  belowCurrent = 0
  for (let k = 0; k < values.length; k++) {
    const a = reference[k]!
    const b = current[k]!
    const influence = toCurrent - toReference - coefficient * toCurrent
    const influenceCurrent = toReference - toCurrent - coefficient * toReference
    sum += a * influence
    squares += a * influence * influence
    sumCurrent += b * influenceCurrent
    squaresCurrent += b * influenceCurrent * influenceCurrent
    below += a
    belowCurrent += b
    if (k + 1 === values.length) break
    const width = values[k + 1]! - values[k]!
    toReference += width * ((2 * below) / n - 1)
    toCurrent += width * ((2 * belowCurrent) / m - 1)
  }
  const error =
    Math.sqrt(influenceVariance(sum, squares, n) + influenceVariance(sumCurrent, squaresCurrent, m)) / between
  return {
    statistic,
    p: null,
    method: 'a distance',
    effect: normalEffect(measure, coefficient, error, 'normal, influence functions', [0, 1]),
  }
}

/**
 * Welch's t of the current mean against the reference's (as scipy's ttest_ind with equal_var=False, the sign turned).
 * The effect is the difference in standard deviations, their squares averaged, with Bonett's interval (2008).
 */
export function welchT(reference: Moments, current: Moments): DriftTest {
  if (reference.n < 2 || current.n < 2) return undefinedTest('fewer than two rows in a sample')
  const varianceA = reference.squares / (reference.n - 1)
  const varianceB = current.squares / (current.n - 1)
  const a = varianceA / reference.n
  const b = varianceB / current.n
  if (!(a + b > 0)) return undefinedTest('neither sample has any spread')
  const difference = current.mean - reference.mean
  const t = difference / Math.sqrt(a + b)
  const degrees = (a + b) ** 2 / ((a * a) / (reference.n - 1) + (b * b) / (current.n - 1))
  const square = (varianceA + varianceB) / 2
  const d = difference / Math.sqrt(square)
  const variance =
    (d * d * (varianceA ** 2 / (reference.n - 1) + varianceB ** 2 / (current.n - 1))) / (8 * square * square) +
    (varianceA / (reference.n - 1) + varianceB / (current.n - 1)) / square
  const measure = 'difference of means in standard deviations'
  return {
    statistic: t,
    p: studentTwoSided(t, degrees),
    method: `Student's t, ${degrees.toFixed(1)} degrees of freedom`,
    effect: Number.isFinite(variance)
      ? normalEffect(measure, d, Math.sqrt(variance), 'Bonett 2008', [-Infinity, Infinity])
      : plainEffect(measure, d),
  }
}
