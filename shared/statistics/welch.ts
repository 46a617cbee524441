/** Difference of two means with unequal variances (Welch 1947). */
import { studentQuantile, studentTail } from './student-t.ts'
import type { Interval } from './wilson.ts'

/** What a sample's mean and variance need: count, mean, and sum of squared distances from it. */
export interface Moments {
  readonly n: number
  readonly mean: number
  /** Σ (x − mean)², 0 or more. */
  readonly squares: number
}

export interface Welch {
  readonly difference: number
  /** NaN where a sample has fewer than two rows. */
  readonly standardError: number
  /** Welch–Satterthwaite degrees of freedom. */
  readonly degrees: number
}

/**
 * Welch's test of two means (Welch 1947), with the degrees of freedom of Satterthwaite (1946).
 *
 * @param first `squares` are the sum of squared deviations from the mean
 * @returns a standard error of NaN where a sample has fewer than two values
 */
export function welch(first: Moments, second: Moments): Welch {
  const a = first.squares / (first.n - 1) / first.n
  const b = second.squares / (second.n - 1) / second.n
  return {
    difference: first.mean - second.mean,
    standardError: first.n > 1 && second.n > 1 ? Math.sqrt(a + b) : NaN,
    degrees: (a + b) ** 2 / ((a * a) / (first.n - 1) + (b * b) / (second.n - 1)),
  }
}

/** One-sided p-value of "the first mean is larger"; 1 where there is no spread or too few rows. */
export function welchGreater({ difference, standardError, degrees }: Welch): number {
  if (!(standardError > 0)) return 1
  return studentTail(difference / standardError, degrees)
}

/** Two-sided p-value; 1 where there is no spread or too few rows. */
export function welchTwoSided({ difference, standardError, degrees }: Welch): number {
  if (!(standardError > 0)) return 1
  return Math.min(1, 2 * studentTail(Math.abs(difference) / standardError, degrees))
}

/** @param level Probability outside the interval, 0.05 for 95 %. */
export function welchInterval({ difference, standardError, degrees }: Welch, level = 0.05): Interval {
  const half = standardError > 0 ? studentQuantile(level / 2, degrees) * standardError : 0
  return { low: difference - half, high: difference + half }
}
