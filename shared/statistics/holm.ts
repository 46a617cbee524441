/**
 * p-values adjusted for being several (Holm 1979): an adjusted value below 0.05 holds with a family-wise error of 5 %,
 * however the tests depend on each other.
 *
 * @param pValues In [0, 1]; null for a test that could not be made, which counts for nothing and stays null.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const order = pValues
    .map((p, index) => ({ p, index }))
    .filter((entry): entry is { p: number; index: number } => entry.p !== null)
    .sort((a, b) => a.p - b.p)
  const adjusted: (number | null)[] = pValues.map(() => null)
  let largest = 0
  order.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p))
    adjusted[index] = largest
  })
  return adjusted
}
