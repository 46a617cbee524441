/**
 * Exact attributions of every row, streamed: a first pass over the reference set (covers, background or means), then
 * blocks of rows through the threads and into a Parquet file. Memory is a few blocks at any number of rows.
 */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { ExplainRequest, Game } from '../../../shared/contract/explain.ts'
import type { RawPlayers } from '../../../shared/explain/graph/raw-players.ts'
import type { Block } from '../../../shared/explain/tree/players.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { Front } from './front.ts'
import { RowPool } from './row-pool.ts'
import type { Explained, PairSums, Reference } from './row-worker.ts'
import { openRunScores } from './run-scores.ts'
import type { ExactCore } from '../../../shared/explain/graph/exact-core.ts'
import type { Subject } from './subject.ts'
import { ValuesFile } from './values-file.ts'

/** A block's arrays and tables stay in the processor's caches, and tables pay off. */
const mostBlockRows = 16_384
/** A background's rows go down the trees again with every block. */
export const mostBackground = 16_384
/** Float64 sums of a few thousand weights: rounding stays orders of magnitude below this share of their size. */
const additivityShare = 1e-11
/** ONNX Runtime adds in float32; what differs by more than this was read wrongly. */
const parityShare = 1e-3

export interface ExactRows {
  readonly base: Float64Array
  readonly reference: Reference
  readonly referenceUsed: number
  readonly additivity: { readonly largest: number; readonly bound: number }
  readonly parity: { readonly largest: number; readonly bound: number } | null
  readonly pairs: (PairSums & { readonly rows: number }) | null
  readonly elapsedMs: number
}

export interface ExactRequest {
  readonly engine: Engine
  readonly subject: Subject
  readonly core: ExactCore
  readonly players: RawPlayers
  readonly front: Front
  readonly reference: Dataset
  readonly request: ExplainRequest
  /** Where the values go, a temporary path. */
  readonly valuesPath: string
  readonly context: JobContext
}

/** @throws AssayError explain/not-additive, explain/disagrees-with-runtime */
export async function explainAllRows(wish: ExactRequest): Promise<ExactRows> {
  const { engine, subject, core, players, front, context } = wish
  const started = performance.now()
  const explained: Explained =
    core.kind === 'trees' ? { kind: 'trees', ensemble: core.ensemble } : { kind: 'linear', linear: core.linear }
  const rows = subject.dataset.rows
  const threads = Math.max(1, Math.min(engine.threads, Math.ceil(rows / 512)))
  const blockRows = Math.max(256, Math.min(mostBlockRows, Math.ceil(rows / threads)))
  const data = { explainRows: { ...explained, players: { count: players.count, ofInput: players.ofInput } } }
  const pool = new RowPool(engine.workerPath, threads, data, context.signal)
  const file = await ValuesFile.open(engine, core.outputs.names.length, players.count)
  const scores = await openRunScores(engine, subject)
  try {
    const { reference, used } = await readReference(wish, pool, blockRows)
    const base = await pool.begin(reference)
    const scale = marginScale(core, base)
    let bound = additivityShare * scale
    let largest = 0
    let difference = 0
    let done = 0
    const pairPlan = planPairs(wish)
    const pairBlocks: Promise<PairSums>[] = []
    context.progress({ step: 'Explaining rows', done: 0, total: rows, unit: 'rows' })

    const finish = async (from: number, count: number, answer: ReturnType<RowPool['explain']>): Promise<void> => {
      const { values, margins, worst, size } = await answer
      bound = Math.max(bound, additivityShare * size)
      largest = Math.max(largest, worst)
      if (!(worst <= bound)) throw notAdditive(worst, bound)
      const stored = await scores.take(count)
      difference = Math.max(difference, scoreDifference(core, margins, stored, count))
      const numbers = BigInt64Array.from({ length: count }, (_, row) => BigInt(from + row))
      await file.write({ rows: count, numbers, margins, values })
      done += count
      context.progress({ done })
    }

    // As many blocks on their way as keep every thread busy while one is written.
    const waiting: (() => Promise<void>)[] = []
    for await (const block of front.blocks(subject.dataset, blockRows, context)) {
      const answer = pool.explain({ rows: block.rows, columns: block.columns })
      const { from, rows: count } = block
      waiting.push(() => finish(from, count, answer))
      if (pairPlan) {
        const some = everyNth(block, pairPlan.step)
        if (some.rows > 0) pairBlocks.push(pool.pairs(some))
      }
      if (waiting.length > pool.size) await waiting.shift()!()
    }
    for (const next of waiting) await next()
    if (pairPlan) context.progress({ step: 'Interactions', done: 0, total: pairBlocks.length, unit: 'steps' })
    const pairs = pairPlan ? await addPairs(pairBlocks, context) : null
    await file.finish(wish.valuesPath)
    return {
      base,
      reference,
      referenceUsed: used,
      additivity: { largest, bound },
      parity: checkParity(core, difference, Math.max(scale, bound / additivityShare)),
      pairs: pairs && { ...pairs, rows: Math.ceil(rows / pairPlan!.step) },
      elapsedMs: performance.now() - started,
    }
  } finally {
    await pool.close()
    await scores.close()
    await file.close()
  }
}

