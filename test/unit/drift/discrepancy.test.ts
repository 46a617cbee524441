import { describe, expect, it } from 'vitest'
import { meanDiscrepancy } from '../../../shared/drift/maximum-mean-discrepancy.ts'
import type { FeatureSample } from '../../../shared/drift/feature-sample.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

/** Two normal numbers, correlated by `together` in the current rows alone, and a category. */
function draw(seed: number, n: number, m: number, together: number, kind = (u: number) => Math.floor(3 * u)) {
  const random = createRandom(seed)
  const side = (rows: number, r: number, of: (u: number) => number) => {
    const first = Float64Array.from({ length: rows }, () => random.normal())
    const second = first.map((x) => r * x + Math.sqrt(1 - r * r) * random.normal())
    return [first, second, Float64Array.from({ length: rows }, () => of(random.uniform()))]
  }
  const reference = side(n, 0, (u) => Math.floor(3 * u))
  const current = side(m, together, kind)
  return {
    features: [0, 1, 2].map((k) => ({
      name: `x${k}`,
      kind: k === 2 ? ('categorical' as const) : ('numeric' as const),
      reference: reference[k]!,
      current: current[k]!,
    })),
    rows: { reference: n, current: m },
    total: { reference: n, current: m },
  } satisfies FeatureSample
}

describe('maximum mean discrepancy', () => {
  it('is that of the exact kernel, on average over random features', () => {
    const sample = draw(1, 200, 150, 0.9)
    const rows: number[][] = []
    for (const side of ['reference', 'current'] as const)
      for (let row = 0; row < sample.rows[side]; row++) rows.push(sample.features.map((one) => one[side][row]!))
    const scale = [0, 1].map((k) => {
      const mean = rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length
      return Math.sqrt(rows.reduce((sum, row) => sum + (row[k]! - mean) ** 2, 0) / (rows.length - 1))
    })
    const kernel = (a: number[], b: number[], bandwidth: number) =>
      Math.exp(
        -(((a[0]! - b[0]!) / scale[0]!) ** 2 + ((a[1]! - b[1]!) / scale[1]!) ** 2 + (a[2] === b[2] ? 0 : 1)) /
          (2 * bandwidth ** 2),
      )
    const sign = (row: number) => (row < 200 ? 1 / 200 : -1 / 150)
    const exact = (bandwidth: number) =>
      rows.reduce(
        (sum, a, i) => sum + rows.reduce((inner, b, j) => inner + kernel(a, b, bandwidth) * sign(i) * sign(j), 0),
        0,
      )
    let ratio = 0
    for (let seed = 1; seed <= 20; seed++) {
      const { statistic, bandwidth } = meanDiscrepancy(sample, seed)
      ratio += statistic / exact(bandwidth) / 20
    }
    expect(ratio).toBeGreaterThan(0.9)
    expect(ratio).toBeLessThan(1.1)
  })

  it('sees a change between two columns, and one of categories, that no number shows', () => {
    expect(meanDiscrepancy(draw(2, 500, 400, 0.8), 1).p).toBeLessThan(0.01)
    const rare = draw(3, 500, 400, 0, (u) => (u < 0.6 ? 0 : u < 0.8 ? 1 : 2))
    expect(meanDiscrepancy(rare, 1).p).toBeLessThan(0.01)
  })

  it('raises false alarms at the stated rate', () => {
    const pairs = 200
    let alarms = 0
    for (let pair = 0; pair < pairs; pair++) if (meanDiscrepancy(draw(100 + pair, 60, 50, 0), pair).p <= 0.05) alarms++
    expect(alarms / pairs).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / pairs))
    expect(alarms).toBeGreaterThan(0)
  })
})
