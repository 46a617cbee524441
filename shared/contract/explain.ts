/**
 * Why a model gives the scores it gives: attributions of every row to the raw columns, what they say over all rows, and
 * one row in detail. The evidence keeps the global part as its section "explanation".
 */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { findingSchema, metricSchema } from './evidence.ts'
import { fileRefSchema } from './files.ts'
import { datasetIdSchema, nameSchema, runIdSchema, sha256Schema, timeSchema } from './ids.ts'
import { errorDataSchema, jobStartedSchema } from './job.ts'

const count = z.int().nonnegative()
const finiteOrNull = z.number().nullable()

/**
 * tree: exact, from the trees in the graph. linear: the closed form. exact: every coalition, up to 15 columns.
 * permutation and kernel: sampled, for any graph, with standard errors.
 */
export const explainMethodSchema = z.enum(['tree', 'linear', 'exact', 'permutation', 'kernel'])
export type ExplainMethod = z.infer<typeof explainMethodSchema>

/**
 * What an absent column is. path-dependent: trees send on the shares of the reference rows that reached their nodes.
 * interventional: it has the values of the background rows in turn.
 */
export const gameSchema = z.enum(['path-dependent', 'interventional'])
export type Game = z.infer<typeof gameSchema>

export const explainRequestSchema = z.strictObject({
  id: runIdSchema,
  method: z.union([z.literal('auto'), explainMethodSchema]).default('auto'),
  game: gameSchema.default('path-dependent'),
  /** Covers are counted from it, and absent columns take their values from it; left out: the run's own dataset. */
  background: datasetIdSchema.nullable().default(null),
  /** Permutation importance, partial dependence and accumulated local effects, which score the model many times. */
  effects: z.boolean().default(true),
  interactions: z.boolean().default(true),
  /** Rows that the sampled methods explain. */
  rows: z.int().min(1).max(1_000_000).nullable().default(null),
  seed: z.int().nonnegative().default(20_240_229),
})
export type ExplainRequest = z.infer<typeof explainRequestSchema>

export const spaceSchema = z.enum(['target', 'probability', 'log-odds', 'logit', 'score'])

/** A column of the data, or columns that a tensor of the model mixes and that move together. */
export const playerSchema = z.strictObject({
  name: z.string(),
  columns: z.array(z.string()),
  kind: z.enum(['number', 'category', 'joint']),
  /** Inputs of the model's core that it becomes, for example the columns of a one-hot encoding. */
  inputs: count,
})
export type Player = z.infer<typeof playerSchema>

export const featureSummarySchema = z.strictObject({
  /** Place in `players`. */
  player: count,
  meanAbs: metricSchema,
  mean: metricSchema,
  largest: z.number(),
})
export type FeatureSummary = z.infer<typeof featureSummarySchema>

/** A beeswarm as counts: how many rows have an attribution in each bin, and whether their values are low or high. */
export const stripSchema = z.strictObject({
  player: count,
  counts: z.array(count),
  /** Mean rank of the value among all rows, 0 lowest to 1 highest; null in an empty bin and for categories. */
  meanRank: z.array(finiteOrNull),
})
export type Strip = z.infer<typeof stripSchema>

export const dependenceBinSchema = z.strictObject({
  /** "12 to 24" or a category; "missing" for rows without a value. */
  label: z.string(),
  low: finiteOrNull,
  high: finiteOrNull,
  n: count,
  mean: z.number(),
  /** Quantiles 0.05, 0.25, 0.5, 0.75, 0.95 of the attribution. */
  quantiles: z.array(z.number()),
})
export const dependenceSchema = z.strictObject({ player: count, bins: z.array(dependenceBinSchema) })
export type Dependence = z.infer<typeof dependenceSchema>

export const interactionSchema = z.strictObject({
  a: count,
  b: count,
  /** Mean |Φ_ab| + |Φ_ba|: both halves. */
  meanAbs: metricSchema,
})

export const explainedOutputSchema = z.strictObject({
  name: z.string(),
  /** The value when every column is absent. Base and attributions of a row add up to its margin. */
  base: z.number(),
  /** In falling order of meanAbs, all players. */
  features: z.array(featureSummarySchema),
  /** Bin edges of the strips: one more than bins. */
  stripEdges: z.array(z.number()),
  strips: z.array(stripSchema),
  dependence: z.array(dependenceSchema),
  interactions: z.array(interactionSchema),
})
export type ExplainedOutput = z.infer<typeof explainedOutputSchema>

export const importanceSchema = z.strictObject({
  metric: z.string(),
  baseline: z.number(),
  repeats: count,
  rows: count,
  /** How much the metric falls when the column is shuffled. */
  features: z.array(z.strictObject({ player: count, drop: metricSchema })),
})

/** Partial dependence, individual curves and accumulated local effects of one column on the score. */
export const effectSchema = z.strictObject({
  player: count,
  output: z.string(),
  /** Values of the column: numbers in rising order, or categories. */
  grid: z.array(z.union([z.number(), z.string()])),
  partialDependence: z.array(metricSchema),
  /** Curves of single rows, each as long as the grid. */
  individual: z.array(z.array(z.number())),
  /** Relative to their mean; null for categories. */
  accumulated: z.array(z.number()).nullable(),
  rows: count,
})
export type Effect = z.infer<typeof effectSchema>

export const surrogateSchema = z.strictObject({
  /** Share of the score's variance that the tree reproduces on rows it was not grown on. */
  fidelity: metricSchema,
  depth: count,
  /** Nodes in depth-first order; a leaf has no column. */
  nodes: z.array(
    z.strictObject({
      depth: count,
      column: z.string().nullable(),
      test: z.string(),
      n: count,
      mean: z.number(),
    }),
  ),
})

