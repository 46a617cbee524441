import type { CalibrationMap, Calibrator } from '../contract/calibration.ts'
import { clampProbability, logit, sigmoid } from './logit.ts'

/** Last position whose `from` is at or below p, by halving. */
function stepOf(from: readonly number[], p: number): number {
  let low = 0
  let high = from.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (from[middle]! <= p) low = middle
    else high = middle - 1
  }
  return low
}

/** One probability through one map. */
export function applyMap(map: CalibrationMap, p: number): number {
  switch (map.kind) {
    case 'logistic':
      return sigmoid(map.slope * logit(p) + map.intercept)
    case 'beta': {
      const kept = clampProbability(p)
      return sigmoid(map.a * Math.log(kept) - map.b * Math.log(1 - kept) + map.c)
    }
    case 'steps':
      return map.values[stepOf(map.from, Math.fround(p))]!
  }
}

/**
 * Calibrated probabilities of every row.
 *
 * @param scores Row-major n × K probabilities.
 * @param width K, 2 or more.
 */
export function applyCalibrator(
  calibrator: Calibrator,
  scores: Float32Array | Float64Array,
  width: number,
): Float64Array {
  const out = new Float64Array(scores.length)
  for (let start = 0; start < scores.length; start += width) {
    if (calibrator.kind === 'binary') {
      const { positive, map } = calibrator
      const q = applyMap(map, scores[start + positive]!)
      out[start + positive] = q
      out[start + 1 - positive] = 1 - q
      continue
    }
    let sum = 0
    let largest = -Infinity
    for (let k = 0; k < width; k++) {
      const p = scores[start + k]!
      const value =
        calibrator.kind === 'classes'
          ? applyMap(calibrator.maps[k]!, p)
          : Math.log(clampProbability(p)) / calibrator.temperature
      out[start + k] = value
      largest = Math.max(largest, value)
    }
    for (let k = 0; k < width; k++) {
      // Shifted by the largest, so that a low temperature does not overflow.
      if (calibrator.kind === 'softmax') out[start + k] = Math.exp(out[start + k]! - largest)
      sum += out[start + k]!
    }
    for (let k = 0; k < width; k++) out[start + k] = out[start + k]! / sum
  }
  return out
}
