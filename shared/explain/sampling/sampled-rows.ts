/**
 * Attributions for any model, from its scores alone: every coalition where the columns are few, else sampled until the
 * errors are small. Each bound column is a player. The attributed number is the score itself.
 */
import { AssayError } from '../../contract/errors.ts'
import type { ExplainMethod } from '../../contract/explain.ts'
import type { GivenColumn } from '../../contract/scorer-messages.ts'
import { mostEnumerated, shapleyOfGame } from '../enumerate.ts'
import { playingColumns } from './playing.ts'
import { kernelSampler, permutationSampler } from './samplers.ts'
import type { Sampler } from './samplers.ts'
import { shareRemainder } from './spread.ts'
import { createRandom } from '../../statistics/random.ts'
import { pickRows } from '../given-rows.ts'
import { mixRows, playerOfColumn } from '../mix-rows.ts'
import { affordable, atOnce } from '../work.ts'
import type { Mixed } from '../mix-rows.ts'
import type { GivenRows } from '../given-rows.ts'
import { mapTo } from '../../statistics/map-to.ts'

/** Rows whose samples are scored together, where their columns are few. */
const mostTogether = 64
const leastSamples = 16
/** What most rows need. */
const usualSamples = 48
/** Largest standard error, as a share of the standard deviation of the background's scores. */
export const errorShare = 0.02
const mostSamples = { permutation: 1600, kernel: 8000 } as const
/** Scored rows of one explained row, where every coalition is scored. */
const mostMixtures = 1 << 17

/** Rows made up for one sample: the players in one order and in its reverse, or a coalition and its complement. */
const rowsOfSample = (method: 'permutation' | 'kernel', players: number): number =>
  method === 'permutation' ? 2 * players : 2

/** Explained however many columns there are. */
const leastRows = 20

/** Rows that can be explained, where they are not said: `most`, or fewer of many columns. */
export const affordableRows = (columns: number, most: number, share = 1): number =>
  affordable(2 * columns * usualSamples, columns, Math.min(most, Math.ceil(share * leastRows)), most, share)

/** Samples of a row that can be afforded; of few columns that is more than the errors need. */
export const affordableSamples = (method: 'permutation' | 'kernel', columns: number, rows: number): number =>
  affordable(rowsOfSample(method, columns) * rows, columns, leastSamples, Infinity)

export interface SampledRows {
  readonly base: Float64Array
  /** Score of output k and row r at k × rows + r. */
  readonly scores: Float64Array
  /** Output k, player p, row r at (k × players + p) × rows + r. */
  readonly values: Float64Array
  /** Standard errors of `values`; null where every coalition was scored. */
  readonly errors: Float64Array | null
  readonly samples: number
  readonly converged: number
  readonly backgroundUsed: number
}

/** The model as a function: score of output k and row r at [k][r]. */
export type Predict = (columns: readonly GivenColumn[], rows: number) => Promise<Float64Array[]>

/** Who watches a long computation, and may stop it. */
export interface Watched {
  readonly signal: { throwIfAborted(): void }
  progress(update: { step?: string; done?: number; total?: number | null; unit?: 'rows' }): void
}

export interface SampledRequest {
  readonly method: Extract<ExplainMethod, 'exact' | 'permutation' | 'kernel'>
  /** Names of the outputs. */
  readonly names: readonly string[]
  readonly predict: Predict
  /** The bound columns: players. */
  readonly columns: readonly string[]
  readonly rows: GivenRows
  readonly background: GivenRows
  readonly seed: number
  /** Samples a row at most; left out: what the errors need. */
  readonly most?: number
  readonly context?: Watched
}

/** @throws AssayError explain/too-many-columns */
export async function explainBySampling(request: SampledRequest): Promise<SampledRows> {
  return request.method === 'exact' ? enumerateRows(request) : sampleRows(request, request.method)
}

async function startScores(request: SampledRequest): Promise<{
  own: Float64Array[]
  absent: Float64Array[]
  base: Float64Array
  spread: Float64Array
}> {
  const { predict, rows, background } = request
  const own = await predict(rows.columns, rows.rows)
  const absent = await predict(background.columns, background.rows)
  const base = Float64Array.from(absent, (scores) => scores.reduce((sum, score) => sum + score, 0) / scores.length)
  const spread = Float64Array.from(absent, (scores, k) =>
    Math.sqrt(scores.reduce((sum, score) => sum + (score - base[k]!) ** 2, 0) / Math.max(1, scores.length - 1)),
  )
  return { own, absent, base, spread }
}

