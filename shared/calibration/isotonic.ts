/** Isotonic regression of events on probabilities: the best rising step function. */
import type { CalibrationMap } from '../contract/calibration.ts'
import { argsort } from '../statistics/argsort.ts'

export interface Block {
  /** Lowest and highest probability in it. */
  readonly low: number
  readonly high: number
  readonly rows: number
  readonly events: number
}

/**
 * Least squares among rising functions, by pooling neighbours that fall (Ayer et al. 1955; Best and Chakravarti 1990), in
 * one pass over the sorted rows. Equal probabilities are pooled first: no function can tell them apart.
 *
 * @param happened 1 where the event happened, else 0.
 * @returns Blocks of rising probability whose shares of events rise strictly.
 */
export function poolAdjacent(happened: Uint8Array, probability: Float32Array | Float64Array): Block[] {
  const order = argsort(probability)
  const blocks: { low: number; high: number; rows: number; events: number }[] = []
  for (let at = 0; at < order.length;) {
    const p = probability[order[at]!]!
    const tie = { low: p, high: p, rows: 0, events: 0 }
    for (; at < order.length && probability[order[at]!] === p; at++) {
      tie.rows++
      tie.events += happened[order[at]!]!
    }
    blocks.push(tie)
    for (let last = blocks[blocks.length - 1]!; blocks.length > 1; last = blocks[blocks.length - 1]!) {
      const before = blocks[blocks.length - 2]!
      // Shares compared as products: two equal fractions must be seen to be equal.
      if (before.events * last.rows < last.events * before.rows) break
      before.high = last.high
      before.rows += last.rows
      before.events += last.events
      blocks.pop()
    }
  }
  return blocks
}

/**
 * The steps of a calibrator. A step begins halfway between two blocks, as a float32, which is what the appended graph
 * compares with. Shares of 0 and 1 would make one surprise cost everything, so values are kept within 1/(n + 2) of them.
 */
export function stepsOf(blocks: readonly Block[]): Extract<CalibrationMap, { kind: 'steps' }> {
  const n = blocks.reduce((sum, { rows }) => sum + rows, 0)
  const least = 1 / (n + 2)
  return {
    kind: 'steps',
    from: blocks.map(({ low }, at) => {
      const before = blocks[at - 1]
      if (!before) return 0
      const middle = Math.fround((before.high + low) / 2)
      return middle > before.high ? middle : Math.fround(low)
    }),
    values: blocks.map(({ events, rows }) => Math.min(Math.max(events / rows, least), 1 - least)),
  }
}
