import type { McNemar } from '../contract/comparison.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'
import { signTest } from '../statistics/sign-test.ts'

/** A chi-square variable with one degree of freedom is the square of a standard normal one. */
const oneDegreeTail = (square: number): number => twoSidedNormal(Math.sqrt(square))

/**
 * Do two classifiers err equally often? Only the rows on which one is right and the other wrong can tell (McNemar 1947).
 *
 * @param referenceRight 1 where the reference is right, else 0; so is `otherRight`.
 */
export function mcnemar(referenceRight: Uint8Array, otherRight: Uint8Array): McNemar {
  const table = [0, 0, 0, 0]
  for (let row = 0; row < referenceRight.length; row++) table[2 * referenceRight[row]! + otherRight[row]!]!++
  const [bothWrong, onlyOther, onlyReference, bothRight] = table as [number, number, number, number]
  const discordant = onlyReference + onlyOther
  const apart = Math.abs(onlyReference - onlyOther)
  const chiSquare = discordant === 0 ? null : (apart * apart) / discordant
  // Edwards' correction does not go below no difference.
  const corrected = discordant === 0 ? null : Math.max(0, apart - 1) ** 2 / discordant
  return {
    bothRight,
    onlyReference,
    onlyOther,
    bothWrong,
    exactP: signTest(onlyReference, onlyOther),
    chiSquareCorrected: corrected,
    correctedP: corrected === null ? null : oneDegreeTail(corrected),
    chiSquare,
    asymptoticP: chiSquare === null ? null : oneDegreeTail(chiSquare),
  }
}
