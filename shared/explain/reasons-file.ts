/**
 * What the reasons for a prediction need beside the model: who the players are, and what an absent one is. The engine
 * writes it for an explained run, and whoever serves the model reads it.
 */
import { z } from 'zod'
import { explainMethodSchema, playerSchema, spaceSchema } from '../contract/explain.ts'
import { givenColumnSchema } from '../contract/scorer-messages.ts'
import type { GivenColumn } from '../contract/scorer-messages.ts'
import type { TreeGame } from './tree/explain-trees.ts'

/** JSON has no word for numbers that are not finite, nor for whole numbers past 2⁵³. */
const numberCell = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
const numbers = z.array(numberCell)

export const reasonsFileSchema = z.strictObject({
  schema: z.literal('assay.reasons/1'),
  method: explainMethodSchema,
  space: spaceSchema,
  seed: z.int().nonnegative(),
  players: z.array(playerSchema),
  reference: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('path-dependent'), covers: numbers }),
    z.strictObject({ kind: z.literal('means'), means: numbers }),
    z.strictObject({
      kind: z.literal('interventional'),
      rows: z.int().positive(),
      wide: z.boolean(),
      columns: z.array(numbers),
    }),
    /** Background rows as the model is fed: any graph. Whole numbers as their digits. */
    z.strictObject({
      kind: z.literal('rows'),
      rows: z.int().positive(),
      columns: z.array(
        z.strictObject({
          name: z.string(),
          as: givenColumnSchema.shape.as.exclude(['blob']),
          values: z.array(z.union([z.number(), z.string(), z.null()])),
        }),
      ),
    }),
  ]),
})
export type ReasonsFile = z.infer<typeof reasonsFileSchema>

/** The reference as the explainers take it. */
export type Reference =
  | TreeGame
  | { readonly kind: 'means'; readonly means: Float64Array }
  | { readonly kind: 'rows'; readonly rows: number; readonly columns: readonly GivenColumn[] }

const written = (values: ArrayLike<number>): z.infer<typeof numbers> =>
  Array.from(values, (value) => (Number.isFinite(value) ? value : (String(value) as 'NaN')))
const doubles = (values: z.infer<typeof numbers>): Float64Array => Float64Array.from(values, Number)
const floats = (values: z.infer<typeof numbers>): Float32Array => Float32Array.from(values, Number)

/** @throws where a background has images */
export function writeReference(reference: Reference): ReasonsFile['reference'] {
  switch (reference.kind) {
    case 'path-dependent':
      return { kind: reference.kind, covers: written(reference.covers) }
    case 'means':
      return { kind: reference.kind, means: written(reference.means) }
    case 'interventional': {
      const { rows, columns } = reference.background
      return { kind: reference.kind, rows, wide: columns[0] instanceof Float64Array, columns: columns.map(written) }
    }
    case 'rows':
      return {
        kind: reference.kind,
        rows: reference.rows,
        columns: reference.columns.map(({ name, as, values }) => {
          if (as === 'blob') throw new Error('Images are no background')
          return { name, as, values: Array.from(values as ArrayLike<number | bigint | string | null>, cellOf) }
        }),
      }
  }
}

const cellOf = (value: number | bigint | string | null): number | string | null =>
  typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? String(value) : value

export function readReference(file: ReasonsFile): Reference {
  const { reference } = file
  switch (reference.kind) {
    case 'path-dependent':
      return { kind: reference.kind, covers: doubles(reference.covers) }
    case 'means':
      return { kind: reference.kind, means: doubles(reference.means) }
    case 'interventional': {
      const columns = reference.columns.map((values) => (reference.wide ? doubles(values) : floats(values)))
      return { kind: reference.kind, background: { rows: reference.rows, columns } }
    }
    case 'rows':
      return {
        kind: reference.kind,
        rows: reference.rows,
        columns: reference.columns.map(({ name, as, values }): GivenColumn => ({
          name,
          as,
          values:
            as === 'string'
              ? values.map((value) => (value === null ? null : String(value)))
              : as === 'bigint'
                ? BigInt64Array.from(values, (value) => BigInt(value ?? 0))
                : as === 'float'
                  ? Float32Array.from(values, Number)
                  : Float64Array.from(values, Number),
        })),
      }
  }
}
