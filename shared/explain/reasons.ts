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

/**
 * @param what What the attributions speak for, for example "Yes" or "a higher prediction".
 * @param most Sentences at most.
 */
export function reasonsInWords(reasons: readonly Reason[], what: string, space: Space, most = 4): string[] {
  const total = reasons.reduce((sum, reason) => sum + Math.abs(reason.attribution), 0)
  if (total === 0) return ['No column moves this row away from the average.']
  return [...reasons]
    .sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution))
    .slice(0, most)
    .filter((reason) => Math.abs(reason.attribution) >= total / 100)
    .map(({ name, value, attribution }) => {
      const direction = attribution > 0 ? 'for' : 'against'
      return `${name} is ${value}: speaks ${direction} ${what} (${amount(attribution, space)}).`
    })
}
