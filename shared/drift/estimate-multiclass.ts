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
import { drawBinomial, drawEvents, estimatedMetric, foundMetric, replicates } from './drawn-labels.ts'
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
const rowsABin = 25

const names = ['accuracy', 'balanced_accuracy', 'precision_macro', 'recall_macro', 'f1_macro', 'roc_auc_ovr'] as const
type Name = (typeof names)[number]

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
    const cell = 2 * binOf(edges, scores[row * width + k]!) + (called[row] === k ? 1 : 0)
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

/**
 * Labels drawn for rows of each call: how many are right by the chances in the cells, and of the others how many are of
 * which class, one class a row, so that what one class gains another loses.
 *
 * @param elsewhere Row-major K × K: expected rows of call j and truth k.
 */
function drawConfusion(
  random: Random,
  cells: readonly CountedEvents[],
  called: Float64Array,
  elsewhere: Float64Array,
): Confusion {
  const classes = cells.length
  const hits = new Float64Array(classes)
  cells.forEach(({ rows, events }, k) => {
    for (let cell = 1; cell < rows.length; cell += 2)
      if (rows[cell]! > 0) hits[k]! += drawBinomial(random, rows[cell]!, events[cell]! / rows[cell]!)
  })
  const truths = hits.slice()
  for (let j = 0; j < classes; j++) {
    let left = called[j]! - hits[j]!
    let weight = 0
    for (let k = 0; k < classes; k++) if (k !== j) weight += elsewhere[j * classes + k]!
    for (let k = 0; k < classes && left > 0 && weight > 0; k++) {
      if (k === j) continue
      const own = elsewhere[j * classes + k]!
      const drawn = drawBinomial(random, left, Math.min(1, own / weight))
      truths[k]! += drawn
      left -= drawn
      weight -= own
    }
  }
  return { hits, called, truths }
}

/** Expected rows of call j and truth k ≠ j. */
function expectedElsewhere(
  { scores, width }: ScoredClasses,
  called: Int32Array,
  pairs: readonly { readonly edges: Float64Array; readonly known: CountedEvents }[],
): Float64Array {
  const matrix = new Float64Array(width * width)
  pairs.forEach(({ edges, known }, k) => {
    const rates = ratesOf(known)
    for (let row = 0; row < called.length; row++) {
      if (called[row] !== k) matrix[called[row]! * width + k]! += rates[2 * binOf(edges, scores[row * width + k]!)]!
    }
  })
  return matrix
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
  const elsewhere = expectedElsewhere(dividedNow, calledNow, labels)
  const others = (cells: CountedEvents): number => half(cells.events, 0).reduce((sum, value) => sum + value, 0)
  const spread = new Map(names.map((name) => [name, { there: [] as number[], again: [] as number[] }]))
  const random = createRandom(seed)
  for (let replicate = 0; replicate < replicates; replicate++) {
    const known = labels.map((one) => drawEvents(random, one.known))
    const cells = labels.map(({ now }, k) => expected(known[k]!, now))
    // The reference's error moves a class's share of the wrong calls, too.
    const moved = cells.map((one, k) => others(one) / (others(hoped[k]!) || 1))
    const drawn = drawConfusion(
      random,
      cells,
      confusion.called,
      elsewhere.map((value, at) => value * moved[at % width]!),
    )
    const ranked = ranks.map((one) => drawEvents(random, one.known))
    const there = measure(
      drawn,
      ranks.map(({ now }, k) => {
        const rates = ratesOf(ranked[k]!)
        return { rows: now.rows, events: now.rows.map((count, cell) => drawBinomial(random, count, rates[cell]!)) }
      }),
    )
    const again = measure(confusionOf(known), ranked)
    for (const name of names) {
      spread.get(name)!.there.push(there[name])
      spread.get(name)!.again.push(again[name])
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
        const { there, again } = spread.get(name)!
        return [
          name,
          {
            estimated: estimatedMetric(estimate[name], there, n, 'labels drawn'),
            reference: estimatedMetric(onReference[name], again, called.length, 'Poisson bootstrap'),
            realised: realised === null ? null : foundMetric(realised[name], n),
          },
        ]
      }),
    ),
  }
}
