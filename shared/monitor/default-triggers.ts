/** The triggers that hold until others are set, as the file that a person would edit. */
import { parse } from 'yaml'
import { triggersSchema } from '../contract/monitor-triggers.ts'
import type { Triggers } from '../contract/monitor-triggers.ts'
import { AssayError } from '../contract/errors.ts'

export const defaultTriggers = `assay: triggers/1
performance:            # labels that came: worse than approved
  # metrics: [roc_auc]  # left out: the headline of the task, and what the policy's gates name
  drop: 0.02            # by more than this, in units of the metric, with the whole interval
  windows: 2            # in this many windows in a row
  estimates: true       # estimates stand in where there are no labels
drift:
  share: 0.3            # of the compared columns in alarm, corrected over columns and windows
  prediction: true      # or the prediction alone
  windows: 2
new_data:               # both must be reached
  labelled_rows: 1000
  share: 0.5            # of the rows that the approved evaluation had
objective: true         # a newer policy of the same name asks for something else
errors:
  rate: 0.05
  windows: 2
alpha: 0.05             # rate of false alarms over all windows and metrics together
minimum_rows: 50        # windows with fewer rows are not judged
`

/** @throws AssayError monitor/triggers with the first thing that is wrong */
export function parseTriggers(yaml: string): Triggers {
  const wrong = (message: string): AssayError =>
    new AssayError({
      code: 'monitor/triggers',
      message: `The triggers cannot be read: ${message.slice(0, 300)}`,
      remedy: 'Start from those that are in force: assay monitor triggers MODEL.',
    })
  let document: unknown
  try {
    // Few aliases: a small file must not unfold into a huge one.
    document = parse(yaml, { maxAliasCount: 10 })
  } catch (error) {
    throw wrong(String((error as Error).message).split('\n')[0]!)
  }
  const parsed = triggersSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw wrong(`${issue?.path.map(String).join('.') || 'the file'}: ${issue?.message ?? 'not valid'}`)
}
