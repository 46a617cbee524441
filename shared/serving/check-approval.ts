/** Whether a release's approval holds now: the one question that the container asks of it. */
import { AssayError } from '../contract/errors.ts'
import { approvalStatementSchema } from '../contract/review.ts'
import { delegationPayloadType, voterOf, whyNotDelegated } from '../approval/delegation.ts'
import { delegationStatementSchema } from '../contract/person.ts'
import { endOfApproval } from '../approval/standing.ts'
import type { ApprovalEnd } from '../approval/standing.ts'
import type { ApprovalStatement } from '../contract/review.ts'
import type { Envelope } from '../contract/person.ts'
import { approvalPayloadType } from './release-approval.ts'
import type { ReleaseApproval } from './release-approval.ts'

/** What needs cryptography and decoding, which `shared` has not. */
export interface Proofs {
  sha256(content: Uint8Array | string): string
  /** UTF-8; throws where it is not. */
  text(bytes: Uint8Array): string
  textOfBase64(text: string): string
  /** SHA-256 of a public key's DER, or null where it is no key that Assay knows. */
  fingerprintOf(publicKey: string): string | null
  isSignedBy(envelope: Envelope, publicKey: string): boolean
}

export interface ApprovalRequest {
  readonly approval: ReleaseApproval
  readonly evidenceSha256: string
  readonly servedSha256: string
  readonly now: string
  /** Fingerprints of the keys that may approve here; null takes those that the release carries. */
  readonly trusted: readonly string[] | null
}

export interface StandingApproval {
  /** The moment at which fewer than the quorum remain. */
  readonly expiresAt: string
  /** What happens then. */
  readonly end: ApprovalEnd
  readonly approvers: readonly string[]
  readonly statements: readonly ApprovalStatement[]
  readonly quorum: number
  readonly policySha256: string
}

function refuse(code: string, message: string, remedy: string): never {
  throw new AssayError({ code: `release/${code}`, message, remedy })
}

function readStatement(envelope: Envelope, proofs: Proofs): ApprovalStatement {
  const noStatement = (why: string): never =>
    refuse('not-approved', `The approval does not hold a signed approval statement: ${why}`, 'Release the model again.')
  if (envelope.payloadType !== approvalPayloadType) return noStatement(`it is ${envelope.payloadType}.`)
  let value: unknown
  try {
    value = JSON.parse(proofs.textOfBase64(envelope.payload))
  } catch {
    return noStatement('it is not JSON.')
  }
  const parsed = approvalStatementSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return noStatement(`${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`)
}

/** What every counting statement says of the policy: how many must sign is theirs to say, not the folder's. */
function agreed(statements: readonly ApprovalStatement[]): { quorum: number; policySha256: string } {
  const [first] = statements
  if (!first) return { quorum: 1, policySha256: '' }
  const { quorum, policySha256 } = first
  if (statements.some((statement) => statement.policySha256 !== policySha256 || statement.quorum !== quorum))
    refuse(
      'other-policy',
      'The approvers signed under different policies.',
      'Have the model approved under one policy.',
    )
  if (quorum === undefined)
    refuse(
      'no-quorum',
      `${first.signer.name} signed without saying how many must sign: an older Assay wrote the approval.`,
      'Have the model approved again.',
    )
  return { quorum, policySha256 }
}

/**
 * @throws AssayError release/signature, release/not-trusted, release/other-evidence, release/other-model,
 *   release/other-policy, release/no-quorum, release/rejected, release/own-work, release/expired,
 *   release/condition-due, release/not-approved, release/not-delegated
 */
