/** How far the attributions can be relied on, and how strongly columns interact: both by scoring made-up rows. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Explanation, Player, Quality } from '../../../shared/contract/explain.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { agreementOf, faithfulnessOf, ordersOf, stabilityOf, stepsOf } from '../../../shared/explain/faithfulness.ts'
import { friedmanH } from '../../../shared/explain/friedman.ts'
import { pick, pickRows } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { mixRows } from '../../../shared/explain/mix-rows.ts'
import type { Mixed } from '../../../shared/explain/mix-rows.ts'
import { affordable, atOnce } from '../../../shared/explain/work.ts'
import { affordableRows, explainBySampling } from '../../../shared/explain/sampling/sampled-rows.ts'
import { meanAndError } from '../../../shared/statistics/mean.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import type { Random } from '../../../shared/statistics/random.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { Explainer } from './open-explainer.ts'
import type { Predictor } from './predictor.ts'

/** Sampled attributions cost hundreds of scored rows each. */
const mostRows = { exact: 100, sampled: 20 } as const
const backgroundRows = 10
/** Rows that a second method explains, and its samples for each: enough to rank columns by. */
const secondRows = 20
const secondSamples = 64
const shift = 0.05
const friedmanPoints = 60
const friedmanColumns = 6

export interface QualityRequest {
  readonly predictor: Predictor
  readonly explainer: Explainer
  readonly dataset: Dataset
  readonly columns: readonly string[]
  readonly players: readonly Player[]
  /** Which explained output. */
  readonly output: number
  readonly isSampled: boolean
  readonly given: GivenRows
  readonly background: GivenRows
  readonly seed: number
  readonly context: JobContext
}

const evenly = (rows: number, most: number): number[] =>
  Array.from({ length: Math.min(rows, most) }, (_, k) => Math.floor((k * rows) / Math.min(rows, most)))

const playerOf = ({ players }: Pick<QualityRequest, 'players'>, given: GivenRows): number[] =>
  given.columns.map((column) => players.findIndex((player) => player.columns.includes(column.name)))

/** Mean score over the background of coalitions of each row: `present(row, coalition, player)`. */
async function coalitionScores(
  request: QualityRequest,
  rows: GivenRows,
  background: GivenRows,
  coalitions: number,
  present: (row: number, coalition: number, player: number) => boolean,
): Promise<Float64Array> {
  const { predictor, output, context } = request
  const players = playerOf(request, rows)
  const out = new Float64Array(rows.rows * coalitions)
  const ofRow = coalitions * background.rows
  const perMessage = atOnce(ofRow, rows.columns.length, Math.max(1, Math.floor(32_768 / ofRow)))
  for (let from = 0; from < rows.rows; from += perMessage) {
    const mixed: Mixed[] = []
    for (let row = from; row < Math.min(rows.rows, from + perMessage); row++) {
      for (let c = 0; c < coalitions; c++) {
        for (let other = 0; other < background.rows; other++) {
          mixed.push({ row, background: other, fromRow: (player) => present(row, c, player) })
        }
      }
    }
    const made = mixRows(players, rows, background, mixed)
    const scores = (await predictor.predict(made, mixed.length, context.signal))[output]!
    mixed.forEach(({ row }, k) => {
      const c = Math.floor(k / background.rows) % coalitions
      out[row * coalitions + c]! += scores[k]! / background.rows
    })
  }
  return out
}

