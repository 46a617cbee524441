/** What the attributions of all rows say together, computed by DuckDB over the file of values and the dataset. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Dependence, ExplainedOutput, FeatureSummary, Player, Strip } from '../../../shared/contract/explain.ts'
import { meanMetric, overRows, rounded } from '../../../shared/explain/mean-metric.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { valueColumn } from './values-file.ts'

const stripBins = 40
const mostCategories = 12
/** Exact quantiles hold a column in memory; past this many rows DuckDB's t-digest stands in, and is said to. */
const exactQuantileRows = 5_000_000
const quantiles = [0.05, 0.25, 0.5, 0.75, 0.95]

export interface SummaryRequest {
  readonly duck: Duck
  readonly valuesPath: string
  readonly dataPath: string
  readonly dataset: Dataset
  readonly players: readonly Player[]
  readonly outputs: readonly { readonly name: string; readonly base: number }[]
  readonly rows: number
  /** Whether the file of values has every row of the dataset, in its order. */
  readonly complete: boolean
  readonly context: JobContext
}

async function query(duck: Duck, sql: string): Promise<unknown[][]> {
  return (await (await duck.run(sql)).getRows()) as unknown[][]
}

function numbers(value: unknown): number[] {
  const items = (value as { items?: readonly unknown[] } | null)?.items ?? []
  return items.map(Number)
}

function sourceOf({ valuesPath, dataPath, complete }: SummaryRequest): string {
  const values = `read_parquet(${quotePath(valuesPath)}) v`
  return complete
    ? `${values} POSITIONAL JOIN read_parquet(${quotePath(dataPath)}) d`
    : `${values} JOIN read_parquet(${quotePath(dataPath)}, file_row_number = true) d ON d.file_row_number = v.row`
}

export async function summariseValues(request: SummaryRequest): Promise<ExplainedOutput[]> {
  const { duck, outputs, players, context } = request
  await duck.run('SET threads = 1')
  // What fits: the section of the evidence stays under 200 kB with any number of classes.
  const shown = outputs.length === 1 ? 20 : Math.max(4, Math.floor(48 / outputs.length))
  const bins = outputs.length === 1 ? 20 : 10
  const made: ExplainedOutput[] = []
  const total = outputs.length * Math.min(shown, players.length)
  context.progress({ step: 'Summarising', done: 0, total, unit: 'steps' })
  const cuts = new Map<string, number[]>()
  for (const [k, { name, base }] of outputs.entries()) {
    const { features, low, high } = await totals(request, k)
    const top = features.slice(0, shown)
    const stripEdges = Array.from({ length: stripBins + 1 }, (_, b) => low + ((high - low) * b) / stripBins)
    const strips: Strip[] = []
    const dependence: Dependence[] = []
    for (const { player } of top) {
      context.signal.throwIfAborted()
      strips.push(await strip(request, k, player, stripEdges, cuts))
      if (players[player]!.kind !== 'joint') dependence.push(await dependenceOf(request, k, player, bins, cuts))
      context.progress({ done: k * Math.min(shown, players.length) + strips.length })
    }
    made.push({
      name,
      base: rounded(base),
      features,
      stripEdges: stripEdges.map(rounded),
      strips,
      dependence,
      interactions: [],
    })
  }
  return made
}

/** Of one query: planning takes time and memory that grow with the square of what is asked at once. */
const aggregatesAtOnce = 120

async function totals(
  request: SummaryRequest,
  output: number,
): Promise<{ features: FeatureSummary[]; low: number; high: number }> {
  const { duck, players, rows, valuesPath } = request
  const columns = players.map((_, p) => valueColumn(output, p))
  const select = columns.flatMap((x) => [
    `avg(abs(${x}))`,
    `stddev_samp(abs(${x}))`,
    `avg(${x})`,
    `stddev_samp(${x})`,
    `min(${x})`,
    `max(${x})`,
  ])
  const row: unknown[] = []
  for (let start = 0; start < select.length; start += aggregatesAtOnce) {
    const some = select.slice(start, start + aggregatesAtOnce)
    row.push(...(await query(duck, `SELECT ${some.join(', ')} FROM read_parquet(${quotePath(valuesPath)})`))[0]!)
  }
  const at = (player: number, place: number) => row[player * 6 + place] as number | null
  const features = players
    .map((_, player): FeatureSummary => {
      const largest = Math.max(Math.abs(at(player, 4) ?? 0), Math.abs(at(player, 5) ?? 0))
      return {
        player,
        meanAbs: meanMetric(at(player, 0) ?? 0, at(player, 1), rows, overRows),
        mean: meanMetric(at(player, 2) ?? 0, at(player, 3), rows, overRows),
        largest: rounded(largest),
      }
    })
    .sort((a, b) => (b.meanAbs.value ?? 0) - (a.meanAbs.value ?? 0) || a.player - b.player)
  const low = Math.min(0, ...players.map((_, p) => at(p, 4) ?? 0))
  const high = Math.max(0, ...players.map((_, p) => at(p, 5) ?? 0))
  return { features, low, high: high > low ? high : low + 1 }
}

