/** The reasons for a row's score in words: the largest attributions, for and against. */
import type { Space } from './graph/explained-outputs.ts'

export interface Reason {
  readonly name: string
  readonly value: string
  readonly attribution: number
}

const units: Readonly<Record<Space, string>> = {
  target: '',
  probability: '',
  'log-odds': ' log-odds',
  logit: ' logits',
  score: '',
}

function amount(value: number, space: Space): string {
  const size = Math.abs(value)
  const text = size >= 1000 || size === 0 ? size.toFixed(0) : size >= 1e-4 ? size.toPrecision(3) : size.toExponential(2)
  const number = space === 'probability' ? `${(size * 100).toFixed(1)} points` : `${text}${units[space]}`
  return `${value < 0 ? '−' : '+'}${number}`
}

/** A reason with what a machine reads and what a person does. */
export interface ReasonCode extends Reason {
  /** Whether it speaks for the output that is explained, or against it. */
  readonly direction: 'for' | 'against'
  /** Of the sizes of all attributions of the row, 0 to 1. */
  readonly share: number
  readonly words: string
}

/**
 * The largest reasons, in falling order; those under a hundredth of the whole are left out.
 *
 * @param output Name of the explained output; "prediction" for a regression.
 * @param most Reasons at most.
 */
export function reasonsOf(reasons: readonly Reason[], output: string, space: Space, most = 4): ReasonCode[] {
  const what = space === 'target' ? 'a higher prediction' : `“${output}”`
  const total = reasons.reduce((sum, reason) => sum + Math.abs(reason.attribution), 0)
  if (!(total > 0)) return []
  return [...reasons]
    .sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution))
    .slice(0, most)
    .map(({ name, value, attribution }): ReasonCode => {
      const direction = attribution > 0 ? 'for' : 'against'
      const words = `${name} is ${value}: speaks ${direction} ${what} (${amount(attribution, space)}).`
      return { name, value, attribution, direction, share: Math.abs(attribution) / total, words }
    })
    .filter(({ share }) => share >= 0.01)
}

/** The same as sentences, one at least. */
export function reasonsInWords(reasons: readonly Reason[], output: string, space: Space): string[] {
  const found = reasonsOf(reasons, output, space)
  return found.length === 0 ? ['No column moves this row away from the average.'] : found.map(({ words }) => words)
}
