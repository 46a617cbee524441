import { drawPoisson } from './poisson.ts'
import { createRandom } from './random.ts'

export interface BootstrapRequest {
  /** Rows in each cell of a table that the statistics depend on, or their weight. */
  readonly cells: Float64Array
  /** Sum of squared weights in each cell; left out where each row weighs 1. */
  readonly squares?: Float64Array | undefined
  readonly replicates: number
  readonly seed: number
  /** The statistics of one resampled table, into `out`; NaN where one is undefined. */
  readonly statistics: (cells: Float64Array, out: Float64Array) => void
  /** How many statistics there are. */
  readonly width: number
}

export interface BootstrapSpread {
  /** Standard deviation over the replicates where the statistic is defined; NaN where over 5 % of them lack it. */
  readonly standardErrors: Float64Array
  /** Mean over the replicates minus the statistic of the table itself: what the estimate is expected to be too high. */
  readonly biases: Float64Array
}

/**
 * Standard errors by the Poisson bootstrap (Hanley and MacGibbon 2006; Chamandy et al. 2012). Each row's weight is
 * Poisson with mean 1, so a cell's resampled count is Poisson with the cell's count as mean: the cost depends on the
 * cells, not on the rows. With weights a cell is a scaled Poisson number with the mean Σw and the variance Σw² that
 * resampling its rows would give (Fay and Feuer 1997).
 */
export function poissonBootstrap(request: BootstrapRequest): BootstrapSpread {
  const { cells, squares, replicates, width } = request
  const random = createRandom(request.seed)
  const resampled = new Float64Array(cells.length)
  const out = new Float64Array(width)
  const defined = new Float64Array(width)
  const mean = new Float64Array(width)
  const spread = new Float64Array(width)
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (let cell = 0; cell < cells.length; cell++) {
      const rows = cells[cell]!
      const scale = squares && rows > 0 ? squares[cell]! / rows : 1
      resampled[cell] = rows === 0 ? 0 : scale * drawPoisson(random, rows / scale)
    }
    request.statistics(resampled, out)
    for (let k = 0; k < width; k++) {
      const value = out[k]!
      if (!Number.isFinite(value)) continue
      const count = ++defined[k]!
      const delta = value - mean[k]!
      mean[k]! += delta / count
      spread[k]! += delta * (value - mean[k]!)
    }
  }
  request.statistics(cells, out)
  return {
    standardErrors: spread.map((sum, k) =>
      defined[k]! < 0.95 * replicates ? NaN : Math.sqrt(sum / (defined[k]! - 1)),
    ),
    biases: mean.map((value, k) => value - out[k]!),
  }
}
