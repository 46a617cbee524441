/**
 * The audit log: each entry's hash covers the entry and the hash before it, so a changed, missing or reordered entry
 * is found and its place named.
 */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { AuditEntry } from '../../../shared/contract/workspace.ts'
import type { Ledger } from './ledger.ts'

/** What the first entry follows. */
export const genesis = '0'.repeat(64)

interface AuditRow {
  sequence: number
  time: string
  actor: string
  event: string
  subject: string | null
  detail: string
  previous_hash: string
  hash: string
}

function entryHash(row: Omit<AuditRow, 'hash'>): string {
  return createHash('sha256')
    .update(canonicalize([row.sequence, row.time, row.actor, row.event, row.subject, row.detail, row.previous_hash])!)
    .digest('hex')
}

/** The hash that an entry must have. */
export function auditEntryHash(entry: Omit<AuditEntry, 'hash'>): string {
  return entryHash({ ...entry, detail: canonicalize(entry.detail)!, previous_hash: entry.previousHash })
}

/** Appends an entry; call it inside the transaction that does what the entry says. */
export function appendAudit(
  ledger: Ledger,
  entry: { actor: string; event: string; subject: string | null; detail: Record<string, unknown>; time?: string },
): void {
  const last = ledger.prepare('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1').get() as
    { sequence: number; hash: string } | undefined
  const row = {
    sequence: (last?.sequence ?? 0) + 1,
    time: entry.time ?? new Date().toISOString(),
    actor: entry.actor,
    event: entry.event,
    subject: entry.subject,
    detail: canonicalize(entry.detail)!,
    previous_hash: last?.hash ?? genesis,
  }
  ledger
    .prepare(`INSERT INTO audit VALUES (@sequence, @time, @actor, @event, @subject, @detail, @previous_hash, @hash)`)
    .run({ ...row, hash: entryHash(row) })
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    sequence: row.sequence,
    time: row.time,
    actor: row.actor,
    event: row.event,
    subject: row.subject,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
    previousHash: row.previous_hash,
    hash: row.hash,
  }
}

/** Every entry, oldest first. */
export function* iterateAudit(ledger: Ledger): Generator<AuditEntry> {
  for (const row of ledger.prepare('SELECT * FROM audit ORDER BY sequence').iterate()) yield toEntry(row as AuditRow)
}

/** The newest entries first. */
export function readAudit(ledger: Ledger, offset: number, limit: number): { entries: AuditEntry[]; total: number } {
  const rows = ledger
    .prepare('SELECT * FROM audit ORDER BY sequence DESC LIMIT ? OFFSET ?')
    .all(limit, offset) as AuditRow[]
  const { total } = ledger.prepare('SELECT count(*) AS total FROM audit').get() as { total: number }
  return { entries: rows.map(toEntry), total }
}

/** Recomputes the whole chain. An empty list of problems means that no entry was changed, removed or moved. */
export function verifyAudit(ledger: Ledger): { entries: number; problems: string[] } {
  const problems: string[] = []
  let previous = genesis
  let expected = 1
  for (const row of ledger.prepare('SELECT * FROM audit ORDER BY sequence').iterate() as IterableIterator<AuditRow>) {
    if (row.sequence !== expected) problems.push(`Audit entry ${expected} is missing; the next one is ${row.sequence}.`)
    if (row.previous_hash !== previous) problems.push(`Audit entry ${row.sequence} does not follow the one before it.`)
    if (entryHash(row) !== row.hash) problems.push(`Audit entry ${row.sequence} was changed after it was written.`)
    previous = row.hash
    expected = row.sequence + 1
  }
  return { entries: expected - 1, problems }
}
