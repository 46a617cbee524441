/** Traffic is counted in the very bins of the drift analysis. */
import { describe, expect, it } from 'vitest'
import { countSorted, decileEdges } from '../../../shared/drift/bins.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { ColumnTraffic, stabilityIndex } from '../../../electron/serving/watch/traffic.ts'

const column = (more: Partial<InputColumn>): InputColumn => ({
  name: 'x',
  type: 'float',
  missing: true,
  protected: false,
  minimum: null,
  maximum: null,
  categories: null,
  image: null,
  reference: null,
  ...more,
})

let seed = 5
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647

describe('traffic', () => {
  it.each<[string, () => number]>([
    ['even', random],
    ['skewed', () => Math.exp(20 * random())],
    ['tiny', () => 1e-300 * random()],
    ['few values', () => Math.floor(random() * 4)],
    ['one value', () => 3],
    ['both signs', () => (random() - 0.5) * 1e12],
  ])('of %s numbers falls into the bins of the drift analysis', (_, draw) => {
    const reference = Float64Array.from({ length: 1000 }, draw).sort()
    const edges = decileEdges(reference)
    const counts = [...countSorted(reference, edges)]
    const traffic = new ColumnTraffic(column({ reference: { kind: 'bins', edges, counts } }))
    const values = Float64Array.from({ length: 2000 }, (__, k) => (k % 50 === 0 ? edges[k % edges.length]! : draw()))
    const wide = new Float64Array(6000)
    values.forEach((value, k) => (wide[k * 3 + 1] = value))
    traffic.observeNumbers(wide, 2000, 3, 1)
    const wanted = countSorted(values.slice().sort(), edges)
    expect(traffic.counts).toEqual(wanted)
    for (const value of values) traffic.observe(value)
    expect(traffic.counts).toEqual(wanted.map((count) => 2 * count))
    traffic.observe(null)
    traffic.observeNumbers(Float32Array.of(NaN), 1, 1, 0)
    expect(traffic.missing).toBe(2)
  })

  it('of categories has a place for those that were never evaluated', () => {
    const reference = { kind: 'categories' as const, counts: [60, 40] }
    const traffic = new ColumnTraffic(column({ type: 'string', categories: ['a', 'b'], reference }))
    expect(stabilityIndex(traffic)).toBe(null)
    for (let k = 0; k < 100; k++) traffic.observe(k < 60 ? 'a' : 'b')
    expect(stabilityIndex(traffic)).toBeCloseTo(0, 12)
    for (let k = 0; k < 100; k++) traffic.observe('c')
    expect([...traffic.counts]).toEqual([60, 40, 100])
    // Σ (q − p) ln(q / p), the empty reference cell at its floor of 1e-4.
    const psi =
      (0.3 - 0.6) * Math.log(0.3 / 0.6) + (0.2 - 0.4) * Math.log(0.2 / 0.4) + (0.5 - 1e-4) * Math.log(0.5 / 1e-4)
    expect(stabilityIndex(traffic)).toBeCloseTo(psi, 12)
  })
})
