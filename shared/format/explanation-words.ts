/** What the tests of an explanation say, in words: the same in the window and the report. */
import type { Metric } from '../contract/evidence.ts'
import type { Quality } from '../contract/explain.ts'
import { formatFixed, formatPercent } from './number.ts'

/** @param gain area by which an order by attribution beats a random one; positive is better */
export function faithfulnessVerdict({ value, low, high }: Metric): string {
  if (value === null) return 'Not measured.'
  if (low !== null && low > 0) return 'The order finds what the score rests on better than chance.'
  if (high !== null && high < 0) return 'The order does worse than chance: do not rely on it.'
  return 'The order cannot be told from chance here.'
}

export function stabilityWords({ change, scoreChange }: Quality['stability']): string {
  if (change.value === null || scoreChange.value === null) return 'No number could be moved.'
  return `${formatPercent(change.value, 0)} of the attributions moves; the score’s own change asks for ${formatPercent(scoreChange.value, 0)} at least.`
}

export const agreementWords = (top: Metric): string =>
  top.value === null ? '' : `${formatFixed(3 * top.value, 1)} of the three largest are the same, on average.`

/** How a node of a tree listed depth first hangs on the one above: by its "yes" or its "no". */
export function branchWord(nodes: readonly { readonly depth: number }[], at: number): string {
  const { depth } = nodes[at]!
  if (depth === 0) return 'all rows'
  for (let before = at - 1; before >= 0; before--) {
    if (nodes[before]!.depth < depth) return 'yes'
    if (nodes[before]!.depth === depth) return 'no'
  }
  return ''
}
