/**
 * A policy: a YAML file of release criteria. Its keys are in snake case, as people write YAML; what is computed from it
 * (lint, gate results) is in camel case like the rest of the contract.
 */
import { z } from 'zod'
import { taskSchema } from './dataset.ts'
import { nameSchema, sha256Schema, timeSchema, versionIdSchema } from './ids.ts'
import { finiteOrNull } from './numbers.ts'

const words = z.string().trim().min(1).max(2000)
const limit = z.number()
/** An ISO date, "2026-12-31": the last day, in UTC, on which it holds. */
export const dateSchema = z.iso.date()

/** What a figure must be. Exactly one of them is given; the linter says so where it is not. */
export const limitsShape = {
  at_least: limit.optional().describe('The figure must be this or more.'),
  at_most: limit.optional().describe('The figure must be this or less.'),
  between: z.tuple([limit, limit]).optional().describe('The figure must lie between these two, ends included.'),
  equals: z
    .union([z.number(), z.string(), z.boolean()])
    .optional()
    .describe('The figure must be exactly this. Intervals play no part.'),
}
export const limitsSchema = z.strictObject(limitsShape)
export type Limits = z.infer<typeof limitsSchema>

export const gateSeveritySchema = z.enum(['block', 'warn'])
export type GateSeverity = z.infer<typeof gateSeveritySchema>

const gateIdSchema = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'An id has small letters, digits and single hyphens')

export const gateSchema = z.strictObject({
  id: gateIdSchema.describe('Names the gate in results and waivers.'),
  title: words.optional().describe('What readers see; left out, the path.'),
  path: words.describe('Where the figure stands in the evidence, for example metrics.roc_auc.'),
  ...limitsShape,
  versus: z
    .literal('champion')
    .optional()
    .describe('Judge the difference from the champion’s figure on the same data: this version minus champion.'),
  judge: z
    .enum(['interval', 'value'])
    .optional()
    .describe('interval (the default): the whole 95 % interval must agree. value: the figure alone decides.'),
  n_at_least: z.int().positive().optional().describe('Fewer rows than this behind the figure make it inconclusive.'),
  severity: gateSeveritySchema.optional().describe('block (the default) stops a release; warn is only shown.'),
  reason: words.optional().describe('Why this limit.'),
})
export type Gate = z.infer<typeof gateSchema>

export const waiverSchema = z.strictObject({
  gate: words.describe('The id of the gate that is waived.'),
  owner: words.describe('Who answers for it.'),
  reason: words,
  expires: dateSchema.describe('The last day on which the waiver holds.'),
})
export type Waiver = z.infer<typeof waiverSchema>

export const deploymentKindSchema = z.enum(['batch', 'real-time', 'edge', 'canary'])

/** What the server of a release measures of its own traffic, without labels. */
export const productionMeasureSchema = z.enum([
  'error_rate',
  'latency_p50_ms',
  'latency_p95_ms',
  'latency_p99_ms',
  'input_psi',
])
export type ProductionMeasure = z.infer<typeof productionMeasureSchema>

export const productionLimitSchema = z.strictObject({
  id: gateIdSchema.describe('Names the limit in the canary’s analysis and in alerts.'),
  measure: productionMeasureSchema.describe(
    'error_rate: share of requests that the server failed. latency_…: quantile of whole requests in milliseconds. input_psi: population stability index of the worst column against the evaluated rows.',
  ),
  at_most: z.number().positive(),
  reason: words.optional().describe('Why this limit.'),
})
export const riskTierSchema = z.enum(['low', 'medium', 'high'])

