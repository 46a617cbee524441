/**
 * Performance of a classifier of several classes without labels (CBPE, one class against the rest): for each class the
 * reference says how often it is the truth at each score, apart for rows that are called it and rows that are not, and
 * the current rows say how many there are of each. That gives the truths to expect in each call, and so the confusion.
 * Probabilities are divided by a temperature first, fitted on the reference: the chance of a class depends on the scores
 * of the others too, which its own score alone would not say when those move. Ranking is estimated from the scores as
 * they are.
 */
import { applyCalibrator } from '../calibration/apply-calibrator.ts'
import { fitCalibrator } from '../calibration/fit-calibrator.ts'
import type { PerformanceEstimate } from '../contract/drift.ts'
import { areProbabilities } from '../metrics/calibration.ts'
import { createRandom } from '../statistics/random.ts'
import type { Random } from '../statistics/random.ts'
import { drawPoisson } from '../statistics/poisson.ts'
import { deviationOf, foundMetric, metricOf, replicates } from './drawn-labels.ts'
import type { CountedEvents } from './drawn-labels.ts'
import { binOf, binRates, scoreEdges } from './score-bins.ts'

export interface ScoredClasses {
  /** Row-major n × K. */
  readonly scores: Float32Array | Float64Array
  /** Class index of each row, 0 to K − 1; null without labels. */
  readonly classes: Int32Array | null
  readonly width: number
}

/** Classes past which the bins of each are more than the rows can fill. */
export const estimatedClassesAtMost = 50
const binsAtMost = 100
const rowsABin = 50

const names = ['accuracy', 'balanced_accuracy', 'precision_macro', 'recall_macro', 'f1_macro', 'roc_auc_ovr'] as const
type Name = (typeof names)[number]

const cellOf = (edges: Float64Array, score: number, isCalled: boolean): number =>
  2 * binOf(edges, score) + (isCalled ? 1 : 0)

/** Of one class: cell 2 b of rows in bin b that are called another class, 2 b + 1 of those called this one. */
function countClass(
  { scores, classes, width }: ScoredClasses,
  called: Int32Array,
  k: number,
  edges: Float64Array,
): CountedEvents {
  const rows = new Float64Array(2 * (edges.length + 1))
  const events = new Float64Array(rows.length)
  for (let row = 0; row < called.length; row++) {
    const cell = cellOf(edges, scores[row * width + k]!, called[row] === k)
    rows[cell]!++
    if (classes?.[row] === k) events[cell]!++
  }
  return { rows, events }
}

function callsOf({ scores, width }: ScoredClasses): Int32Array {
  return Int32Array.from({ length: scores.length / width }, (_, row) => {
    let best = 0
    for (let k = 1; k < width; k++) if (scores[row * width + k]! > scores[row * width + best]!) best = k
    return best
  })
}

const half = (cells: Float64Array, side: 0 | 1): Float64Array => cells.filter((_, cell) => cell % 2 === side)

/** Rate of the class in each cell; a cell without rows takes that of the bin before it on the same side. */
function ratesOf({ rows, events }: CountedEvents): Float64Array {
  const sides = ([0, 1] as const).map((side) => {
    const own = half(rows, side)
    // A class that the reference never calls, or always: the other side's rates are the best there are.
    return own.some((count) => count > 0) ? binRates(half(events, side), own) : null
  })
  const [others, own] = [sides[0] ?? sides[1]!, sides[1] ?? sides[0]!]
  return rows.map((_, cell) => (cell % 2 === 0 ? others : own)[cell >> 1]!)
}

/** Of each class: rows rightly called it, rows called it, rows that are it. */
interface Confusion {
  readonly hits: Float64Array
  readonly called: Float64Array
  readonly truths: Float64Array
}

/** Of (expected) events in the cells of each class. */
function confusionOf(cells: readonly CountedEvents[]): Confusion {
  const sum = (values: Float64Array, side?: 0 | 1): number =>
    values.reduce((total, value, cell) => total + (side === undefined || cell % 2 === side ? value : 0), 0)
  return {
    hits: Float64Array.from(cells, ({ events }) => sum(events, 1)),
    called: Float64Array.from(cells, ({ rows }) => sum(rows, 1)),
    truths: Float64Array.from(cells, ({ events }) => sum(events)),
  }
}

