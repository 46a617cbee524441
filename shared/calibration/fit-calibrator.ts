/** Platt's, temperature, beta and isotonic calibrators, fitted on rows that do not judge them. */
import type { CalibrationMap, CalibrationMethod, Calibrator } from '../contract/calibration.ts'
import { fitLogit } from './fit-logit.ts'
import { poolAdjacent, stepsOf } from './isotonic.ts'
import { clampProbability, logit } from './logit.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface FitRequest {
  readonly method: CalibrationMethod
  /** Row-major n × K probabilities. */
  readonly scores: Float32Array | Float64Array
  /** Class index of each row, 0 to K − 1. */
  readonly classes: Int32Array
  readonly width: number
  /** Index of the positive class of a binary task; −1 for more classes than two. */
  readonly positive: number
}

/** A calibrator, or why there is none. */
export type Fitted =
  | { readonly calibrator: Calibrator; readonly words: string; readonly reason: null }
  | { readonly calibrator: null; readonly reason: string }

/**
 * @param request scores row-major n × width, class numbers of length n; `positive` is −1 where there are more than two classes
 * @returns the reason where a map cannot be fitted, of the first class that cannot
 */
export function fitCalibrator(request: FitRequest): Fitted {
  const { method, scores, classes, width, positive } = request
  const n = classes.length
  const column = (k: number): Float64Array => Float64Array.from({ length: n }, (_, row) => scores[row * width + k]!)
  const events = (k: number): Uint8Array => mapTo(Uint8Array, classes, (one) => (one === k ? 1 : 0))
  if (positive >= 0) {
    const map = fitMap(method, events(positive), column(positive))
    if (typeof map === 'string') return { calibrator: null, reason: map }
    return { calibrator: { kind: 'binary', positive: positive === 1 ? 1 : 0, map }, words: wordsOf(map), reason: null }
  }
  if (method === 'temperature') return softmaxTemperature(scores, classes, width)
  const maps: CalibrationMap[] = []
  for (let k = 0; k < width; k++) {
    const map = fitMap(method, events(k), column(k))
    if (typeof map === 'string') return { calibrator: null, reason: `class ${k + 1} of ${width}: ${map}` }
    maps.push(map)
  }
  return {
    calibrator: { kind: 'classes', maps },
    words: `${width} maps, one a class, then divided by their sum`,
    reason: null,
  }
}

/** @returns The map, or why there is none. */
function fitMap(method: CalibrationMethod, happened: Uint8Array, probability: Float64Array): CalibrationMap | string {
  const events = happened.reduce((sum, one) => sum + one, 0)
  if (events === 0) return 'no event in the rows to fit on'
  if (events === happened.length) return 'nothing but events in the rows to fit on'
  switch (method) {
    case 'platt':
      return platt(happened, probability, events)
    case 'temperature':
      return binaryTemperature(happened, probability)
    case 'beta':
      return beta(happened, probability)
    case 'isotonic':
      return stepsOf(poolAdjacent(happened, probability))
  }
}

const flat = 'the scores do not tell the rows apart'

/**
 * σ(slope · logit p + intercept) with Platt's smoothed targets (Platt 1999): (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2). On the
 * logit, because a straight line in p itself cannot be the identity.
 */
function platt(happened: Uint8Array, probability: Float64Array, events: number): CalibrationMap | string {
  const yes = (events + 1) / (events + 2)
  const no = 1 / (happened.length - events + 2)
  const fit = fitLogit(
    [probability.map(logit), new Float64Array(happened.length).fill(1)],
    mapTo(Float64Array, happened, (one) => (one === 1 ? yes : no)),
  )
  return fit ? { kind: 'logistic', slope: fit.coefficients[0]!, intercept: fit.coefficients[1]! } : flat
}

/** σ(logit p / T) (Guo et al. 2017). */
function binaryTemperature(happened: Uint8Array, probability: Float64Array): CalibrationMap | string {
  const fit = fitLogit([probability.map(logit)], Float64Array.from(happened))
  if (!fit) return flat
  if (fit.coefficients[0]! <= 0) return 'higher scores go with fewer events: no temperature mends that'
  return { kind: 'logistic', slope: fit.coefficients[0]!, intercept: 0 }
}

