/**
 * Numbers as text, the same in the window and the report. Digits follow the interval: its half-width keeps two
 * significant digits, so that no digit is shown that the data does not support. A minus is U+2212, which is as wide as
 * a digit in tabular figures; thousands are set apart by commas.
 */

const minus = (text: string): string => text.replaceAll('-', '−')

/** A number of decimals, in fixed notation: `formatFixed(1234.5, 2)` is "1,234.50". A zero has no sign. */
export function formatFixed(value: number, decimals: number): string {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  return minus(/[1-9]/.test(text) ? text : text.replace('-', ''))
}

/** Three significant digits and a power of ten: "1.23e−5". */
export const formatScientific = (value: number): string => minus(value.toExponential(2))

/** A whole number with thousands set apart: "7,043". */
export const formatCount = (n: number): string => formatFixed(n, 0)

/** "1 row", "7,043 rows". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${formatCount(n)} ${n === 1 ? one : many}`

const isExtreme = (value: number): boolean => value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e12)

/** Decimals that show an interval's half-width with two significant digits, 0 to 10; without a width, four of the value. */
function decimalsFor(value: number, low: number | null, high: number | null): number {
  const half = low !== null && high !== null ? (high - low) / 2 : 0
  if (half > 0) return Math.min(10, Math.max(0, 1 - Math.floor(Math.log10(half))))
  if (Number.isInteger(value)) return 0
  return Math.min(10, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))))
}

/** A number that has no interval: four significant digits, whole numbers whole, extremes in powers of ten. */
export const formatNumber = (value: number): string =>
  isExtreme(value) ? formatScientific(value) : formatFixed(value, decimalsFor(value, null, null))

/** An axis tick: at most six digits, none that says nothing. */
export const formatTick = (value: number): string =>
  minus(Number(value.toPrecision(6)).toLocaleString('en-US', { maximumSignificantDigits: 6 }))

/** Four significant digits without the zeros at the end: a threshold of 0.5 is "0.5". */
export function formatShort(value: number): string {
  const text = formatNumber(value)
  return isExtreme(value) || !text.includes('.') ? text : text.replace(/\.?0+$/, '')
}

/** Numbers of one column: the same decimals for all, so that the points line up; null is "—". */
export function formatColumn(values: readonly (number | null)[]): string[] {
  const decimalsOf = (value: number | null): number =>
    value === null || isExtreme(value) ? 0 : (formatShort(value).split('.')[1]?.length ?? 0)
  const decimals = Math.max(0, ...values.map(decimalsOf))
  return values.map((value) =>
    value === null ? '—' : isExtreme(value) ? formatScientific(value) : formatFixed(value, decimals),
  )
}

export interface MetricText {
  /** "—" where the value is undefined. */
  readonly value: string
  readonly low: string | null
  readonly high: string | null
}

/** A value and its interval with the same decimals. */
export function formatMetric(metric: {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}): MetricText {
  const { value, low, high } = metric
  if (value === null) return { value: '—', low: null, high: null }
  const largest = Math.max(Math.abs(value), Math.abs(low ?? 0), Math.abs(high ?? 0))
  const decimals = decimalsFor(value, low, high)
  const format = (x: number): string => (isExtreme(largest) ? formatScientific(x) : formatFixed(x, decimals))
  return { value: format(value), low: low === null ? null : format(low), high: high === null ? null : format(high) }
}

/** A fraction as a percentage: `formatPercent(0.1234)` is "12.3 %". */
export const formatPercent = (fraction: number, decimals = 1): string => `${formatFixed(fraction * 100, decimals)} %`

/** Decimal units: "1.5 MB" is 1,500,000 bytes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const scaled = bytes / 1000 ** power
  return `${formatFixed(scaled, power === 0 || scaled >= 100 ? 0 : 1)} ${units[power] ?? 'B'}`
}

/** "12,000 rows per second"; the unit 'bytes' is shown in kB, MB and so on. */
export const formatRate = (perSecond: number, unit: string): string =>
  unit === 'bytes' ? `${formatBytes(perSecond)} per second` : `${formatCount(Math.round(perSecond))} ${unit} per second`
