/** Wilcoxon's signed-rank test: are paired differences as often and as far above 0 as below it? */
import { averageRanks } from './average-ranks.ts'
import { twoSidedNormal } from './erfc.ts'

export interface SignedRanks {
  /** The smaller sum of ranks, of the differences above 0 or of those below it. */
  readonly statistic: number
  /** Differences that are not 0; those that are say nothing. */
  readonly n: number
  /** By the normal approximation, corrected for ties; 1 where every difference is 0. */
  readonly p: number
}

/**
 * Wilcoxon 1945, as scipy.stats.wilcoxon with method "approx", zero_method "wilcox" and no correction for continuity.
 *
 * @param differences No NaN.
 */
export function signedRanks(differences: Float64Array): SignedRanks {
  const kept = differences.filter((difference) => difference !== 0)
  const n = kept.length
  if (n === 0) return { statistic: 0, n, p: 1 }
  const ranks = averageRanks(kept.map(Math.abs))
  let above = 0
  const ties = new Map<number, number>()
  ranks.forEach((rank, row) => {
    if (kept[row]! > 0) above += rank
    ties.set(rank, (ties.get(rank) ?? 0) + 1)
  })
  const statistic = Math.min(above, (n * (n + 1)) / 2 - above)
  let variance = n * (n + 1) * (2 * n + 1)
  for (const count of ties.values()) variance -= (count ** 3 - count) / 2
  const z = (statistic - (n * (n + 1)) / 4) / Math.sqrt(variance / 24)
  return { statistic, n, p: Math.min(1, twoSidedNormal(z)) }
}
