/** Whether a release's approval holds now: the one question that the container asks of it. */
import { AssayError } from '../contract/errors.ts'
import { approvalStatementSchema } from '../contract/review.ts'
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
  readonly approvers: readonly string[]
  readonly statements: readonly ApprovalStatement[]
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

/**
 * @throws AssayError release/signature, release/not-trusted, release/other-evidence, release/other-model,
 *   release/rejected, release/own-work, release/expired, release/not-approved
 */
export function checkApproval(request: ApprovalRequest, proofs: Proofs): StandingApproval {
  const { approval, now } = request
  const given = new Map<string, ApprovalStatement>()
  let expired: string | null = null
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
    if (request.trusted && !request.trusted.includes(signer.fingerprint))
      refuse(
        'not-trusted',
        `${signer.name} (${signer.fingerprint.slice(0, 16)}…) is not among the approvers trusted here.`,
        'Check who signed, then add the fingerprint to ASSAY_TRUSTED_APPROVERS.',
      )
    const { subject } = statement
    if (subject.evidenceSha256 !== request.evidenceSha256)
      refuse('other-evidence', `${signer.name} approved other evidence.`, 'Have this evidence approved.')
    if (subject.servedSha256 !== request.servedSha256)
      refuse('other-model', `${signer.name} approved another model file.`, 'Have this model approved.')
    if (statement.decision === 'reject')
      refuse('rejected', `${signer.name} rejected this model.`, 'It is not to be served.')
    if (statement.gatesOutcome === 'blocked')
      refuse('not-approved', 'A gate stopped the release when it was signed.', 'Meet the gate, or have it waived.')
    if (statement.authors.some((author) => author.fingerprint === signer.fingerprint))
      refuse('own-work', `${signer.name} made what was approved.`, 'Someone else must approve it.')
    if (statement.expiresAt <= now) expired = statement.expiresAt
    else given.set(signer.fingerprint, statement)
  }
  const counting = [...given.values()]
  if (counting.length < approval.quorum) {
    if (expired)
      refuse('expired', `The approval expired at ${expired}.`, 'Have the model approved again, and release it anew.')
    refuse('not-approved', `${counting.length} of ${approval.quorum} approvals.`, 'Have the model approved.')
  }
  const ends = counting.map((statement) => statement.expiresAt).sort()
  return {
    expiresAt: ends.at(-approval.quorum)!,
    approvers: counting.map((statement) => statement.signer.name),
    statements: counting,
  }
}
