/**
 * Rehearses a canary: rows in the order of time, each given at random to the old or the new version, and after each row
 * that the new one answered a test whether it is worse. Only the loss of the version that answers is used, as it would
 * be; the difference is estimated by augmented inverse probability weighting (Robins, Rotnitzky and Zhao 1994), whose
 * terms are martingale differences, so that a confidence sequence holds at all rows at once.
 */
import type { Canary, CanaryOutcome, CanaryPoint, CanaryReplay } from '../contract/canary.ts'
import { proportionMetric } from '../metrics/metric.ts'
import { ConfidenceSequence } from '../statistics/confidence-sequence.ts'
import type { SequenceBounds } from '../statistics/confidence-sequence.ts'
import { quantileOfSorted } from '../statistics/quantile.ts'
import { createRandom } from '../statistics/random.ts'

export interface CanaryInput {
  /** Losses of the rows, in the order of time. */
  readonly reference: Float64Array
  readonly other: Float64Array
  readonly share: number
  readonly margin: number
  readonly alpha: number
  readonly delay: number
  readonly seed: number
}

/** Of a point's row, its place in the order of time instead of its value in the order column. */
type Placed = Omit<CanaryPoint, 'at'>
export type PlacedReplay = Omit<CanaryReplay, 'end' | 'path'> & { readonly end: Placed; readonly path: Placed[] }
export type CanaryResult = Pick<Canary, 'minimumExposed' | 'draws' | 'nullDraws'> & {
  readonly replay: PlacedReplay
  readonly shadow: PlacedReplay
}

/** Below it the asymptotics of the bounds do not hold, least of all for rare errors. */
const minimumExposed = 100
/** Rows of either side that are looked at only for their mean, which the terms after them are taken from. */
const warmUp = 10
const mostDraws = 200
const mostNullDraws = 1000
/** Row visits that all draws together may cost: a few seconds. */
const visits = 4e8
const pathPoints = 200

interface Walk {
  readonly outcome: CanaryOutcome
  /** Rows passed and rows exposed when it ended. */
  readonly rows: number
  readonly exposed: number
  readonly bounds: SequenceBounds | null
}

interface WalkOptions {
  readonly seed: number
  /** Added to each loss of the new version. */
  readonly handicap: number
  /** Whether being shown good ends the canary. */
  readonly promotes: boolean
  /** Told after each row that the new version answered, before and after the decision. */
  readonly onPoint?: (rows: number, exposed: number, bounds: SequenceBounds) => void
}

/** One draw of who is exposed. */
function walk(
  { reference, share, margin, alpha, delay }: CanaryInput,
  other: Float64Array,
  { seed, handicap, promotes, onPoint }: WalkOptions,
): Walk {
  const n = reference.length
  const random = createRandom(seed)
  const sequence = new ConfidenceSequence(alpha, (5 * minimumExposed) / share)
  const rows = [0, 0]
  const sums = [0, 0]
  let ended: { outcome: CanaryOutcome; at: number; bounds: SequenceBounds } | null = null
  let exposedAtEnd = 0
  let last: SequenceBounds | null = null
  for (let row = 0; row < n; row++) {
    const arm = random.uniform() < share ? 1 : 0
    // Whoever is sent to the new version until the last truth is known is exposed too.
    if (arm === 1 && (ended === null || row < ended.at + delay)) exposedAtEnd++
    const loss = arm === 1 ? other[row]! + handicap : reference[row]!
    if (rows[0]! >= warmUp && rows[1]! >= warmUp) {
      const before = sums[0]! / rows[0]!
      const after = sums[1]! / rows[1]!
      sequence.add(after - before + (arm === 1 ? (loss - after) / share : (before - loss) / (1 - share)))
    }
    rows[arm]!++
    sums[arm]! += loss
    if (arm === 0 || rows[1]! < minimumExposed || rows[0]! <= warmUp) continue
    if (ended !== null && !onPoint) {
      if (row >= ended.at + delay) break
      continue
    }
    last = sequence.bounds()
    onPoint?.(row + 1, rows[1]!, last)
    if (ended !== null) continue
    if (last.low > margin) ended = { outcome: 'rolled back', at: row + 1, bounds: last }
    else if (promotes && last.high < margin) ended = { outcome: 'promoted', at: row + 1, bounds: last }
    if (ended !== null && delay === 0 && !onPoint) break
  }
  if (ended === null) return { outcome: 'undecided', rows: n, exposed: rows[1]!, bounds: last }
  return {
    outcome: ended.outcome,
    rows: Math.min(n, ended.at + delay),
    exposed: exposedAtEnd,
    bounds: ended.bounds,
  }
}

