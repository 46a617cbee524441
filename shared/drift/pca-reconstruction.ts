/**
 * Reconstruction error of principal components: fitted on half of the reference's rows, they are used to rebuild the other
 * half and the current rows. Rows that the reference's correlations do not fit are rebuilt worse, although no column by
 * itself may have moved.
 */
import type { PcaReconstruction } from '../contract/drift.ts'
import type { Metric } from '../contract/evidence.ts'
import { z95 } from '../statistics/normal.ts'
import { meanAndError } from '../statistics/mean.ts'
import { welchT } from './distances.ts'
import { eigenSymmetric } from './eigen.ts'
import type { FeatureSample } from './feature-sample.ts'

/** Share of the variance that the components keep, as NannyML's default. */
const kept = 0.65

/** @param sample At least two numeric features with spread, and 50 rows of each. */
export function reconstruct(sample: FeatureSample): PcaReconstruction | string {
  const features = sample.features.filter((feature) => feature.kind === 'numeric')
  const scales = features.map(({ reference }) => scaleOf(reference))
  const used = features.filter((_, k) => scales[k]!.deviation > 0)
  const usedScales = scales.filter(({ deviation }) => deviation > 0)
  if (used.length < 2) return 'fewer than two number columns with spread'
  const size = used.length
  // Missing values stand at the mean, where they add nothing to a correlation.
  const row = (side: 'reference' | 'current', index: number, out: Float64Array): void => {
    for (let k = 0; k < size; k++) {
      const value = used[k]![side][index]!
      out[k] = Number.isFinite(value) ? (value - usedScales[k]!.mean) / usedScales[k]!.deviation : 0
    }
  }
  const buffer = new Float64Array(size)
  const matrix = new Float64Array(size * size)
  let fitted = 0
  for (let index = 0; index < sample.rows.reference; index += 2) {
    row('reference', index, buffer)
    fitted++
    for (let i = 0; i < size; i++) for (let j = i; j < size; j++) matrix[i * size + j]! += buffer[i]! * buffer[j]!
  }
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      matrix[i * size + j]! /= fitted
      matrix[j * size + i] = matrix[i * size + j]!
    }
  }
  const { values, vectors } = eigenSymmetric(matrix, size)
  const total = values.reduce((sum, value) => sum + value, 0)
  let components = 0
  let explained = 0
  while (components < size - 1 && explained < kept * total) explained += values[components++]!
  const error = (side: 'reference' | 'current', index: number): number => {
    row(side, index, buffer)
    let left = 0
    for (let k = 0; k < size; k++) left += buffer[k]! * buffer[k]!
    for (let component = 0; component < components; component++) {
      let along = 0
      for (let k = 0; k < size; k++) along += buffer[k]! * vectors[component]![k]!
      left -= along * along
    }
    return Math.sqrt(Math.max(0, left))
  }
  const held = Float64Array.from({ length: Math.floor(sample.rows.reference / 2) }, (_, k) =>
    error('reference', 2 * k + 1),
  )
  const current = Float64Array.from({ length: sample.rows.current }, (_, k) => error('current', k))
  const moments = (errors: Float64Array) => {
    const { mean, deviation } = meanAndError(errors.length, (k) => errors[k]!)
    return { n: errors.length, mean, squares: deviation ** 2 * (errors.length - 1) }
  }
  return {
    components,
    explained: explained / total,
    reference: metricOf(held),
    current: metricOf(current),
    p: welchT(moments(held), moments(current)).p,
  }
}

function scaleOf(values: Float64Array): { mean: number; deviation: number } {
  const finite = values.filter(Number.isFinite)
  if (finite.length < 2) return { mean: 0, deviation: 0 }
  return meanAndError(finite.length, (k) => finite[k]!)
}

function metricOf(errors: Float64Array): Metric {
  const { mean, standardError } = meanAndError(errors.length, (k) => errors[k]!)
  return {
    value: mean,
    low: mean - z95 * standardError,
    high: mean + z95 * standardError,
    n: errors.length,
    method: 'normal, standard error of the mean',
  }
}
