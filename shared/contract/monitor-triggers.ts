/** When something is to be done about a version in production, and what holds of it. */
import { z } from 'zod'
import { probability } from './numbers.ts'

/** When something is to be done: a YAML file, so its keys are in snake case. */
export const triggersSchema = z.strictObject({
  assay: z.literal('triggers/1').describe('Says that this file holds triggers.'),
  performance: z
    .strictObject({
      metrics: z.array(z.string()).optional().describe('Left out: the headline of the task and what gates name.'),
      drop: z.number().min(0).default(0.02).describe('How much worse than approved, in units of the metric.'),
      windows: z.int().min(1).max(50).default(2).describe('Windows in a row.'),
      estimates: z.boolean().default(true).describe('Estimates stand in where there are no labels.'),
    })
    .prefault({}),
  drift: z
    .strictObject({
      share: probability.default(0.3).describe('Share of the compared columns that are in alarm.'),
      prediction: z.boolean().default(true).describe('Whether drift of the prediction alone is enough.'),
      windows: z.int().min(1).max(50).default(2),
    })
    .prefault({}),
  new_data: z
    .strictObject({
      labelled_rows: z.int().positive().default(1000),
      share: z.number().positive().default(0.5).describe('Of the rows that the approved evaluation had.'),
    })
    .prefault({})
    .describe('Both must be reached.'),
  objective: z
    .boolean()
    .default(true)
    .describe('A newer policy of the same name asks for something else than the approved one.'),
  errors: z
    .strictObject({ rate: probability.default(0.05), windows: z.int().min(1).max(50).default(2) })
    .prefault({})
    .describe('Alerts only.'),
  alpha: z.number().gt(0).lt(0.5).default(0.05).describe('Rate of false alarms over all windows and metrics.'),
  minimum_rows: z.int().min(2).default(50).describe('A window with fewer rows is not judged.'),
})
export type Triggers = z.infer<typeof triggersSchema>

export const ruleSchema = z.enum([
  'performance',
  'estimated performance',
  'drift',
  'prediction drift',
  'new data',
  'objective',
  'errors',
  'expiry',
])
export type Rule = z.infer<typeof ruleSchema>

/** What holds now: the same rule about the same subject is one alert, however often it is found. */
export const conditionSchema = z.strictObject({
  rule: ruleSchema,
  subject: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  opensTask: z.boolean(),
  windows: z.array(z.string()),
  message: z.string(),
})
export type Condition = z.infer<typeof conditionSchema>