/** Friedman's H: the share of what columns do together that is more than the sum of what each does alone, as a root. */
export const friedmanSchema = z.strictObject({
  output: z.string(),
  /** Points at which partial dependence is taken, each against all the others. */
  points: count,
  /** A column against all others together. */
  columns: z.array(z.strictObject({ player: count, h: metricSchema })),
  pairs: z.array(z.strictObject({ a: count, b: count, h: metricSchema })),
})

/** The score while columns are taken away (or put in), those that speak most for it first. */
const faithfulnessSchema = z.strictObject({
  byAttribution: z.array(z.number()),
  atRandom: z.array(z.number()),
  /** How much better than chance the order is: mean difference between the curves, positive is better. */
  gain: metricSchema,
})

/** Whether the attributions can be relied on, as measured on the rows themselves. */
export const qualitySchema = z.strictObject({
  output: z.string(),
  rows: count,
  /** Share of the columns taken away or put in, 0 to 1; the curves have a value for each. */
  share: z.array(z.number()),
  deletion: faithfulnessSchema,
  insertion: faithfulnessSchema,
  stability: z.strictObject({
    /** Numbers are moved at random by this part of their standard deviation. */
    shift: z.number(),
    /** Mean of Σ |change of attribution| / Σ |attribution|. */
    change: metricSchema,
    /** |change of the margin| / Σ |attribution|: what a change of the score alone would explain. */
    scoreChange: metricSchema,
    /** Share of rows whose largest attribution stays the largest. */
    firstReason: metricSchema,
  }),
  agreement: z.array(
    z.strictObject({
      /** The other method. */
      method: z.string(),
      /** Mean over rows of Spearman's correlation between the attributions. */
      rank: metricSchema,
      /** Mean share of the three largest that both have. */
      top: metricSchema,
    }),
  ),
})
export type Quality = z.infer<typeof qualitySchema>

export const explanationSchema = z.strictObject({
  schema: z.literal('assay.explanation/1'),
  createdAt: timeSchema,
  method: explainMethodSchema,
  methodTitle: z.string(),
  game: gameSchema,
  exact: z.boolean(),
  /** The unit of the attributions. */
  space: spaceSchema,
  spaceNote: z.string(),
  players: z.array(playerSchema),
  outputs: z.array(explainedOutputSchema),
  reference: z.strictObject({
    datasetId: datasetIdSchema,
    name: nameSchema,
    dataSha256: sha256Schema,
    rows: count,
    used: count,
  }),
  rows: z.strictObject({ total: count, explained: count }),
  /** Largest |base + Σ attributions − margin| over all rows, and the bound that it was held to. */
  additivity: z.strictObject({ largest: z.number(), bound: z.number() }),
  /** Largest difference between the score that the margin gives and the score of the run; null where not comparable. */
  parity: z.strictObject({ largest: z.number(), bound: z.number() }).nullable(),
  sampling: z
    .strictObject({
      evaluations: count,
      /** Mean and largest standard error of an attribution. */
      meanError: z.number(),
      largestError: z.number(),
      converged: count,
      rule: z.string(),
    })
    .nullable(),
  importance: importanceSchema.nullable(),
  effects: z.array(effectSchema),
  surrogate: surrogateSchema.nullable(),
  friedman: friedmanSchema.nullable().default(null),
  quality: qualitySchema.nullable().default(null),
  seed: count,
  threads: count,
  elapsedMs: z.number().nonnegative(),
  rowsPerSecond: z.number().nonnegative(),
  /** The attributions of every explained row, and what is needed to make those of another row, as stored files. */
  valuesSha256: sha256Schema.nullable(),
  stateSha256: sha256Schema.nullable(),
  findings: z.array(findingSchema),
})
export type Explanation = z.infer<typeof explanationSchema>

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

const row = z.int().nonnegative()

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

const call = oc.errors({ ASSAY: { data: errorDataSchema } })
export const explainContract = {
  start: call.input(explainRequestSchema).output(jobStartedSchema),
  /** null where the run has no explanation. */
  get: call.input(z.strictObject({ id: runIdSchema })).output(explanationSchema.nullable()),
  row: call.input(z.strictObject({ id: runIdSchema, row })).output(rowExplanationSchema),
  /** The row with some values changed, scored and explained again. */
  whatIf: call
    .input(z.strictObject({ id: runIdSchema, row, changes: z.record(z.string(), z.string().max(10_000).nullable()) }))
    .output(rowExplanationSchema),
  /** Small changes that move the score of a row to the other side of the threshold. */
  counterfactuals: call.input(counterfactualRequestSchema).output(counterfactualsSchema),
  /** The rows of the data nearest to a row that have another outcome. */
  neighbours: call
    .input(z.strictObject({ id: runIdSchema, row, wanted: z.int().min(1).max(50).default(5) }))
    .output(neighboursSchema),
  /** For models of images: what in the picture the score rests on. */
  image: call
    .input(z.strictObject({ id: runIdSchema, row, className: z.string().nullable().default(null) }))
    .output(imageRowSchema),
  /** For texts of a row: which of their words the score rests on. */
  texts: call
    .input(z.strictObject({ id: runIdSchema, row, className: z.string().nullable().default(null) }))
    .output(textRowSchema),
  /** Attributions of every explained row under readable names. */
  exportValues: call
    .input(z.strictObject({ id: runIdSchema, file: fileRefSchema, format: z.enum(['csv', 'parquet']) }))
    .output(jobStartedSchema),
}
