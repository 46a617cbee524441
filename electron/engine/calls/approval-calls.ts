/** Policies, gates, registry, people, reviews, reports by template, and proofs. */
import { basename } from 'node:path'
import type { FileRef } from '../../../shared/contract/files.ts'
import { policySchema } from '../../../shared/contract/policy.ts'
import { z } from 'zod'
import { presets } from '../../../shared/policy/presets/presets.ts'
import { junitXml } from '../../../shared/policy/junit.ts'
import { lintPolicy } from '../../../shared/policy/lint-policy.ts'
import { offerPaths } from '../../../shared/policy/known-paths.ts'
import { templates } from '../../../shared/report/templates/templates.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { exportAudit } from '../approval/audit-export.ts'
import { canonicalText } from '../approval/canonical.ts'
import { addCheckpoint } from '../approval/checkpoint.ts'
import { decide } from '../approval/decide.ts'
import { diff } from '../approval/diff.ts'
import { evidenceByHash, gateStateOf, judgeRun, listGateStates } from '../approval/gates.ts'
import { modelHistory, setLineage } from '../approval/lineage.ts'
import { lineageGraph } from '../approval/lineage-graph.ts'
import { importPackage } from '../approval/package-in.ts'
import { exportPackage } from '../approval/package-out.ts'
import { addPerson, exportPerson, listPeople, revokePerson, setRoles, signingKey } from '../approval/people.ts'
import { delegate, endDelegations, importPerson } from '../approval/delegations.ts'
import { getPolicy, listPolicies, readPolicy, readPolicyFile, savePolicy, today } from '../approval/policies.ts'
import type { ReadPolicy } from '../approval/policies.ts'
import { listRegistry, registryEntry, setAlias, setStage } from '../approval/registry.ts'
import { requestReview } from '../approval/request-review.ts'
import { changeFinding, check, comment, meetCondition, openFinding, withdraw } from '../approval/review-events.ts'
import { currentRequest, readReview } from '../approval/review-store.ts'
import { reviewSummaries, reviewView } from '../approval/review-view.ts'
import { proveFile } from '../approval/verify-file.ts'
import { proveReleaseFolder } from '../release/verify-folder.ts'
import { writeTrust } from '../release/workspace-trust.ts'
import { proveWorkspace } from '../approval/workspace-proof.ts'
import { writeTemplate } from '../approval/write-template.ts'
import { writeWhole } from '../workspace/write-whole.ts'
import type { Engine } from '../engine.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import { readRun } from '../records.ts'
import { coded } from './coded.ts'
import type { CallContext } from './coded.ts'

type PolicyRef = { sha256: string } | { text: string } | { file: FileRef }

/** A policy that the workspace holds already, or one that it holds from now on. */
async function policyOf({ engine, grants }: CallContext, ref: PolicyRef): Promise<ReadPolicy> {
  if ('sha256' in ref) return readPolicy(engine, ref.sha256)
  const text = 'text' in ref ? ref.text : await readPolicyFile(grants.resolve(ref.file, 'read'))
  return (await savePolicy(engine, text)).read
}

const viewOf = (engine: Engine, id: Parameters<typeof readReview>[1]) =>
  reviewView(engine, readReview(engine.workspace.ledger, id))

const policies = {
  lint: coded.policies.lint.handler(({ input }) => lintPolicy(input.text, today())),
  presets: coded.policies.presets.handler(() => [...presets]),
  schema: coded.policies.schema.handler(() => z.toJSONSchema(policySchema) as Record<string, unknown>),
  list: coded.policies.list.handler(({ context }) => listPolicies(context.engine)),
  get: coded.policies.get.handler(({ context, input }) => getPolicy(context.engine, input.sha256)),
  save: coded.policies.save.handler(async ({ context: { engine, grants }, input }) => {
    const text = 'text' in input ? input.text : await readPolicyFile(grants.resolve(input.file, 'read'))
    return (await savePolicy(engine, text)).stored
  }),
  paths: coded.policies.paths.handler(async ({ context, input }) =>
    offerPaths((await readEvidence(context.engine, input.runId)).evidence),
  ),
}

async function judgedState(engine: Engine, runId: RunId) {
  const state = await gateStateOf(engine, runId)
  if (state) return state
  throw new AssayError({
    code: 'gates/not-judged',
    message: 'The run was not held against a policy yet.',
    remedy: `Judge it: assay gate ${runId} --policy FILE.`,
  })
}

