/** The rates of one group, each a proportion of some of its rows. */
import type { Metric } from '../contract/evidence.ts'
import type { GroupCounts } from '../contract/fairness.ts'
import { proportionMetric } from '../metrics/metric.ts'

/** What is counted of one group of rows. */
export interface GroupTable extends GroupCounts {
  /** Rows whose predicted class is the true one; with two classes, tp + tn. */
  readonly correct: number
}

export interface Part {
  readonly events: number
  readonly n: number
}

/** Each rate as events of rows, by the names of Fairlearn and Aequitas. */
export const rateParts = {
  selection_rate: ({ tp, fp, fn, tn }) => ({ events: tp + fp, n: tp + fp + fn + tn }),
  base_rate: ({ tp, fp, fn, tn }) => ({ events: tp + fn, n: tp + fp + fn + tn }),
  tpr: ({ tp, fn }) => ({ events: tp, n: tp + fn }),
  tnr: ({ tn, fp }) => ({ events: tn, n: tn + fp }),
  fpr: ({ fp, tn }) => ({ events: fp, n: tn + fp }),
  fnr: ({ fn, tp }) => ({ events: fn, n: tp + fn }),
  ppv: ({ tp, fp }) => ({ events: tp, n: tp + fp }),
  npv: ({ tn, fn }) => ({ events: tn, n: tn + fn }),
  fdr: ({ fp, tp }) => ({ events: fp, n: tp + fp }),
  for: ({ fn, tn }) => ({ events: fn, n: tn + fn }),
  accuracy: ({ correct, tp, fp, fn, tn }) => ({ events: correct, n: tp + fp + fn + tn }),
} as const satisfies Record<string, (table: GroupTable) => Part>

export type RateName = keyof typeof rateParts
export const rateNames = Object.keys(rateParts) as RateName[]

const emptyReasons: Readonly<Record<RateName, string>> = {
  selection_rate: 'no rows',
  base_rate: 'no rows',
  tpr: 'no positive rows',
  tnr: 'no negative rows',
  fpr: 'no negative rows',
  fnr: 'no positive rows',
  ppv: 'no rows are selected',
  npv: 'every row is selected',
  fdr: 'no rows are selected',
  for: 'every row is selected',
  accuracy: 'no rows',
}

/** A rate of one group with Wilson's interval; null with the reason where nothing could have happened. */
export function rateMetric(name: RateName, table: GroupTable): Metric {
  const { events, n } = rateParts[name](table)
  return proportionMetric(events, n, emptyReasons[name])
}
