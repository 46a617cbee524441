/**
 * A review package: one file with all that a reviewer needs (evidence, policy, gate results, the graph or its digest,
 * public keys, the report), or with the decisions and remarks for the way back. Its manifest names every file with its
 * hash and is signed by the sender.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'
import { reviewIdSchema, sha256Schema, timeSchema } from '../../../shared/contract/ids.ts'
import { envelopeSchema, signerSchema } from '../../../shared/contract/person.ts'
import type { Envelope, Identity } from '../../../shared/contract/person.ts'
import { readCanonical } from './canonical.ts'
import { isSignedBy, keyIdOf, readStatement } from './envelope.ts'
import { readIdentity } from './people.ts'
import { readTar } from './tar.ts'
import type { TarEntry } from './tar.ts'

const manifestStatementSchema = z.strictObject({
  schema: z.literal('assay.package/1'),
  kind: z.enum(['review', 'decision']),
  reviewId: reviewIdSchema,
  round: z.int().positive(),
  /** digest: the graph is named by its hash in the review and does not travel. */
  model: z.enum(['included', 'digest']),
  createdAt: timeSchema,
  sender: signerSchema,
  files: z
    .array(z.strictObject({ name: z.string(), bytes: z.int().nonnegative(), sha256: sha256Schema }))
    .min(1)
    .max(9_999),
})
export type ManifestStatement = z.infer<typeof manifestStatementSchema>

export const manifestName = 'manifest.json'
export const peopleName = 'people.json'
export const reviewName = 'review.json'
const peopleFileSchema = z.array(envelopeSchema).min(1).max(10_000)

/** Documents, but not the graph, are read whole. */
const largestDocument = 256_000_000

export interface OpenPackage {
  readonly manifest: ManifestStatement
  readonly sender: Identity
  readonly senderEnvelope: Envelope
  /** Every identity in the package, by fingerprint. */
  readonly people: ReadonlyMap<string, Envelope>
  read(name: string): Promise<Buffer>
  /** The hash that the manifest gives; the content has been checked against it. */
  hashOf(name: string): string | null
  entry(name: string): TarEntry | null
}

function changed(message: string, part: string): AssayError {
  return new AssayError({
    code: 'package/changed',
    message,
    remedy: 'The file was changed on its way. Get it again from its sender.',
    where: { part },
  })
}

async function readEntry(file: FileHandle, entry: TarEntry): Promise<Buffer> {
  if (entry.bytes > largestDocument) throw changed(`${entry.name} is larger than any document.`, entry.name)
  const buffer = Buffer.alloc(entry.bytes)
  await file.read(buffer, 0, entry.bytes, entry.offset)
  return buffer
}

async function hashEntry(path: string, { offset, bytes }: TarEntry): Promise<string> {
  const hash = createHash('sha256')
  if (bytes > 0) {
    const stream = createReadStream(path, { start: offset, end: offset + bytes - 1, highWaterMark: 1 << 20 })
    for await (const piece of stream) hash.update(piece as Buffer)
  }
  return hash.digest('hex')
}

/**
 * Opens a package and checks every byte of it.
 * @param work is given the package while it is open
 * @throws AssayError package/unreadable, package/changed, proof/*
 */
export async function withPackage<T>(path: string, work: (opened: OpenPackage) => Promise<T>): Promise<T> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new AssayError({
      code: 'package/unreadable',
      message: `The package cannot be read (${error.code}).`,
      remedy: 'Check the path.',
    })
  })
  try {
    const entries = await readTar(file)
    const byName = new Map(entries.map((entry) => [entry.name, entry]))
    const first = entries[0]
    if (first?.name !== manifestName) throw changed('The archive does not start with a manifest.', manifestName)
    const envelope = readCanonical(await readEntry(file, first), envelopeSchema, manifestName)
    const manifest = readStatement('package', envelope, manifestStatementSchema)
    await checkFiles(path, manifest, entries)
    const peopleEntry = byName.get(peopleName)
    if (!peopleEntry) throw changed('The package names no people.', peopleName)
    const people = new Map<string, Envelope>()
    for (const entry of readCanonical(await readEntry(file, peopleEntry), peopleFileSchema, peopleName))
      people.set(readIdentity(entry).fingerprint, entry)
    const senderEnvelope = people.get(keyIdOf(envelope))
    const sender = senderEnvelope ? readIdentity(senderEnvelope) : null
    if (
      !sender ||
      !senderEnvelope ||
      manifest.sender.fingerprint !== sender.fingerprint ||
      !isSignedBy(envelope, sender.publicKey)
    )
      throw changed('The manifest is not signed by its sender, or was changed.', manifestName)
    return await work({
      manifest,
      sender,
      senderEnvelope,
      people,
      read: async (name) => {
        const entry = byName.get(name)
        if (!entry) throw changed(`The package lacks ${name}.`, name)
        return readEntry(file, entry)
      },
      hashOf: (name) => manifest.files.find((entry) => entry.name === name)?.sha256 ?? null,
      entry: (name) => byName.get(name) ?? null,
    })
  } finally {
    await file.close()
  }
}

async function checkFiles(path: string, manifest: ManifestStatement, entries: readonly TarEntry[]): Promise<void> {
  if (manifest.files.length !== entries.length - 1)
    throw changed(`The manifest names ${manifest.files.length} files; there are ${entries.length - 1}.`, manifestName)
  for (const [k, wanted] of manifest.files.entries()) {
    const entry = entries[k + 1]!
    if (entry.name !== wanted.name || entry.bytes !== wanted.bytes)
      throw changed(`The manifest names ${wanted.name} where ${entry.name} stands.`, entry.name)
    if ((await hashEntry(path, entry)) !== wanted.sha256)
      throw changed(
        `${entry.name} (bytes ${entry.offset} to ${entry.offset + entry.bytes - 1}) was changed.`,
        entry.name,
      )
  }
}
