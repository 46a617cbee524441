/** Which characters a TrueType font can draw, read from its character map (OpenType 1.9, 'cmap' format 4). */

/** @returns Whether a code point has a glyph; false past U+FFFF, which format 4 does not reach. */
export function fontCoverage(font: Uint8Array): (codePoint: number) => boolean {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength)
  const map = findUnicodeMap(view)
  const doubledSegments = view.getUint16(map + 6)
  const ends = map + 14
  const starts = ends + doubledSegments + 2
  const deltas = starts + doubledSegments
  const offsets = deltas + doubledSegments
  return (codePoint) => {
    if (codePoint > 0xffff) return false
    for (let at = 0; at < doubledSegments; at += 2) {
      if (codePoint > view.getUint16(ends + at)) continue
      const start = view.getUint16(starts + at)
      if (codePoint < start) return false
      const delta = view.getUint16(deltas + at)
      const offset = view.getUint16(offsets + at)
      if (offset === 0) return ((codePoint + delta) & 0xffff) !== 0
      return view.getUint16(offsets + at + offset + 2 * (codePoint - start)) !== 0
    }
    return false
  }
}

function findUnicodeMap(view: DataView): number {
  const cmapTag = 0x636d6170
  for (let table = 0; table < view.getUint16(4); table++) {
    const record = 12 + 16 * table
    if (view.getUint32(record) !== cmapTag) continue
    const cmap = view.getUint32(record + 8)
    for (let k = 0; k < view.getUint16(cmap + 2); k++) {
      const map = cmap + view.getUint32(cmap + 4 + 8 * k + 4)
      if (view.getUint16(map) === 4) return map
    }
  }
  throw new Error('The font has no character map of format 4')
}
