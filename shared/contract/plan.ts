/** A plan: everything from import to gates in one file, for `assay check` in a pipeline. Paths are relative to the file. */
import { z } from 'zod'
import { columnTypeSchema, taskSchema } from './dataset.ts'
import { nameSchema } from './ids.ts'
import { deviceNameSchema } from './run.ts'

const path = z.string().trim().min(1).max(4096)

export const planSchema = z.strictObject({
  assay: z.literal('plan/1'),
  dataset: z.strictObject({
    file: path.describe('A CSV, TSV, JSON Lines or Parquet file.'),
    name: nameSchema.optional(),
    target: z.string().optional(),
    labels: z.array(z.string()).min(1).optional().describe('The columns of a multilabel target, instead of one.'),
    task: taskSchema.optional(),
    positive: z.string().optional(),
    id: z.string().optional(),
    time: z.string().optional(),
    weight: z.string().optional(),
    group: z.string().optional().describe('The query that each row of a ranking belongs to.'),
    protected: z.array(z.string()).optional(),
    ignored: z.array(z.string()).optional(),
    types: z.record(z.string(), columnTypeSchema).optional(),
  }),
  model: z.strictObject({
    file: path.describe('An ONNX file.'),
    name: nameSchema.optional(),
    binding: path.optional().describe('A binding as YAML; left out, it is guessed and tried.'),
  }),
  device: z.union([z.literal('auto'), deviceNameSchema]).optional(),
  threshold: z.number().min(0).max(1).optional(),
  policy: path,
  champion: z.string().optional().describe('NAME@VERSION; left out, the model’s champion.'),
  write: z
    .strictObject({
      junit: path.optional(),
      html: path.optional(),
      pdf: path.optional(),
      docx: path.optional(),
      evidence: path.optional(),
      'model-card': path.optional(),
      'sr-26-2': path.optional(),
      'eu-ai-act-annex-iv': path.optional(),
    })
    .optional()
    .describe('Files to write when all is done. Reports by template are .md, .html, .pdf or .docx.'),
})
export type Plan = z.infer<typeof planSchema>
