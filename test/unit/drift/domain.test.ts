/** Rows that both samples hold tell nothing: equal samples are not told apart, and what is new in one of them still is. */
import { expect, it } from 'vitest'
import { classifyDomain } from '../../../shared/drift/domain-classifier.ts'
import type { FeatureSample } from '../../../shared/drift/feature-sample.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const rows = 600
const random = createRandom(11)
const draw = (shift = 0): Float64Array => Float64Array.from({ length: rows }, () => random.normal() + shift)
const reference = [draw(), draw(), draw()]
const flags = Float64Array.from({ length: rows }, () => Number(random.uniform() < 0.3))

function areaOf(current: readonly Float64Array[], currentFlags = flags) {
  const sample: FeatureSample = {
    features: [
      ...reference.map((values, k) => ({
        name: `x${k}`,
        kind: 'numeric' as const,
        reference: values,
        current: current[k]!,
      })),
      { name: 'flag', kind: 'categorical', reference: flags, current: currentFlags },
    ],
    rows: { reference: rows, current: rows },
    total: { reference: rows, current: rows },
  }
  return classifyDomain(sample, 1)
}

/** The first `common` rows of the reference, then others. */
const mixed = (common: number, shift: number): Float64Array[] =>
  reference.map((values) => {
    const fresh = draw(shift)
    fresh.set(values.subarray(0, common))
    return fresh
  })

it('equal samples, in whatever order, are as alike as can be', () => {
  expect(areaOf(reference)).toMatchObject({ auc: { value: 0.5 }, p: 1 })
  const turned = reference.map((values) => values.toReversed())
  expect(areaOf(turned, flags.toReversed()).auc.value).toBe(0.5)
})

it('samples that share most of their rows are not told apart backwards', () => {
  const { auc } = areaOf(mixed(500, 0))
  expect(auc.high).toBeGreaterThan(0.5)
  expect(auc.low).toBeLessThan(0.5)
})

it('a shift of the rows that are not shared is seen', () => {
  expect(areaOf(mixed(300, 1.5)).auc.low).toBeGreaterThan(0.6)
})

it('rows of a few categories, which are equal by chance, are not told apart more often than is said', () => {
  const categories = () => Float64Array.from({ length: rows }, () => Math.floor(12 * random.uniform()))
  const kinds = { kind: 'categorical' as const, name: 'x' }
  const told = Array.from({ length: 60 }, (_, k) => {
    const features = [0, 1].map(() => ({ ...kinds, reference: categories(), current: categories() }))
    const both = { reference: rows, current: rows }
    return classifyDomain({ features, rows: both, total: both }, k).p
  })
  expect(told.filter((p) => p !== null && p <= 0.05).length).toBeLessThanOrEqual(8)
})
