/**
 * Stable argsort by least-significant-digit radix sort: linear time, three passes a 32-bit word, no comparator.
 * A comparator sort of 1M indices takes about 1 s in V8; this takes about 0.1 s.
 */
const radixBits = 11
const radix = 1 << radixBits

/** Maps float bits to unsigned integers of the same order: flips all bits of negatives, the sign bit of the others. */
function orderedKeys32(values: Float32Array): Uint32Array[] {
  const bits = new Uint32Array(Float32Array.from(values).buffer)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!
    bits[i] = word & 0x80000000 ? ~word : word | 0x80000000
  }
  return [bits]
}

/** Low words, then high words. */
function orderedKeys64(values: Float64Array): Uint32Array[] {
  const words = new Uint32Array(Float64Array.from(values).buffer)
  const low = new Uint32Array(values.length)
  const high = new Uint32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    // Every platform that V8 runs on and that we ship for is little-endian.
    const lowWord = words[2 * i]!
    const highWord = words[2 * i + 1]!
    const negative = (highWord & 0x80000000) !== 0
    low[i] = negative ? ~lowWord : lowWord
    high[i] = negative ? ~highWord : highWord | 0x80000000
  }
  return [low, high]
}

/**
 * Indices that put `values` in rising order; equal values keep their order (−0 goes before 0).
 *
 * @param values No NaN.
 */
export function argsort(values: Float32Array | Float64Array): Uint32Array {
  const n = values.length
  let order = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  let other = new Uint32Array(n)
  const counts = new Uint32Array(radix)
  for (const keys of values instanceof Float32Array ? orderedKeys32(values) : orderedKeys64(values)) {
    for (let shift = 0; shift < 32; shift += radixBits) {
      counts.fill(0)
      for (let i = 0; i < n; i++) counts[(keys[i]! >>> shift) & (radix - 1)]!++
      // Scores in [0, 1] share many digits; a pass over one shared digit moves nothing.
      if (n > 0 && counts[(keys[0]! >>> shift) & (radix - 1)] === n) continue
      let start = 0
      for (let digit = 0; digit < radix; digit++) {
        const size = counts[digit]!
        counts[digit] = start
        start += size
      }
      for (let i = 0; i < n; i++) {
        const index = order[i]!
        other[counts[(keys[index]! >>> shift) & (radix - 1)]!++] = index
      }
      const swap = order
      order = other
      other = swap
    }
  }
  return order
}
