/** What in a picture a score rests on, by several methods, and which of them to believe. */
import { z } from 'zod'
import { metricSchema } from './evidence.ts'
import { timeSchema } from './ids.ts'
import { count, finiteOrNull } from './numbers.ts'

export const imageMethodSchema = z.enum(['occlusion', 'rise', 'superpixels'])
export type ImageMethod = z.infer<typeof imageMethodSchema>

/** The score while pixels are hidden, or shown, in an order. */
const pixelCurveSchema = z.strictObject({
  share: z.array(z.number()),
  score: z.array(z.number()),
  /** Mean over the order. */
  area: z.number(),
})

export const imageMapSchema = z.strictObject({
  method: imageMethodSchema,
  /** How much a pixel speaks for the class, row by row; height × width. */
  map: z.array(z.number()),
  deletion: pixelCurveSchema,
  insertion: pixelCurveSchema,
})
export type ImageMap = z.infer<typeof imageMapSchema>

const imageAgreementSchema = z.strictObject({ a: imageMethodSchema, b: imageMethodSchema })

/** What in a picture a score rests on, by several methods, and how each does against a random order. */
export const imageRowSchema = z.strictObject({
  row: count,
  className: z.string(),
  width: count,
  height: count,
  score: z.number(),
  maps: z.array(imageMapSchema),
  random: z.strictObject({ deletion: pixelCurveSchema, insertion: pixelCurveSchema }),
  /** Spearman's correlation between the maps' pixels. */
  agreement: z.array(imageAgreementSchema.extend({ rank: finiteOrNull })),
  segments: count,
  /** Pictures scored. */
  scored: count,
})
export type ImageRow = z.infer<typeof imageRowSchema>

/** The section "imageExplanation": which method to believe for this model, over rows; and some rows to look at. */
export const imageExplanationSchema = z.strictObject({
  schema: z.literal('assay.image-explanation/1'),
  createdAt: timeSchema,
  rows: z.strictObject({ total: count, explained: count }),
  /** Gains over a random order of pixels: mean difference between the curves. */
  methods: z.array(z.strictObject({ method: imageMethodSchema, deletion: metricSchema, insertion: metricSchema })),
  agreement: z.array(imageAgreementSchema.extend({ rank: metricSchema })),
  examples: z.array(
    z.strictObject({
      row: count,
      className: z.string(),
      score: z.number(),
      target: z.string().nullable(),
      /** Of the small pictures below; values of a map from −100 to 100 of its largest, of the picture 0 to 255. */
      width: count,
      height: count,
      picture: z.array(z.int()),
      maps: z.array(z.strictObject({ method: imageMethodSchema, map: z.array(z.int()) })),
    }),
  ),
  seed: count,
  elapsedMs: z.number().nonnegative(),
})
export type ImageExplanation = z.infer<typeof imageExplanationSchema>
