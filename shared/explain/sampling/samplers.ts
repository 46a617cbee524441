/**
 * Sampled Shapley values for any model. A sampler says which mixtures of a row and a background row to score, takes the
 * scores, and knows how sure it is. Both samplers are unbiased for the interventional values over the whole background.
 */
import { shuffledIndices } from '../../statistics/random.ts'
import type { Random } from '../../statistics/random.ts'
import { Spread } from './spread.ts'

/** One mixture: players with 1 come from the row, the others from the background row. */
export interface Mixture {
  readonly fromRow: Uint8Array
  readonly background: number
}

export interface Sampler {
  /** The mixtures of the next sample. */
  next(): Mixture[]
  /**
   * @param scores Of each mixture, outputs side by side: mixture m, output k at m × outputs + k.
   * @param row Score of the row itself, by output. @param absent Score of the background row, by output.
   */
  take(scores: Float64Array, row: Float64Array, absent: Float64Array): void
  /** Players × outputs: player p, output k at p × outputs + k. */
  readonly spread: Spread
}

/**
 * Background rows in a random order, each once before any twice. That lowers the variance below what independent draws
 * have, and what `Spread` says of it: the errors given are upper bounds.
 */
function makeDraw(random: Random, rows: number): () => number {
  let order = shuffledIndices(rows, random)
  let at = 0
  return () => {
    if (at === order.length) {
      order = shuffledIndices(rows, random)
      at = 0
    }
    return order[at++]!
  }
}

/** Players join in a random order and in its reverse, against one background row (Mitchell et al. 2022, antithetic). */
export function permutationSampler(players: number, outputs: number, backgroundRows: number, random: Random): Sampler {
  const spread = new Spread(players * outputs)
  const draw = makeDraw(random, backgroundRows)
  let order = new Int32Array(0)
  return {
    spread,
    next: () => {
      order = shuffledIndices(players, random)
      const background = draw()
      const mixtures: Mixture[] = []
      for (const way of [order, order.toReversed()]) {
        const fromRow = new Uint8Array(players)
        // The last player completes the row, whose score is known.
        for (const player of way.subarray(0, players - 1)) {
          fromRow[player] = 1
          mixtures.push({ fromRow: fromRow.slice(), background })
        }
      }
      return mixtures
    },
    take: (scores, row, absent) => {
      const sample = new Float64Array(players * outputs)
      const steps = players - 1
      const ways = [order, order.toReversed()]
      ways.forEach((way, w) => {
        for (let k = 0; k < outputs; k++) {
          let before = absent[k]!
          way.forEach((player, step) => {
            const after = step === steps ? row[k]! : scores[(w * steps + step) * outputs + k]!
            sample[player * outputs + k]! += (after - before) / 2
            before = after
          })
        }
      })
      spread.add(sample)
    },
  }
}

/**
 * Kernel SHAP without bias (Covert and Lee 2021): coalitions are drawn by the Shapley kernel together with their
 * complements, and the matrix of the regression is the exact one, so that each sample is an estimate by itself:
 *   φ_j = α (z_j u − mean over j of z_j u) + (f(x) − f(b)) / M,  1 / α = A_jj − A_ij.
 */
export function kernelSampler(players: number, outputs: number, backgroundRows: number, random: Random): Sampler {
  const spread = new Spread(players * outputs)
  const draw = makeDraw(random, backgroundRows)
  const sizes = Float64Array.from({ length: players - 1 }, (_, k) => 1 / ((k + 1) * (players - k - 1)))
  const total = sizes.reduce((sum, weight) => sum + weight, 0)
  let offDiagonal = 0
  for (let size = 2; size < players; size++) {
    offDiagonal += (sizes[size - 1]! / total) * ((size * (size - 1)) / (players * (players - 1)))
  }
  const alpha = 1 / (0.5 - offDiagonal)
  let drawn: Uint8Array[] = []
  return {
    spread,
    next: () => {
      let left = random.uniform() * total
      let size = 1
      while (size < players - 1 && left >= sizes[size - 1]!) left -= sizes[size++ - 1]!
      const fromRow = new Uint8Array(players)
      for (const player of shuffledIndices(players, random).subarray(0, size)) fromRow[player] = 1
      drawn = [fromRow, fromRow.map((bit) => 1 - bit)]
      const background = draw()
      return drawn.map((bits) => ({ fromRow: bits, background }))
    },
    take: (scores, row, absent) => {
      const sample = new Float64Array(players * outputs)
      for (let k = 0; k < outputs; k++) {
        let sum = 0
        for (let j = 0; j < players; j++) {
          let product = 0
          for (let m = 0; m < 2; m++) if (drawn[m]![j] === 1) product += (scores[m * outputs + k]! - absent[k]!) / 2
          sample[j * outputs + k] = product
          sum += product
        }
        const mean = sum / players
        for (let j = 0; j < players; j++) {
          sample[j * outputs + k] = alpha * (sample[j * outputs + k]! - mean) + (row[k]! - absent[k]!) / players
        }
      }
      spread.add(sample)
    },
  }
}
