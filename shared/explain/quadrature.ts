/** Gauss–Legendre quadrature on [0, 1]: exact for polynomials of degree 2n − 1 with n nodes. */
export interface Quadrature {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

const known = new Map<number, Quadrature>()

/**
 * Shapley weights are Beta integrals, k! (d − 1 − k)! / d! = ∫ tᵏ (1 − t)^(d − 1 − k) dt, so a Shapley value of a product
 * game over d players is the integral of a polynomial of degree d − 1, and ⌈d / 2⌉ nodes give it exactly (the reason why
 * Linear TreeSHAP is linear; Yu et al. 2022).
 *
 * @param n Nodes, at least 1.
 */
export function gaussLegendre(n: number): Quadrature {
  const before = known.get(n)
  if (before) return before
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    // Newton's method on the Legendre polynomial from Tricomi's estimate of its roots.
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5))
    let slope = 0
    for (let step = 0; step < 100; step++) {
      let previous = 1
      let value = x
      for (let degree = 2; degree <= n; degree++) {
        const next = ((2 * degree - 1) * x * value - (degree - 1) * previous) / degree
        previous = value
        value = next
      }
      slope = n === 1 ? 1 : (n * (x * value - previous)) / (x * x - 1)
      const change = value / slope
      x -= change
      if (Math.abs(change) < 1e-16) break
    }
    nodes[k] = (1 - x) / 2
    weights[k] = 1 / ((1 - x * x) * slope * slope)
  }
  const quadrature = { nodes, weights }
  known.set(n, quadrature)
  return quadrature
}
