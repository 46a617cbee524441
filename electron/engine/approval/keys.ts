/**
 * Private keys: in the workspace's folder, each in a file of its own, encrypted by a passphrase that is kept nowhere
 * (scrypt, RFC 7914; AES-256-GCM). Losing the passphrase loses the key; the person makes a new one.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  scrypt,
} from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { PersonId } from '../../../shared/contract/ids.ts'
import { keyAlgorithmSchema } from '../../../shared/contract/person.ts'
import type { KeyAlgorithm, Person } from '../../../shared/contract/person.ts'
import { diskError } from '../../data-plane/disk-error.ts'
import { moveInto } from '../workspace/content-store.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { canonicalText } from './canonical.ts'
import { fingerprintOf } from './envelope.ts'
import type { SigningKey } from './envelope.ts'

const keyFileSchema = z.strictObject({
  schema: z.literal('assay.key/1'),
  person: z.string(),
  algorithm: keyAlgorithmSchema,
  fingerprint: z.string(),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    // Bounded, so that a changed file cannot ask for all the memory there is.
    N: z
      .int()
      .min(1024)
      .max(2 ** 20),
    r: z.int().min(1).max(16),
    p: z.int().min(1).max(4),
    salt: z.base64(),
  }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: z.base64(), tag: z.base64(), data: z.base64() }),
})
type KeyFile = z.infer<typeof keyFileSchema>

/** OWASP's first recommendation for scrypt (2023): about 128 MB and a third of a second for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 }

function derive(passphrase: string, salt: Buffer, { N, r, p }: Pick<KeyFile['kdf'], 'N' | 'r' | 'p'>): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    // NFKC: the same passphrase typed on another keyboard or system gives the same bytes.
    scrypt(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  )
}

/** What the encryption is bound to: a key file cannot be given to another person or made cheaper to guess. */
const boundTo = (file: Pick<KeyFile, 'person' | 'algorithm' | 'fingerprint' | 'kdf'>): Buffer =>
  Buffer.from(canonicalText([file.person, file.algorithm, file.fingerprint, file.kdf]))

const keyPath = (workspace: Workspace, id: PersonId): string => join(workspace.folder, 'keys', `${id}.json`)

export interface NewKey extends SigningKey {
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string
}

export function generateKey(algorithm: KeyAlgorithm): NewKey {
  const { privateKey, publicKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return { privateKey, algorithm, fingerprint: fingerprintOf(der), publicKey: der.toString('base64') }
}

/** Encrypts a private key and writes it, whole or not at all. */
export async function storeKey(workspace: Workspace, id: PersonId, key: SigningKey, passphrase: string): Promise<void> {
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const kdf = { name: 'scrypt' as const, ...cost, salt: salt.toString('base64') }
  const head = { person: id, algorithm: key.algorithm, fingerprint: key.fingerprint, kdf }
  const secret = await derive(passphrase, salt, cost)
  const plain = key.privateKey.export({ format: 'der', type: 'pkcs8' })
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(boundTo(head))
  const data = Buffer.concat([cipher.update(plain), cipher.final()])
  secret.fill(0)
  plain.fill(0)
  const file: KeyFile = {
    schema: 'assay.key/1',
    ...head,
    cipher: {
      name: 'aes-256-gcm',
      nonce: nonce.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
    },
  }
  const temporary = workspace.temporary('.json')
  try {
    await mkdir(join(workspace.folder, 'keys'), { recursive: true, mode: 0o700 })
    await writeFile(temporary, canonicalText(file), { mode: 0o600 })
    await moveInto(temporary, keyPath(workspace, id))
  } catch (error) {
    throw diskError(error)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Forgets a private key. What it signed stays valid. */
export async function removeKey(workspace: Workspace, id: PersonId): Promise<void> {
  await rm(keyPath(workspace, id), { force: true })
}

function damaged(person: Person): AssayError {
  return new AssayError({
    code: 'person/key-damaged',
    message: `The key file of ${person.name} is missing or damaged.`,
    remedy: 'Restore keys/ in the workspace from a copy, or make a new key for this person.',
    where: { person: person.id },
  })
}

/** @throws AssayError person/not-here, person/wrong-passphrase, person/key-damaged */
export async function unlockKey(workspace: Workspace, person: Person, passphrase: string): Promise<SigningKey> {
  if (!person.local) {
    throw new AssayError({
      code: 'person/not-here',
      message: `The private key of ${person.name} is not in this workspace.`,
      remedy: 'They sign in their own workspace and send the signed file.',
      where: { person: person.id },
    })
  }
  const text = await readFile(keyPath(workspace, person.id), 'utf8').catch(() => null)
  let file: KeyFile
  try {
    file = keyFileSchema.parse(JSON.parse(text ?? ''))
  } catch {
    throw damaged(person)
  }
  if (file.person !== person.id || file.fingerprint !== person.fingerprint) throw damaged(person)
  const secret = await derive(passphrase, Buffer.from(file.kdf.salt, 'base64'), file.kdf)
  let plain: Buffer
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, Buffer.from(file.cipher.nonce, 'base64'), {
      authTagLength: 16,
    })
    decipher.setAAD(boundTo(file)).setAuthTag(Buffer.from(file.cipher.tag, 'base64'))
    plain = Buffer.concat([decipher.update(Buffer.from(file.cipher.data, 'base64')), decipher.final()])
  } catch {
    throw new AssayError({
      code: 'person/wrong-passphrase',
      message: `This is not the passphrase of ${person.name}’s key, or the key file was changed.`,
      remedy: 'Type it again. A lost passphrase cannot be found: make a new key.',
      where: { person: person.id },
    })
  } finally {
    secret.fill(0)
  }
  const privateKey = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' })
  plain.fill(0)
  const fingerprint = fingerprintOf(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }))
  if (fingerprint !== person.fingerprint) throw damaged(person)
  return { privateKey, algorithm: file.algorithm, fingerprint }
}
