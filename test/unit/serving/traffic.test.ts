/** Traffic is counted in the very bins of the drift analysis. */
import { describe, expect, it } from 'vitest'
import { countSorted, decileEdges } from '../../../shared/drift/bins.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { TensorColumn } from '../../../electron/serving/feeds-cells.ts'
import { ColumnTraffic, countedRows, stabilityIndex } from '../../../electron/serving/watch/traffic.ts'

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
    const wanted = countSorted(values.slice().sort(), edges)
    for (const value of values) traffic.observe(value)
    expect(traffic.counts).toEqual(wanted)
    const wide = new Float64Array(3 * countedRows)
    for (let k = 0; k < countedRows; k++) wide[k * 3 + 1] = values[k]!
    const first = countSorted(values.slice(0, countedRows).sort(), edges)
    traffic.observeTensor(new TensorColumn(traffic.column, wide, 3, 1, ''), countedRows)
    expect(traffic.counts).toEqual(wanted.map((count, bin) => count + first[bin]!))
    traffic.observe(null)
    traffic.observeTensor(new TensorColumn(traffic.column, Float32Array.of(NaN), 1, 0, ''), 1)
    expect(traffic.missing).toBe(2)
  })

  it('of a large request is counted by rows that stand for the others', () => {
    const traffic = new ColumnTraffic(column({ reference: { kind: 'bins', edges: [10, 20], counts: [1, 1, 1] } }))
    // Of 3000 rows a third lies in each bin, in blocks; the rows counted are spread evenly over them.
    const values = Float32Array.from({ length: 3000 }, (_, k) => (k < 1000 ? 5 : k < 2000 ? 15 : NaN))
    traffic.observeTensor(new TensorColumn(traffic.column, values, 1, 0, ''), 3000)
    expect(traffic.counts[0]! + traffic.counts[1]! + traffic.missing).toBeCloseTo(3000, 6)
    for (const count of [traffic.counts[0]!, traffic.counts[1]!, traffic.missing])
      expect(Math.abs(count - 1000)).toBeLessThanOrEqual(3000 / countedRows)
    expect(traffic.counts[2]).toBe(0)
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
