/** A release served on this machine for a while, to be tried: its server is a process that the engine watches. */
import { z } from 'zod'
import { inputColumnSchema } from '../serving/release-manifest.ts'
import { call } from './call.ts'
import { fileRefSchema } from './files.ts'
import { datasetIdSchema, nameSchema, serverIdSchema, timeSchema, versionIdSchema } from './ids.ts'
import { count } from './numbers.ts'

export const triedValueSchema = z.union([z.number(), z.string(), z.boolean(), z.null()])
export const triedRowSchema = z.record(z.string(), triedValueSchema)
export type TriedRow = z.infer<typeof triedRowSchema>

/** A version that may be served: its approval stands. */
export const servableSchema = z.strictObject({
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  until: timeSchema,
})
export type Servable = z.infer<typeof servableSchema>

export const triedServerSchema = z.strictObject({
  id: serverIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  startedAt: timeSchema,
  /** From the request to the first answer. */
  startMs: z.number().nonnegative(),
  url: z.string(),
  pid: z.int().nullable(),
  inputs: z.array(inputColumnSchema),
  /** Rows of the approved evaluation, to begin with. */
  examples: z.array(triedRowSchema),
  threshold: z.number().nullable(),
  /** Of a binary task: the class whose chance is held against the threshold. */
  positive: z.string().nullable(),
  /** Whether it gives the reasons for a prediction. */
  reasons: z.boolean(),
  /** Null while it runs; else why it ended. */
  ended: z.string().nullable(),
})
export type TriedServer = z.infer<typeof triedServerSchema>

export const triedAnswerSchema = z.strictObject({
  /** Of HTTP. */
  status: z.int(),
  ok: z.boolean(),
  rows: count,
  /** From the first byte sent to the last received. */
  latencyMs: z.number().nonnegative(),
  /** The body as it came, cut where it is long. */
  body: z.string(),
  predictions: z.array(
    z.strictObject({
      label: z.string().nullable(),
      /** Chance of the positive class, else of the predicted one; or the predicted number. */
      score: z.number().nullable(),
      warnings: z.array(z.string()),
      /** In words, the strongest first; empty where the release gives none, and for many rows. */
      reasons: z.array(z.string()),
    }),
  ),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
})
export type TriedAnswer = z.infer<typeof triedAnswerSchema>

/** What the server says of itself at /metrics. */
export const serverFiguresSchema = z.strictObject({
  requests: count,
  refused: count,
  rows: count,
  /** From the histogram of request times, between its buckets' edges; null before the first request. */
  latencyMs: z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  modelMs: z.number().nullable(),
  batchRows: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  /** Population stability index of the columns sent so far, largest first; empty below 100 rows. */
  drift: z.array(z.strictObject({ column: z.string(), psi: z.number() })),
  warnings: count,
})
export type ServerFigures = z.infer<typeof serverFiguresSchema>

const ofServer = z.strictObject({ id: serverIdSchema })

export const tryCalls = {
  servable: call.output(z.array(servableSchema)),
  /** Answers once the server does. A release folder is named by its manifest.json. */
  start: call
    .input(z.union([z.strictObject({ versionId: versionIdSchema }), z.strictObject({ manifest: fileRefSchema })]))
    .output(triedServerSchema),
  running: call.output(z.array(triedServerSchema)),
  send: call.input(ofServer.extend({ rows: z.array(triedRowSchema).min(1).max(1000) })).output(triedAnswerSchema),
  /** Rows of a dataset as a caller would send them. */
  rows: call
    .input(ofServer.extend({ datasetId: datasetIdSchema, offset: count, limit: z.int().min(1).max(1000) }))
    .output(z.strictObject({ rows: z.array(triedRowSchema), total: count })),
  figures: call.input(ofServer).output(serverFiguresSchema),
  stop: call.input(ofServer).output(z.strictObject({ stopped: z.boolean() })),
}
