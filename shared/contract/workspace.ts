/** The workspace: one folder that holds all of it; can be zipped and moved. */
import { z } from 'zod'
import { timeSchema } from './ids.ts'

export const workspaceInfoSchema = z.strictObject({
  name: z.string(),
  folder: z.string(),
  createdAt: timeSchema,
  schemaVersion: z.int(),
  datasets: z.int(),
  models: z.int(),
  runs: z.int(),
  bytes: z.int(),
  samplesAvailable: z.boolean(),
  software: z.strictObject({
    assay: z.string(),
    node: z.string(),
    onnxruntime: z.string(),
    duckdb: z.string(),
    platform: z.string(),
  }),
})
export type WorkspaceInfo = z.infer<typeof workspaceInfoSchema>

export const auditEntrySchema = z.strictObject({
  sequence: z.int().positive(),
  time: timeSchema,
  actor: z.string(),
  event: z.string(),
  subject: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
})
export type AuditEntry = z.infer<typeof auditEntrySchema>

export const searchHitSchema = z.strictObject({
  kind: z.enum(['dataset', 'model', 'run']),
  id: z.string(),
  title: z.string(),
  subtitle: z.string(),
})
export type SearchHit = z.infer<typeof searchHitSchema>
