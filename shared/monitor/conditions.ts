/** Which triggers hold: from a report's windows to conditions, each only after enough windows in a row. */
import type { Metrics } from '../contract/evidence.ts'
import type { MonitorWindow } from '../contract/monitor-report.ts'
import type { Condition, Triggers } from '../contract/monitor-triggers.ts'
import { formatCount, formatShort, formatPercent, plural } from '../format/number.ts'

export interface ConditionsRequest {
  readonly windows: readonly MonitorWindow[]
  readonly triggers: Triggers
  /** Columns that are compared in each window, and by window the names of those in alarm. */
  readonly comparedColumns: number
  readonly inAlarm: readonly (readonly string[])[]
  readonly approved: Metrics
  readonly titles: Readonly<Record<string, { readonly title: string }>>
  readonly labelled: number
  /** Rows of the approved evaluation. */
  readonly referenceRows: number
  /** What a newer policy of the same name asks for; null where there is none. */
  readonly newerPolicy: { readonly name: string; readonly sha256: string; readonly changes: string } | null
  readonly approvedUntil: string | null
  readonly now: string
}

/** Days before the end of an approval at which it is worth saying. */
const expiryDays = 30

/**
 * The newest run of windows in a row of which each holds, where it is long enough. Windows that cannot be judged neither
 * count nor break it.
 * @param holds null where the window cannot be judged
 */
export function newestRun(
  windows: readonly MonitorWindow[],
  atLeast: number,
  holds: (window: MonitorWindow, index: number) => boolean | null,
): number[] {
  let current: number[] = []
  let best: number[] = []
  windows.forEach((window, index) => {
    const held = holds(window, index)
    if (held === null) return
    if (!held) current = []
    else current = [...current, index]
    if (current.length >= atLeast) best = current
  })
  return best
}

export function findConditions(request: ConditionsRequest): Condition[] {
  return [
    ...performance(request),
    ...drift(request),
    ...predictionDrift(request),
    ...newData(request),
    ...objective(request),
    ...errors(request),
    ...expiry(request),
  ]
}

const labels = (windows: readonly MonitorWindow[], run: readonly number[]): string[] =>
  run.map((index) => windows[index]!.label)

const span = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : `${plural(names.length, 'window')} in a row, ${names[0]} to ${names.at(-1)}`

function performance({ windows, triggers, approved, titles }: ConditionsRequest): Condition[] {
  const { performance: rule } = triggers
  const names = [...new Set(windows.flatMap(({ against }) => Object.keys(against)))]
  return names.flatMap((name): Condition[] => {
    const find = (estimated: boolean): Condition[] => {
      const run = newestRun(windows, rule.windows, ({ against, metrics }) => {
        const found = against[name]
        const fromLabels = metrics[name] !== undefined
        return found === undefined || found.corrected === null || fromLabels === estimated ? null : found.worse
      })
      if (run.length === 0) return []
      const last = windows[run.at(-1)!]!
      const value = (estimated ? last.estimated : last.metrics)[name]?.value ?? null
      const title = titles[name]?.title ?? name
      const names = labels(windows, run)
      return [
        {
          rule: estimated ? 'estimated performance' : 'performance',
          subject: name,
          severity: estimated ? 'warning' : 'error',
          opensTask: true,
          windows: names,
          message: `${title} ${estimated ? 'is estimated at' : 'is'} ${value === null ? '—' : formatShort(value)}, approved at ${formatShort(approved[name]?.value ?? NaN)}: worse by more than ${formatShort(rule.drop)} in ${span(names)}.`,
        },
      ]
    }
    return [...find(false), ...(rule.estimates ? find(true) : [])]
  })
}

function drift({ windows, triggers, comparedColumns, inAlarm }: ConditionsRequest): Condition[] {
  const { drift: rule, minimum_rows: minimum } = triggers
  if (comparedColumns === 0) return []
  const needed = Math.max(1, Math.ceil(rule.share * comparedColumns))
  const run = newestRun(windows, rule.windows, ({ rows }, index) =>
    rows < minimum ? null : inAlarm[index]!.length >= needed,
  )
  if (run.length === 0) return []
  const names = labels(windows, run)
  const counts = new Map<string, number>()
  for (const index of run) for (const name of inAlarm[index]!) counts.set(name, (counts.get(name) ?? 0) + 1)
  const columns = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  return [
    {
      rule: 'drift',
      subject: 'columns',
      severity: 'error',
      opensTask: true,
      windows: names,
      message: `${formatCount(inAlarm[run.at(-1)!]!.length)} of ${plural(comparedColumns, 'column')} drifted (${columns.slice(0, 5).join(', ')}${columns.length > 5 ? ', …' : ''}) in ${span(names)}.`,
    },
  ]
}

function predictionDrift({ windows, triggers }: ConditionsRequest): Condition[] {
  const { drift: rule, minimum_rows: minimum } = triggers
  if (!rule.prediction) return []
  const run = newestRun(windows, rule.windows, ({ rows, predictionAlarm }) => (rows < minimum ? null : predictionAlarm))
  if (run.length === 0) return []
  const names = labels(windows, run)
  return [
    {
      rule: 'prediction drift',
      subject: 'prediction',
      severity: 'warning',
      opensTask: true,
      windows: names,
      message: `The predictions drifted from those of the approved evaluation in ${span(names)}.`,
    },
  ]
}

function newData({ triggers, labelled, referenceRows }: ConditionsRequest): Condition[] {
  const { labelled_rows: rows, share } = triggers.new_data
  const needed = Math.max(rows, Math.ceil(share * referenceRows))
  if (labelled < needed) return []
  return [
    {
      rule: 'new data',
      subject: 'labelled rows',
      severity: 'note',
      opensTask: true,
      windows: [],
      message: `${plural(labelled, 'labelled row')} came from production; ${formatCount(needed)} are enough to train again.`,
    },
  ]
}

function objective({ triggers, newerPolicy }: ConditionsRequest): Condition[] {
  if (!triggers.objective || newerPolicy === null) return []
  return [
    {
      rule: 'objective',
      subject: newerPolicy.sha256,
      severity: 'warning',
      opensTask: true,
      windows: [],
      message: `The policy "${newerPolicy.name}" asks for something else than when this version was approved: ${newerPolicy.changes}.`,
    },
  ]
}

function errors({ windows, triggers }: ConditionsRequest): Condition[] {
  const { rate, windows: atLeast } = triggers.errors
  const share = ({ rows, errors: failed }: MonitorWindow): number | null =>
    failed === null || rows + failed < triggers.minimum_rows ? null : failed / (rows + failed)
  const run = newestRun(windows, atLeast, (window) => {
    const found = share(window)
    return found === null ? null : found > rate
  })
  if (run.length === 0) return []
  const names = labels(windows, run)
  return [
    {
      rule: 'errors',
      subject: 'rate',
      severity: 'error',
      opensTask: false,
      windows: names,
      message: `${formatPercent(share(windows[run.at(-1)!]!)!)} of the requests failed in ${span(names)}.`,
    },
  ]
}

function expiry({ approvedUntil, now }: ConditionsRequest): Condition[] {
  if (approvedUntil === null) return []
  const days = (Date.parse(approvedUntil) - Date.parse(now)) / 86_400_000
  if (days > expiryDays) return []
  return [
    {
      rule: 'expiry',
      subject: approvedUntil,
      severity: days < 7 ? 'error' : 'warning',
      opensTask: false,
      windows: [],
      message: `The approval ends in ${plural(Math.max(0, Math.floor(days)), 'day')}; the release stops answering then.`,
    },
  ]
}