export const policySchema = z.strictObject({
  assay: z.literal('policy/1').describe('Says that this file is a policy.'),
  name: nameSchema,
  description: words.optional(),
  task: taskSchema.optional().describe('The only task that the policy is for.'),
  risk_tier: riskTierSchema.describe('How much harm a wrong model can do.'),
  objective: z
    .strictObject({
      business: words.describe('What the model is to achieve, in words of the business.'),
      measure: words.describe('The figure that tells; a path into the evidence where the target is a limit.'),
      target: z
        .union([limitsSchema, words])
        .describe('A limit on that figure, which is judged as a gate, or words, which are not.'),
    })
    .describe('What the model is for.'),
  deployment: z
    .strictObject({
      kind: deploymentKindSchema,
      description: words.optional(),
      limits: z
        .array(productionLimitSchema)
        .max(50)
        .optional()
        .describe('What production is held to: a canary that breaks one is rolled back, and an alert is raised.'),
    })
    .describe('Where the model is to run.'),
  approval: z
    .strictObject({
      quorum: z.int().min(1).max(20).optional().describe('How many approvers must sign. 1 where left out.'),
      valid_days: z.int().min(1).max(3650).optional().describe('How long an approval holds. 365 where left out.'),
      separate_accounts: z
        .boolean()
        .optional()
        .describe('Refuse an approver who works on the same system account as the author.'),
      checklists: z
        .array(z.enum(['model-card', 'sr-26-2', 'eu-ai-act-annex-iv']))
        .optional()
        .describe('Checklists whose every item must be settled before approval.'),
    })
    .optional(),
  gates: z.array(gateSchema).min(1).max(500),
  waivers: z.array(waiverSchema).max(500).optional(),
})
export type Policy = z.infer<typeof policySchema>

export const lintProblemSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  remedy: z.string(),
  /** From 1. */
  line: z.int().positive(),
  column: z.int().positive(),
})
export type LintProblem = z.infer<typeof lintProblemSchema>

/** `policy` is null where an error stands in its way. */
export const lintedPolicySchema = z.strictObject({
  policy: policySchema.nullable(),
  problems: z.array(lintProblemSchema),
})
export type LintedPolicy = z.infer<typeof lintedPolicySchema>

export const outcomeSchema = z.enum(['pass', 'fail', 'inconclusive', 'missing'])
export type Outcome = z.infer<typeof outcomeSchema>

/** One figure of the evidence held against a limit. With `versus`, value and interval are of the difference. */
export const judgedFigureSchema = z.strictObject({
  path: z.string(),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  low: finiteOrNull,
  high: finiteOrNull,
  n: z.int().nonnegative().nullable(),
  method: z.string().nullable(),
  outcome: outcomeSchema,
  reason: z.string(),
  /** Of the two figures that a difference is made of. */
  candidate: finiteOrNull.optional(),
  champion: finiteOrNull.optional(),
})
export type JudgedFigure = z.infer<typeof judgedFigureSchema>

export const gateResultSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  path: z.string(),
  requirement: z.string(),
  limits: limitsSchema,
  versus: z.literal('champion').nullable(),
  severity: gateSeveritySchema,
  outcome: outcomeSchema,
  reason: z.string(),
  /** The figure that decided: the worst where the path names several. Null where the path leads nowhere. */
  figure: judgedFigureSchema.nullable(),
  /** Figures the path names, and how many of them passed. */
  figures: z.int().nonnegative(),
  passed: z.int().nonnegative(),
  waiver: z
    .strictObject({ owner: z.string(), reason: z.string(), expires: dateSchema, inForce: z.boolean() })
    .nullable(),
  /** Stops a release. */
  blocking: z.boolean(),
})
export type GateResult = z.infer<typeof gateResultSchema>

export const championRefSchema = z.strictObject({
  versionId: versionIdSchema,
  name: nameSchema,
  version: z.int().positive(),
  evidenceSha256: sha256Schema,
})
export type ChampionRef = z.infer<typeof championRefSchema>

/** What the gates of one policy said about one evidence document, at one time. Its canonical form is hashed. */
export const gatesSchema = z.strictObject({
  schema: z.literal('assay.gates/1'),
  judgedAt: timeSchema,
  evidenceSha256: sha256Schema,
  policySha256: sha256Schema,
  policyName: nameSchema,
  riskTier: riskTierSchema,
  champion: championRefSchema.nullable(),
  /** blocked: at least one gate stops the release. waived: none does, but one would without its waiver. */
  outcome: z.enum(['pass', 'waived', 'blocked']),
  counts: z.strictObject({
    pass: z.int(),
    fail: z.int(),
    inconclusive: z.int(),
    missing: z.int(),
    blocking: z.int(),
    waived: z.int(),
    warnings: z.int(),
  }),
  gates: z.array(gateResultSchema),
})
export type Gates = z.infer<typeof gatesSchema>
