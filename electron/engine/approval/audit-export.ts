/**
 * The audit log as one file for auditors: a head, an entry a line, the signer's public key, and a signed checkpoint over
 * all of it. Each line is canonical JSON, so that no byte can change unseen.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'
import { timeSchema } from '../../../shared/contract/ids.ts'
import { envelopeSchema } from '../../../shared/contract/person.ts'
import type { Identity, Person } from '../../../shared/contract/person.ts'
import { auditEntrySchema } from '../../../shared/contract/workspace.ts'
import type { AuditEntry } from '../../../shared/contract/workspace.ts'
import type { Engine } from '../engine.ts'
import { auditEntryHash, genesis, iterateAudit } from '../workspace/audit.ts'
import { moveInto } from '../workspace/content-store.ts'
import { canonicalText, readCanonical } from './canonical.ts'
import { checkpointStatement, checkpointStatementSchema } from './checkpoint.ts'
import { isSignedBy, keyIdOf, readStatement, signStatement } from './envelope.ts'
import type { SigningKey } from './envelope.ts'
import { identityEnvelope, readIdentity } from './people.ts'
import { notWritable } from '../workspace/write-whole.ts'

const headSchema = z.strictObject({
  schema: z.literal('assay.audit/1'),
  workspace: z.string(),
  createdAt: timeSchema,
  exportedAt: timeSchema,
  entries: z.int().nonnegative(),
})

/** @returns how many entries were written */
export async function exportAudit(engine: Engine, person: Person, key: SigningKey, path: string): Promise<number> {
  const { workspace } = engine
  const temporary = join(dirname(path), `.assay-${randomUUID()}.tmp`)
  // The entry that says so is part of what is exported.
  workspace.change('audit exported', person.id, { by: person.name }, () => undefined)
  const { n } = workspace.ledger.prepare('SELECT count(*) AS n FROM audit').get() as { n: number }
  try {
    const file = await open(temporary, 'wx')
    const hash = createHash('sha256')
    const line = async (value: unknown, hashed = true): Promise<void> => {
      const text = `${canonicalText(value)}\n`
      if (hashed) hash.update(text)
      await file.write(text)
    }
    try {
      await line({
        schema: 'assay.audit/1',
        workspace: workspace.name,
        createdAt: workspace.createdAt,
        exportedAt: new Date().toISOString(),
        entries: n,
      })
      // Taken before the entries are read, so that both end at the same entry.
      const statement = checkpointStatement(engine, person)
      for (const entry of iterateAudit(workspace.ledger)) if (entry.sequence <= statement.sequence) await line(entry)
      await line(identityEnvelope(workspace.ledger, person.id))
      const sealed = { ...statement, exportSha256: hash.digest('hex') }
      await line(signStatement('checkpoint', sealed, key), false)
      await file.sync()
    } finally {
      await file.close()
    }
    await moveInto(temporary, path)
  } catch (error) {
    throw notWritable(error, path)
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
  return n
}

export interface AuditExportProof {
  readonly problems: readonly string[]
  readonly entries: number
  readonly signer: Identity | null
}

/** No line of a log is near this long; a longer one is not read into memory. */
const longestLine = 4_000_000

async function* readLines(path: string): AsyncGenerator<{ text: Buffer; start: number; ended: boolean }> {
  let rest = Buffer.alloc(0)
  let start = 0
  for await (const piece of createReadStream(path)) {
    rest = Buffer.concat([rest, piece as Buffer])
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield { text: rest.subarray(0, end), start, ended: true }
      start += end + 1
      rest = rest.subarray(end + 1)
    }
    if (rest.length > longestLine) break
  }
  if (rest.length > 0) yield { text: rest, start, ended: false }
}

/** Recomputes everything in an export. The problems say at which byte or entry it was changed. */
export async function verifyAuditExport(path: string): Promise<AuditExportProof> {
  const problems: string[] = []
  const hash = createHash('sha256')
  let line = 0
  let head: z.infer<typeof headSchema> | null = null
  let last: AuditEntry | null = null
  let identity: Identity | null = null
  let sealed = false
  try {
    for await (const { text, start, ended } of readLines(path)) {
      line++
      const place = `Line ${line} (from byte ${start})`
      if (!ended) throw changed(`${place} is not ended: the file was cut off.`)
      if (sealed) throw changed(`${place} comes after the signature that ends the log.`)
      if (!head) head = readCanonical(text, headSchema, `${place}, the head`)
      else if ((last?.sequence ?? 0) < head.entries) last = nextEntry(text, last, place)
      else if (!identity) identity = readIdentity(readCanonical(text, envelopeSchema, `${place}, the signer’s key`))
      else {
        const envelope = readCanonical(text, envelopeSchema, `${place}, the signature`)
        const statement = readStatement('checkpoint', envelope, checkpointStatementSchema)
        if (keyIdOf(envelope) !== identity.fingerprint || !isSignedBy(envelope, identity.publicKey))
          throw changed(`${place}: the signature does not fit.`)
        if (statement.signer.fingerprint !== identity.fingerprint || statement.exportSha256 !== hash.digest('hex'))
          throw changed(`${place}: the signature is of another log.`)
        if (
          statement.sequence !== last?.sequence ||
          statement.hash !== last.hash ||
          statement.workspaceCreatedAt !== head.createdAt
        )
          throw changed(`${place}: the signature is of another entry.`)
        sealed = true
        continue
      }
      hash.update(text).update('\n')
    }
    if (!sealed) throw changed(`The log ends after line ${line} without a signature.`)
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    problems.push(error.message)
  }
  return { problems, entries: last?.sequence ?? 0, signer: problems.length === 0 ? identity : null }
}

function changed(message: string): AssayError {
  return new AssayError({ code: 'proof/changed', message, remedy: 'Get the export again from its sender.' })
}

function nextEntry(text: Buffer, last: AuditEntry | null, place: string): AuditEntry {
  const entry = readCanonical(text, auditEntrySchema, place)
  if (entry.sequence !== (last?.sequence ?? 0) + 1)
    throw changed(`${place}: entry ${(last?.sequence ?? 0) + 1} is missing; the next one is ${entry.sequence}.`)
  if (entry.previousHash !== (last?.hash ?? genesis))
    throw changed(`${place}: entry ${entry.sequence} does not follow the one before it.`)
  if (auditEntryHash(entry) !== entry.hash)
    throw changed(`${place}: entry ${entry.sequence} was changed after it was written.`)
  return entry
}
