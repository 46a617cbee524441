/** Bins of predicted against observed, as every calibration chart draws and lists them. */
import type { Metric } from '../../shared/contract/evidence.ts'
import type { Whisker } from './plugins.ts'

export interface ReliabilityBin {
  readonly low: number
  readonly high: number
  readonly n: number
  readonly meanPredicted: number | null
  readonly observed: Pick<Metric, 'value' | 'low' | 'high'>
}

export const reliabilityColumns = ['From', 'To', 'Rows', 'Mean predicted', 'Observed', '95 % low', '95 % high'] as const

export const reliabilityRow = ({ low, high, n, meanPredicted, observed }: ReliabilityBin) => [
  low,
  high,
  n,
  meanPredicted,
  observed.value,
  observed.low,
  observed.high,
]

/** Empty bins have no point. */
export const reliabilityPoints = (bins: readonly ReliabilityBin[]): { x: number; y: number }[] =>
  bins.flatMap(({ meanPredicted, observed }) =>
    meanPredicted === null || observed.value === null ? [] : [{ x: meanPredicted, y: observed.value }],
  )

export const reliabilityWhiskers = (bins: readonly ReliabilityBin[]): Whisker[] =>
  bins.flatMap(({ meanPredicted, observed }) =>
    meanPredicted === null || observed.low === null || observed.high === null
      ? []
      : [{ x: meanPredicted, low: observed.low, high: observed.high }],
  )
