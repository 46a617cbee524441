/**
 * A review: one evaluation of one version, held against one policy, looked at by someone who did not make it. What was
 * asked and what was decided are signed statements; what was said in between is a list of events that only grows, so
 * that two workspaces can work on one review and put their parts together.
 */
import { z } from 'zod'
import { dateSchema, gatesSchema } from './policy.ts'
import {
  nameSchema,
  personIdSchema,
  reviewIdSchema,
  runIdSchema,
  sha256Schema,
  timeSchema,
  versionIdSchema,
} from './ids.ts'
import { envelopeSchema, signerSchema } from './person.ts'

const text = z.string().trim().max(10_000)
const words = text.min(1)
/** Names an event, a finding: 16 random hexadecimal digits. */
const shortIdSchema = z.string().regex(/^[0-9a-f]{16}$/)

export const reviewSubjectSchema = z.strictObject({
  runId: runIdSchema,
  versionId: versionIdSchema,
  model: nameSchema,
  version: z.int().positive(),
  modelSha256: sha256Schema,
  servedSha256: sha256Schema,
  dataset: nameSchema,
  dataSha256: sha256Schema,
  evidenceSha256: sha256Schema,
})
export type ReviewSubject = z.infer<typeof reviewSubjectSchema>

/** What an author signs when asking for a review; one a round, because changed evidence needs a new one. */
export const requestStatementSchema = z.strictObject({
  schema: z.literal('assay.request/1'),
  reviewId: reviewIdSchema,
  /** From 1. */
  round: z.int().positive(),
  subject: reviewSubjectSchema,
  policySha256: sha256Schema,
  gatesSha256: sha256Schema,
  gatesOutcome: gatesSchema.shape.outcome,
  championEvidenceSha256: sha256Schema.nullable(),
  requestedBy: signerSchema,
  /** Everyone who made the version, the run or the evaluation: none of them can approve it. */
  authors: z.array(signerSchema).min(1),
  /** Digest of machine and system account, to be compared with the approver's. */
  account: sha256Schema,
  note: text,
  requestedAt: timeSchema,
})
export type RequestStatement = z.infer<typeof requestStatementSchema>

export const findingSeveritySchema = z.enum(['critical', 'major', 'minor', 'note'])
export type FindingSeverity = z.infer<typeof findingSeveritySchema>
/** answered: the author says that it is dealt with; only someone else can close it or accept the risk. */
export const findingStateSchema = z.enum(['open', 'answered', 'accepted', 'closed'])
export type FindingState = z.infer<typeof findingStateSchema>

export const checklistNameSchema = z.enum(['model-card', 'sr-26-2', 'eu-ai-act-annex-iv'])
export type ChecklistName = z.infer<typeof checklistNameSchema>
export const checkStateSchema = z.enum(['open', 'done', 'not applicable'])
export type CheckState = z.infer<typeof checkStateSchema>

const event = { id: shortIdSchema, at: timeSchema, by: signerSchema }
export const reviewEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...event,
    type: z.literal('finding opened'),
    finding: shortIdSchema,
    severity: findingSeveritySchema,
    title: words.max(300),
    text,
    /** The figure it is about; null for the whole. */
    path: z.string().max(2000).nullable(),
    owner: z.string().trim().max(200).nullable(),
    due: dateSchema.nullable(),
  }),
  z.strictObject({
    ...event,
    type: z.literal('finding changed'),
    finding: shortIdSchema,
    state: findingStateSchema.optional(),
    severity: findingSeveritySchema.optional(),
    owner: z.string().trim().max(200).nullable().optional(),
    due: dateSchema.nullable().optional(),
    text,
  }),
  z.strictObject({
    ...event,
    type: z.literal('comment'),
    path: z.string().max(2000).nullable(),
    finding: shortIdSchema.nullable(),
    text: words,
  }),
  z.strictObject({
    ...event,
    type: z.literal('checked'),
    checklist: checklistNameSchema,
    item: z.string().max(100),
    state: checkStateSchema,
    note: text,
  }),
  z.strictObject({
    ...event,
    type: z.literal('condition met'),
    /** SHA-256 of the approval's statement, and which of its conditions, from 0. */
    approval: sha256Schema,
    condition: z.int().nonnegative(),
    text,
  }),
  z.strictObject({ ...event, type: z.literal('withdrawn'), text }),
])
export type ReviewEvent = z.infer<typeof reviewEventSchema>

export const decisionSchema = z.enum(['approve', 'approve with conditions', 'reject'])
export type Decision = z.infer<typeof decisionSchema>

export const conditionSchema = z.strictObject({ text: words, owner: words.max(200), due: dateSchema })
export type Condition = z.infer<typeof conditionSchema>

