/** A dataset: an immutable snapshot of a source file, with types and roles for its columns. */
import { z } from 'zod'
import { datasetIdSchema, nameSchema, sha256Schema, timeSchema } from './ids.ts'
import { findingSchema } from './evidence.ts'
import { fileRefSchema } from './files.ts'

export const taskSchema = z.enum(['binary', 'multiclass', 'multilabel', 'regression', 'ranking'])
export type Task = z.infer<typeof taskSchema>

/** Whether a model of the task gives one number a row, and no classes: a predicted value, or a score to rank by. */
export const givesOneNumber = (task: Task): task is 'regression' | 'ranking' =>
  task === 'regression' || task === 'ranking'

export const columnTypeSchema = z.enum(['integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'image'])
export type ColumnType = z.infer<typeof columnTypeSchema>

export const roleSchema = z.enum(['feature', 'target', 'prediction', 'weight', 'group', 'id', 'time', 'ignored'])
export type Role = z.infer<typeof roleSchema>

export const columnSchema = z.strictObject({
  name: z.string(),
  type: columnTypeSchema,
  role: roleSchema,
  /** A protected attribute; it may be a feature as well. */
  protected: z.boolean(),
  /** Rows without a value. */
  missing: z.int().nonnegative(),
  /** Distinct values, exact up to 1,000 and approximate (HyperLogLog) past that. */
  distinct: z.int().nonnegative(),
  /** Numbers and times as text in ISO form; null for images and all-missing columns. */
  min: z.string().nullable(),
  max: z.string().nullable(),
  mean: z.number().nullable(),
  /** The most frequent values of a column with few of them. */
  top: z.array(z.strictObject({ value: z.string(), n: z.int().nonnegative() })),
  /** Where a column of a file with decimal commas has points. */
  decimal: z.literal('.').optional(),
})
export type Column = z.infer<typeof columnSchema>

export const sourceFormatSchema = z.enum(['csv', 'jsonl', 'json', 'parquet'])

/** How a delimited file was read. */
export const dialectSchema = z.strictObject({
  delimiter: z.string(),
  quote: z.string(),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
  bom: z.boolean(),
  newline: z.enum(['\n', '\r\n', '\r']),
  decimal: z.enum(['.', ',']),
  /** Lines before the first row of data: 1 is a plain header, 3 is Orange's name, type and role rows, 0 is none. */
  headerLines: z.int().min(0).max(3),
  /** Texts read as missing, besides the empty field. */
  missing: z.array(z.string()),
})
export type Dialect = z.infer<typeof dialectSchema>

export const sourceSchema = z.strictObject({
  fileName: z.string(),
  format: sourceFormatSchema,
  bytes: z.int().nonnegative(),
  sha256: sha256Schema,
  dialect: dialectSchema.nullable(),
})

export const datasetSchema = z.strictObject({
  id: datasetIdSchema,
  name: nameSchema,
  createdAt: timeSchema,
  rows: z.int().nonnegative(),
  columns: z.array(columnSchema),
  task: taskSchema.nullable(),
  /** The class that a binary task calls positive, as text. */
  positive: z.string().nullable(),
  source: sourceSchema,
  data: z.strictObject({ sha256: sha256Schema, bytes: z.int().nonnegative() }),
  findings: z.array(findingSchema),
})
export type Dataset = z.infer<typeof datasetSchema>

/** The target column, or a multilabel task's columns, as one text; null where there is none. */
export const targetName = ({ columns }: Pick<Dataset, 'columns'>): string | null => {
  const names = columns.filter((column) => column.role === 'target').map((column) => column.name)
  return names.length === 0 ? null : names.join(', ')
}

export const datasetSummarySchema = datasetSchema
  .pick({ id: true, name: true, createdAt: true, rows: true, task: true })
  .extend({
    columns: z.int().nonnegative(),
    target: z.string().nullable(),
    bytes: z.int().nonnegative(),
    sourceFileName: z.string(),
  })
export type DatasetSummary = z.infer<typeof datasetSummarySchema>

/** What the user says about the file; everything left out is inferred. */
export const datasetOptionsSchema = z.strictObject({
  name: nameSchema.optional(),
  dialect: dialectSchema.partial().optional(),
  /** Column name to type. */
  types: z.record(z.string(), columnTypeSchema).optional(),
  target: z.string().optional(),
  /** Columns of a multilabel target, each 1 where the row has the label of that name, else 0. */
  labels: z.array(z.string()).min(1).optional(),
  id: z.string().optional(),
  time: z.string().optional(),
  weight: z.string().optional(),
  /** The query that each row of a ranking belongs to. */
  group: z.string().optional(),
  protected: z.array(z.string()).optional(),
  ignored: z.array(z.string()).optional(),
  task: taskSchema.optional(),
  positive: z.string().optional(),
  /** What to do with rows that have too few or too many fields: stop (the default) or leave them out and say so. */
  badRows: z.enum(['stop', 'skip']).optional(),
})
export type DatasetOptions = z.infer<typeof datasetOptionsSchema>

export const datasetPreviewSchema = z.strictObject({
  fileName: z.string(),
  bytes: z.int().nonnegative(),
  format: sourceFormatSchema,
  dialect: dialectSchema.nullable(),
  columns: z.array(z.strictObject({ name: z.string(), type: columnTypeSchema, role: roleSchema })),
  rows: z.array(z.array(z.string().nullable())),
  /** Rows that will not import as they are, with their line. */
  problems: z.array(findingSchema),
  suggestedTarget: z.string().nullable(),
  suggestedTask: taskSchema.nullable(),
})
export type DatasetPreview = z.infer<typeof datasetPreviewSchema>

export const datasetImportSchema = z.strictObject({ file: fileRefSchema, options: datasetOptionsSchema })

/** Roles, task and positive class can change after import; rows and values cannot. */
export const datasetUpdateSchema = z.strictObject({
  id: datasetIdSchema,
  name: nameSchema.optional(),
  task: taskSchema.nullable().optional(),
  positive: z.string().nullable().optional(),
  roles: z.record(z.string(), roleSchema).optional(),
  protected: z.record(z.string(), z.boolean()).optional(),
})

/** A window onto a table's rows, values as text, null where missing. */
export const rowsRequestSchema = z.strictObject({
  offset: z.int().nonnegative(),
  limit: z.int().min(1).max(1000),
  sort: z.strictObject({ column: z.string(), direction: z.enum(['ascending', 'descending']) }).optional(),
  /** Rows in which any text column contains this, or that meet conditions: "a = b & c >= 1 & d is missing". */
  filter: z.string().max(2000).optional(),
})
export type RowsRequest = z.infer<typeof rowsRequestSchema>
export const rowsSchema = z.strictObject({
  columns: z.array(z.strictObject({ name: z.string(), type: columnTypeSchema })),
  rows: z.array(z.array(z.string().nullable())),
  /** Rows that match the filter. */
  total: z.int().nonnegative(),
})
export type Rows = z.infer<typeof rowsSchema>
