/**
 * Exact mean and variance of Pearson's chi-square for a 2 × k table when both margins are fixed and there is no
 * difference (Haldane 1940; Dawson 1954): what the chi-square distribution takes for granted, and small expected counts
 * do not give.
 *
 * @param reference Rows in each cell, `n` in all; so are `current` and `m`. No cell is empty in both.
 */
export function chiSquareMoments(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  n: number,
  m: number,
): { readonly mean: number; readonly variance: number } {
  const width = reference.length
  const total = n + m
  const mean = (total * (width - 1)) / (total - 1)
  if (total < 4) return { mean, variance: 0 }
  let inverse = 0
  for (let k = 0; k < width; k++) inverse += total / (reference[k]! + current[k]!)
  const v = (groups: number): number => ((groups - 1) * (total - groups)) / (total - 1)
  const w = (sum: number, groups: number): number => (sum - groups * groups) / (total - 2)
  const rowW = w(total / n + total / m, 2)
  const columnW = w(inverse, width)
  const variance =
    ((2 * total) / (total - 3)) * (v(2) - rowW) * (v(width) - columnW) +
    ((total * total) / (total - 1)) * rowW * columnW
  return { mean, variance: Math.max(0, variance) }
}
