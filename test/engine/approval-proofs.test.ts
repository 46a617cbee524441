/** No byte of a package or of an audit export changes unseen. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import canonicalize from 'canonicalize'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../../shared/contract/person.ts'
import type { ReviewView } from '../../shared/contract/review.ts'
import { proveFile } from '../../electron/engine/approval/verify-file.ts'
import { genesis } from '../../electron/engine/workspace/audit.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyRun } from '../support/tiny-run.ts'

const passphrase = 'correct horse battery'
const policy = `assay: policy/1
name: Tiny
risk_tier: low
objective: { business: Test, measure: words, target: words }
deployment: { kind: batch }
gates: [{ id: rows, path: rows.used, at_least: 10 }]
`
const folder = temporaryFolder()
let test: TestEngine
let person: Person
let review: ReviewView
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  test = await openTestEngine()
  const run = await tinyRun(test)
  await test.evaluate(run)
  person = await test.call.people.add({ name: 'Ada', roles: ['author'], passphrase })
  review = await test.call.reviews.request({
    personId: person.id,
    passphrase,
    runId: run.id,
    policy: { text: policy },
    note: '',
  })
  const { jobId } = await test.call.reviews.export({
    id: review.id,
    personId: person.id,
    passphrase,
    kind: 'decision',
    includeModel: false,
    file: { path: file('decision.tar') },
  })
  await test.finish(jobId)
  const whole = await test.call.reviews.export({
    id: review.id,
    personId: person.id,
    passphrase,
    kind: 'review',
    includeModel: true,
    file: { path: file('review.tar') },
  })
  await test.finish(whole.jobId)
  await test.call.proofs.exportAudit({ personId: person.id, passphrase, file: { path: file('audit.jsonl') } })
})
afterAll(() => test.close())

/** Positions at which the change was not seen. */
async function unseen(path: string, positions: Iterable<number>): Promise<number[]> {
  const bytes = readFileSync(path)
  const missed: number[] = []
  const handle = openSync(path, 'r+')
  try {
    for (const at of positions) {
      writeSync(handle, Buffer.of(bytes[at]! ^ (1 << (at % 8))), 0, 1, at)
      if ((await proveFile(path, null)).ok) missed.push(at)
      writeSync(handle, bytes, at, 1, at)
    }
  } finally {
    closeSync(handle)
  }
  return missed
}

const every = function* (bytes: number, step: number): Generator<number> {
  for (let at = 0; at < bytes; at += step) yield at
}

describe('what is intact is called intact', () => {
  it.each([
    ['decision.tar', 'decision package'],
    ['review.tar', 'review package'],
    ['audit.jsonl', 'audit export'],
  ])('%s', async (name, kind) => {
    const proof = await test.call.proofs.file({ file: { path: file(name) } })
    expect(proof).toMatchObject({ kind, ok: true, problems: [], signer: { name: 'Ada', known: true } })
    expect((await proveFile(file(name), null)).signer?.known).toBe(false)
  })
})

