/**
 * What is explained: sums of the trees or of the linear operator, before the link, chosen and signed so that a positive
 * attribution speaks for the positive class, for the class, or for a larger prediction.
 */
import type { OutputBinding } from '../../contract/model.ts'
import type { Link, Reweighing } from '../tree/ensemble.ts'
import { sigmoid } from '../../calibration/logit.ts'
import { givesOneNumber } from '../../contract/dataset.ts'

/** The unit of the attributions. */
export type Space = 'target' | 'probability' | 'log-odds' | 'logit' | 'score'

export interface ExplainedOutputs {
  /** The positive class, each class, or "prediction". */
  readonly names: readonly string[]
  readonly space: Space
  readonly reweighing: Reweighing
  /** From margins (in the order of `names`) to the score that the run stores for each of them; null: not known. */
  readonly toScore: ((margins: Float64Array) => Float64Array) | null
}

export interface CoreOutputs {
  readonly outputs: number
  readonly link: Link
  readonly normalised: boolean
  /** Of the leaves; decides what ONNX Runtime makes of one sum for two classes. */
  readonly allPositive: boolean
}

function unit(size: number, place: number, value = 1): number[] {
  return Array.from({ length: size }, (_, k) => (k === place ? value : 0))
}

const unchanged = (margins: Float64Array): Float64Array => margins
const logistic = (margins: Float64Array): Float64Array => margins.map(sigmoid)
const normalise = (values: Float64Array): Float64Array => {
  const sum = values.reduce((total, value) => total + value, 0)
  return values.map((value) => value / sum)
}
const softmax = (margins: Float64Array): Float64Array => {
  const largest = Math.max(...margins)
  return normalise(margins.map((value) => Math.exp(value - largest)))
}

/** @returns null where the outputs do not fit the binding */
export function explainedOutputs(core: CoreOutputs, binding: OutputBinding): ExplainedOutputs | null {
  const { outputs, normalised } = core
  const link: Link =
    core.link !== 'none' || binding.transform === 'none'
      ? core.link
      : binding.transform === 'sigmoid'
        ? 'logistic'
        : 'softmax'
  if (link === 'probit') return null
  if (givesOneNumber(binding.task)) {
    return {
      names: ['prediction'],
      space: link === 'none' ? 'target' : 'log-odds',
      reweighing: { matrix: [unit(outputs, 0)], offset: [0] },
      toScore: link === 'none' ? unchanged : link === 'logistic' ? logistic : null,
    }
  }
  const classes = binding.classes
  if (binding.task === 'binary' && classes.length === 2) {
    const positive = Math.max(0, classes.indexOf(binding.positive ?? ''))
    const names = [classes[positive]!]
    if (outputs === 1) {
      // One sum, the second class's.
      const sign = positive === 1 ? 1 : -1
      const isProbability = link === 'none' && core.allPositive
      return {
        names,
        space: link === 'logistic' ? 'log-odds' : isProbability ? 'probability' : 'score',
        reweighing: { matrix: [[sign]], offset: [isProbability && sign < 0 ? 1 : 0] },
        toScore: link === 'none' ? unchanged : link === 'logistic' ? logistic : null,
      }
    }
    if (outputs !== 2) return null
    if (link === 'softmax' || link === 'softmax zero') {
      const row = unit(2, positive)
      row[1 - positive] = -1
      return {
        names,
        space: 'log-odds',
        reweighing: { matrix: [row], offset: [0] },
        toScore: link === 'softmax' ? logistic : null,
      }
    }
    return {
      names,
      space: link === 'logistic' ? 'log-odds' : 'probability',
      reweighing: { matrix: [unit(2, positive)], offset: [0] },
      toScore: link === 'logistic' ? logistic : normalised ? null : unchanged,
    }
  }
  if (outputs !== classes.length) return null
  const afterLink = link === 'softmax' ? softmax : link === 'logistic' ? logistic : unchanged
  return {
    names: classes,
    space: link === 'none' ? 'probability' : link === 'logistic' ? 'log-odds' : 'logit',
    reweighing: { matrix: classes.map((_, k) => unit(outputs, k)), offset: classes.map(() => 0) },
    toScore:
      link === 'softmax zero'
        ? null
        : normalised && link !== 'softmax'
          ? (margins) => normalise(afterLink(margins))
          : afterLink,
  }
}

const notes: Readonly<Record<Space, string>> = {
  target: 'in the unit of the target',
  probability: 'as differences of the probability',
  'log-odds': 'in log-odds: +0.69 doubles the odds',
  logit: 'in logits, before the softmax: only differences between classes count',
  score: "in the unit of the model's raw score",
}
export const spaceNote = (space: Space): string => notes[space]
