import { drawPoisson } from '../statistics/poisson.ts'
import { createRandom } from '../statistics/random.ts'
import { normalEstimate } from './paired-estimate.ts'
import type { PairedEstimate } from './paired-estimate.ts'

export interface PairedBootstrapRequest {
  /** Rows in each cell of the joint table of truth, the reference's answer and the other's. */
  readonly cells: Float64Array
  /** The other's statistics into `other` and the reference's into `reference`; NaN where one is undefined. */
  readonly statistics: (cells: Float64Array, other: Float64Array, reference: Float64Array) => void
  /** How many statistics there are. */
  readonly width: number
  readonly seed: number
}

const mostReplicates = 1000
const fewestReplicates = 200
/** Draws of one bootstrap over all cells and replicates: about 1 s. */
const drawBudget = 2e7

/**
 * Differences of any statistics of the joint table, with standard errors by the Poisson bootstrap (Hanley and MacGibbon
 * 2006). A resample draws the cells once and gives both models the same rows, so what moves both alike cancels. The cost
 * depends on the cells, not on the rows.
 */
export function pairedBootstrap(request: PairedBootstrapRequest): PairedEstimate[] {
  const { cells, statistics, width, seed } = request
  const replicates = Math.max(fewestReplicates, Math.min(mostReplicates, Math.floor(drawBudget / cells.length)))
  const n = cells.reduce((sum, rows) => sum + rows, 0)
  const other = new Float64Array(width)
  const reference = new Float64Array(width)
  statistics(cells, other, reference)
  const value = other.map((one, k) => one - reference[k]!)
  const random = createRandom(seed)
  const resampled = new Float64Array(cells.length)
  const defined = new Float64Array(width)
  const mean = new Float64Array(width)
  const squares = new Float64Array(width)
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (let cell = 0; cell < cells.length; cell++) {
      const rows = cells[cell]!
      resampled[cell] = rows === 0 ? 0 : drawPoisson(random, rows)
    }
    statistics(resampled, other, reference)
    for (let k = 0; k < width; k++) {
      const difference = other[k]! - reference[k]!
      if (!Number.isFinite(difference)) continue
      const count = ++defined[k]!
      const delta = difference - mean[k]!
      mean[k]! += delta / count
      squares[k]! += delta * (difference - mean[k]!)
    }
  }
  const method = `Paired Poisson bootstrap of the joint table (${replicates} replicates, seed ${seed})`
  return Array.from(value, (one, k) =>
    normalEstimate({
      value: one,
      standardError: defined[k]! < 0.95 * replicates ? NaN : Math.sqrt(squares[k]! / (defined[k]! - 1)),
      n,
      method,
      test: 'Paired bootstrap z',
    }),
  )
}
