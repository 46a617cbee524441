import { describe, expect, test } from 'vitest'
import { intervalText } from '../../../shared/format/interval.ts'
import {
  formatColumn,
  formatFixed,
  formatMetric,
  formatNumber,
  formatPercent,
  formatShort,
  plural,
} from '../../../shared/format/number.ts'
import { formatDuration, formatTimeUtc } from '../../../shared/format/time.ts'

describe('numbers', () => {
  test('show the digits that their interval supports', () => {
    expect(formatMetric({ value: 0.84137, low: 0.8312, high: 0.8516 })).toEqual({
      value: '0.841',
      low: '0.831',
      high: '0.852',
    })
    expect(formatMetric({ value: 48_211.4, low: 46_891, high: 49_531 }).value).toBe('48,211')
    expect(formatMetric({ value: 0.99999991, low: 0.99999984, high: 0.99999998 }).value).toBe('0.999999910')
    expect(formatMetric({ value: 2e-6, low: 1e-6, high: 3e-6 })).toEqual({
      value: '2.00e−6',
      low: '1.00e−6',
      high: '3.00e−6',
    })
  })

  test('an undefined value is a dash without an interval', () => {
    expect(formatMetric({ value: null, low: null, high: null })).toEqual({ value: '—', low: null, high: null })
    expect(intervalText({ value: 0.5, low: null, high: null })).toBeNull()
    expect(intervalText({ value: 0.84137, low: 0.8312, high: 0.8516 })).toBe('0.831 to 0.852')
  })

  test('are plain, short, and never a negative zero', () => {
    expect([formatNumber(0.12345), formatNumber(7043), formatNumber(1.5e-7), formatNumber(0)]).toEqual([
      '0.1235',
      '7,043',
      '1.50e−7',
      '0',
    ])
    expect([formatShort(0.5), formatShort(1200), formatShort(-0.05), formatShort(2.004)]).toEqual([
      '0.5',
      '1,200',
      '−0.05',
      '2.004',
    ])
    expect([formatFixed(-0.0001, 2), formatFixed(-1234.5, 1), formatPercent(0.1234)]).toEqual([
      '0.00',
      '−1,234.5',
      '12.3 %',
    ])
    expect([plural(1, 'row'), plural(7043, 'row')]).toEqual(['1 row', '7,043 rows'])
  })

  test('of one column line up at the point', () => {
    expect(formatColumn([0, 0.05, 0.1234, null])).toEqual(['0.0000', '0.0500', '0.1234', '—'])
    expect(formatColumn([1, 2])).toEqual(['1', '2'])
  })
})

test('times of a document are UTC, and durations carry over', () => {
  expect(formatTimeUtc('2024-02-29T09:15:00.000Z')).toBe('29 Feb 2024, 09:15 UTC')
  expect([812, 3_140, 59_700, 61_400, 3_700_000].map(formatDuration)).toEqual([
    '812 ms',
    '3.1 s',
    '1 min 0 s',
    '1 min 1 s',
    '1 h 1 min',
  ])
})
