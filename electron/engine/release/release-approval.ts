/** The approval of a release: the decisions that count in this workspace with their keys, or a file of the same. */
import { readFile } from 'node:fs/promises'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { releaseApprovalSchema } from '../../../shared/serving/release-approval.ts'
import type { ReleaseApproval } from '../../../shared/serving/release-approval.ts'
import { keyIdOf } from '../approval/envelope.ts'
import { findByFingerprint } from '../approval/people.ts'
import { readApproval } from '../approval/review-store.ts'
import { assertReleasable } from '../approval/releasable.ts'
import type { Engine } from '../engine.ts'

/** @throws AssayError release/not-approved, release/other-evidence */
export async function approvalOf(engine: Engine, run: Run): Promise<ReleaseApproval> {
  const proof = await assertReleasable(engine, run.versionId)
  if (proof.evidenceSha256 !== run.evidenceSha256) {
    throw new AssayError({
      code: 'release/other-evidence',
      message: `What was approved is another evaluation of ${run.model} ${run.version} than this run's.`,
      remedy: 'Release the run that was reviewed, or have this one reviewed.',
      where: { run: run.id },
    })
  }
  const { ledger } = engine.workspace
  // Who delegated a decision is needed to check it; they were known here when it was found to count.
  const prints = proof.envelopes.flatMap((envelope) => [
    keyIdOf(envelope),
    ...(readApproval(envelope).onBehalfOf ? [readApproval(envelope).onBehalfOf!.fingerprint] : []),
  ])
  const signers = [...new Set(prints)].map((print) => findByFingerprint(ledger, print)!)
  return {
    schema: 'assay.release-approval/2',
    signers: signers.map(({ name, publicKey, fingerprint }) => ({ name, publicKey, fingerprint })),
    statements: [...proof.envelopes],
    conditionsMet: [...proof.conditionsMet],
  }
}

/** @throws AssayError release/approval-file */
export async function readApprovalFile(path: string): Promise<ReleaseApproval> {
  try {
    return releaseApprovalSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw new AssayError({
      code: 'release/approval-file',
      message: `The file holds no approval of a release: ${String((error as Error).message).slice(0, 200)}`,
      remedy: 'Choose the approval.json of a release.',
    })
  }
}
