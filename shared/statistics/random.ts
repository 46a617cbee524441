/**
 * Seeded pseudo-random numbers: xoshiro128** (Blackman and Vigna, 2021), its state filled by splitmix32, so that the
 * same seed gives the same numbers on every machine. Not for secrets.
 */
export interface Random {
  /** A number in [0, 1) with 32 random bits. */
  uniform(): number
  /** A standard normal number (Marsaglia's polar method, 1964). */
  normal(): number
}

/** @param seed Any integer; its low 32 bits are used. */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = splitmix()
  let spare: number | null = null

  const uniform = (): number => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result / 4294967296
  }

  const normal = (): number => {
    if (spare !== null) {
      const value = spare
      spare = null
      return value
    }
    for (;;) {
      const u = 2 * uniform() - 1
      const v = 2 * uniform() - 1
      const square = u * u + v * v
      if (square === 0 || square >= 1) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      spare = v * factor
      return u * factor
    }
  }

  return { uniform, normal }
}

/** The numbers 0 … n − 1 in a random order (Fisher and Yates, as given by Durstenfeld 1964). */
export function shuffledIndices(n: number, random: Pick<Random, 'uniform'>): Int32Array<ArrayBuffer> {
  const order = Int32Array.from({ length: n }, (_, k) => k)
  shuffleInPlace(order, 0, n, random)
  return order
}

/** Shuffles the values at [from, from + size). */
export function shuffleInPlace(
  values: Int32Array | Uint8Array,
  from: number,
  size: number,
  random: Pick<Random, 'uniform'>,
): void {
  for (let k = size - 1; k > 0; k--) {
    const other = Math.floor(random.uniform() * (k + 1))
    const kept = values[from + k]!
    values[from + k] = values[from + other]!
    values[from + other] = kept
  }
}