/** What an approver signs. Its bytes are its canonical JSON. */
export const approvalStatementSchema = z.strictObject({
  schema: z.literal('assay.approval/1'),
  decision: decisionSchema,
  reviewId: reviewIdSchema,
  round: z.int().positive(),
  subject: reviewSubjectSchema,
  policySha256: sha256Schema,
  /** Approvals by different people that this policy asks for. Statements of Assay 0.1.0 and earlier have none. */
  quorum: z.int().positive().optional(),
  /** Of the gate results as they were judged at the time of the decision. */
  gatesSha256: sha256Schema,
  gatesOutcome: gatesSchema.shape.outcome,
  /** Of the findings, comments and checklists as they stood. */
  eventsSha256: sha256Schema,
  conditions: z.array(conditionSchema).max(100),
  reasons: text,
  signer: signerSchema,
  /** Where the signer decides in an approver’s place: that approver, and what they signed to allow it. */
  onBehalfOf: signerSchema.optional(),
  delegation: envelopeSchema.optional(),
  /** As stated in the request: none of them is the signer. */
  authors: z.array(signerSchema).min(1),
  account: sha256Schema,
  signedAt: timeSchema,
  expiresAt: timeSchema,
})
export type ApprovalStatement = z.infer<typeof approvalStatementSchema>

/** What is stored of a review, and what travels in a package. */
export const reviewDocumentSchema = z.strictObject({
  schema: z.literal('assay.review/1'),
  id: reviewIdSchema,
  title: z.string().max(500),
  createdAt: timeSchema,
  rounds: z.array(envelopeSchema).min(1).max(1000),
  events: z.array(reviewEventSchema).max(100_000),
  approvals: z.array(envelopeSchema).max(1000),
})
export type ReviewDocument = z.infer<typeof reviewDocumentSchema>

export const findingViewSchema = z.strictObject({
  id: shortIdSchema,
  severity: findingSeveritySchema,
  state: findingStateSchema,
  title: z.string(),
  text: z.string(),
  path: z.string().nullable(),
  owner: z.string().nullable(),
  due: dateSchema.nullable(),
  overdue: z.boolean(),
  openedBy: signerSchema,
  openedAt: timeSchema,
  /** Answers, changes and comments on it, oldest first. */
  history: z.array(z.strictObject({ at: timeSchema, by: signerSchema, what: z.string(), text: z.string() })),
})
export type FindingView = z.infer<typeof findingViewSchema>

export const commentViewSchema = z.strictObject({
  id: shortIdSchema,
  at: timeSchema,
  by: signerSchema,
  path: z.string().nullable(),
  text: z.string(),
})
export type CommentView = z.infer<typeof commentViewSchema>

export const checklistViewSchema = z.strictObject({
  name: checklistNameSchema,
  title: z.string(),
  /** The policy asks for it: approval waits for each of its items. */
  required: z.boolean(),
  items: z.array(
    z.strictObject({
      id: z.string(),
      clause: z.string(),
      title: z.string(),
      state: checkStateSchema,
      note: z.string(),
      by: signerSchema.nullable(),
      at: timeSchema.nullable(),
    }),
  ),
})
export type ChecklistView = z.infer<typeof checklistViewSchema>

/** A decision and whether it counts. */
export const decisionViewSchema = z.strictObject({
  /** Of its statement. */
  sha256: sha256Schema,
  statement: approvalStatementSchema,
  counts: z.boolean(),
  /** Why it does not count; or a remark on one that does. */
  remark: z.string().nullable(),
  conditionsMet: z.array(z.boolean()),
})
export type DecisionView = z.infer<typeof decisionViewSchema>

export const standingSchema = z.strictObject({
  /** outdated: the evidence, the policy or the version is another one now. */
  state: z.enum(['pending', 'approved', 'rejected', 'expired', 'outdated', 'withdrawn']),
  approvals: z.int().nonnegative(),
  needed: z.int().positive(),
  /** Until when the approval holds. */
  until: timeSchema.nullable(),
  /** What stands in the way, in words. */
  reasons: z.array(z.string()),
})
export type Standing = z.infer<typeof standingSchema>

export const reviewSummarySchema = z.strictObject({
  id: reviewIdSchema,
  title: z.string(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  /** imported: the run lies in another workspace. */
  origin: z.enum(['here', 'imported']),
  round: z.int().positive(),
  subject: reviewSubjectSchema,
  requestedBy: signerSchema,
  policyName: nameSchema,
  gatesOutcome: gatesSchema.shape.outcome,
  openFindings: z.int().nonnegative(),
  standing: standingSchema,
})
export type ReviewSummary = z.infer<typeof reviewSummarySchema>

export const reviewViewSchema = reviewSummarySchema.extend({
  rounds: z.array(
    z.strictObject({ statement: requestStatementSchema, valid: z.boolean(), remark: z.string().nullable() }),
  ),
  policySha256: sha256Schema,
  gatesSha256: sha256Schema,
  gates: gatesSchema,
  findings: z.array(findingViewSchema),
  comments: z.array(commentViewSchema),
  checklists: z.array(checklistViewSchema),
  decisions: z.array(decisionViewSchema),
  /** The run's evidence now; null where the run is not in this workspace. */
  runEvidenceSha256: sha256Schema.nullable(),
  modelIncluded: z.boolean(),
})
export type ReviewView = z.infer<typeof reviewViewSchema>

export const newFindingSchema = z.strictObject({
  severity: findingSeveritySchema,
  title: words.max(300),
  text: text.default(''),
  path: z.string().max(2000).nullable().default(null),
  owner: z.string().trim().max(200).nullable().default(null),
  due: dateSchema.nullable().default(null),
})

/** Who acts: a person whose private key is in this workspace. Saying something needs no passphrase; signing does. */
export const actingSchema = z.strictObject({ personId: personIdSchema })
export const signingSchema = z.strictObject({ personId: personIdSchema, passphrase: z.string().min(1).max(1000) })