async function readReference(
  { core, front, reference, request, context }: ExactRequest,
  pool: RowPool,
  blockRows: number,
): Promise<{ reference: Reference; used: number }> {
  context.progress({ step: 'Reading the reference rows', done: 0, total: reference.rows, unit: 'rows' })
  const waiting: Promise<void>[] = []
  const game: Game | 'means' = core.kind === 'linear' ? 'means' : request.game
  const step = Math.max(1, Math.ceil(reference.rows / mostBackground))
  const kept: number[][] = Array.from({ length: front.width }, () => [])
  const sums = new Float64Array(front.width)
  for await (const block of front.blocks(reference, blockRows, context)) {
    if (game === 'path-dependent') waiting.push(pool.count({ rows: block.rows, columns: block.columns }))
    else if (game === 'interventional') {
      const some = everyNth(block, step)
      some.columns.forEach((column, k) => kept[k]!.push(...column))
    } else {
      block.columns.forEach((column, k) => {
        let sum = 0
        for (const value of column) sum += value
        sums[k]! += sum
      })
    }
    while (waiting.length > pool.size) await waiting.shift()
    context.progress({ done: block.from + block.rows })
  }
  await Promise.all(waiting)
  if (game === 'path-dependent') {
    return { reference: { kind: 'path-dependent', covers: await pool.covers() }, used: reference.rows }
  }
  if (game === 'means') {
    return { reference: { kind: 'means', means: sums.map((sum) => sum / reference.rows) }, used: reference.rows }
  }
  const wide = core.kind === 'trees' && core.ensemble.wide
  const columns = kept.map((values) => (wide ? Float64Array.from(values) : Float32Array.from(values)))
  const used = kept[0]?.length ?? 0
  return { reference: { kind: 'interventional', background: { rows: used, columns } }, used }
}

/** Rows whose number is a multiple of `step`. */
function everyNth(block: Block & { readonly from: number }, step: number): Block {
  if (step === 1) return { rows: block.rows, columns: block.columns }
  const first = (step - (block.from % step)) % step
  const rows = Math.max(0, Math.ceil((block.rows - first) / step))
  return {
    rows,
    columns: block.columns.map((column) => {
      const some = column instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows)
      for (let row = 0; row < rows; row++) some[row] = column[first + row * step]!
      return some
    }),
  }
}

/** Additions of interactions that take a few seconds. */
const pairBudget = 2e9

