/** A model: a name, and its numbered immutable versions. A version has a binding. */
import { z } from 'zod'
import { taskSchema } from './dataset.ts'
import { findingSchema } from './evidence.ts'
import { datasetIdSchema, modelIdSchema, nameSchema, sha256Schema, timeSchema, versionIdSchema } from './ids.ts'
import { fileRefSchema } from './files.ts'

const tensorNameSchema = z.string()

/** Where the values of one model input come from. */
export const inputBindingSchema = z.discriminatedUnion('kind', [
  /** Several columns, side by side in this order: a tensor [N, columns]. */
  z.strictObject({ kind: z.literal('matrix'), input: tensorNameSchema, columns: z.array(z.string()).min(1) }),
  /** One column: a tensor [N, 1] or [N]. */
  z.strictObject({ kind: z.literal('column'), input: tensorNameSchema, column: z.string() }),
  /** An image column, decoded and laid out as the input wants it. */
  z.strictObject({
    kind: z.literal('image'),
    input: tensorNameSchema,
    column: z.string(),
    width: z.int().positive(),
    height: z.int().positive(),
    channels: z.union([z.literal(1), z.literal(3)]),
    layout: z.enum(['NCHW', 'NHWC']),
    /** value = (pixel 0..255) × scale + offset, per channel. */
    scale: z.array(z.number()).min(1).max(3),
    offset: z.array(z.number()).min(1).max(3),
  }),
  /** The same number or text for each row. */
  z.strictObject({ kind: z.literal('constant'), input: tensorNameSchema, value: z.union([z.number(), z.string()]) }),
])
export type InputBinding = z.infer<typeof inputBindingSchema>

/** What the model's outputs mean. */
export const outputBindingSchema = z.strictObject({
  task: taskSchema,
  /** The tensor (or, one for each class, tensors) that holds scores or predicted values; null for a labels-only model. */
  score: z.array(tensorNameSchema).nullable(),
  /** The tensor that holds the model's own label, where it has one. */
  label: tensorNameSchema.nullable(),
  /** How raw outputs become probabilities. */
  transform: z.enum(['none', 'softmax', 'sigmoid']),
  /** Class names in the order of the score's columns; empty for regression. */
  classes: z.array(z.string()),
  /** The positive class of a binary task. */
  positive: z.string().nullable(),
})
export type OutputBinding = z.infer<typeof outputBindingSchema>

export const bindingSchema = z.strictObject({
  inputs: z.array(inputBindingSchema).min(1),
  output: outputBindingSchema,
  /** Text given to string inputs where the value is missing; numbers become NaN. */
  missingText: z.string().default(''),
  /** Rows a call: null lets Assay choose, a number is what the graph demands. */
  fixedBatch: z.int().positive().nullable().default(null),
})
export type Binding = z.infer<typeof bindingSchema>

/** A binding with the reasons for each guess in it, and what it gave on ten rows. */
export const boundSampleSchema = z.strictObject({
  binding: bindingSchema,
  notes: z.array(z.string()),
  findings: z.array(findingSchema),
  /** At most ten rows: the bound values as text and the outputs. */
  sample: z.strictObject({ columns: z.array(z.string()), rows: z.array(z.array(z.string().nullable())) }),
})
export type BoundSample = z.infer<typeof boundSampleSchema>

export const tensorInfoSchema = z.strictObject({
  name: z.string(),
  kind: z.string(),
  elementType: z.string().nullable(),
  /** null is an unnamed dynamic dimension. */
  shape: z.array(z.union([z.int(), z.string(), z.null()])).nullable(),
})
export type TensorInfo = z.infer<typeof tensorInfoSchema>

export const modelVersionSchema = z.strictObject({
  id: versionIdSchema,
  modelId: modelIdSchema,
  name: nameSchema,
  version: z.int().positive(),
  createdAt: timeSchema,
  fileName: z.string(),
  bytes: z.int().nonnegative(),
  /** Of the file as it was given. */
  sha256: sha256Schema,
  /** Of the graph that is run: the same file, or the one with ZipMap removed. */
  servedSha256: sha256Schema,
  irVersion: z.int(),
  opsets: z.array(z.strictObject({ domain: z.string(), version: z.int() })),
  producer: z.string(),
  metadata: z.record(z.string(), z.string()),
  inputs: z.array(tensorInfoSchema),
  outputs: z.array(tensorInfoSchema),
  operators: z.array(z.strictObject({ domain: z.string(), opType: z.string(), count: z.int() })),
  parameters: z.int().nonnegative(),
  /** Class names found in the graph, in score order. */
  classLabels: z.array(z.string()).nullable(),
  /** What ends the graph, for each output. */
  finalActivation: z.record(z.string(), z.string()),
  /** What was changed on import, in words. */
  edits: z.array(z.string()),
  findings: z.array(findingSchema),
  binding: bindingSchema.nullable(),
  bindingOrigin: z.enum(['guessed', 'user']).nullable(),
})
export type ModelVersion = z.infer<typeof modelVersionSchema>

export const modelSummarySchema = z.strictObject({
  id: modelIdSchema,
  name: nameSchema,
  versions: z.array(
    z.strictObject({
      id: versionIdSchema,
      version: z.int().positive(),
      createdAt: timeSchema,
      bytes: z.int().nonnegative(),
      task: taskSchema.nullable(),
      runs: z.int().nonnegative(),
    }),
  ),
})
export type ModelSummary = z.infer<typeof modelSummarySchema>

export const modelImportSchema = z.strictObject({
  file: fileRefSchema,
  /** Left out: the file's name. A name that exists gets a new version. */
  name: nameSchema.optional(),
  binding: bindingSchema.optional(),
})
export const bindRequestSchema = z.strictObject({ versionId: versionIdSchema, datasetId: datasetIdSchema })

/** How the weights of a smaller version are kept; computed with as float32 all the same. */
export const weightTypeSchema = z.enum(['float16', 'int8'])
export type WeightType = z.infer<typeof weightTypeSchema>