const gates = {
  judge: coded.gates.judge.handler(async ({ context, input }) => {
    await judgeRun(context.engine, input.runId, await policyOf(context, input.policy), input.championId)
    return judgedState(context.engine, input.runId)
  }),
  of: coded.gates.of.handler(({ context, input }) => gateStateOf(context.engine, input.runId)),
  list: coded.gates.list.handler(({ context }) => listGateStates(context.engine)),
  junit: coded.gates.junit.handler(async ({ context: { engine, grants }, input }) => {
    const path = grants.resolve(input.file, 'write')
    const { gates: results } = await judgedState(engine, input.runId)
    const run = readRun(engine.workspace.ledger, input.runId)
    await writeWhole(path, junitXml(results, `${run.model} ${run.version} on ${run.dataset}`))
    return { written: true }
  }),
}

const registry = {
  list: coded.registry.list.handler(({ context }) => listRegistry(context.engine)),
  get: coded.registry.get.handler(({ context, input }) => registryEntry(context.engine, input.id)),
  setStage: coded.registry.setStage.handler(({ context, input }) =>
    setStage(context.engine, input.id, input.stage, input.reason),
  ),
  setAlias: coded.registry.setAlias.handler(({ context, input }) => setAlias(context.engine, input)),
  setLineage: coded.registry.setLineage.handler(({ context, input }) =>
    setLineage(context.engine, input.id, input.lineage),
  ),
  lineage: coded.registry.lineage.handler(({ context, input }) => lineageGraph(context.engine, input.modelId)),
  history: coded.registry.history.handler(({ context, input }) => modelHistory(context.engine, input.modelId)),
  diff: coded.registry.diff.handler(({ context, input }) => diff(context.engine, input.first, input.second)),
}

const people = {
  list: coded.people.list.handler(({ context }) => listPeople(context.engine.workspace.ledger)),
  add: coded.people.add.handler(({ context, input }) => {
    const { algorithm, expires, ...rest } = input
    return addPerson(context.engine, {
      ...rest,
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(expires === undefined ? {} : { expires }),
    })
  }),
  export: coded.people.export.handler(async ({ context: { engine, grants }, input }) => {
    const person = await exportPerson(engine, input.id, grants.resolve(input.file, 'write'))
    return { fingerprint: person.fingerprint }
  }),
  import: coded.people.import.handler(({ context: { engine, grants }, input }) =>
    importPerson(engine, grants.resolve(input.file, 'read'), input.roles ?? null),
  ),
  revoke: coded.people.revoke.handler(({ context, input }) =>
    revokePerson(context.engine, input.id, input.reason, input.text),
  ),
  delegate: coded.people.delegate.handler(({ context: { engine, grants }, input: { file, ...rest } }) =>
    delegate(engine, { ...rest, ...(file ? { path: grants.resolve(file, 'write') } : {}) }),
  ),
  endDelegations: coded.people.endDelegations.handler(({ context, input }) =>
    endDelegations(context.engine, input.from, input.to),
  ),
  trust: coded.people.trust.handler(({ context: { engine, grants }, input }) =>
    writeTrust(engine.workspace.ledger, grants.resolve(input.file, 'write')),
  ),
  setRoles: coded.people.setRoles.handler(({ context, input }) => setRoles(context.engine, input.id, input.roles)),
}

