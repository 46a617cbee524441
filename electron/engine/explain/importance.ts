/** Permutation importance: how much the metric falls when a column is shuffled among the rows (Breiman 2001). */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Explanation, Player } from '../../../shared/contract/explain.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { averageRanks } from '../../../shared/statistics/average-ranks.ts'
import { createRandom, shuffledIndices } from '../../../shared/statistics/random.ts'
import { studentQuantile } from '../../../shared/statistics/student-t.ts'
import { sameClass } from '../models/guess-binding.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { pick, pickRows } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import type { Predictor } from './predictor.ts'
import { scorePlaces } from '../../../shared/explain/score-places.ts'
import type { Subject } from './subject.ts'
import { rounded } from '../../../shared/explain/mean-metric.ts'
import { affordable } from '../../../shared/explain/work.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

const repeats = 5

/** The target of the rows as class numbers in score order (−1: not one of them) or as numbers. */
export interface Truth {
  readonly values: Float64Array
}

export function truthOf(subject: Subject, target: readonly (string | null)[]): Truth {
  const { output } = subject.binding
  const classOf = (text: string) => output.classes.findIndex((name) => sameClass(name, text))
  return {
    values: mapTo(Float64Array, target, (text) =>
      text === null ? NaN : output.task === 'regression' ? Number(text) : classOf(text) < 0 ? NaN : classOf(text),
    ),
  }
}

const importanceMetric = { binary: 'roc_auc', multiclass: 'accuracy', regression: 'r2' } as const

/** Rows without a target are left out. NaN where the metric is not defined. */
export function metricOf(subject: Subject, truth: Truth, scores: readonly Float64Array[]): number {
  const { task } = subject.binding.output
  const rows = [...truth.values.keys()].filter((row) => Number.isFinite(truth.values[row]))
  if (rows.length === 0) return NaN
  if (task === 'regression') {
    const mean = rows.reduce((sum, row) => sum + truth.values[row]!, 0) / rows.length
    let error = 0
    let spread = 0
    for (const row of rows) {
      error += (truth.values[row]! - scores[0]![row]!) ** 2
      spread += (truth.values[row]! - mean) ** 2
    }
    return spread > 0 ? 1 - error / spread : NaN
  }
  if (task === 'multiclass') {
    let right = 0
    for (const row of rows) {
      let best = 0
      for (let k = 1; k < scores.length; k++) if (scores[k]![row]! > scores[best]![row]!) best = k
      if (best === truth.values[row]) right++
    }
    return right / rows.length
  }
  const [positive = 0] = scorePlaces(subject.binding.output)
  const ranks = averageRanks(mapTo(Float64Array, rows, (row) => scores[positive]![row]!))
  let sum = 0
  let positives = 0
  rows.forEach((row, k) => {
    if (truth.values[row] !== positive) return
    positives++
    sum += ranks[k]!
  })
  const negatives = rows.length - positives
  return positives > 0 && negatives > 0 ? (sum - (positives * (positives + 1)) / 2) / (positives * negatives) : NaN
}

/** Where columns are many, those with the largest attributions are shuffled, in fewer rows. */
const leastRows = 2000
const leastColumns = 20

export interface ImportanceRequest {
  readonly subject: Subject
  readonly dataset: Dataset
  readonly predictor: Predictor
  readonly players: readonly Player[]
  /** Mean size of each player's attribution over the outputs. */
  readonly sizes: Float64Array
  /** Whether a size of 0 is exactly 0: shuffling the column changes no score. */
  readonly exact: boolean
  readonly given: GivenRows
  readonly truth: Truth
  readonly seed: number
  readonly context: JobContext
}

/** What can be afforded: evenly spaced rows, and the players that are shuffled in them, the largest first. */
export function planImportance({
  players,
  sizes,
  exact,
  given,
  truth,
}: Pick<ImportanceRequest, 'players' | 'sizes' | 'exact' | 'given' | 'truth'>) {
  const asked = [...players.keys()]
    .filter((place) => players[place]!.columns.length > 0 && !(exact && sizes[place] === 0))
    .sort((a, b) => sizes[b]! - sizes[a]!)
  const width = given.columns.length
  const wantedRows = affordable(repeats * asked.length, width, Math.min(leastRows, given.rows), given.rows)
  const step = Math.max(1, Math.ceil(given.rows / wantedRows))
  const places = Array.from({ length: Math.ceil(given.rows / step) }, (_, k) => k * step)
  const columns = affordable(repeats * places.length, width, Math.min(leastColumns, asked.length), asked.length)
  return {
    given: step === 1 ? given : pickRows(given, places),
    truth: step === 1 ? truth : { values: Float64Array.from(places, (place) => truth.values[place]!) },
    asked: asked.slice(0, columns),
  }
}

/**
 * Of every player, or of as many as can be afforded, the largest attributions first.
 * @returns null where the metric is not defined on these rows
 */
export async function permutationImportance(request: ImportanceRequest): Promise<Explanation['importance']> {
  const { subject, predictor, players, context } = request
  const { task } = subject.binding.output
  // What a shuffled column costs is measured by one answer a row.
  if (task === 'multilabel' || task === 'ranking') return null
  const { given, truth, asked } = planImportance(request)
  const baseline = metricOf(subject, truth, await predictor.predictAll(given.columns, given.rows, context.signal))
  if (!Number.isFinite(baseline)) return null
  context.progress({ step: 'Permutation importance', done: 0, total: asked.length * repeats, unit: 'steps' })
  const half = studentQuantile(0.025, repeats - 1) / Math.sqrt(repeats)
  const features: NonNullable<Explanation['importance']>['features'] = []
  for (const [order, place] of asked.entries()) {
    const shuffledColumns = new Set(players[place]!.columns)
    // A seed for each column, so that its shuffles do not depend on which others there are.
    const random = createRandom(request.seed + place)
    const drops: number[] = []
    for (let repeat = 0; repeat < repeats; repeat++) {
      context.signal.throwIfAborted()
      const shuffled = shuffledIndices(given.rows, random)
      const columns = given.columns.map((column): GivenColumn =>
        shuffledColumns.has(column.name) ? { ...column, values: pick(column.values, shuffled) } : column,
      )
      drops.push(baseline - metricOf(subject, truth, await predictor.predictAll(columns, given.rows, context.signal)))
      context.progress({ done: order * repeats + repeat + 1 })
    }
    const mean = drops.reduce((sum, drop) => sum + drop, 0) / repeats
    const deviation = Math.sqrt(drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0) / (repeats - 1))
    features.push({
      player: place,
      drop: {
        value: rounded(mean),
        low: rounded(mean - half * deviation),
        high: rounded(mean + half * deviation),
        n: given.rows,
        method: `Student's t over ${repeats} shuffles; the rows are taken as given`,
      },
    })
  }
  if (request.exact) {
    const method = 'The attribution is 0 in every row'
    for (const [place, player] of players.entries())
      if (player.columns.length > 0 && request.sizes[place] === 0)
        features.push({ player: place, drop: { value: 0, low: 0, high: 0, n: given.rows, method } })
  }
  features.sort((a, b) => (b.drop.value ?? 0) - (a.drop.value ?? 0))
  return {
    metric: importanceMetric[task],
    baseline: rounded(baseline),
    repeats,
    rows: given.rows,
    features,
  }
}
