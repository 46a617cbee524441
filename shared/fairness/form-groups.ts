/** Groups of rows by the values of one or more columns, small ones set aside. */

/** A column of which each row has one of a few values. */
export interface CodedColumn {
  readonly name: string
  /** One a row: the place of its value in `labels`. */
  readonly codes: Uint16Array
  readonly labels: readonly string[]
}

export interface FormedGroup {
  readonly values: readonly string[]
  readonly rows: number
}

export interface FormedGroups {
  readonly groups: readonly FormedGroup[]
  /** Group of each row, −1 where its group is set aside. */
  readonly groupOf: Int32Array
  readonly suppressed: { readonly groups: number; readonly rows: number }
}

/** More than these would be a table that nobody reads, and as many pairs as its square. */
export const mostGroups = 60

/**
 * @param columns At least one, of equal length.
 * @param minimum Groups of fewer rows are set aside: their rates say next to nothing, and a row might be recognised.
 */
export function formGroups(columns: readonly CodedColumn[], minimum: number): FormedGroups {
  const n = columns[0]!.codes.length
  const sizes = columns.map(({ labels }) => labels.length)
  const keys = sizes.reduce((product, size) => product * size, 1)
  const keyOf = (row: number): number => {
    let key = 0
    for (let c = 0; c < columns.length; c++) key = key * sizes[c]! + columns[c]!.codes[row]!
    return key
  }
  const counts = new Map<number, number>()
  for (let row = 0; row < n; row++) {
    const key = keyOf(row)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const bySize = [...counts].filter(([, rows]) => rows >= minimum).sort((x, y) => y[1] - x[1])
  const kept = bySize.slice(0, mostGroups).sort((x, y) => x[0] - y[0])
  const index = new Map(kept.map(([key], place) => [key, place]))
  // A lookup by array where the keys are few, because it is asked once a row.
  const dense = keys <= 1 << 20 ? new Int32Array(keys).fill(-1) : null
  if (dense) for (const [key, place] of index) dense[key] = place
  const groupOf = new Int32Array(n)
  for (let row = 0; row < n; row++) {
    const key = keyOf(row)
    groupOf[row] = dense ? dense[key]! : (index.get(key) ?? -1)
  }
  return {
    groups: kept.map(([key, rows]) => ({ values: valuesOf(key, columns), rows })),
    groupOf,
    suppressed: { groups: counts.size - kept.length, rows: n - kept.reduce((sum, [, rows]) => sum + rows, 0) },
  }
}

function valuesOf(key: number, columns: readonly CodedColumn[]): string[] {
  const values: string[] = []
  let rest = key
  for (let c = columns.length - 1; c >= 0; c--) {
    const { labels } = columns[c]!
    values.unshift(labels[rest % labels.length]!)
    rest = Math.floor(rest / labels.length)
  }
  return values
}
