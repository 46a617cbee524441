/** The calls of policies, gates, registry, people, reviews, reports by template, and the audit log's proofs. */
import { z } from 'zod'
import { trustFileSchema } from '../serving/trust.ts'
import { call } from './call.ts'
import { fileRefSchema } from './files.ts'
import {
  modelIdSchema,
  personIdSchema,
  reviewIdSchema,
  runIdSchema,
  sha256Schema,
  timeSchema,
  versionIdSchema,
} from './ids.ts'
import { jobStartedSchema } from './job.ts'
import { keyAlgorithmSchema, personRoleSchema, personSchema, revocationSchema } from './person.ts'
import { dateSchema, gatesSchema, lintProblemSchema, lintedPolicySchema } from './policy.ts'
import { templateFormatSchema } from './report.ts'
import {
  aliasSchema,
  historyEntrySchema,
  lineageGraphSchema,
  lineageSchema,
  registryEntrySchema,
  stageSchema,
  versionDiffSchema,
} from './registry.ts'
import {
  actingSchema,
  checkStateSchema,
  checklistNameSchema,
  conditionSchema,
  decisionSchema,
  decisionViewSchema,
  findingSeveritySchema,
  findingStateSchema,
  newFindingSchema,
  reviewSummarySchema,
  reviewViewSchema,
  signingSchema,
} from './review.ts'

const review = z.strictObject({ id: reviewIdSchema })
const acting = review.extend(actingSchema.shape)
const policyText = z.string().max(1_000_000)

export const storedPolicySchema = z.strictObject({
  sha256: sha256Schema,
  name: z.string(),
  savedAt: timeSchema,
  gates: z.int(),
  riskTier: z.string(),
  task: z.string().nullable(),
})
export type StoredPolicy = z.infer<typeof storedPolicySchema>

/** A policy that the workspace holds, or the text of one. */
const policyRefSchema = z.union([
  z.strictObject({ sha256: sha256Schema }),
  z.strictObject({ text: policyText }),
  z.strictObject({ file: fileRefSchema }),
])

/** The newest gate results of a run, and whether they are of its evidence as it is now. */
export const gateStateSchema = z.strictObject({
  runId: runIdSchema,
  versionId: versionIdSchema,
  gatesSha256: sha256Schema,
  current: z.boolean(),
  gates: gatesSchema,
})
export type GateState = z.infer<typeof gateStateSchema>

export const proofSchema = z.strictObject({
  kind: z.enum(['workspace', 'review package', 'decision package', 'audit export', 'policy', 'release', 'unknown']),
  ok: z.boolean(),
  problems: z.array(z.string()),
  /** What was found intact, in words: "14 files", "audit entries 1 to 212". */
  found: z.array(z.string()),
  /** Of a workspace: entries of its log, and stored files. */
  entries: z.int().optional(),
  files: z.int().optional(),
  signer: z.strictObject({ name: z.string(), fingerprint: sha256Schema, known: z.boolean() }).nullable(),
})
export type Proof = z.infer<typeof proofSchema>

export const packageImportSchema = z.strictObject({
  file: fileRefSchema,
  /** The fingerprint, or the first 16 digits or more of it, of a signer whom this workspace does not know yet. */
  trust: z
    .string()
    .regex(/^[0-9a-f]{16,64}$/)
    .optional(),
})

export const templateNameSchema = z.enum(['model-card', 'sr-26-2', 'eu-ai-act-annex-iv'])
export type TemplateName = z.infer<typeof templateNameSchema>

