/**
 * What is compared of columns that hold texts or images: numbers measured on each of them, and a content score. The score
 * is that of a classifier which learns to tell current from reference on a random half of both samples, for the rows of
 * the other half (Lopez-Paz and Oquab 2017). Those rows had no part in the classifier, so where nothing has changed their
 * scores are draws of one distribution, and every test of a number column keeps its level.
 */
import { shuffleInPlace } from '../../statistics/random.ts'
import type { Random } from '../../statistics/random.ts'

/** One number a sampled row; Infinity where this row is not measured. */
export interface ContentMeasure {
  readonly name: string
  readonly definition: string
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** Rows of each sample under which no classifier is trained. */
export const contentRowsAtLeast = 50

/** 1 for a random half of the rows, from which is learnt; 0 for those that are judged. */
export function learningHalf(rows: number, random: Random): Uint8Array {
  const half = Uint8Array.from({ length: rows }, (_, row) => row % 2)
  shuffleInPlace(half, 0, rows, random)
  return half
}

/** Values of the rows that are judged, Infinity elsewhere. */
export const ofJudged = (learning: Uint8Array, value: (row: number) => number): Float64Array =>
  Float64Array.from(learning, (learns, row) => (learns === 1 ? Infinity : value(row)))

export const contentDefinition = (learnt: string): string =>
  `Log odds of being current, by ${learnt} trained on a random half of the sampled rows; the other half is compared. Mann–Whitney’s effect is the area under its ROC curve: 0.5 where the content is the same.`
