import { describe, expect, it } from 'vitest'
import type { Condition } from '../../../shared/contract/slices.ts'
import { filterText, sliceTitle } from '../../../shared/slices/condition.ts'
import { parseFilter } from '../../../shared/slices/parse-filter.ts'

const columns = ['contract', 'tenure', 'monthly charges', 'a & b', 'Mixed', 'say "hi"']

describe('what conditions are written as is read back as the same conditions', () => {
  const cases: readonly (readonly Condition[])[] = [
    [{ kind: 'equals', column: 'contract', value: 'Month-to-month' }],
    [{ kind: 'equals', column: 'contract', value: 'One year' }],
    [{ kind: 'equals', column: 'a & b', value: 'c & d = "e"' }],
    [{ kind: 'equals', column: 'contract', value: '' }],
    [{ kind: 'not equal', column: 'contract', value: 'x' }],
    [{ kind: 'missing', column: 'monthly charges' }],
    [{ kind: 'missing', column: 'say "hi"' }],
    [{ kind: 'range', column: 'tenure', from: 6, to: null, orMissing: false }],
    [{ kind: 'range', column: 'tenure', from: null, to: -1e-7, orMissing: true }],
    [
      { kind: 'range', column: 'tenure', from: 0.1, to: null, orMissing: false },
      { kind: 'equals', column: 'contract', value: 'missing' },
    ],
  ]
  it.each(cases.map((conditions) => [filterText(conditions), conditions] as const))('%s', (text, conditions) => {
    expect(parseFilter(text, columns)).toEqual(conditions)
  })

  it('a range with two ends becomes two conditions that mean the same', () => {
    const text = filterText([{ kind: 'range', column: 'tenure', from: 6, to: 12, orMissing: true }])
    expect(text).toBe('tenure >= 6 or missing & tenure < 12 or missing')
    expect(parseFilter(text, columns)).toEqual([
      { kind: 'range', column: 'tenure', from: 6, to: null, orMissing: true },
      { kind: 'range', column: 'tenure', from: null, to: 12, orMissing: true },
    ])
  })
})

describe('what a person types', () => {
  it('column=value as before, with spaces and ampersands in the value', () => {
    expect(parseFilter('contract=Month-to-month', columns)).toEqual([
      { kind: 'equals', column: 'contract', value: 'Month-to-month' },
    ])
    expect(parseFilter('contract = Fish & Chips', columns)).toEqual([
      { kind: 'equals', column: 'contract', value: 'Fish & Chips' },
    ])
  })
  it('names in any case, and more than one condition', () => {
    expect(parseFilter('mixed > 3 & Tenure<=5', columns)).toEqual([
      { kind: 'above', column: 'Mixed', than: 3 },
      { kind: 'at most', column: 'tenure', limit: 5 },
    ])
  })
  it('plain text is no condition', () => {
    for (const text of [
      'fibre',
      'nothing = 3',
      '= 3',
      'tenure > many',
      '"open',
      'a > b',
      '',
      'contract = x & nothing = 3',
    ])
      expect(parseFilter(text, columns), text).toBeNull()
  })
})

it('titles read like sentences', () => {
  expect(
    sliceTitle([
      { kind: 'equals', column: 'contract', value: 'One year' },
      { kind: 'range', column: 'tenure', from: 6, to: 12, orMissing: false },
      { kind: 'missing', column: 'total' },
    ]),
  ).toBe('contract = One year, tenure 6 to under 12, total missing')
})
