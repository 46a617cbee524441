/**
 * Why a model gives the scores it gives: attributions of every row to the raw columns, and what they say over all rows,
 * which the evidence keeps as its section "explanation".
 */
import { z } from 'zod'
import { findingSchema, metricSchema } from './evidence.ts'
import { datasetIdSchema, nameSchema, runIdSchema, sha256Schema, timeSchema } from './ids.ts'
import { count, finiteOrNull } from './numbers.ts'

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
