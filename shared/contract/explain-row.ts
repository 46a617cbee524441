/** Why one row has its score: the attributions of its columns, and the words of its texts. */
import { z } from 'zod'
import { spaceSchema } from './explain.ts'
import { count, finiteOrNull } from './numbers.ts'

export const rowPartSchema = z.strictObject({
  player: count,
  name: z.string(),
  /** The row's value as text. */
  value: z.string(),
  attribution: z.number(),
  /** Of a sampled attribution. */
  standardError: finiteOrNull,
})

export const rowExplanationSchema = z.strictObject({
  row: count,
  space: spaceSchema,
  spaceNote: z.string(),
  target: z.string().nullable(),
  outputs: z.array(
    z.strictObject({
      name: z.string(),
      base: z.number(),
      margin: z.number(),
      /** In falling order of size. */
      parts: z.array(rowPartSchema),
      /** The reasons in words. */
      words: z.array(z.string()),
    }),
  ),
  /** Scores by class, or the predicted value. */
  scores: z.array(z.strictObject({ name: z.string(), score: finiteOrNull })),
})
export type RowExplanation = z.infer<typeof rowExplanationSchema>

/** Words of the texts of a row, and how much the score falls without each. */
export const textRowSchema = z.strictObject({
  row: count,
  className: z.string(),
  score: z.number(),
  columns: z.array(
    z.strictObject({
      column: z.string(),
      /** What stands before the first word; words keep what is behind them. */
      before: z.string(),
      words: z.array(z.strictObject({ text: z.string(), effect: z.number() })),
      /** Share of the words deleted, and the score then: in falling order of effect, and in a random one. */
      share: z.array(z.number()),
      byEffect: z.array(z.number()),
      atRandom: z.array(z.number()),
    }),
  ),
  scored: count,
})
export type TextRow = z.infer<typeof textRowSchema>