function thinned(points: readonly Placed[]): Placed[] {
  if (points.length <= pathPoints) return [...points]
  return Array.from({ length: pathPoints }, (_, k) => points[Math.round((k * (points.length - 1)) / (pathPoints - 1))]!)
}

const pointOf = (rows: number, exposed: number, bounds: SequenceBounds | null): Placed => ({
  rows,
  exposed,
  difference: bounds?.mean ?? 0,
  low: bounds?.low ?? 0,
  high: bounds?.high ?? 0,
})

/** Keeps every so many points, so that ten million rows need no list of a million. */
function pathKeeper(expected: number): { keep: WalkOptions['onPoint'] & object; path: Placed[] } {
  const every = Math.max(1, Math.floor(expected / (5 * pathPoints)))
  const path: Placed[] = []
  let seen = 0
  return {
    path,
    keep: (rows, exposed, bounds) => {
      if (seen++ % every === 0) path.push(pointOf(rows, exposed, bounds))
    },
  }
}

function replay(input: CanaryInput): PlacedReplay {
  const { reference, other, share, seed } = input
  const { path, keep } = pathKeeper(reference.length * share)
  const found = walk(input, other, { seed, handicap: 0, promotes: true, onPoint: keep })
  // The same draws again, for the rows that were exposed.
  const random = createRandom(seed)
  let extraLoss = 0
  for (let row = 0; row < found.rows; row++) if (random.uniform() < share) extraLoss += other[row]! - reference[row]!
  return {
    outcome: found.outcome,
    end: pointOf(found.rows, found.exposed, found.bounds),
    extraLoss,
    path: thinned(path),
  }
}

/** Both answer every row, so the differences themselves are seen; nobody is exposed. */
function shadow({ reference, other, margin, alpha, delay }: CanaryInput): PlacedReplay {
  const n = reference.length
  const sequence = new ConfidenceSequence(alpha, 5 * minimumExposed)
  const { path, keep } = pathKeeper(n)
  let ended: { outcome: CanaryOutcome; at: number; bounds: SequenceBounds } | null = null
  let last: SequenceBounds | null = null
  for (let row = 0; row < n; row++) {
    sequence.add(other[row]! - reference[row]!)
    if (row + 1 < minimumExposed) continue
    last = sequence.bounds()
    keep(row + 1, 0, last)
    // As long as both lose alike on every row, there is no spread that bounds could be made from.
    if (ended !== null || last.low === last.high) continue
    if (last.low > margin) ended = { outcome: 'rolled back', at: row + 1, bounds: last }
    else if (last.high < margin) ended = { outcome: 'promoted', at: row + 1, bounds: last }
  }
  return {
    outcome: ended?.outcome ?? 'undecided',
    end: pointOf(ended === null ? n : Math.min(n, ended.at + delay), 0, ended?.bounds ?? last),
    extraLoss: 0,
    path: thinned(path),
  }
}

/** @param input Losses of at least one row; the bounds need `minimumExposed` exposed rows to say anything. */
export function rehearseCanary(
  input: CanaryInput,
  progress: (done: number, total: number) => void = () => undefined,
): CanaryResult {
  const { reference, other, margin, seed } = input
  const affordable = Math.max(20, Math.floor(visits / (2 * Math.max(1, reference.length))))
  const n = Math.min(mostDraws, affordable)
  const nulls = Math.min(mostNullDraws, affordable)
  const draws = Array.from({ length: n }, (_, draw) => {
    progress(draw, n + nulls)
    return walk(input, other, { seed: seed + 1 + draw, handicap: 0, promotes: true })
  })
  let falseAlarms = 0
  for (let draw = 0; draw < nulls; draw++) {
    progress(n + draw, n + nulls)
    const found = walk(input, reference, { seed: seed + 1 + n + draw, handicap: margin, promotes: false })
    if (found.outcome === 'rolled back') falseAlarms++
  }
  const stopped = draws.filter(({ outcome }) => outcome === 'rolled back')
  const exposed = Float64Array.from(stopped, (draw) => draw.exposed).sort()
  const at = (p: number): number => quantileOfSorted(exposed, p)
  return {
    minimumExposed,
    replay: replay(input),
    shadow: shadow(input),
    draws: {
      n,
      rolledBack: proportionMetric(stopped.length, n, 'no draws'),
      promoted: proportionMetric(draws.filter(({ outcome }) => outcome === 'promoted').length, n, 'no draws'),
      exposed: exposed.length === 0 ? null : { low: at(0.1), median: at(0.5), high: at(0.9) },
    },
    nullDraws: { n: nulls, rolledBack: proportionMetric(falseAlarms, nulls, 'no draws') },
  }
}