function flat(own: readonly Float64Array[]): Float64Array {
  const rows = own[0]?.length ?? 0
  const all = new Float64Array(own.length * rows)
  own.forEach((scores, k) => all.set(scores, k * rows))
  return all
}

/**
 * The columns that are sampled. Kernel sampling spreads a coalition's score over all columns of it, so one that changes
 * nothing is found beforehand; permutation sampling gives it differences of equal scores, exactly 0, by itself.
 */
async function playersOf(request: SampledRequest, method: 'permutation' | 'kernel'): Promise<number[]> {
  const { predict, columns, rows, background, seed } = request
  const all = columns.map((_, player) => player)
  if (method === 'permutation' || all.length === 1) return all
  const players = playerOfColumn(columns, rows.columns)
  const plays = await playingColumns(predict, players, columns.length, rows, background, seed)
  const found = all.filter((player) => plays[player] === 1)
  return found.length === 0 ? all : found
}

async function sampleRows(request: SampledRequest, method: 'permutation' | 'kernel'): Promise<SampledRows> {
  const { predict, names, rows, background, columns, seed, context } = request
  const { own, absent, base, spread } = await startScores(request)
  const outputs = names.length
  const players = columns.length
  const n = rows.rows
  const values = new Float64Array(outputs * players * n)
  const errors = new Float64Array(outputs * players * n)
  let samples = 0
  let converged = 0
  context?.progress({ step: 'Sampling coalitions', done: 0, total: n, unit: 'rows' })
  const playing = await playersOf(request, method)
  if (playing.length === 1) {
    const only = playing[0]!
    for (let k = 0; k < outputs; k++)
      for (let row = 0; row < n; row++) values[(k * players + only) * n + row] = own[k]![row]! - base[k]!
    return { base, scores: flat(own), values, errors, samples, converged: n, backgroundUsed: background.rows }
  }
  const placeOf = new Int32Array(players).fill(-1)
  playing.forEach((player, place) => (placeOf[player] = place))
  const together = atOnce(rowsOfSample(method, playing.length), rows.columns.length, mostTogether)
  const make = method === 'permutation' ? permutationSampler : kernelSampler
  let active: { row: number; sampler: Sampler }[] = []
  let next = 0
  let done = 0
  while (done < n) {
    context?.signal.throwIfAborted()
    while (active.length < together && next < n) {
      // A seed for each row, so that a row's attributions do not depend on which others are explained.
      const random = createRandom(seed + rows.numbers[next]!)
      active.push({ row: next, sampler: make(playing.length, outputs, background.rows, random) })
      next++
    }
    const wishes = active.map(({ sampler }) => sampler.next())
    const mixed = wishes.flatMap((mixtures, a) =>
      mixtures.map(({ fromRow, background: other }): Mixed => ({
        row: active[a]!.row,
        background: other,
        // What plays no part comes from the row.
        fromRow: (player) => fromRow[placeOf[player]!] !== 0,
      })),
    )
    const scores = await predict(
      mixRows(playerOfColumn(request.columns, request.rows.columns), request.rows, request.background, mixed),
      mixed.length,
    )
    let at = 0
    const left: typeof active = []
    active.forEach(({ row, sampler }, a) => {
      const count = wishes[a]!.length
      const ofRow = new Float64Array(count * outputs)
      for (let m = 0; m < count; m++) for (let k = 0; k < outputs; k++) ofRow[m * outputs + k] = scores[k]![at + m]!
      at += count
      const other = wishes[a]![0]!.background
      sampler.take(
        ofRow,
        mapTo(Float64Array, own, (column) => column[row]!),
        Float64Array.from(absent, (column) => column[other]!),
      )
      samples++
      const found = sampler.spread.standardErrors()
      const isSure =
        sampler.spread.count >= leastSamples &&
        found.every((error, place) => error <= errorShare * spread[place % outputs]! || error === 0)
      if (!isSure && sampler.spread.count < Math.min(request.most ?? Infinity, mostSamples[method])) {
        left.push({ row, sampler })
        return
      }
      if (isSure) converged++
      done++
      for (let k = 0; k < outputs; k++) {
        const pickOutput = (all: Float64Array) => Float64Array.from(playing, (_, place) => all[place * outputs + k]!)
        const mean = pickOutput(sampler.spread.mean)
        const error = pickOutput(found)
        const remainder = own[k]![row]! - base[k]! - mean.reduce((sum, value) => sum + value, 0)
        const adjusted = shareRemainder(mean, error, remainder)
        playing.forEach((player, place) => {
          values[(k * players + player) * n + row] = adjusted[place]!
          errors[(k * players + player) * n + row] = error[place]!
        })
      }
    })
    active = left
    context?.progress({ done })
  }
  return { base, scores: flat(own), values, errors, samples, converged, backgroundUsed: background.rows }
}

