/** Numbers as text. Digits follow the interval's width: its half-width keeps two significant digits. */

const group = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

export const formatCount = (n: number): string => group.format(n)

export const plural = (n: number, one: string, many = `${one}s`): string => `${formatCount(n)} ${n === 1 ? one : many}`

const minus = (text: string): string => text.replace(/^-/, '−')

export const formatFixed = (value: number, decimals: number): string =>
  minus(value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }))

/** Decimals that show an interval's half-width with two significant digits, between 0 and 6. */
export const decimalsFor = (value: number, low: number | null, high: number | null): number => {
  const half = low !== null && high !== null ? (high - low) / 2 : 0
  if (half > 0) return Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(half))))
  if (value === 0) return 0
  // Without a width, four significant digits.
  return Number.isInteger(value) && Math.abs(value) >= 1
    ? 0
    : Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))))
}

export const formatNumber = (value: number): string => {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return minus(value.toExponential(2))
  return formatFixed(value, Number.isInteger(value) ? 0 : Math.min(6, decimalsFor(value, null, null)))
}

/** Axis ticks: no digits that say nothing. */
export const formatTick = (value: number): string =>
  minus(Number(value.toPrecision(6)).toLocaleString('en-US', { maximumSignificantDigits: 6 }))

export interface MetricText {
  readonly value: string
  readonly low: string | null
  readonly high: string | null
}

export const formatMetric = (metric: {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}): MetricText => {
  const { value, low, high } = metric
  if (value === null) return { value: '—', low: null, high: null }
  const decimals = decimalsFor(value, low, high)
  return {
    value: formatFixed(value, decimals),
    low: low === null ? null : formatFixed(low, decimals),
    high: high === null ? null : formatFixed(high, decimals),
  }
}

export const formatPercent = (fraction: number, decimals = 1): string => `${formatFixed(fraction * 100, decimals)} %`

export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const scaled = bytes / 1000 ** power
  return `${formatFixed(scaled, power === 0 || scaled >= 100 ? 0 : 1)} ${units[power] ?? 'B'}`
}

export const formatRate = (perSecond: number, unit: string): string =>
  unit === 'bytes' ? `${formatBytes(perSecond)} per second` : `${formatCount(Math.round(perSecond))} ${unit} per second`
