/** Holds every contender against the reference on the same rows: the whole of a comparison's numbers. */
import type { CanaryLoss, CanaryOptions } from '../contract/canary.ts'
import type { ComparedPair, PairedDifference } from '../contract/comparison.ts'
import type { Metrics, MetricDefinition } from '../contract/evidence.ts'
import type { Task } from '../contract/dataset.ts'
import { metricDefinitions } from '../metrics/definitions.ts'
import { binaryComparison } from './binary-comparison.ts'
import { rehearseCanary } from './canary.ts'
import type { CanaryResult } from './canary.ts'
import type { GroupColumn } from './group-differences.ts'
import { groupDifferences } from './group-differences.ts'
import { judgeDifferences } from './judge-difference.ts'
import { mcnemar } from './mcnemar.ts'
import { multiclassComparison } from './multiclass-comparison.ts'
import { regressionComparison } from './regression-comparison.ts'
import type { PairedEstimate } from './paired-estimate.ts'
import type { ComparedTask } from './compared-task.ts'
import { signedRanks } from '../statistics/signed-rank.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface ContenderScores {
  /** Row-major n × K, in the order of `labels`; one column for a regression; null for labels only. */
  readonly scores: Float32Array | Float64Array | null
  /** The model's own labels as class indices, −1 for a class not among them; null where it gives none. */
  readonly called: Int32Array | null
  /** Binary only: a row is called positive at or above it. */
  readonly threshold: number
  /** p-values are corrected within a family: models that are rivals, and baselines that all should beat. */
  readonly family: 'run' | 'baseline'
}

export interface ComparisonInput {
  readonly task: Task
  /** Class index, or −1 for a class that no contender names; null for a regression. */
  readonly classes: Int32Array | null
  /** Target of a regression. */
  readonly values: Float64Array | null
  /** Class names; empty for a regression. */
  readonly labels: readonly string[]
  /** Index of the positive class of a binary task. */
  readonly positive: number
  readonly contenders: readonly ContenderScores[]
  /** Which contender the others are held against. */
  readonly reference: number
  /** Number of each used row in the dataset, from 0. */
  readonly rowNumber: Uint32Array
  readonly columns: readonly GroupColumn[]
  readonly margins: Readonly<Record<string, number>>
  /** Null where none is to be rehearsed. */
  readonly canary: CanaryOrder | null
  readonly seed: number
}

export interface CanaryOrder extends Pick<CanaryOptions, 'share' | 'margin' | 'alpha' | 'delay'> {
  /** Which contender is the new version. */
  readonly other: number
  /** Indices of used rows, in the order of time. */
  readonly order: Uint32Array
  /** Null for the task's own. */
  readonly loss: CanaryLoss | null
}

export interface ComparisonResult {
  /** Of each contender by itself, the metrics that are compared. */
  readonly metrics: readonly Metrics[]
  /** One for each contender but the reference, in order. */
  readonly pairs: readonly Omit<ComparedPair, 'other'>[]
  readonly definitions: Readonly<Record<string, MetricDefinition>>
  readonly canary: ({ readonly loss: CanaryLoss } & CanaryResult) | null
}

/** @param progress Told after each contender and each pair. */
export function compareContenders(
  input: ComparisonInput,
  progress: (done: number, total: number) => void = () => undefined,
): ComparisonResult {
  const total = 2 * input.contenders.length - 1
  let done = 0
  const step = (): void => progress(++done, total)
  const task = comparedTask(input, step)
  const others = input.contenders.map((_, index) => index).filter((index) => index !== input.reference)
  const estimates = others.map((other) => {
    const found = task.estimate(other, input.reference)
    step()
    return found
  })
  const keys = Object.keys(estimates[0] ?? {})
  const referenceLoss = task.loss(input.reference)
  const judged = new Map(keys.map((key) => [key, judge(key, estimates, others, input)]))
  const lossesOf = (other: number): Pick<ComparedPair, 'signedRank' | 'groups'> => {
    const lossDifference = task.loss(other).map((loss, row) => loss - referenceLoss[row]!)
    return {
      // Of two regressions; where there are classes McNemar's is the test of ranks and signs.
      signedRank: task.right ? null : signedRanks(lossDifference),
      groups: { loss: task.lossName, ...groupDifferences({ columns: input.columns, lossDifference }) },
    }
  }
  return {
    metrics: input.contenders.map((_, index) => pick(task.metrics(index), keys)),
    pairs: others.map((other, position) => ({
      differences: Object.fromEntries(keys.map((key) => [key, judged.get(key)![position]!])),
      mcnemar: task.right ? mcnemar(task.right(input.reference), task.right(other)) : null,
      ...lossesOf(other),
      changed: task.changed(other, input.reference),
    })),
    definitions: pick(metricDefinitions, keys),
    canary: input.canary && canaryOf(input.canary, task, input),
  }
}

/** The losses of both in the order of time, and what a canary would have made of them. */
function canaryOf(
  { other, order, loss: wanted, ...options }: CanaryOrder,
  task: ComparedTask,
  { reference, seed }: ComparisonInput,
): NonNullable<ComparisonResult['canary']> {
  const loss = wanted ?? task.lossName
  const lossOf = (contender: number): Float64Array => {
    const values =
      loss === task.lossName
        ? task.loss(contender)
        : Float64Array.from(task.right!(contender), (isRight) => 1 - isRight)
    return mapTo(Float64Array, order, (row) => values[row]!)
  }
  return { loss, ...rehearseCanary({ reference: lossOf(reference), other: lossOf(other), seed, ...options }) }
}

function comparedTask(input: ComparisonInput, step: () => void): ComparedTask {
  if (input.task === 'regression') return regressionComparison(input, step)
  return input.task === 'binary' ? binaryComparison(input, step) : multiclassComparison(input, step)
}

/** One metric of every pair, in the order of `others`, each family corrected by itself. */
function judge(
  key: string,
  estimates: readonly Readonly<Record<string, PairedEstimate>>[],
  others: readonly number[],
  { contenders, margins }: ComparisonInput,
): PairedDifference[] {
  const judged: PairedDifference[] = []
  for (const family of ['run', 'baseline'] as const) {
    const members = others.flatMap((other, position) => (contenders[other]!.family === family ? [position] : []))
    const found = judgeDifferences({
      estimates: members.map((position) => estimates[position]![key]!),
      better: metricDefinitions[key]?.better ?? 'none',
      margin: margins[key],
    })
    members.forEach((position, at) => (judged[position] = found[at]!))
  }
  return judged
}

function pick<T>(from: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]!]))
}
