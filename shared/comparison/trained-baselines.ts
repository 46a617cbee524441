/** The baselines that are trained on the spot: fitted on another dataset, or on the compared rows by cross-fitting. */
import type { Task } from '../contract/dataset.ts'
import { createRandom } from '../statistics/random.ts'
import { fitLinear } from './baselines.ts'
import type { Baseline, BaselineInput } from './baselines.ts'
import { fitTree } from './fit-tree.ts'
import type { Design, DesignRows } from './linear-design.ts'

export interface AnsweredRows {
  readonly rows: DesignRows
  /** Class index of each row, −1 where it is not known; null for a regression. */
  readonly classes: Int32Array | null
  readonly values: Float64Array | null
}

export interface TrainedBaselinesInput {
  readonly task: Task
  readonly design: Design
  /** How many classes there are; 0 for a regression. */
  readonly classes: number
  /** Rows to predict. */
  readonly rows: DesignRows
  /** Rows of another dataset, all with a known answer; null: the rows themselves, cross-fitted. */
  readonly train: AnsweredRows | null
  /** Answers of the rows to predict, for cross-fitting. */
  readonly own: Omit<AnsweredRows, 'rows'>
  /** Training rows of a fit at most. */
  readonly mostRows: number
  readonly seed: number
}

export interface TrainedBaselines {
  readonly linear: Baseline
  readonly tree: Baseline
}

/** Parts that rows are cut into; each is predicted by models that were fitted on the others. */
export const crossFitParts = 5
/** Past this many classes a linear model a class is no quick baseline any more. */
const mostLinearClasses = 30

type Fit = (input: BaselineInput) => Baseline

/** A linear model and a tree, fitted on the spot to compare with; each is a reason where it cannot be fitted. */
export function trainBaselines(
  input: TrainedBaselinesInput,
  progress: (done: number, total: number) => void = () => undefined,
): TrainedBaselines {
  const linear: Baseline =
    input.classes > mostLinearClasses
      ? { scores: null, reason: `${input.classes} classes are too many to fit on the spot` }
      : fitOne(input, fitLinear)
  progress(1, 2)
  const tree = fitOne(input, fitTree)
  progress(2, 2)
  return { linear, tree }
}

function fitOne(input: TrainedBaselinesInput, fit: Fit): Baseline {
  const { task, design, classes, rows, train } = input
  if (train === null) return crossFit(input, fit)
  return fit({
    task,
    design,
    classes,
    rows,
    train: train.rows,
    trainClasses: train.classes,
    trainValues: train.values,
  })
}

function crossFit({ task, design, classes, rows, own, mostRows, seed }: TrainedBaselinesInput, fit: Fit): Baseline {
  const random = createRandom(seed)
  const part = Uint8Array.from({ length: rows.rows }, () => Math.floor(crossFitParts * random.uniform()))
  const all = Uint32Array.from(part, (_, row) => row)
  const width = Math.max(1, classes)
  const scores = new Float64Array(rows.rows * width)
  for (let fold = 0; fold < crossFitParts; fold++) {
    const known = all.filter((row) => part[row] !== fold && (own.classes === null || own.classes[row]! >= 0))
    const every = Math.max(1, known.length / mostRows)
    const fitted = Uint32Array.from(
      { length: Math.floor(known.length / every) },
      (_, k) => known[Math.floor(k * every)]!,
    )
    const held = all.filter((row) => part[row] === fold)
    const found = fit({
      task,
      design,
      classes,
      train: takeRows(design, rows, fitted),
      trainClasses: own.classes && Int32Array.from(fitted, (row) => own.classes![row]!),
      trainValues: own.values && Float64Array.from(fitted, (row) => own.values![row]!),
      rows: takeRows(design, rows, held),
    })
    if (found.scores === null) return found
    held.forEach((row, at) => {
      for (let k = 0; k < width; k++) scores[row * width + k] = found.scores[at * width + k]!
    })
  }
  return { scores, reason: null }
}

function takeRows({ slots }: Design, rows: DesignRows, taken: Uint32Array): DesignRows {
  const index = new Int32Array(taken.length * slots)
  const value = new Float32Array(taken.length * slots)
  taken.forEach((row, at) => {
    index.set(rows.index.subarray(row * slots, (row + 1) * slots), at * slots)
    value.set(rows.value.subarray(row * slots, (row + 1) * slots), at * slots)
  })
  return { rows: taken.length, index, value }
}
