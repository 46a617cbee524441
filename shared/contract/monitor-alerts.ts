/** Alerts and the retraining tasks that they open: states that people change. */
import { z } from 'zod'
import {
  alertIdSchema,
  monitorIdSchema,
  nameSchema,
  retrainIdSchema,
  sha256Schema,
  timeSchema,
  versionIdSchema,
} from './ids.ts'
import { conditionSchema, ruleSchema } from './monitor-triggers.ts'
import { count } from './numbers.ts'

export const monitorEventSchema = z.strictObject({
  at: timeSchema,
  by: z.string(),
  what: z.string(),
  note: z.string(),
})

export const alertStateSchema = z.enum(['open', 'acknowledged', 'closed'])
export const alertSchema = conditionSchema.extend({
  id: alertIdSchema,
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  state: alertStateSchema,
  openedAt: timeSchema,
  /** The last report that found it, and whether the newest one still does. */
  seenAt: timeSchema,
  holds: z.boolean(),
  reportId: monitorIdSchema,
  events: z.array(monitorEventSchema),
})
export type Alert = z.infer<typeof alertSchema>

export const retrainStateSchema = z.enum(['open', 'requested', 'challenger', 'done', 'dismissed'])
export const retrainTaskSchema = z.strictObject({
  id: retrainIdSchema,
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  state: retrainStateSchema,
  openedAt: timeSchema,
  reasons: z.array(z.strictObject({ alertId: alertIdSchema, rule: ruleSchema, message: z.string(), at: timeSchema })),
  /** The request that was written last. */
  request: z.strictObject({ at: timeSchema, sha256: sha256Schema, rows: count, dataSha256: sha256Schema }).nullable(),
  challenger: versionIdSchema.nullable(),
  events: z.array(monitorEventSchema),
})
export type RetrainTask = z.infer<typeof retrainTaskSchema>

export const retrainedSchema = z.strictObject({ taskId: retrainIdSchema, files: z.array(z.string()) })