/** Which rows give interactions: all, or evenly spaced ones where all would take too long. */
function planPairs({ core, players, subject, request }: ExactRequest): { step: number } | null {
  if (core.kind === 'linear' || !request.interactions || players.count < 2) return null
  const { ensemble } = core
  let perRow = 0
  const walk = (node: number, onPath: ReadonlySet<number>): boolean => {
    if (ensemble.feature[node]! < 0) {
      const weights = ensemble.leafStart[node + 1]! - ensemble.leafStart[node]!
      perRow += weights * onPath.size * (onPath.size - 1)
      return onPath.size <= 30
    }
    const below = new Set(onPath).add(players.ofInput[ensemble.feature[node]!]!)
    return walk(ensemble.whenTrue[node]!, below) && walk(ensemble.whenFalse[node]!, below)
  }
  for (const root of ensemble.roots) if (!walk(root, new Set())) return null
  // A background's distinct cases multiply the work of each case.
  const cost = perRow * (request.game === 'interventional' ? 20 : 1)
  const most = Math.max(50, Math.floor(pairBudget / Math.max(1, cost)))
  return { step: Math.max(1, Math.ceil(subject.dataset.rows / most)) }
}

async function addPairs(blocks: readonly Promise<PairSums>[], context: JobContext): Promise<PairSums> {
  let total: PairSums | null = null
  let done = 0
  for (const block of blocks) {
    const next = await block
    context.progress({ done: ++done })
    if (!total) total = next
    else {
      const { sum, squares } = total
      next.sum.forEach((value, at) => (sum[at]! += value))
      next.squares.forEach((value, at) => (squares[at]! += value))
    }
  }
  return total ?? { sum: new Float64Array(0), squares: new Float64Array(0) }
}

/** The size of what is added up: the base and the largest weight of each tree. */
function marginScale(core: ExactCore, base: Float64Array): number {
  const start = Math.max(1e-300, ...Array.from(base, Math.abs))
  if (core.kind === 'linear') return start
  const { ensemble } = core
  const seen = new Float64Array(ensemble.outputs)
  for (const root of ensemble.roots) {
    const stack = [root]
    const largest = new Float64Array(ensemble.outputs)
    while (stack.length > 0) {
      const node = stack.pop()!
      for (let at = ensemble.leafStart[node]!; at < ensemble.leafStart[node + 1]!; at++) {
        const output = ensemble.leafOutput[at]!
        largest[output] = Math.max(largest[output]!, Math.abs(ensemble.leafWeight[at]!))
      }
      if (ensemble.feature[node]! >= 0) stack.push(ensemble.whenTrue[node]!, ensemble.whenFalse[node]!)
    }
    largest.forEach((value, k) => (seen[k]! += value))
  }
  return start + Math.max(...seen)
}

function scoreDifference(
  core: ExactCore,
  margins: Float64Array,
  stored: readonly Float64Array[],
  rows: number,
): number {
  const { toScore, names } = core.outputs
  if (!toScore) return 0
  const one = new Float64Array(names.length)
  let worst = 0
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < one.length; k++) one[k] = margins[k * rows + row]!
    const scores = toScore(one)
    for (let k = 0; k < one.length; k++) {
      const difference = Math.abs(scores[k]! - stored[k]![row]!)
      if (difference > worst) worst = difference
    }
  }
  return worst
}

function checkParity(core: ExactCore, largest: number, scale: number): ExactRows['parity'] {
  if (!core.outputs.toScore) return null
  const bound = parityShare * (core.outputs.space === 'target' || core.outputs.space === 'score' ? scale : 1)
  if (largest <= bound) return { largest, bound }
  throw new AssayError({
    code: 'explain/disagrees-with-runtime',
    message: `The model as read from the graph gives scores that differ by ${largest.toPrecision(3)} from those of ONNX Runtime.`,
    remedy: 'Explain it with --method permutation, which uses ONNX Runtime alone, and report the model.',
    where: { largest, bound },
  })
}

function notAdditive(worst: number, bound: number): AssayError {
  return new AssayError({
    code: 'explain/not-additive',
    message: Number.isNaN(worst)
      ? 'Attributions are not numbers: the model takes missing values that it has no branch for.'
      : `Attributions of a row miss its margin by ${worst.toPrecision(3)}, more than rounding can explain (${bound.toPrecision(3)}).`,
    remedy: Number.isNaN(worst)
      ? 'Fill missing values before the model, as for training.'
      : 'This is a fault in Assay. Please report it with this message.',
    where: { bound },
  })
}