/** Values that cut the column into parts with equally many rows; distinct, without the ends. */
async function cutsOf(
  request: SummaryRequest,
  column: string,
  parts: number,
  cuts: Map<string, number[]>,
): Promise<number[]> {
  const key = `${parts} ${column}`
  const known = cuts.get(key)
  if (known) return known
  const shares = Array.from({ length: parts - 1 }, (_, b) => (b + 1) / parts)
  const [row] = await query(
    request.duck,
    `SELECT ${quantileSql(request, `${quoteIdentifier(column)}::DOUBLE`, shares)} FROM read_parquet(${quotePath(request.dataPath)})`,
  )
  const found = [...new Set(numbers(row?.[0]))].filter(Number.isFinite)
  cuts.set(key, found)
  return found
}

function quantileSql({ dataset }: SummaryRequest, value: string, shares: readonly number[]): string {
  const name = dataset.rows > exactQuantileRows ? 'approx_quantile' : 'quantile_cont'
  return `${name}(${value}, [${shares.join(', ')}])`
}

async function strip(
  request: SummaryRequest,
  output: number,
  player: number,
  edges: readonly number[],
  cuts: Map<string, number[]>,
): Promise<Strip> {
  const { players } = request
  const phi = `v.${valueColumn(output, player)}`
  const width = (edges.at(-1)! - edges[0]!) / stripBins
  const bin = `least(${stripBins - 1}, greatest(0, floor((${phi} - (${edges[0]})) / ${width})))::INTEGER`
  const { kind, columns } = players[player]!
  let rank = 'NULL'
  if (kind === 'number') {
    const deciles = await cutsOf(request, columns[0]!, 10, cuts)
    const x = `d.${quoteIdentifier(columns[0]!)}::DOUBLE`
    // The middle of the ranks of equal values.
    const below = deciles.map((cut) => `(${x} > ${cut})::INTEGER + (${x} >= ${cut})::INTEGER`).join(' + ')
    rank = deciles.length === 0 ? '0.5' : `avg((${below}) / ${2 * deciles.length}.0)`
  }
  const rows = await query(
    request.duck,
    `SELECT ${bin} AS bin, count(*), ${rank} FROM ${sourceOf(request)} WHERE ${phi} IS NOT NULL GROUP BY bin`,
  )
  const counts = new Array<number>(stripBins).fill(0)
  const meanRank = new Array<number | null>(stripBins).fill(null)
  for (const [place, n, mean] of rows) {
    counts[Number(place)] = Number(n)
    meanRank[Number(place)] = mean === null ? null : rounded(Number(mean))
  }
  return { player, counts, meanRank }
}

async function dependenceOf(
  request: SummaryRequest,
  output: number,
  player: number,
  bins: number,
  cuts: Map<string, number[]>,
): Promise<Dependence> {
  const { players, duck } = request
  const { kind, columns } = players[player]!
  const phi = `v.${valueColumn(output, player)}`
  const column = `d.${quoteIdentifier(columns[0]!)}`
  const statistics = `count(*), avg(${phi}), ${quantileSql(request, phi, quantiles)}`
  if (kind === 'category') {
    const rows = await query(
      duck,
      `SELECT ${column}::VARCHAR AS value, ${statistics} FROM ${sourceOf(request)} GROUP BY value ORDER BY count(*) DESC, value LIMIT ${mostCategories}`,
    )
    return {
      player,
      bins: rows.map(([value, n, mean, found]) => ({
        label: value === null ? 'missing' : String(value),
        low: null,
        high: null,
        n: Number(n),
        mean: rounded(Number(mean)),
        quantiles: numbers(found).map(rounded),
      })),
    }
  }
  const x = `${column}::DOUBLE`
  const inner = await cutsOf(request, columns[0]!, bins, cuts)
  const place = inner.length === 0 ? '0' : inner.map((cut) => `(${x} > ${cut})::INTEGER`).join(' + ')
  const rows = await query(
    duck,
    `SELECT CASE WHEN ${x} IS NULL OR isnan(${x}) THEN -1 ELSE ${place} END AS bin, ${statistics}, min(${x}), max(${x}) FROM ${sourceOf(request)} GROUP BY bin ORDER BY bin`,
  )
  return {
    player,
    bins: rows.map(([bin, n, mean, found, least, most]) => {
      const isMissing = Number(bin) === -1
      const [low, high] = [rounded(Number(least)), rounded(Number(most))]
      return {
        label: isMissing ? 'missing' : low === high ? String(low) : `${low} to ${high}`,
        low: isMissing ? null : low,
        high: isMissing ? null : high,
        n: Number(n),
        mean: rounded(Number(mean)),
        quantiles: numbers(found).map(rounded),
      }
    }),
  }
}
