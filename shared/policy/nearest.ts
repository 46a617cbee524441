/** The known name that a misspelt one most likely means. */

/** Edits that turn one text into the other: insertions, deletions, replacements (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

/** Null where no name is closer than half of the letters. */
export function nearest(wanted: string, names: readonly string[]): string | null {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const found = [...new Set(names)]
    .map((name) => ({ name, distance: editDistance(plain(wanted), plain(name)) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return found && found.distance <= Math.max(1, Math.floor(wanted.length / 2)) ? found.name : null
}