/** Precision of a class that is never called is 0. */
function measure({ hits, called, truths }: Confusion, ranks: readonly CountedEvents[]): Record<Name, number> {
  const classes = hits.length
  const mean = (of: (k: number) => number): number => hits.reduce((sum, _, k) => sum + of(k), 0) / classes
  const recall = mean((k) => hits[k]! / truths[k]!)
  return {
    accuracy: mean((k) => hits[k]!) / mean((k) => called[k]!),
    balanced_accuracy: recall,
    precision_macro: mean((k) => (called[k]! > 0 ? hits[k]! / called[k]! : 0)),
    recall_macro: recall,
    f1_macro: mean((k) => (2 * hits[k]!) / (called[k]! + truths[k]!)),
    roc_auc_ovr: ranks.reduce((sum, cells) => sum + areaOf(cells), 0) / classes,
  }
}

function areaOf({ rows, events }: CountedEvents): number {
  let [above, truthsBelow, othersBelow] = [0, 0, 0]
  for (let cell = 0; cell < rows.length; cell += 2) {
    const inBin = events[cell]! + events[cell + 1]!
    const others = rows[cell]! + rows[cell + 1]! - inBin
    above += inBin * (othersBelow + others / 2)
    truthsBelow += inBin
    othersBelow += others
  }
  return above / (truthsBelow * othersBelow)
}

/** Rows that are drawn from: every k-th past this, and the deviation that they give shrinks with the root of the rest. */
const drawnRowsAtMost = 5000

/** Every k-th row, with its cell in each class's counts. */
interface Drawn {
  readonly rows: readonly number[]
  /** Row-major, rows × K. */
  readonly cells: Uint32Array
  /** Rows drawn by all rows. */
  readonly share: number
}

function everyRow({ scores, width }: ScoredClasses, called: Int32Array, edges: readonly Float64Array[]): Drawn {
  const step = Math.ceil(called.length / drawnRowsAtMost)
  const rows = Array.from({ length: Math.ceil(called.length / step) }, (_, at) => at * step)
  const cells = new Uint32Array(rows.length * width)
  rows.forEach((row, at) => {
    for (let k = 0; k < width; k++)
      cells[at * width + k] = cellOf(edges[k]!, scores[row * width + k]!, called[row] === k)
  })
  return { rows, cells, share: rows.length / called.length }
}

/** Counts of each class, of rows of which each is there `times` and is of the class that `truth` says. */
function countDrawn(
  { rows, cells }: Drawn,
  edges: readonly Float64Array[],
  times: (at: number) => number,
  truth: (at: number) => number,
): CountedEvents[] {
  const width = edges.length
  const counts = edges.map(({ length }) => ({
    rows: new Float64Array(2 * (length + 1)),
    events: new Float64Array(2 * (length + 1)),
  }))
  for (let at = 0; at < rows.length; at++) {
    const weight = times(at)
    if (weight === 0) continue
    const is = truth(at)
    for (let k = 0; k < width; k++) {
      const cell = cells[at * width + k]!
      counts[k]!.rows[cell]! += weight
      if (is === k) counts[k]!.events[cell]! += weight
    }
  }
  return counts
}

/**
 * Chance of each class in each drawn row, summed over the classes up to it: a row has one class. Half an event is added on
 * either side (Jeffreys), because the rates of cells with few rows vary less than the labels do.
 */
function chancesOf({ rows, cells }: Drawn, known: readonly CountedEvents[]): Float64Array {
  const width = known.length
  const rates = known.map(({ rows: all, events }) =>
    ratesOf({ rows: all, events }).map((rate, cell) =>
      all[cell]! > 0 ? (events[cell]! + 0.5) / (all[cell]! + 1) : rate,
    ),
  )
  const sums = new Float64Array(rows.length * width)
  for (let at = 0; at < rows.length; at++) {
    let sum = 0
    for (let k = 0; k < width; k++) sums[at * width + k] = sum += rates[k]![cells[at * width + k]!]!
    // No class has ever been the truth in such a row: each may be.
    for (let k = 0; k < width; k++) sums[at * width + k] = sum > 0 ? sums[at * width + k]! / sum : (k + 1) / width
  }
  return sums
}

function drawClass(random: Random, sums: Float64Array, at: number, width: number): number {
  const chance = random.uniform()
  let k = 0
  while (k < width - 1 && sums[at * width + k]! <= chance) k++
  return k
}

const expected = (known: CountedEvents, now: CountedEvents): CountedEvents => {
  const rates = ratesOf(known)
  return { rows: now.rows, events: now.rows.map((count, cell) => count * rates[cell]!) }
}

/** Probabilities divided by the reference's temperature; as they are where they are none, or none fits. */
function temperatureOf({ scores, classes, width }: ScoredClasses): (one: ScoredClasses) => ScoredClasses {
  if (classes === null || !areProbabilities(scores)) return (one) => one
  const { calibrator } = fitCalibrator({ method: 'temperature', scores, classes, width, positive: -1 })
  if (!calibrator) return (one) => one
  return (one) => ({ ...one, scores: applyCalibrator(calibrator, one.scores, width) })
}

