/**
 * What the score does when one column is moved: partial dependence with the curves of single rows (Friedman 2001;
 * Goldstein et al. 2015), and accumulated local effects, which stay where the data are (Apley and Zhu 2020).
 */
import type { Effect, Player } from '../../../shared/contract/explain.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { quantileOfSorted } from '../../../shared/statistics/quantile.ts'
import type { ColumnValues } from '../../data-plane/stream-columns.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { pick, pickRows } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import type { Predictor } from './predictor.ts'
import { metricOfRows, rounded } from '../../../shared/explain/mean-metric.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

const mostGrid = 20
const mostCategories = 12
/** Rows that are moved over the whole grid. */
const curveRows = 400
const shownCurves = 30

export interface EffectsRequest {
  readonly predictor: Predictor
  readonly players: readonly Player[]
  /** Players to look at, most important first. */
  readonly wanted: readonly number[]
  /** Which explained output. */
  readonly output: number
  readonly given: GivenRows
  readonly context: JobContext
}

export async function columnEffects(request: EffectsRequest): Promise<Effect[]> {
  const effects: Effect[] = []
  const wanted = request.wanted.filter((place) => request.players[place]!.columns.length === 1)
  request.context.progress({ step: 'Column effects', done: 0, total: wanted.length, unit: 'steps' })
  for (const place of wanted) {
    request.context.signal.throwIfAborted()
    const effect = await effectOf(request, place)
    if (effect) effects.push(effect)
    request.context.progress({ done: effects.length })
  }
  return effects
}

function withValue(columns: readonly GivenColumn[], name: string, make: (column: GivenColumn) => ColumnValues) {
  return columns.map((column): GivenColumn => (column.name === name ? { ...column, values: make(column) } : column))
}

/** A column of one value, in the kind of array that the scorer reads. */
function constant(column: GivenColumn, value: number | string, rows: number): ColumnValues {
  if (column.as === 'string') return new Array<string>(rows).fill(String(value))
  if (column.as === 'bigint') return new BigInt64Array(rows).fill(BigInt(Math.round(Number(value))))
  return column.as === 'float' ? new Float32Array(rows).fill(Number(value)) : new Float64Array(rows).fill(Number(value))
}

async function effectOf(request: EffectsRequest, place: number): Promise<Effect | null> {
  const { predictor, players, output, given, context } = request
  const name = players[place]!.columns[0]!
  const column = given.columns.find((entry) => entry.name === name)
  if (!column || column.as === 'blob') return null
  const isNumber = players[place]!.kind === 'number' && column.as !== 'string'
  const grid = isNumber ? numberGrid(column.values) : categoryGrid(column.values)
  if (grid.length < 2) return null
  const step = Math.max(1, Math.ceil(given.rows / curveRows))
  const some = pickRows(
    given,
    Array.from({ length: Math.ceil(given.rows / step) }, (_, k) => k * step),
  )
  // One message for the whole grid.
  const repeated = pickRows(
    some,
    Array.from({ length: grid.length * some.rows }, (_, k) => k % some.rows),
  )
  const columns = withValue(repeated.columns, name, (entry) => {
    const values = pick(entry.values, new Uint8Array(repeated.rows))
    grid.forEach((value, g) => {
      const part = constant(entry, value, some.rows)
      for (let row = 0; row < some.rows; row++) (values as unknown[])[g * some.rows + row] = part[row]
    })
    return values
  })
  const scores = (await predictor.predict(columns, repeated.rows, context.signal))[output]!
  const partialDependence = grid.map((_, g) => {
    const part = scores.subarray(g * some.rows, (g + 1) * some.rows)
    return metricOfRows(part)
  })
  const every = Math.max(1, Math.floor(some.rows / shownCurves))
  const individual = Array.from({ length: Math.min(shownCurves, some.rows) }, (_, curve) =>
    grid.map((_, g) => rounded(scores[g * some.rows + curve * every]!)),
  )
  return {
    player: place,
    output: predictor.names[output]!,
    grid: grid.map((value) => (typeof value === 'number' ? rounded(value) : value)),
    partialDependence,
    individual,
    accumulated: isNumber ? await accumulated(request, name, column, grid as number[]) : null,
    rows: some.rows,
  }
}

function numberGrid(values: ColumnValues): number[] {
  const sorted = mapTo(Float64Array, values as ArrayLike<number | bigint>, Number)
    .filter(Number.isFinite)
    .sort()
  if (sorted.length === 0) return []
  const quantiles = Array.from({ length: mostGrid }, (_, k) => quantileOfSorted(sorted, k / (mostGrid - 1)))
  return [...new Set(quantiles)]
}

function categoryGrid(values: ColumnValues): (string | number)[] {
  const counts = new Map<string | number, number>()
  for (const value of values as Iterable<string | number | bigint | null>) {
    if (value === null || Number.isNaN(value)) continue
    const key = typeof value === 'bigint' ? Number(value) : value
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostCategories)
    .map(([value]) => value)
}

/** Mean change of the score across each interval of the grid, over the rows inside it, summed up and centred. */
async function accumulated(
  { predictor, given, output, context }: EffectsRequest,
  name: string,
  column: GivenColumn,
  grid: readonly number[],
): Promise<number[] | null> {
  const places: number[] = []
  const intervals: number[] = []
  for (let row = 0; row < given.rows; row++) {
    const value = Number(column.values[row])
    if (!Number.isFinite(value)) continue
    let interval = 0
    while (interval < grid.length - 2 && value > grid[interval + 1]!) interval++
    places.push(row)
    intervals.push(interval)
  }
  if (places.length === 0) return null
  const some = pickRows(given, places)
  const ends: Float64Array[] = []
  for (const end of [0, 1]) {
    const columns = withValue(some.columns, name, (entry) => {
      const values = pick(entry.values, new Uint8Array(some.rows))
      intervals.forEach((interval, row) => {
        const value = grid[interval + end]!
        ;(values as unknown[])[row] = entry.as === 'bigint' ? BigInt(Math.round(value)) : value
      })
      return values
    })
    ends.push((await predictor.predict(columns, some.rows, context.signal))[output]!)
  }
  const sums = new Float64Array(grid.length - 1)
  const counts = new Float64Array(grid.length - 1)
  intervals.forEach((interval, row) => {
    sums[interval]! += ends[1]![row]! - ends[0]![row]!
    counts[interval]!++
  })
  const effect = [0]
  for (let k = 0; k < sums.length; k++) effect.push(effect[k]! + (counts[k]! > 0 ? sums[k]! / counts[k]! : 0))
  let mean = 0
  for (let k = 0; k < sums.length; k++) mean += (counts[k]! / places.length) * ((effect[k]! + effect[k + 1]!) / 2)
  return effect.map((value) => rounded(value - mean))
}
