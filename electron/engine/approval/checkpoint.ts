/**
 * Signed checkpoints: a person vouches for the audit log as far as it has come. The chain alone shows that entries fit
 * together; a checkpoint shows that nobody wrote the whole chain anew since.
 */
import { z } from 'zod'
import { sha256Schema, timeSchema } from '../../../shared/contract/ids.ts'
import { envelopeSchema, signerSchema } from '../../../shared/contract/person.ts'
import type { Person } from '../../../shared/contract/person.ts'
import type { Engine } from '../engine.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { canonicalText } from './canonical.ts'
import { isSignedBy, keyIdOf, readStatement, signStatement } from './envelope.ts'
import type { SigningKey } from './envelope.ts'
import { findByFingerprint, signerOf } from './people.ts'

export const checkpointStatementSchema = z.strictObject({
  schema: z.literal('assay.checkpoint/1'),
  workspaceCreatedAt: timeSchema,
  /** The last entry that it covers, and its hash. */
  sequence: z.int().nonnegative(),
  hash: sha256Schema,
  /** Of all bytes before it, where it ends an export. */
  exportSha256: sha256Schema.nullable(),
  signer: signerSchema,
  at: timeSchema,
})
export type CheckpointStatement = z.infer<typeof checkpointStatementSchema>

function lastEntry(ledger: Ledger): { sequence: number; hash: string } {
  const row = ledger.prepare('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1').get()
  return row as { sequence: number; hash: string }
}

/** What a person says of the log as it is now. */
export function checkpointStatement(engine: Engine, person: Person): CheckpointStatement {
  const { sequence, hash } = lastEntry(engine.workspace.ledger)
  return {
    schema: 'assay.checkpoint/1',
    workspaceCreatedAt: engine.workspace.createdAt,
    sequence,
    hash,
    exportSha256: null,
    signer: signerOf(person),
    at: new Date().toISOString(),
  }
}

/** Signs the log as it is, and keeps the checkpoint. Done at each signature as well, because the key is open then. */
export function addCheckpoint(engine: Engine, person: Person, key: SigningKey): CheckpointStatement {
  const { workspace } = engine
  const statement = checkpointStatement(engine, person)
  const envelope = signStatement('checkpoint', statement, key)
  workspace.change(
    'checkpoint signed',
    person.id,
    { sequence: statement.sequence, hash: statement.hash, by: person.name },
    (time) =>
      workspace.ledger
        .prepare('INSERT OR REPLACE INTO checkpoint (sequence, created_at, envelope) VALUES (?, ?, ?)')
        .run(statement.sequence, time, canonicalText(envelope)),
  )
  return statement
}

/** Holds each checkpoint against the log. */
export function verifyCheckpoints(ledger: Ledger): { checked: number; problems: string[] } {
  const problems: string[] = []
  const rows = ledger.prepare('SELECT sequence, envelope FROM checkpoint ORDER BY sequence').all() as {
    sequence: number
    envelope: string
  }[]
  for (const { sequence, envelope: text } of rows) {
    const place = `The checkpoint at entry ${sequence}`
    try {
      const envelope = envelopeSchema.parse(JSON.parse(text))
      const statement = readStatement('checkpoint', envelope, checkpointStatementSchema)
      const person = findByFingerprint(ledger, keyIdOf(envelope))
      if (!person || !isSignedBy(envelope, person.publicKey)) {
        problems.push(`${place} is not signed by a person of this workspace.`)
        continue
      }
      const entry = ledger.prepare('SELECT hash FROM audit WHERE sequence = ?').get(statement.sequence) as
        { hash: string } | undefined
      if (statement.sequence !== sequence || entry?.hash !== statement.hash)
        problems.push(`${place}, signed by ${person.name}, is of another log: entries up to there were changed since.`)
    } catch {
      problems.push(`${place} cannot be read: it was changed.`)
    }
  }
  // A checkpoint that the log speaks of must be there.
  const lost = ledger
    .prepare(
      `SELECT count(*) AS n FROM audit WHERE event = 'checkpoint signed'
       AND json_extract(detail, '$.sequence') NOT IN (SELECT sequence FROM checkpoint)`,
    )
    .get() as { n: number }
  if (lost.n > 0) problems.push(`${lost.n} checkpoints of the audit log are gone.`)
  return { checked: rows.length, problems }
}