export const approvalCalls = {
  policies: {
    lint: call.input(z.strictObject({ text: policyText })).output(lintedPolicySchema),
    presets: call.output(z.array(z.strictObject({ name: z.string(), title: z.string(), text: z.string() }))),
    /** JSON Schema of a policy file, for editors. */
    schema: call.output(z.record(z.string(), z.unknown())),
    list: call.output(z.array(storedPolicySchema)),
    get: call
      .input(z.strictObject({ sha256: sha256Schema }))
      .output(storedPolicySchema.extend({ text: policyText, problems: z.array(lintProblemSchema) })),
    /** Keeps a policy; refused while the linter finds errors. */
    save: call
      .input(z.union([z.strictObject({ text: policyText }), z.strictObject({ file: fileRefSchema })]))
      .output(storedPolicySchema),
    /** The figures of a run's evidence that a gate can name. */
    paths: call.input(z.strictObject({ runId: runIdSchema })).output(
      z.array(
        z.strictObject({
          path: z.string(),
          value: z.number().nullable(),
          low: z.number().nullable(),
          high: z.number().nullable(),
        }),
      ),
    ),
  },
  gates: {
    /** Holds a run's evidence against a policy and keeps the results. The champion is the model's, unless named. */
    judge: call
      .input(z.strictObject({ runId: runIdSchema, policy: policyRefSchema, championId: versionIdSchema.optional() }))
      .output(gateStateSchema),
    /** Null where the run was never judged. */
    of: call.input(z.strictObject({ runId: runIdSchema })).output(gateStateSchema.nullable()),
    /** The newest of every run that was judged. */
    list: call.output(z.array(gateStateSchema)),
    junit: call
      .input(z.strictObject({ runId: runIdSchema, file: fileRefSchema }))
      .output(z.strictObject({ written: z.boolean() })),
  },
  registry: {
    list: call.output(z.array(registryEntrySchema)),
    get: call.input(z.strictObject({ id: versionIdSchema })).output(registryEntrySchema),
    setStage: call
      .input(z.strictObject({ id: versionIdSchema, stage: stageSchema, reason: z.string().trim().max(2000) }))
      .output(registryEntrySchema),
    /** Null takes the alias away from whichever version of the model has it. */
    setAlias: call
      .input(
        z.strictObject({
          modelId: modelIdSchema,
          alias: aliasSchema,
          versionId: versionIdSchema.nullable(),
          reason: z.string().trim().max(2000),
        }),
      )
      .output(z.array(registryEntrySchema)),
    setLineage: call.input(z.strictObject({ id: versionIdSchema, lineage: lineageSchema })).output(registryEntrySchema),
    lineage: call.input(z.strictObject({ modelId: modelIdSchema })).output(lineageGraphSchema),
    history: call.input(z.strictObject({ modelId: modelIdSchema })).output(z.array(historyEntrySchema)),
    diff: call.input(z.strictObject({ first: versionIdSchema, second: versionIdSchema })).output(versionDiffSchema),
  },
  people: {
    list: call.output(z.array(personSchema)),
    /** Makes a key pair here. The passphrase encrypts the private part and is kept nowhere. */
    add: call
      .input(
        z.strictObject({
          name: personSchema.shape.name,
          roles: z.array(personRoleSchema).min(1),
          algorithm: keyAlgorithmSchema.optional(),
          expires: dateSchema.optional(),
          passphrase: z.string().min(12, 'A passphrase has at least 12 characters').max(1000),
        }),
      )
      .output(personSchema),
    /** Writes a person's public key and what they say of it, signed with that key. */
    export: call
      .input(z.strictObject({ id: personIdSchema, file: fileRefSchema }))
      .output(z.strictObject({ fingerprint: sha256Schema })),
    /** Takes in a colleague's public key, with the roles that this workspace gives them. */
    import: call
      .input(z.strictObject({ file: fileRefSchema, roles: z.array(personRoleSchema).min(1).optional() }))
      .output(personSchema),
    revoke: call
      .input(
        z.strictObject({
          id: personIdSchema,
          reason: revocationSchema.shape.reason,
          text: z.string().trim().max(2000),
        }),
      )
      .output(personSchema),
    /** An approver lets someone decide in their place, up to a day; their two decisions are one vote. */
    delegate: call
      .input(
        z.strictObject({
          from: personIdSchema,
          to: personIdSchema,
          passphrase: z.string().max(1000),
          until: dateSchema,
          reason: z.string().trim().max(2000),
          /** Where to write it as well, for the workspace in which the other decides. */
          file: fileRefSchema.optional(),
        }),
      )
      .output(personSchema),
    endDelegations: call.input(z.strictObject({ from: personIdSchema, to: personIdSchema })).output(personSchema),
    /** Writes whom this workspace trusts, for the places where its releases run. */
    trust: call.input(z.strictObject({ file: fileRefSchema })).output(trustFileSchema),
    setRoles: call
      .input(z.strictObject({ id: personIdSchema, roles: z.array(personRoleSchema).min(1) }))
      .output(personSchema),
  },
  reviews: {
    list: call.output(z.array(reviewSummarySchema)),
    get: call.input(review).output(reviewViewSchema),
    /** The evidence under review: the run's own, or what came in the package. */
    evidence: call.input(review).output(z.strictObject({ sha256: sha256Schema, json: z.string() })),
    request: call
      .input(
        signingSchema.extend({
          runId: runIdSchema,
          policy: policyRefSchema,
          note: z.string().trim().max(10_000),
          /** A new round of a review, with a new run or with evidence that has changed. */
          reviewId: reviewIdSchema.optional(),
        }),
      )
      .output(reviewViewSchema),
    openFinding: call.input(acting.extend({ finding: newFindingSchema })).output(reviewViewSchema),
    changeFinding: call
      .input(
        acting.extend({
          finding: z.string(),
          state: findingStateSchema.optional(),
          severity: findingSeveritySchema.optional(),
          owner: z.string().trim().max(200).nullable().optional(),
          due: dateSchema.nullable().optional(),
          text: z.string().trim().max(10_000),
        }),
      )
      .output(reviewViewSchema),
    comment: call
      .input(
        acting.extend({
          path: z.string().max(2000).nullable(),
          finding: z.string().nullable(),
          text: z.string().trim().min(1).max(10_000),
        }),
      )
      .output(reviewViewSchema),
    check: call
      .input(
        acting.extend({
          checklist: checklistNameSchema,
          item: z.string(),
          state: checkStateSchema,
          note: z.string().trim().max(10_000),
        }),
      )
      .output(reviewViewSchema),
    meetCondition: call
      .input(
        acting.extend({
          approval: sha256Schema,
          condition: z.int().nonnegative(),
          text: z.string().trim().max(10_000),
        }),
      )
      .output(reviewViewSchema),
    withdraw: call.input(acting.extend({ text: z.string().trim().max(10_000) })).output(reviewViewSchema),
    /** Signs a decision on the evidence, the policy and the gate results as they are. */
    decide: call
      .input(
        review.extend(signingSchema.shape).extend({
          decision: decisionSchema,
          reasons: z.string().trim().max(10_000),
          conditions: z.array(conditionSchema).max(100),
          /** What the signer saw: refused when the evidence is another one by now. */
          evidenceSha256: sha256Schema,
        }),
      )
      .output(z.strictObject({ decision: decisionViewSchema, review: reviewViewSchema })),
    /** Writes one file with all that a reviewer needs, or with the decisions and remarks for the way back. */
    export: call
      .input(
        review.extend(signingSchema.shape).extend({
          file: fileRefSchema,
          kind: z.enum(['review', 'decision']),
          includeModel: z.boolean().default(true),
        }),
      )
      .output(jobStartedSchema),
    /** Its result is the review's id. */
    import: call.input(packageImportSchema).output(jobStartedSchema),
  },
  templates: {
    list: call.output(z.array(z.strictObject({ name: templateNameSchema, title: z.string(), about: z.string() }))),
    write: call
      .input(
        z.strictObject({
          runId: runIdSchema,
          template: templateNameSchema,
          file: fileRefSchema,
          format: templateFormatSchema,
        }),
      )
      .output(jobStartedSchema),
  },
  proofs: {
    /** Signs how far the audit log has come. */
    checkpoint: call
      .input(signingSchema)
      .output(z.strictObject({ sequence: z.int(), hash: sha256Schema, at: timeSchema })),
    exportAudit: call.input(signingSchema.extend({ file: fileRefSchema })).output(z.strictObject({ entries: z.int() })),
    /** This workspace: log, files, scores, signatures, checkpoints. */
    workspace: call.output(proofSchema),
    /** A package or an audit export; says where it was changed. */
    file: call.input(z.strictObject({ file: fileRefSchema })).output(proofSchema),
    /** A release folder; says which of its files was changed, added or taken away, and whether its image is. */
    release: call.input(z.strictObject({ folder: fileRefSchema, image: fileRefSchema.optional() })).output(proofSchema),
  },
}
