/** Traffic is counted in the very bins of the drift analysis. */
import { describe, expect, it } from 'vitest'
import { countSorted, decileEdges } from '../../../shared/drift/bins.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { TensorColumn, areAllPlain, isPlain } from '../../../electron/serving/feeds-cells.ts'
import { ColumnTraffic, Traffic, countedRows, stabilityIndex } from '../../../electron/serving/watch/traffic.ts'
import { inputColumn } from '../../support/input-column.ts'

const column = (more: Partial<InputColumn>): InputColumn => inputColumn({ missing: true, ...more })

let seed = 5
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647

const { most, least } = countedRows

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
    const wide = new Float64Array(3 * most)
    for (let k = 0; k < most; k++) wide[k * 3 + 1] = values[k]!
    const first = countSorted(values.slice(0, most).sort(), edges)
    traffic.observeTensor(new TensorColumn(traffic.column, wide, 3, 1, ''), most, most)
    expect(traffic.counts).toEqual(wanted.map((count, bin) => count + first[bin]!))
    traffic.observe(null)
    traffic.observeTensor(new TensorColumn(traffic.column, Float32Array.of(NaN), 1, 0, ''), 1, 1)
    expect(traffic.missing).toBe(2)
  })

  it('of a large request is counted by rows that stand for the others', () => {
    const traffic = new ColumnTraffic(column({ reference: { kind: 'bins', edges: [10, 20], counts: [1, 1, 1] } }))
    // Of 3000 rows a third lies in each bin, in blocks; the rows counted are spread evenly over them.
    const values = Float32Array.from({ length: 3000 }, (_, k) => (k < 1000 ? 5 : k < 2000 ? 15 : NaN))
    traffic.observeTensor(new TensorColumn(traffic.column, values, 1, 0, ''), 3000, most)
    expect(traffic.counts[0]! + traffic.counts[1]! + traffic.missing).toBeCloseTo(3000, 6)
    for (const count of [traffic.counts[0]!, traffic.counts[1]!, traffic.missing])
      expect(Math.abs(count - 1000)).toBeLessThanOrEqual(3000 / most)
    expect(traffic.counts[2]).toBe(0)
  })

  it('of many large requests is counted by fewer rows of each, and by all of small ones again after a pause', () => {
    const traffic = new Traffic([])
    const taken = Array.from({ length: 1000 }, () => traffic.counted(1024, 5000))
    expect(taken.slice(0, 62)).toEqual(Array(62).fill(most))
    expect(taken.slice(63)).toEqual(Array(937).fill(least))
    expect(traffic.counted(10, 5000)).toBe(10)
    expect(traffic.counted(1024, 5100)).toBe(most)
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

describe('a matrix', () => {
  it('is plain exactly where each of its columns is', () => {
    const columns = [column({ minimum: 0, maximum: 1 }), column({}), column({ minimum: -1, maximum: null })]
    const of = (data: Float32Array) => columns.map((entry, k) => new TensorColumn(entry, data, 3, k, ''))
    const values = [0, 0.5, 1, 1.5, -1, -2, NaN]
    let plain = 0
    for (let k = 0; k < 500; k++) {
      const wild = k % 2 === 0
      const data = Float32Array.from({ length: 12 }, () => (wild ? values[Math.floor(random() * 7)]! : random()))
      const all = of(data).every((entry) => isPlain(entry, 4))
      expect(areAllPlain(of(data), 4)).toBe(all)
      if (all) plain++
    }
    expect(plain).toBeGreaterThan(100)
    expect(areAllPlain(of(new Float32Array(12)).slice(1), 4)).toBe(false)
    expect(areAllPlain([], 4)).toBe(false)
  })
})
