/** How the window names the parts of an explanation. */
import type { Explanation } from '../../../shared/contract/explain.ts'

const units: Readonly<Record<Explanation['space'], string>> = {
  target: 'unit of the target',
  probability: 'probability',
  'log-odds': 'log-odds',
  logit: 'logits',
  score: 'raw score',
}
export const unitOf = (space: Explanation['space']): string => units[space]

export const gameTitle = (game: Explanation['game']): string =>
  game === 'path-dependent'
    ? 'Absent columns: shares of the reference rows at each node'
    : 'Absent columns: values of the background rows'
