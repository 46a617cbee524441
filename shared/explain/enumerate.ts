/** Shapley values from the value of every coalition. */
import { countBits, shapleyWeights } from './tree/leaf-shares.ts'

/** 2¹⁵ coalitions against each background row are what a person waits for. */
export const mostEnumerated = 15

/**
 * @param players At most 20.
 * @param values Coalition c (bit j set where player j is present), output k at c × outputs + k.
 * @returns Player p, output k at p × outputs + k.
 */
export function shapleyOfGame(players: number, outputs: number, values: Float64Array): Float64Array {
  const weights = shapleyWeights(players)
  const out = new Float64Array(players * outputs)
  for (let coalition = 0; coalition < 1 << players; coalition++) {
    const size = countBits(coalition)
    if (size === players) continue
    const weight = weights[size]!
    for (let j = 0; j < players; j++) {
      const bit = 1 << j
      if ((coalition & bit) !== 0) continue
      for (let k = 0; k < outputs; k++) {
        out[j * outputs + k]! += weight * (values[(coalition | bit) * outputs + k]! - values[coalition * outputs + k]!)
      }
    }
  }
  return out
}
