/** A value of a row as an explanation shows it. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return 'missing'
  if (value instanceof Uint8Array) return `image, ${value.length} bytes`
  if (typeof value === 'number') return String(Number(value.toPrecision(7)))
  return String(value)
}
