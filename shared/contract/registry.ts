/** What becomes of a version: its stage, its aliases, where it comes from, and everything that was done with it. */
import { z } from 'zod'
import { datasetIdSchema, modelIdSchema, nameSchema, runIdSchema, timeSchema, versionIdSchema } from './ids.ts'
import { standingSchema } from './review.ts'

export const stageSchema = z.enum(['draft', 'candidate', 'approved', 'released', 'retired'])
export type Stage = z.infer<typeof stageSchema>
export const aliasSchema = z.enum(['champion', 'challenger'])
export type Alias = z.infer<typeof aliasSchema>

export const parentKindSchema = z.enum(['retrained', 'recalibrated', 'recipe', 'quantized', 'other'])
export const datasetUseSchema = z.enum(['training', 'validation', 'calibration'])

export const lineageSchema = z.strictObject({
  parents: z
    .array(z.strictObject({ versionId: versionIdSchema, kind: parentKindSchema, note: z.string().max(2000) }))
    .max(100),
  datasets: z.array(z.strictObject({ datasetId: datasetIdSchema, use: datasetUseSchema })).max(100),
})
export type Lineage = z.infer<typeof lineageSchema>

export const registryEntrySchema = z.strictObject({
  versionId: versionIdSchema,
  modelId: modelIdSchema,
  name: nameSchema,
  version: z.int().positive(),
  createdAt: timeSchema,
  stage: stageSchema,
  stageSince: timeSchema,
  aliases: z.array(aliasSchema),
  lineage: lineageSchema,
  /** Of its newest review; null where none was asked for. */
  standing: standingSchema.nullable(),
})
export type RegistryEntry = z.infer<typeof registryEntrySchema>

/** Who did what to a version, its runs and its reviews: read from the audit log. */
export const historyEntrySchema = z.strictObject({
  sequence: z.int().positive(),
  time: timeSchema,
  actor: z.string(),
  event: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>

export const lineageGraphSchema = z.strictObject({
  nodes: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['dataset', 'recipe', 'version', 'calibration', 'run', 'release']),
      title: z.string(),
      detail: z.string(),
    }),
  ),
  edges: z.array(z.strictObject({ from: z.string(), to: z.string(), label: z.string() })),
})
export type LineageGraph = z.infer<typeof lineageGraphSchema>

/** One thing that two versions do not have in common; null where one of them lacks it. */
export const versionDifferenceSchema = z.strictObject({
  area: z.enum(['file', 'graph', 'binding', 'lineage', 'metrics']),
  what: z.string(),
  first: z.string().nullable(),
  second: z.string().nullable(),
})
export type VersionDifference = z.infer<typeof versionDifferenceSchema>

export const versionDiffSchema = z.strictObject({
  differences: z.array(versionDifferenceSchema),
  /** The runs whose metrics were compared: the newest of each on the same data; null where there is no such pair. */
  runs: z.strictObject({ first: runIdSchema, second: runIdSchema, dataset: nameSchema }).nullable(),
})
export type VersionDiff = z.infer<typeof versionDiffSchema>
