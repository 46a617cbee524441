/** Tables whose probability is this close to the observed one count as equally likely (scipy's fisher_exact). */
const tolerance = 1 + 1e-14

/**
 * Two-sided p-value of Fisher's exact test for the table [[a, b], [c, d]]: the probability of all tables with the same
 * margins that are no likelier than this one (R's fisher.test, scipy's fisher_exact). Probabilities are ratios to the
 * likeliest table's, by neighbours, and divided by their sum at the end: no factorial of millions loses digits. The cost
 * is that of the tables that can be told from 0.
 */
export function fisherExact(a: number, b: number, c: number, d: number): number {
  const row = a + b
  const otherRow = c + d
  const column = a + c
  const least = Math.max(0, column - otherRow)
  const most = Math.min(row, column)
  const mode = Math.min(most, Math.max(least, Math.floor(((row + 1) * (column + 1)) / (row + otherRow + 2))))
  /** Probability of table k + 1 over that of table k. */
  const up = (k: number): number => ((row - k) * (column - k)) / ((k + 1) * (otherRow - column + k + 1))
  let observed = 1
  for (let k = mode; k < a; k++) observed *= up(k)
  for (let k = mode; k > a; k--) observed /= up(k - 1)
  // Underflow: the observed table is so unlikely that no sum of doubles can hold it.
  if (observed === 0) return 0
  let all = 0
  let unlikely = 0
  const add = (probability: number): boolean => {
    all += probability
    if (probability <= observed * tolerance) unlikely += probability
    return probability > 0 && probability > unlikely * 1e-17
  }
  let probability = 1
  for (let k = mode; k <= most && add(probability); k++) probability *= up(k)
  probability = 1
  for (let k = mode - 1; k >= least; k--) {
    probability /= up(k)
    if (!add(probability)) break
  }
  return Math.min(1, unlikely / all)
}