export function checkApproval(request: ApprovalRequest, proofs: Proofs): StandingApproval {
  const { approval, now } = request
  const signed: { statement: ApprovalStatement; end: ApprovalEnd }[] = []
  for (const envelope of approval.statements) {
    const statement = readStatement(envelope, proofs)
    const keyId = envelope.signatures[0]?.keyid
    const signer = approval.signers.find((entry) => entry.fingerprint === keyId)
    if (
      !signer ||
      proofs.fingerprintOf(signer.publicKey) !== signer.fingerprint ||
      statement.signer.fingerprint !== keyId
    )
      refuse('signature', `The key of ${statement.signer.name} is not in the approval.`, 'Release the model again.')
    if (!proofs.isSignedBy(envelope, signer.publicKey))
      refuse('signature', `The signature of ${signer.name} does not fit what it signs.`, 'Release the model again.')
    checkDelegation(statement, approval, proofs)
    const voter = voterOf(statement)
    if (request.trusted && !request.trusted.includes(voter.fingerprint))
      refuse(
        'not-trusted',
        `${voter.name} (${voter.fingerprint.slice(0, 16)}…) is not among the approvers trusted here.`,
        'Check who signed, then add the fingerprint to the trust file or to ASSAY_TRUSTED_APPROVERS.',
      )
    checkStatement(statement, signer.name, request)
    const sha256 = proofs.sha256(proofs.textOfBase64(envelope.payload))
    const isMet = (condition: number): boolean =>
      approval.conditionsMet.some(
        (met) =>
          met.statement === sha256 &&
          met.condition === condition &&
          !statement.authors.some((author) => author.fingerprint === met.by.fingerprint),
      )
    signed.push({ statement, end: endOfApproval(statement, isMet) })
  }
  const { quorum, policySha256 } = agreed(signed.map(({ statement }) => statement))
  // The newest of each voter: who signs twice, or has someone sign in their place, is one.
  const given = new Map(
    signed
      .filter(({ end }) => end.at > now)
      .sort((a, b) => (a.statement.signedAt < b.statement.signedAt ? -1 : 1))
      .map((entry) => [voterOf(entry.statement).fingerprint, entry]),
  )
  const counting = [...given.values()]
  if (counting.length < quorum) {
    const ended = signed.filter(({ end }) => end.at <= now).sort((a, b) => (a.end.at < b.end.at ? 1 : -1))[0]
    if (ended) refuse(ended.end.code, ...endWords(ended.end, ended.statement.signer.name))
    refuse('not-approved', `${counting.length} of ${quorum} approvals.`, 'Have the model approved.')
  }
  const deciding = [...counting].sort((a, b) => (a.end.at < b.end.at ? -1 : 1)).at(-quorum)!
  const [reason] = endWords(deciding.end, deciding.statement.signer.name)
  return {
    expiresAt: deciding.end.at,
    end: { ...deciding.end, reason },
    approvers: counting.map(({ statement }) => statement.signer.name),
    statements: counting.map(({ statement }) => statement),
    quorum,
    policySha256,
  }
}

/** Who decides in an approver's place shows what that approver signed. @throws AssayError release/not-delegated */
function checkDelegation(statement: ApprovalStatement, { signers }: ReleaseApproval, proofs: Proofs): void {
  const { signer, onBehalfOf, delegation } = statement
  if (!onBehalfOf) return
  const no = (why: string): never =>
    refuse('not-delegated', `${signer.name} signed for ${onBehalfOf.name}: ${why}`, 'Have the model approved again.')
  const giver = signers.find((entry) => entry.fingerprint === onBehalfOf.fingerprint)
  if (
    delegation?.payloadType !== delegationPayloadType ||
    delegation.signatures[0]?.keyid !== giver?.fingerprint ||
    !giver ||
    proofs.fingerprintOf(giver.publicKey) !== giver.fingerprint ||
    !proofs.isSignedBy(delegation, giver.publicKey)
  )
    return no('the delegation is not signed by them.')
  let read: unknown
  try {
    read = JSON.parse(proofs.textOfBase64(delegation.payload))
  } catch {
    return no('the delegation is not JSON.')
  }
  const parsed = delegationStatementSchema.safeParse(read)
  const why = parsed.success ? whyNotDelegated(parsed.data, statement) : 'the delegation is not valid.'
  if (why !== null) no(why)
}

function endWords({ at, code, reason }: ApprovalEnd, signer: string): [string, string] {
  return code === 'expired'
    ? [`The approval expired at ${at}.`, 'Have the model approved again, and release it anew.']
    : [
        `The approval of ${signer} ended at ${at}. ${reason}`,
        'Meet the condition, have it recorded, and release the model anew.',
      ]
}

function checkStatement(statement: ApprovalStatement, name: string, request: ApprovalRequest): void {
  const { subject } = statement
  if (subject.evidenceSha256 !== request.evidenceSha256)
    refuse('other-evidence', `${name} approved other evidence.`, 'Have this evidence approved.')
  if (subject.servedSha256 !== request.servedSha256)
    refuse('other-model', `${name} approved another model file.`, 'Have this model approved.')
  if (statement.decision === 'reject') refuse('rejected', `${name} rejected this model.`, 'It is not to be served.')
  if (statement.gatesOutcome === 'blocked')
    refuse('not-approved', 'A gate stopped the release when it was signed.', 'Meet the gate, or have it waived.')
  if (statement.authors.some((author) => author.fingerprint === statement.signer.fingerprint))
    refuse('own-work', `${name} made what was approved.`, 'Someone else must approve it.')
}
