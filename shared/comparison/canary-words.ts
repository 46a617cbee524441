/** What a rehearsed canary found, in the same words in the window, the report and the terminal. */
import type { Canary, CanaryReplay } from '../contract/canary.ts'
import { formatCount, formatPercent, formatShort, plural } from '../format/number.ts'
import type { Metric } from '../contract/evidence.ts'

const share = ({ value, low, high }: Metric): string =>
  formatPercent(value ?? 0) +
  (low === null || high === null ? '' : ` (${formatPercent(low)} to ${formatPercent(high)})`)

const when = ({ end }: CanaryReplay): string => `${plural(end.rows, 'row')}${end.at === null ? '' : ` (${end.at})`}`

const lossWords = { log_loss: 'Log loss', error_rate: 'Error rate', absolute_error: 'Absolute error' } as const
export const canaryLossTitle = ({ loss }: Pick<Canary, 'loss'>): string => lossWords[loss]

/** One sentence: the first thing a reader wants to know. */
export function canaryOutcome({ replay, order }: Canary): string {
  const { outcome, end } = replay
  const exposed = `${formatCount(end.exposed)} of them answered by the new version`
  if (outcome === 'rolled back') return `Rolled back after ${when(replay)}, ${exposed}`
  if (outcome === 'promoted') return `Promoted after ${when(replay)}, ${exposed}`
  return `Undecided after all ${plural(end.rows, 'row')}${order === null ? '' : ` by ${order}`}, ${exposed}`
}

function shadowWords({ shadow }: Canary): string {
  if (shadow.outcome === 'undecided') return 'undecided after all rows'
  return `${shadow.outcome === 'rolled back' ? 'shown worse' : 'shown good enough'} after ${when(shadow)}, with nobody exposed`
}

/** Pairs of a term and what it is. */
export function canaryFacts(canary: Canary): (readonly [string, string])[] {
  const { replay, draws, nullDraws, rows, order, alpha, margin, delay, loss } = canary
  const { end } = replay
  const extra =
    loss === 'error_rate'
      ? `${plural(Math.abs(replay.extraLoss), 'wrong answer')} ${replay.extraLoss < 0 ? 'fewer' : 'more'} than the old version would have given to the same rows`
      : `${formatShort(Math.abs(replay.extraLoss))} ${replay.extraLoss < 0 ? 'less' : 'more'} ${lossWords[loss].toLowerCase()} in all than the old version on the same rows`
  const exposed = draws.exposed
    ? `; of those rolled back, half exposed at most ${formatCount(Math.round(draws.exposed.median))} rows, nine tenths at most ${formatCount(Math.round(draws.exposed.high))}`
    : ''
  return [
    [
      'Traffic',
      `${formatPercent(canary.share)} to the new version, ${formatCount(rows.replayed)} rows in the order of ${order ?? 'the file'}${rows.withoutOrder > 0 ? `, ${plural(rows.withoutOrder, 'row')} without a place in it left out` : ''}${delay > 0 ? `, truth known ${plural(delay, 'row')} later` : ''}`,
    ],
    ['Outcome', canaryOutcome(canary)],
    [
      'Difference then',
      replay.path.length === 0
        ? `— (the test needs ${plural(canary.minimumExposed, 'row')} of the new version)`
        : `${lossWords[loss].toLowerCase()} new minus old ${formatShort(end.difference)}, bounds ${formatShort(end.low)} to ${formatShort(end.high)}${margin > 0 ? `, margin ${formatShort(margin)}` : ''}`,
    ],
    ['What it cost', extra],
    [
      'Other draws of the split',
      `rolled back in ${share(draws.rolledBack)} of ${formatCount(draws.n)}, promoted in ${share(draws.promoted)}${exposed}`,
    ],
    [
      'False alarms',
      `${share(nullDraws.rolledBack)} of ${formatCount(nullDraws.n)} rehearsals with the old version’s own answers${margin > 0 ? ', each worse by the margin,' : ''} in the new one’s place; stated: at most ${formatPercent(alpha)}, however often one looks`,
    ],
    ['In shadow instead', shadowWords(canary)],
  ]
}
