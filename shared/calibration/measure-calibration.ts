/** Everything that says how well the probabilities of one event mean what they say. */
import type { CalibrationOfEvent } from '../contract/calibration.ts'
import type { Metric, Metrics } from '../contract/evidence.ts'
import { normalMetric, undefinedMetric } from '../metrics/metric.ts'
import { rowMeanMetric } from '../metrics/row-mean.ts'
import { brierDecomposition } from './brier-decomposition.ts'
import { fitLogit } from './fit-logit.ts'
import { logit } from './logit.ts'
import { equalCountSums, equalWidthSums, gapErrors, reliabilityOf } from './reliability.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface EventRequest {
  /** For a reader: a class, or "the predicted class is right". */
  readonly event: string
  /** 1 where the event happened, else 0. */
  readonly happened: Uint8Array
  /** In [0, 1], one a row. */
  readonly probability: Float32Array | Float64Array
  readonly seed: number
}

/**
 * Calibration of one event: reliability in bins of equal width and of equal count, the errors of those bins, Brier's score
 * with its parts, and the line of a logistic fit, each with its interval or a reason.
 *
 * @param request `happened` holds 0 or 1 and `probability` numbers in [0, 1], of one length
 */
export function measureCalibration({ event, happened, probability, seed }: EventRequest): CalibrationOfEvent {
  const n = happened.length
  const wide = equalWidthSums(happened, probability)
  const deep = equalCountSums(happened, probability)
  const brier = rowMeanMetric(n, (row) => (probability[row]! - happened[row]!) ** 2, [0, 1])
  const { mean: ece, largest: mce } = gapErrors(wide, seed)
  return {
    event,
    reliability: [reliabilityOf(wide, 'equal width'), reliabilityOf(deep, 'equal count')],
    metrics: {
      ece,
      ace: gapErrors(deep, seed).mean,
      mce,
      brier_score: brier,
      ...brierDecomposition(wide, brier.value ?? 0, seed),
      ...calibrationLine(happened, probability),
      calibration_in_the_large: rowMeanMetric(n, (row) => happened[row]! - probability[row]!, [-1, 1]),
    },
  }
}

const lineMethod = 'Information matrix of the logistic fit'
/** On logits, a coefficient that is known no better than this runs away: the scores tell the classes apart, or all but one. */
const widestError = 1e3

/**
 * Slope and intercept of logit P(event) on the logit of the probability (Cox 1958; Steyerberg 2019): 1 and 0 where the
 * probabilities mean what they say; a slope below 1 says that they are too extreme.
 */
function calibrationLine(happened: Uint8Array, probability: Float32Array | Float64Array): Metrics {
  const n = happened.length
  const fit =
    n === 0
      ? null
      : fitLogit([mapTo(Float64Array, probability, logit), new Float64Array(n).fill(1)], Float64Array.from(happened))
  const isKnown = fit?.standardErrors.every((error) => error < widestError) === true
  const metric = (at: number): Metric =>
    isKnown
      ? normalMetric({
          value: fit!.coefficients[at]!,
          standardError: fit!.standardErrors[at]!,
          n,
          method: lineMethod,
        })
      : undefinedMetric(
          n,
          'the scores do not determine a line: they are all equal, or tell the classes apart perfectly',
        )
  return { calibration_slope: metric(0), calibration_intercept: metric(1) }
}
