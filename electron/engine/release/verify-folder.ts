/** Proves a release folder: that nothing of it was changed, added or taken away, and that it would be served. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Proof } from '../../../shared/contract/approval.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { sha256Schema } from '../../../shared/contract/ids.ts'
import { plural } from '../../../shared/format/number.ts'
import { recordFiles, releaseFiles } from '../../../shared/serving/release-manifest.ts'
import { readSignedFiles } from '../../../shared/serving/signed-files.ts'
import type { SignedFiles } from '../../../shared/serving/signed-files.ts'
import { findByFingerprint } from '../approval/people.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { hashFile } from '../workspace/content-store.ts'
import { proofs } from './proofs.ts'
import { hashFolder } from './sign-files.ts'
import { supplyChainFiles } from './supply-chain/write-records.ts'
import { verifyFolder } from './write-release.ts'

export const isReleaseFolder = (folder: string): boolean =>
  existsSync(join(folder, releaseFiles.manifest)) || existsSync(join(folder, recordFiles.seal))

async function checkSeal(folder: string): Promise<{ problems: string[]; seal: SignedFiles | null }> {
  const bytes = await readFile(join(folder, recordFiles.seal)).catch(() => null)
  if (!bytes)
    return { problems: [`${recordFiles.seal} is missing: nothing says what this folder must hold.`], seal: null }
  let seal: SignedFiles
  try {
    seal = readSignedFiles(bytes, 'folder', recordFiles.seal, proofs)
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    return { problems: [error.message], seal: null }
  }
  const problems: string[] = []
  const here = await hashFolder(folder)
  for (const [name, sha256] of seal.files) {
    const found = here.get(name)
    if (found === undefined) problems.push(`${name} is missing.`)
    else if (found !== sha256) problems.push(`${name} was changed after ${seal.signer.name} signed the folder.`)
  }
  for (const name of here.keys()) if (!seal.files.has(name)) problems.push(`${name} was added to the folder.`)
  return { problems, seal }
}

const imageFactsSchema = z.object({ name: z.string(), digest: z.string(), tar: z.object({ sha256: sha256Schema }) })

/** @returns what is found of the image; what is wrong with it goes to `problems` */
async function checkImage(folder: string, image: string, problems: string[]): Promise<string[]> {
  const text = await readFile(join(folder, supplyChainFiles.image), 'utf8').catch(() => null)
  if (text === null) problems.push('The release was made without an image.')
  const hash = await hashFile(image).catch((error: NodeJS.ErrnoException) => {
    problems.push(`${image} cannot be read (${error.code}).`)
  })
  if (text === null || !hash) return []
  const { name, digest, tar } = imageFactsSchema.parse(JSON.parse(text))
  if (tar.sha256 === hash.sha256) return [`image ${name}, ${digest}`]
  problems.push(`${image} is not the image that was written: its SHA-256 differs.`)
  return []
}

/**
 * @param image the tar of its image, to be held against the release; null where it is not asked about
 * @param ledger of the workspace at hand, which says whose keys are known; null where there is none
 */
export async function proveReleaseFolder(
  folder: string,
  ledger: Ledger | null,
  image: string | null = null,
): Promise<Proof> {
  const { problems, seal } = await checkSeal(folder)
  const known = (fingerprint: string): boolean => ledger !== null && findByFingerprint(ledger, fingerprint) !== null
  const found: string[] = []
  // What is not what was signed needs no second opinion.
  if (seal && problems.length === 0) {
    try {
      const { approval, releaser } = await verifyFolder(folder, null)
      if (seal.signer.fingerprint !== releaser.fingerprint)
        problems.push(`${seal.signer.name} sealed the folder, and ${releaser.name} signed the release.`)
      const approvers = approval.statements.map(({ signer }) =>
        known(signer.fingerprint) ? signer.name : `${signer.name}, whose key is not known here`,
      )
      found.push(`approved by ${approvers.join('; ')}`, `valid until ${approval.expiresAt}`)
    } catch (error) {
      if (!(error instanceof AssayError)) throw error
      problems.push(error.message)
    }
  }
  if (seal && problems.length === 0 && image !== null) found.push(...(await checkImage(folder, image, problems)))
  return {
    kind: 'release',
    ok: problems.length === 0,
    problems,
    found: [plural(seal?.files.size ?? 0, 'file'), ...found],
    signer: seal && {
      name: seal.signer.name,
      fingerprint: seal.signer.fingerprint,
      known: known(seal.signer.fingerprint),
    },
  }
}
