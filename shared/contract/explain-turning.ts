/** What would turn a decision: small changes of a row, and the nearest rows that are decided otherwise. */
import { z } from 'zod'
import { runIdSchema } from './ids.ts'
import { count, finiteOrNull } from './numbers.ts'

const row = z.int().nonnegative()

const changeSchema = z.strictObject({ column: z.string(), from: z.string(), to: z.string() })

export const counterfactualSchema = z.strictObject({
  /** Changed columns only. */
  changes: z.array(changeSchema),
  score: z.number(),
  /** Sum over changed columns of the change in units of the column's middle half, 1 for a category, times its cost. */
  distance: z.number(),
  /** Distance to the nearest row of the data that the model decides as wanted; null where there are too few. */
  nearest: finiteOrNull,
  /** Whether that is no farther than 95 % of such rows are from one another. */
  plausible: z.boolean().nullable(),
})
export type Counterfactual = z.infer<typeof counterfactualSchema>

/** A class, or for a regression a range of predictions; null: any other decision. */
export const goalSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('class'), name: z.string() }),
    z.strictObject({ kind: z.literal('range'), low: finiteOrNull, high: finiteOrNull }),
  ])
  .nullable()
export type Goal = z.infer<typeof goalSchema>

export const counterfactualRequestSchema = z.strictObject({
  id: runIdSchema,
  row,
  /** Columns that must stay as they are. */
  fixed: z.array(z.string()).default([]),
  /** Numbers must stay within. */
  bounds: z.record(z.string(), z.strictObject({ low: finiteOrNull, high: finiteOrNull })).default({}),
  /** What a change of a column costs, where it is not 1. */
  costs: z.record(z.string(), z.number().nonnegative().max(1e9)).default({}),
  goal: goalSchema.default(null),
  wanted: z.int().min(1).max(20).default(10),
})
export type CounterfactualRequest = z.infer<typeof counterfactualRequestSchema>

export const counterfactualsSchema = z.strictObject({
  found: z.array(counterfactualSchema),
  /** Rows scored. */
  tried: count,
  /** 95 % of the rows decided as wanted have another one within this distance. */
  usual: finiteOrNull,
  elapsedMs: z.number().nonnegative(),
})
export type Counterfactuals = z.infer<typeof counterfactualsSchema>

export const neighbourSchema = z.strictObject({
  row,
  distance: z.number(),
  decision: z.string(),
  score: z.number(),
  target: z.string().nullable(),
  /** Columns that differ: this row's value, and the neighbour's. */
  differences: z.array(changeSchema),
})
export const neighboursSchema = z.strictObject({
  decision: z.string(),
  /** What another outcome is. */
  rule: z.string(),
  found: z.array(neighbourSchema),
  searched: count,
})
export type Neighbours = z.infer<typeof neighboursSchema>
