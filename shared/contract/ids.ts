/** Ids are branded: a RunId is not a DatasetId. Each is a prefix and 16 hexadecimal digits. */
import { z } from 'zod'

const id = <B extends string>(prefix: string, _brand: B) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-f]{16}$`))
    .brand<B>()

export const datasetIdSchema = id('ds', 'DatasetId')
export type DatasetId = z.infer<typeof datasetIdSchema>
export const modelIdSchema = id('md', 'ModelId')
export type ModelId = z.infer<typeof modelIdSchema>
export const versionIdSchema = id('mv', 'VersionId')
export type VersionId = z.infer<typeof versionIdSchema>
export const runIdSchema = id('run', 'RunId')
export type RunId = z.infer<typeof runIdSchema>
export const jobIdSchema = id('job', 'JobId')
export type JobId = z.infer<typeof jobIdSchema>
export const comparisonIdSchema = id('cmp', 'ComparisonId')
export type ComparisonId = z.infer<typeof comparisonIdSchema>

export const driftIdSchema = id('drift', 'DriftId')
export type DriftId = z.infer<typeof driftIdSchema>
export const personIdSchema = id('per', 'PersonId')
export type PersonId = z.infer<typeof personIdSchema>
export const reviewIdSchema = id('rv', 'ReviewId')
export type ReviewId = z.infer<typeof reviewIdSchema>

/** What was imported into the monitor: a log, or labels. */
export const batchIdSchema = id('mb', 'BatchId')
export type BatchId = z.infer<typeof batchIdSchema>
export const monitorIdSchema = id('mon', 'MonitorId')
export type MonitorId = z.infer<typeof monitorIdSchema>
export const alertIdSchema = id('al', 'AlertId')
export type AlertId = z.infer<typeof alertIdSchema>
export const retrainIdSchema = id('rt', 'RetrainId')
export type RetrainId = z.infer<typeof retrainIdSchema>
export const serverIdSchema = id('srv', 'ServerId')
export type ServerId = z.infer<typeof serverIdSchema>

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)
/** UTC, ISO 8601, milliseconds. */
export const timeSchema = z.iso.datetime()
/** A name a person gave: shown as text everywhere, never used as a path. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)

  .regex(/^[^\u0000-\u001f\u007f]*$/, 'A name has no control characters')
