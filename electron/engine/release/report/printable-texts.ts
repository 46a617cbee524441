/** A copy of a document with each text made fit for a format; what is plain ASCII is left alone, tabs and all. */
export function withPrintableTexts<T>(value: T, printable: (text: string) => string): T {
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return /[^\s\x20-\x7e]/.test(part) ? printable(part) : part
    if (Array.isArray(part)) return part.map(copy)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key, copy(entry)]))
  }
  return copy(value) as T
}
