/** How much an explanation scores: made-up rows grow with the columns, and so does each of them. */

/** Values in one message of made-up rows: 64 MB as float64. */
const cellsAtOnce = 8_000_000
/** Values that one part of an explanation scores in all: about a minute on two cores. */
const cellsInAll = 1_000_000_000

/** @returns how many things fit into a message where each makes so many rows of so many columns; from 1 to `most` */
export const atOnce = (rowsOfEach: number, columns: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(cellsAtOnce / Math.max(1, rowsOfEach * columns))))

/**
 * @param share Of the work of a part, for what is one of several things.
 * @returns how many things can be afforded in all, from `least` to `most`
 */
export const affordable = (rowsOfEach: number, columns: number, least: number, most: number, share = 1): number =>
  Math.max(least, Math.min(most, Math.floor((share * cellsInAll) / Math.max(1, rowsOfEach * columns))))
