/** Who signs a release, and how: the files of a folder, named with their hashes, under one person's key. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PersonId } from '../../../shared/contract/ids.ts'
import type { Signer } from '../../../shared/contract/person.ts'
import { recordFiles } from '../../../shared/serving/release-manifest.ts'
import { filesStatement } from '../../../shared/serving/signed-files.ts'
import type { SignedFilesKind } from '../../../shared/serving/signed-files.ts'
import { canonicalText } from '../approval/canonical.ts'
import { signStatement } from '../approval/envelope.ts'
import type { SigningKey } from '../approval/envelope.ts'
import { signerOf, signingKey } from '../approval/people.ts'
import type { Engine } from '../engine.ts'
import { hashFile } from '../workspace/content-store.ts'
import { writeWhole } from '../workspace/write-whole.ts'

/** A person whose key is unlocked for as long as a release is made. */
export interface Releaser {
  readonly signer: Signer
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string
  readonly key: SigningKey
}

/** @throws AssayError person/may-not-sign, person/wrong-passphrase and what else unlocking throws */
export async function unlockReleaser(engine: Engine, id: PersonId, passphrase: string): Promise<Releaser> {
  const { person, key } = await signingKey(engine, id, passphrase)
  return { signer: signerOf(person), publicKey: person.publicKey, key }
}

/** @returns the text of a signed statement, in canonical form */
export function signFiles(kind: SignedFilesKind, files: ReadonlyMap<string, string>, releaser: Releaser): string {
  const { signer, publicKey, key } = releaser
  const predicate = { signer, publicKey, signedAt: new Date().toISOString() }
  return canonicalText(signStatement('files', filesStatement(kind, files, predicate), key))
}

/** What a folder holds, by path with slashes: SHA-256, or null for what is no plain file. The seal is left out. */
export async function hashFolder(folder: string, below = ''): Promise<Map<string, string | null>> {
  const hashes = new Map<string, string | null>()
  for (const name of (await readdir(join(folder, below))).sort()) {
    const path = below === '' ? name : `${below}/${name}`
    if (path === recordFiles.seal) continue
    const facts = await lstat(join(folder, path))
    if (facts.isDirectory()) for (const [inner, hash] of await hashFolder(folder, path)) hashes.set(inner, hash)
    else hashes.set(path, facts.isFile() ? (await hashFile(join(folder, path))).sha256 : null)
  }
  return hashes
}

/** Signs everything that the folder holds by now: after this, `assay verify` finds whatever is changed, added or gone. */
export async function sealFolder(folder: string, releaser: Releaser): Promise<void> {
  const files = new Map<string, string>()
  for (const [name, sha256] of await hashFolder(folder)) if (sha256 !== null) files.set(name, sha256)
  await writeWhole(join(folder, recordFiles.seal), signFiles('folder', files, releaser))
}