/** @param reference With labels, of every class at least one row, and 100 rows or more. */
export function estimateMulticlass(
  reference: ScoredClasses,
  current: ScoredClasses,
  seed: number,
): PerformanceEstimate {
  const { width } = reference
  const called = callsOf(reference)
  const calledNow = callsOf(current)
  const n = calledNow.length
  const bins = Math.max(2, Math.min(binsAtMost, Math.floor(called.length / rowsABin)))
  const pairsBy = (before: ScoredClasses, after: ScoredClasses) =>
    Array.from({ length: width }, (_, k) => {
      const column = Float64Array.from(called, (_call, row) => before.scores[row * width + k]!)
      const edges = scoreEdges(column, bins, null)
      return { edges, known: countClass(before, called, k, edges), now: countClass(after, calledNow, k, edges) }
    })
  const divided = temperatureOf(reference)
  const dividedNow = divided(current)
  const labels = pairsBy(divided(reference), dividedNow)
  const ranks = pairsBy(reference, current)
  const hoped = labels.map(({ known, now }) => expected(known, now))
  const confusion = confusionOf(hoped)
  const estimate = measure(
    confusion,
    ranks.map(({ known, now }) => expected(known, now)),
  )
  const edgesOf = (pairs: typeof labels): Float64Array[] => pairs.map(({ edges }) => edges)
  const before = everyRow(divided(reference), called, edgesOf(labels))
  const beforeRanks = everyRow(reference, called, edgesOf(ranks))
  const after = everyRow(dividedNow, calledNow, edgesOf(labels))
  const afterRanks = everyRow(current, calledNow, edgesOf(ranks))
  const sums = chancesOf(
    after,
    labels.map(({ known }) => known),
  )
  const spread = new Map(
    names.map((name) => [name, { rates: [] as number[], labels: [] as number[], again: [] as number[] }]),
  )
  const random = createRandom(seed)
  const weights = new Uint8Array(before.rows.length)
  const truths = new Int32Array(after.rows.length)
  for (let replicate = 0; replicate < replicates; replicate++) {
    // The reference's rows drawn again, each with its truth for all classes at once.
    for (let at = 0; at < weights.length; at++) weights[at] = drawPoisson(random, 1)
    const truth = (at: number): number => reference.classes![before.rows[at]!]!
    const known = countDrawn(before, edgesOf(labels), (at) => weights[at]!, truth)
    const ranked = countDrawn(beforeRanks, edgesOf(ranks), (at) => weights[at]!, truth)
    const rates = measure(
      confusionOf(labels.map(({ now }, k) => expected(known[k]!, now))),
      ranks.map(({ now }, k) => expected(ranked[k]!, now)),
    )
    const again = measure(confusionOf(known), ranked)
    // Labels drawn for the current rows, one class a row.
    for (let at = 0; at < truths.length; at++) truths[at] = drawClass(random, sums, at, width)
    const drawn = measure(
      confusionOf(
        countDrawn(
          after,
          edgesOf(labels),
          () => 1,
          (at) => truths[at]!,
        ),
      ),
      countDrawn(
        afterRanks,
        edgesOf(ranks),
        () => 1,
        (at) => truths[at]!,
      ),
    )
    for (const name of names) {
      const found = spread.get(name)!
      found.rates.push(rates[name])
      found.labels.push(drawn[name])
      found.again.push(again[name])
    }
  }
  const counted = (which: 'known' | 'now'): Record<Name, number> =>
    measure(
      confusionOf(labels.map((one) => one[which])),
      ranks.map((one) => one[which]),
    )
  const onReference = counted('known')
  const realised = current.classes === null ? null : counted('now')
  return {
    method: `confidence-based (CBPE), each class against the rest after temperature scaling, rates in up to ${bins} bins of the reference's scores`,
    assumption: 'The chance of each class given its score and the call is what it was in the reference.',
    metrics: Object.fromEntries(
      names.map((name) => {
        const { rates, labels: drawn, again } = spread.get(name)!
        const ofReference = Math.sqrt(before.share)
        const ofLabels = Math.sqrt(after.share)
        return [
          name,
          {
            estimated: metricOf(
              estimate[name],
              Math.hypot(ofReference * deviationOf(rates), ofLabels * deviationOf(drawn)),
              n,
              'labels drawn',
            ),
            reference: metricOf(
              onReference[name],
              ofReference * deviationOf(again),
              called.length,
              'Poisson bootstrap',
            ),
            realised: realised === null ? null : foundMetric(realised[name], n),
          },
        ]
      }),
    ),
  }
}