describe('one changed byte is always seen', () => {
  it('anywhere in a package', async () => {
    const { length } = readFileSync(file('decision.tar'))
    expect(length).toBeLessThan(60_000)
    expect(await unseen(file('decision.tar'), every(length, 1))).toEqual([])
  }, 300_000)

  it('in a larger package, sampled', async () => {
    const { length } = readFileSync(file('review.tar'))
    expect(await unseen(file('review.tar'), every(length, 97))).toEqual([])
  }, 300_000)

  it('anywhere in an audit export', async () => {
    const { length } = readFileSync(file('audit.jsonl'))
    expect(length).toBeLessThan(60_000)
    expect(await unseen(file('audit.jsonl'), every(length, 1))).toEqual([])
  }, 300_000)

  it.each(['decision.tar', 'review.tar', 'audit.jsonl'])('%s: cut off, or longer by a byte', async (name) => {
    const bytes = readFileSync(file(name))
    const copy = file(`cut-${name}`)
    for (const length of [0, 1, 511, 512, 513, bytes.length - 513, bytes.length - 512, bytes.length - 1]) {
      writeFileSync(copy, bytes)
      truncateSync(copy, length)
      expect((await proveFile(copy, null)).ok, `${length} bytes`).toBe(false)
    }
    for (const more of ['\n', '\0', ' ', '{}\n', '\0'.repeat(512)]) {
      writeFileSync(copy, Buffer.concat([bytes, Buffer.from(more)]))
      expect((await proveFile(copy, null)).ok, JSON.stringify(more)).toBe(false)
    }
  })

  it('says where', async () => {
    const bytes = readFileSync(file('review.tar'))
    const evidence = bytes.indexOf('"schema":"assay.evidence/1"')
    const changedAt = (at: number) => {
      const copy = Buffer.from(bytes)
      copy[at]! ^= 1
      writeFileSync(file('changed.tar'), copy)
      return proveFile(file('changed.tar'), null)
    }
    expect((await changedAt(evidence + 12)).problems[0]).toContain('evidence.json')
    expect((await changedAt(bytes.length - 3)).problems[0]).toContain(`byte ${bytes.length - 3}`)
    const audit = readFileSync(file('audit.jsonl'), 'utf8').replace(
      '"event":"model imported"',
      '"event":"model improved"',
    )
    writeFileSync(file('changed.jsonl'), audit)
    expect((await proveFile(file('changed.jsonl'), null)).problems[0]).toMatch(/entry \d+ was changed/)
  })

  it('in the log itself and in the stored files', async () => {
    const { ledger, files } = test.engine.workspace
    expect((await test.call.proofs.workspace()).problems).toEqual([])
    const [{ sha256 }] = ledger.prepare("SELECT sha256 FROM file WHERE kind = 'evidence'").all() as [{ sha256: string }]
    const path = files.path(sha256)
    const bytes = readFileSync(path)
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 10), Buffer.from('!'), bytes.subarray(11)]))
    expect((await test.call.proofs.workspace()).problems.join()).toContain(sha256)
    writeFileSync(path, bytes)
    expect((await test.call.proofs.workspace()).problems).toEqual([])
  })
})

describe('a log that was written anew', () => {
  it('does not fit the checkpoints that people signed', async () => {
    const { ledger } = test.engine.workspace
    ledger.exec('SAVEPOINT forged; DROP TRIGGER audit_is_append_only_update')
    // Someone with the file makes the whole chain fit again, from a changed entry on.
    let previous = genesis
    for (const row of ledger.prepare('SELECT * FROM audit ORDER BY sequence').all() as {
      sequence: number
      time: string
      event: string
      subject: string | null
      detail: string
    }[]) {
      const entry = [row.sequence, row.time, 'someone else', row.event, row.subject, row.detail, previous]
      const hash = createHash('sha256').update(canonicalize(entry)!).digest('hex')
      ledger
        .prepare('UPDATE audit SET actor = ?, previous_hash = ?, hash = ? WHERE sequence = ?')
        .run('someone else', previous, hash, row.sequence)
      previous = hash
    }
    const proof = await test.call.proofs.workspace()
    ledger.exec('ROLLBACK TO forged; RELEASE forged')
    expect(proof.problems.some((problem) => problem.startsWith('Audit entry'))).toBe(false)
    expect(proof.problems.join(' ')).toContain('is of another log')
  })
})

describe('files that are no proof', () => {
  it('are called unknown, unreadable or not a package', async () => {
    writeFileSync(file('noise.bin'), Buffer.from(Array.from({ length: 5000 }, (_, k) => (k * 31) % 251)))
    expect(await proveFile(file('noise.bin'), null)).toMatchObject({ kind: 'unknown', ok: false })
    expect(await codeOf(proveFile(file('nothing'), null))).toBe('proof/unreadable')
    const { jobId } = await test.call.reviews.import({ file: { path: file('noise.bin') } })
    expect(await codeOf(test.finish(jobId))).toBe('package/changed')
    writeFileSync(file('policy.yaml'), policy)
    expect(await proveFile(file('policy.yaml'), null)).toMatchObject({ kind: 'policy', ok: true })
  })
})
