/** Proves a file that came from elsewhere: a package, an audit export, a policy. Says what it is and where it was changed. */
import { open } from 'node:fs/promises'
import type { Proof } from '../../../shared/contract/approval.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Identity } from '../../../shared/contract/person.ts'
import { reviewDocumentSchema } from '../../../shared/contract/review.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { lintPolicy } from '../../../shared/policy/lint-policy.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { verifyAuditExport } from './audit-export.ts'
import { readCanonical } from './canonical.ts'
import { reviewName, withPackage } from './package-file.ts'
import { findByFingerprint } from './people.ts'
import { readPolicyFile, today } from './policies.ts'

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new AssayError({
      code: 'proof/unreadable',
      message: `The file cannot be read (${error.code}).`,
      remedy: 'Check the path.',
    })
  })
  try {
    const buffer = Buffer.alloc(1024)
    const { bytesRead } = await file.read(buffer, 0, 1024, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** What a file set out to be. Decided by more than one mark, so that one changed byte does not make it something else. */
function guessKind(head: Buffer): 'package' | 'audit' | 'policy' | 'unknown' {
  const text = head.toString('latin1')
  const marks = (...tests: readonly boolean[]): number => tests.filter(Boolean).length
  const tar = marks(
    text.startsWith('manifest.json\0'),
    text.slice(257, 262) === 'ustar',
    text.slice(100, 107) === '0000644',
  )
  if (tar >= 2) return 'package'
  const audit = marks(
    text.startsWith('{"createdAt":'),
    text.includes('"assay.audit/1"'),
    text.includes('"exportedAt":'),
  )
  if (audit >= 2) return 'audit'
  return /^assay:\s*policy\//m.test(text) ? 'policy' : 'unknown'
}

/** @param ledger of the workspace at hand, which says whether a signer is known; null where there is none */
export async function proveFile(path: string, ledger: Ledger | null): Promise<Proof> {
  const signerOf = (identity: Identity | null): Proof['signer'] =>
    identity && {
      name: identity.name,
      fingerprint: identity.fingerprint,
      known: ledger !== null && findByFingerprint(ledger, identity.fingerprint) !== null,
    }
  switch (guessKind(await firstBytes(path))) {
    case 'package':
      try {
        return await withPackage(path, async (opened) => {
          const { manifest } = opened
          const document = readCanonical(await opened.read(reviewName), reviewDocumentSchema, reviewName)
          return {
            kind: manifest.kind === 'review' ? 'review package' : 'decision package',
            ok: true,
            problems: [],
            found: [
              plural(manifest.files.length, 'file'),
              plural(document.rounds.length, 'signed request'),
              plural(document.approvals.length, 'signed decision'),
              `graph ${manifest.model === 'included' ? 'included' : 'named by its hash'}`,
            ],
            signer: signerOf(opened.sender),
          }
        })
      } catch (error) {
        if (!(error instanceof AssayError)) throw error
        return { kind: 'review package', ok: false, problems: [error.message], found: [], signer: null }
      }
    case 'audit': {
      const proof = await verifyAuditExport(path)
      return {
        kind: 'audit export',
        ok: proof.problems.length === 0,
        problems: [...proof.problems],
        found: [`audit entries 1 to ${formatCount(proof.entries)}`],
        signer: signerOf(proof.signer),
      }
    }
    case 'policy': {
      const { problems } = lintPolicy(await readPolicyFile(path), today())
      const errors = problems.filter((problem) => problem.severity === 'error')
      return {
        kind: 'policy',
        ok: errors.length === 0,
        problems: errors.map((problem) => `Line ${problem.line}: ${problem.message}`),
        found: ['a policy is not signed; an approval names its hash'],
        signer: null,
      }
    }
    case 'unknown':
      return {
        kind: 'unknown',
        ok: false,
        problems: ['This is not a file that Assay signs: a package, an audit export or a policy.'],
        found: [],
        signer: null,
      }
  }
}
