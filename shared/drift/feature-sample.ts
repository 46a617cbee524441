/** Rows of both samples side by side, column by column: what the multivariate analyses are fitted on. */
export interface SampledFeature {
  readonly name: string
  readonly kind: 'numeric' | 'categorical'
  /** Numbers, or the number of the category; NaN where missing. */
  readonly reference: Float64Array
  readonly current: Float64Array
}

export interface FeatureSample {
  readonly features: readonly SampledFeature[]
  /** Rows of each, of all that there are. */
  readonly rows: { readonly reference: number; readonly current: number }
  readonly total: { readonly reference: number; readonly current: number }
}

/** Texts as numbers, by falling count over both samples, so that rare categories lie together. */
export function codeCategories(
  reference: readonly (string | null)[],
  current: readonly (string | null)[],
): { readonly reference: Float64Array; readonly current: Float64Array } {
  const counts = new Map<string, number>()
  for (const side of [reference, current]) {
    for (const text of side) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const ordered = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const codes = new Map(ordered.map(([text], index) => [text, index]))
  const encode = (side: readonly (string | null)[]): Float64Array =>
    Float64Array.from(side, (text) => (text === null ? NaN : codes.get(text)!))
  return { reference: encode(reference), current: encode(current) }
}