const same = (a: unknown, b: unknown): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b))

/** Players whose value some background row does not share: the others add nothing to any coalition. */
function differing(request: SampledRequest, row: number): number[] {
  const players = playerOfColumn(request.columns, request.rows.columns)
  return request.columns.flatMap((_, player) => {
    const differs = request.rows.columns.some((column, j) => {
      if (players[j] !== player) return false
      const own = column.values[row]
      const others = request.background.columns[j]!.values as readonly unknown[]
      for (let other = 0; other < request.background.rows; other++) if (!same(own, others[other])) return true
      return false
    })
    return differs ? [player] : []
  })
}

async function enumerateRows(wish: SampledRequest): Promise<SampledRows> {
  const { rows, columns, predict, names, context } = wish
  const n = rows.rows
  const outputs = names.length
  const players = columns.length
  const lists = Array.from({ length: n }, (_, row) => differing(wish, row))
  const most = Math.max(0, ...lists.map((list) => list.length))
  if (most > mostEnumerated) {
    throw new AssayError({
      code: 'explain/too-many-columns',
      message: `${most} columns differ from the background; every coalition is scored for at most ${mostEnumerated}.`,
      remedy: 'Use --method permutation or kernel.',
      where: { columns: most, limit: mostEnumerated },
    })
  }
  const used = Math.max(1, Math.min(wish.background.rows, Math.floor(mostMixtures / 2 ** most)))
  const step = wish.background.rows / used
  const background = pickRows(
    wish.background,
    Int32Array.from({ length: used }, (_, k) => Math.floor(k * step)),
  )
  const request = { ...wish, background }
  const { own, base } = await startScores(request)
  const values = new Float64Array(outputs * players * n)
  context?.progress({ step: 'Scoring every coalition', done: 0, total: n, unit: 'rows' })
  for (let row = 0; row < n; row++) {
    const list = lists[row]!
    const size = 1 << list.length
    const game = new Float64Array(size * outputs)
    // A few thousand mixtures a message; the sums over the background are kept, not the mixtures.
    const perMessage = Math.max(1, Math.floor(65_536 / used))
    for (let from = 0; from < size; from += perMessage) {
      context?.signal.throwIfAborted()
      const coalitions = Math.min(perMessage, size - from)
      const mixed: Mixed[] = []
      for (let c = from; c < from + coalitions; c++) {
        const present = new Uint8Array(players).fill(1)
        list.forEach((player, bit) => (present[player] = (c >>> bit) & 1))
        for (let other = 0; other < used; other++) {
          mixed.push({ row, background: other, fromRow: (player) => present[player] === 1 })
        }
      }
      const scores = await predict(
        mixRows(playerOfColumn(request.columns, request.rows.columns), request.rows, request.background, mixed),
        mixed.length,
      )
      for (let c = 0; c < coalitions; c++) {
        for (let k = 0; k < outputs; k++) {
          let sum = 0
          for (let other = 0; other < used; other++) sum += scores[k]![c * used + other]!
          game[(from + c) * outputs + k] = sum / used
        }
      }
    }
    const shares = shapleyOfGame(list.length, outputs, game)
    list.forEach((player, p) => {
      for (let k = 0; k < outputs; k++) values[(k * players + player) * n + row] = shares[p * outputs + k]!
    })
    context?.progress({ done: row + 1 })
  }
  return { base, scores: flat(own), values, errors: null, samples: n, converged: n, backgroundUsed: used }
}
