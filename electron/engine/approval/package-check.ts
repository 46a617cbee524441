/** What must hold of a package's contents, whoever sent it: each check throws where something does not fit. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Gates } from '../../../shared/contract/policy.ts'
import type { Envelope } from '../../../shared/contract/person.ts'
import type { RequestStatement, ReviewDocument, ReviewEvent } from '../../../shared/contract/review.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { judgePolicy } from '../../../shared/policy/judge-policy.ts'
import type { Engine } from '../engine.ts'
import { canonicalSha256 } from './canonical.ts'
import { isSignedBy, keyIdOf, statementSha256 } from './envelope.ts'
import { reviewName } from './package-file.ts'
import type { OpenPackage } from './package-file.ts'
import { findByFingerprint, listPeople, readIdentity } from './people.ts'
import { parsePolicy } from './policies.ts'
import { readApproval, readRequest } from './review-store.ts'

export function wrong(message: string, part: string): AssayError {
  return new AssayError({
    code: 'package/not-valid',
    message,
    remedy: 'Ask the sender to write the package again.',
    where: { part },
  })
}

export function checkStatements(engine: Engine, opened: OpenPackage, document: ReviewDocument): void {
  const keyOf = (envelope: Envelope): string | null => {
    const known = findByFingerprint(engine.workspace.ledger, keyIdOf(envelope))
    if (known) return known.publicKey
    const sent = opened.people.get(keyIdOf(envelope))
    return sent ? readIdentity(sent).publicKey : null
  }
  for (const [k, envelope] of document.rounds.entries()) {
    const statement = readRequest(envelope)
    const key = keyOf(envelope)
    if (!key || !isSignedBy(envelope, key) || statement.requestedBy.fingerprint !== keyIdOf(envelope))
      throw wrong(`The request of round ${k + 1} is not signed by who it says.`, reviewName)
    if (statement.reviewId !== document.id || statement.round !== k + 1)
      throw wrong(`The request of round ${k + 1} is of another review or round.`, reviewName)
  }
  for (const envelope of document.approvals) {
    const statement = readApproval(envelope)
    const key = keyOf(envelope)
    if (!key || !isSignedBy(envelope, key) || statement.signer.fingerprint !== keyIdOf(envelope))
      throw wrong(`The decision of ${statement.signer.name} is not signed by who it says.`, reviewName)
    const round = document.rounds[statement.round - 1]
    const asked = round ? readRequest(round) : null
    if (
      statement.reviewId !== document.id ||
      !asked ||
      canonicalSha256(asked.subject) !== canonicalSha256(statement.subject)
    )
      throw wrong(`The decision of ${statement.signer.name} is not of this review.`, reviewName)
  }
}

/** Gate results must follow from evidence and policy: judged again at the same time, they say the same. */
export function checkGates(
  gates: Gates,
  asked: RequestStatement,
  evidence: Evidence,
  policyText: string,
  champion: Evidence | null,
): void {
  const policy = parsePolicy(policyText)
  if (gates.evidenceSha256 !== asked.subject.evidenceSha256 || gates.policySha256 !== asked.policySha256)
    throw wrong('The gate results are of other evidence or another policy.', 'gates')
  if ((gates.champion?.evidenceSha256 ?? null) !== asked.championEvidenceSha256)
    throw wrong('The gate results compare with another champion.', 'gates')
  const again = judgePolicy({
    policy: policy.policy,
    policySha256: policy.sha256,
    evidence,
    evidenceSha256: asked.subject.evidenceSha256,
    champion: gates.champion && champion ? { ref: gates.champion, evidence: champion } : null,
    now: gates.judgedAt,
  })
  const verdicts = (results: Gates) => results.gates.map(({ id, outcome, blocking }) => ({ id, outcome, blocking }))
  if (gates.outcome !== again.outcome || canonicalSha256(verdicts(gates)) !== canonicalSha256(verdicts(again)))
    throw wrong('The gate results do not follow from the evidence and the policy.', 'gates')
}

/** Nobody else can say what a person of this workspace has said. */
export function checkEvents(engine: Engine, known: readonly ReviewEvent[], sent: readonly ReviewEvent[]): void {
  const ids = new Map(known.map((event) => [event.id, event]))
  const local = new Set(
    listPeople(engine.workspace.ledger)
      .filter((person) => person.local)
      .map((person) => person.fingerprint),
  )
  for (const event of sent) {
    const here = ids.get(event.id)
    if (here && canonicalSha256(here) !== canonicalSha256(event))
      throw wrong(`A remark of ${event.by.name} was changed on its way.`, reviewName)
    if (!here && local.has(event.by.fingerprint))
      throw wrong(`The package says that ${event.by.name} said what nobody said here.`, reviewName)
  }
}

/** Rounds only grow: what is known here must be the beginning of what comes, or the other way round. */
export function mergeRounds(here: readonly Envelope[], there: readonly Envelope[]): Envelope[] {
  const [short, long] = here.length <= there.length ? [here, there] : [there, here]
  if (short.some((envelope, k) => statementSha256(envelope) !== statementSha256(long[k]!)))
    throw wrong('The package’s requests are not those that this workspace knows.', reviewName)
  return [...long]
}

export function mergeApprovals(
  here: readonly Envelope[],
  there: readonly Envelope[],
): { all: Envelope[]; fresh: Envelope[] } {
  const known = new Set(here.map(statementSha256))
  const fresh = there.filter((envelope) => !known.has(statementSha256(envelope)))
  return { all: [...here, ...fresh], fresh }
}