/**
 * σ(a ln p − b ln(1 − p) + c) with a and b not below 0, so that it rises (Kull, Silva Filho and Flach 2017): a negative
 * one is set to 0 and the others fitted again.
 */
function beta(happened: Uint8Array, probability: Float64Array): CalibrationMap | string {
  const target = Float64Array.from(happened)
  const one = new Float64Array(happened.length).fill(1)
  const up = probability.map((p) => Math.log(clampProbability(p)))
  const down = probability.map((p) => -Math.log(1 - clampProbability(p)))
  const both = fitLogit([up, down, one], target)
  if (!both) return flat
  const [a, b, c] = both.coefficients as unknown as [number, number, number]
  if (a >= 0 && b >= 0) return { kind: 'beta', a, b, c }
  const left = fitLogit([a < 0 ? down : up, one], target)
  if (!left || left.coefficients[0]! < 0) return 'higher scores go with fewer events'
  const [slope, intercept] = left.coefficients as unknown as [number, number]
  return { kind: 'beta', a: a < 0 ? 0 : slope, b: a < 0 ? slope : 0, c: intercept }
}

/** Bounds of 1/T. A model that needs more is not to be mended by a temperature. */
const leastInverse = 1e-3
const mostInverse = 1e3

/**
 * Softmax of ln p / T (Guo et al. 2017). The loss is convex in 1/T, so its slope has one root: Newton's method within a
 * bracket that halves where a step would leave it.
 */
function softmaxTemperature(scores: Float32Array | Float64Array, classes: Int32Array, width: number): Fitted {
  const logs = mapTo(Float64Array, scores, (p) => Math.log(clampProbability(p)))
  let low = leastInverse
  let high = mostInverse
  let inverse = 1
  for (let iteration = 0; iteration < 200 && high - low > 1e-13 * high; iteration++) {
    const { slope, curvature } = softmaxSlopes(logs, classes, width, inverse)
    if (curvature === 0) return { calibrator: null, reason: flat }
    if (slope > 0) high = inverse
    else low = inverse
    const next = inverse - slope / curvature
    const moved = next > low && next < high ? next : Math.sqrt(low * high)
    if (Math.abs(moved - inverse) <= 1e-13 * inverse) break
    inverse = moved
  }
  const temperature = 1 / inverse
  return { calibrator: { kind: 'softmax', temperature }, words: `temperature ${short(temperature)}`, reason: null }
}

/** First and second derivative of the log loss in 1/T. */
function softmaxSlopes(
  logs: Float64Array,
  classes: Int32Array,
  width: number,
  inverse: number,
): { slope: number; curvature: number } {
  let slope = 0
  let curvature = 0
  for (let row = 0, start = 0; row < classes.length; row++, start += width) {
    let largest = -Infinity
    for (let k = 0; k < width; k++) largest = Math.max(largest, logs[start + k]!)
    let sum = 0
    let first = 0
    let second = 0
    for (let k = 0; k < width; k++) {
      const z = logs[start + k]!
      const weight = Math.exp(inverse * (z - largest))
      sum += weight
      first += weight * z
      second += weight * z * z
    }
    slope += first / sum - logs[start + classes[row]!]!
    curvature += Math.max(0, second / sum - (first / sum) ** 2)
  }
  return { slope, curvature }
}

const short = (value: number): string => String(Number(value.toPrecision(4)))

function wordsOf(map: CalibrationMap): string {
  if (map.kind === 'beta') return `a ${short(map.a)}, b ${short(map.b)}, c ${short(map.c)}`
  if (map.kind === 'steps') return `${map.values.length} steps`
  if (map.intercept === 0) return `temperature ${short(1 / map.slope)}`
  return `slope ${short(map.slope)}, intercept ${short(map.intercept)}`
}