/** null where there is nothing to compare: fewer than two columns. */
export async function measureQuality(request: QualityRequest): Promise<Quality | null> {
  const { players, explainer, predictor, given, isSampled, seed, output, context } = request
  const count = players.length
  if (count < 2 || given.rows === 0) return null
  context.progress({ step: 'Testing the attributions', done: 0, total: 4, unit: 'steps' })
  const random = createRandom(seed)
  const width = given.columns.length
  const afforded = isSampled
    ? affordableRows(width, mostRows.sampled, 0.25)
    : affordable((count + 1) * backgroundRows, width, 20, mostRows.exact, 0.25)
  const rows = pickRows(given, evenly(given.rows, afforded))
  const background = pickRows(request.background, evenly(request.background.rows, backgroundRows))
  const n = rows.rows
  const part = (values: Float64Array, of = n) => values.subarray(output * count * of, (output + 1) * count * of)
  const found = await explainer.explain(rows)
  const values = part(found.values)
  context.progress({ done: 1 })

  const steps = stepsOf(count)
  const share = steps.map((step) => Number((step / count).toFixed(4)))
  const orders = ordersOf(values, count, n, random)
  const placeIn = (order: Int32Array) => {
    const place = new Int32Array(order.length)
    order.forEach((player, k) => (place[Math.floor(k / count) * count + player] = k % count))
    return place
  }
  const curve = (order: Int32Array, isDeletion: boolean) => {
    const place = placeIn(order)
    return coalitionScores(request, rows, background, steps.length, (row, step, player) => {
      const isFirst = place[row * count + player]! < steps[step]!
      return isDeletion ? !isFirst : isFirst
    })
  }
  const both = async (isDeletion: boolean) => ({
    byAttribution: await curve(orders.byAttribution, isDeletion),
    atRandom: await curve(orders.atRandom, isDeletion),
  })
  const deletion = faithfulnessOf(share, await both(true), -1)
  const insertion = faithfulnessOf(share, await both(false), 1)
  context.progress({ done: 2 })

  const moved = await explainer.explain(shifted(request, rows, random))
  const margins = (all: Float64Array) => all.subarray(output * n, (output + 1) * n)
  const stability = stabilityOf(
    { values, margins: margins(found.margins) },
    { values: part(moved.values), margins: margins(moved.margins) },
    count,
    shift,
  )
  context.progress({ done: 3 })

  // Each column alone replaced by the background's values: the simplest attribution there is.
  const alone = await coalitionScores(request, rows, background, count + 1, (_, c, player) => player !== c)
  const replaced = Float64Array.from({ length: count * n }, (_, at) => {
    const [player, row] = [Math.floor(at / n), at % n]
    return alone[row * (count + 1) + count]! - alone[row * (count + 1) + player]!
  })
  const agreement = [agreementOf('replacing one column', values, replaced, count, n)]
  const isPlain = players.every((player, k) => player.columns.length === 1 && player.columns[0] === request.columns[k])
  if (isPlain) {
    const some = evenly(n, affordable(2 * count * secondSamples, width, 3, secondRows, 0.25))
    const other = await explainBySampling({
      method: isSampled ? 'kernel' : 'permutation',
      names: predictor.names,
      predict: (columns, m) => predictor.predict(columns, m, context.signal),
      columns: request.columns,
      rows: pickRows(rows, some),
      background,
      seed: seed + 1,
      most: secondSamples,
    })
    const first = Float64Array.from({ length: count * some.length }, (_, at) => {
      return values[Math.floor(at / some.length) * n + some[at % some.length]!]!
    })
    const name = isSampled ? 'kernel sampling' : 'permutation sampling of the scores'
    agreement.push(agreementOf(name, first, part(other.values, some.length), count, some.length))
  }
  context.progress({ done: 4 })
  return { output: predictor.names[output]!, rows: n, share, deletion, insertion, stability, agreement }
}

/** Numbers moved by a part of their standard deviation; texts, codes and missing values stay. */
function shifted({ dataset, given }: QualityRequest, rows: GivenRows, random: Random): GivenRows {
  return {
    ...rows,
    columns: rows.columns.map((column, k): GivenColumn => {
      const type = dataset.columns.find((entry) => entry.name === column.name)?.type
      if (column.as === 'string' || column.as === 'blob' || column.as === 'bigint' || type === 'boolean') return column
      const all = given.columns[k]!.values as Float64Array
      const known = all.filter(Number.isFinite)
      if (known.length < 2) return column
      const { deviation } = meanAndError(known.length, (row) => known[row]!)
      const values = pick(
        column.values,
        Int32Array.from({ length: rows.rows }, (_, row) => row),
      ) as Float64Array
      values.forEach((value, row) => {
        const next = value + shift * deviation * random.normal()
        values[row] = type === 'integer' ? Math.round(next) : next
      })
      return { ...column, values }
    }),
  }
}

/** @param wanted players, most important first */
export async function measureFriedman(
  request: QualityRequest,
  wanted: readonly number[],
): Promise<Explanation['friedman']> {
  const { given, predictor, output, context } = request
  const chosen = wanted.slice(0, friedmanColumns)
  if (chosen.length < 2 || given.rows < 10) return null
  const points = pickRows(given, evenly(given.rows, friedmanPoints))
  const pairs = chosen.flatMap((a, k) => chosen.slice(k + 1).map((b): [number, number] => [a, b]))
  context.progress({ step: 'Interactions of columns', done: 0, total: 1 + pairs.length, unit: 'steps' })
  // Alone, all but one, and the score itself, for the columns; then pair by pair.
  const c = chosen.length
  const singles = await coalitionScores(request, points, points, 2 * c + 1, (_, k, player) =>
    k < c ? player === chosen[k] : k < 2 * c ? player !== chosen[k - c] : true,
  )
  const of = (k: number) => Float64Array.from({ length: points.rows }, (_, row) => singles[row * (2 * c + 1) + k]!)
  context.progress({ done: 1 })
  const found: NonNullable<Explanation['friedman']>['pairs'] = []
  for (const [k, [a, b]] of pairs.entries()) {
    context.signal.throwIfAborted()
    const joint = await coalitionScores(request, points, points, 1, (_, __, player) => player === a || player === b)
    found.push({ a, b, h: friedmanH(joint, of(chosen.indexOf(a)), of(chosen.indexOf(b))) })
    context.progress({ done: 2 + k })
  }
  return {
    output: predictor.names[output]!,
    points: points.rows,
    columns: chosen.map((player, k) => ({ player, h: friedmanH(of(2 * c), of(k), of(c + k)) })),
    pairs: found.sort((a, b) => (b.h.value ?? 0) - (a.h.value ?? 0)),
  }
}