const reviews = {
  list: coded.reviews.list.handler(({ context }) => reviewSummaries(context.engine)),
  get: coded.reviews.get.handler(({ context, input }) => viewOf(context.engine, input.id)),
  evidence: coded.reviews.evidence.handler(async ({ context: { engine }, input }) => {
    const { subject } = currentRequest(readReview(engine.workspace.ledger, input.id).document)
    const evidence = await evidenceByHash(engine, subject.evidenceSha256)
    return { sha256: subject.evidenceSha256, json: canonicalText(evidence) }
  }),
  request: coded.reviews.request.handler(async ({ context, input }) => {
    const { reviewId, policy, ...rest } = input
    const id = await requestReview(context.engine, {
      ...rest,
      policy: await policyOf(context, policy),
      ...(reviewId === undefined ? {} : { reviewId }),
    })
    return viewOf(context.engine, id)
  }),
  openFinding: coded.reviews.openFinding.handler(({ context: { engine }, input }) => {
    openFinding(engine, input.id, input.personId, input.finding)
    return viewOf(engine, input.id)
  }),
  changeFinding: coded.reviews.changeFinding.handler(({ context: { engine }, input }) => {
    const { id, personId, finding, text, state, severity, owner, due } = input
    changeFinding(engine, id, personId, {
      finding,
      text,
      ...(state === undefined ? {} : { state }),
      ...(severity === undefined ? {} : { severity }),
      ...(owner === undefined ? {} : { owner }),
      ...(due === undefined ? {} : { due }),
    })
    return viewOf(engine, id)
  }),
  comment: coded.reviews.comment.handler(({ context: { engine }, input: { id, personId, ...said } }) => {
    comment(engine, id, personId, said)
    return viewOf(engine, id)
  }),
  check: coded.reviews.check.handler(({ context: { engine }, input: { id, personId, ...mark } }) => {
    check(engine, id, personId, mark)
    return viewOf(engine, id)
  }),
  meetCondition: coded.reviews.meetCondition.handler(({ context: { engine }, input: { id, personId, ...met } }) => {
    meetCondition(engine, id, personId, met)
    return viewOf(engine, id)
  }),
  withdraw: coded.reviews.withdraw.handler(({ context: { engine }, input }) => {
    withdraw(engine, input.id, input.personId, input.text)
    return viewOf(engine, input.id)
  }),
  decide: coded.reviews.decide.handler(async ({ context: { engine }, input: { id, ...rest } }) => {
    const sha256 = await decide(engine, { reviewId: id, ...rest })
    const review = await viewOf(engine, id)
    return { decision: review.decisions.find((decision) => decision.sha256 === sha256)!, review }
  }),
  export: coded.reviews.export.handler(({ context: { engine, grants }, input: { id, file, ...rest } }) => {
    const path = grants.resolve(file, 'write')
    readReview(engine.workspace.ledger, id)
    return {
      jobId: engine.jobs.start('review package', basename(path), async (job) => {
        await exportPackage(engine, { reviewId: id, path, ...rest }, job)
        return id
      }),
    }
  }),
  import: coded.reviews.import.handler(({ context: { engine, grants }, input }) => {
    const path = grants.resolve(input.file, 'read')
    return {
      jobId: engine.jobs.start('review import', basename(path), (job) => importPackage(engine, path, input.trust, job)),
    }
  }),
}

const templateCalls = {
  list: coded.templates.list.handler(() => templates.map(({ name, title, about }) => ({ name, title, about }))),
  write: coded.templates.write.handler(async ({ context: { engine, grants }, input }) => {
    const path = grants.resolve(input.file, 'write')
    await readEvidence(engine, input.runId)
    return {
      jobId: engine.jobs.start('report', basename(path), async () => {
        await writeTemplate(engine, input.runId, input.template, input.format, path)
        return input.runId
      }),
    }
  }),
}

const proofs = {
  checkpoint: coded.proofs.checkpoint.handler(async ({ context: { engine }, input }) => {
    const { person, key } = await signingKey(engine, input.personId, input.passphrase)
    const { sequence, hash, at } = addCheckpoint(engine, person, key)
    return { sequence, hash, at }
  }),
  exportAudit: coded.proofs.exportAudit.handler(async ({ context: { engine, grants }, input }) => {
    const path = grants.resolve(input.file, 'write')
    const { person, key } = await signingKey(engine, input.personId, input.passphrase)
    return { entries: await exportAudit(engine, person, key, path) }
  }),
  workspace: coded.proofs.workspace.handler(({ context }) => proveWorkspace(context.engine)),
  file: coded.proofs.file.handler(({ context: { engine, grants }, input }) =>
    proveFile(grants.resolve(input.file, 'read'), engine.workspace.ledger),
  ),
  release: coded.proofs.release.handler(({ context: { engine, grants }, input }) =>
    proveReleaseFolder(
      grants.resolve(input.folder, 'read'),
      engine.workspace.ledger,
      input.image ? grants.resolve(input.image, 'read') : null,
    ),
  ),
}

export const approvalRouter = {
  policies,
  gates,
  registry,
  people,
  reviews,
  templates: templateCalls,
  proofs,
}
