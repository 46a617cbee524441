/**
 * What is compared of columns that hold texts or images: numbers measured on each of them, and a content score. The score
 * is that of a classifier which learns to tell current from reference on a random half of both samples, for the rows of
 * the other half (Lopez-Paz and Oquab 2017). Those rows had no part in the classifier, so where nothing has changed their
 * scores are draws of one distribution, and every test of a number column keeps its level.
 */
import { createRandom } from '../../statistics/random.ts'

/** One number a sampled row; Infinity where this row is not measured. */
export interface ContentMeasure {
  readonly name: string
  readonly definition: string
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** Rows of each sample under which no classifier is trained. */
export const contentRowsAtLeast = 50

/** Start of FNV-1a, and its step. */
export const fnvStart = 0x811c9dc5
export const fnvStep = (value: number, unit: number): number => Math.imul(value ^ unit, 0x01000193)

/**
 * 1 for a random half of the contents, from which is learnt; 0 for those that are judged. Rows of equal content are in the
 * same half in both samples: were a row learnt as reference and its twin judged as current, two overlapping samples would
 * look unlike.
 *
 * @param hashes Of each row's content, 32 bits.
 */
export const learningHalf = (hashes: readonly number[], seed: number): Uint8Array =>
  Uint8Array.from(hashes, (hash) => createRandom(hash ^ seed).uniform() * 2)

const leastInHalf = 10

/** Whether each half has rows of both samples to learn from, and to judge. */
export const areHalves = (...halves: readonly Uint8Array[]): boolean =>
  halves.every((half) => {
    const learns = half.reduce((sum, one) => sum + one, 0)
    return learns >= leastInHalf && half.length - learns >= leastInHalf
  })

/** Values of the rows that are judged, Infinity elsewhere. */
export const ofJudged = (learning: Uint8Array, value: (row: number) => number): Float64Array =>
  Float64Array.from(learning, (learns, row) => (learns === 1 ? Infinity : value(row)))

export const contentDefinition = (learnt: string): string =>
  `Log odds of being current, by ${learnt} trained on a random half of the sampled rows; the other half is compared. Mann–Whitney’s effect is the area under its ROC curve: 0.5 where the content is the same.`
