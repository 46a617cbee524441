/** From an approved run to a release that proves itself. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { releaseSummarySchema } from '../../shared/contract/release.ts'
import type { Person } from '../../shared/contract/person.ts'
import type { Run } from '../../shared/contract/run.ts'
import { proofSchema } from '../../shared/serving/golden.ts'
import { verifyFolder } from '../../electron/engine/release/write-release.ts'
import { codeOf, openTestEngine, root } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { churnRelease, servingEntry } from '../support/release.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const passphrase = 'correct horse battery'
const policy = (more = '{}') => `assay: policy/1
name: Release
risk_tier: low
objective: { business: Test, measure: words, target: words }
deployment: { kind: batch }
approval: ${more}
gates: [{ id: rows, path: rows.used, at_least: 10 }]
`

let test: TestEngine
let run: Run
let folder: string

beforeAll(async () => {
  test = await openTestEngine()
  ;({ run, folder } = await churnRelease(test))
  // The server that is started for a proof is the source's: no build is needed.
  const dist = temporaryFolder()
  writeFileSync(join(dist, 'serving.mjs'), `import ${JSON.stringify(servingEntry)}\n`)
  process.env['ASSAY_DIST'] = dist
}, 120_000)
afterAll(async () => {
  delete process.env['ASSAY_DIST']
  await test.close()
})

describe('a run', () => {
  let ada: Person
  let grace: Person
  const write = async (out: string, prove = false) => {
    const { jobId } = await test.call.releases.write({
      runId: run.id,
      folder: { path: out },
      prove,
      signer: { personId: ada.id, passphrase },
    })
    return releaseSummarySchema.parse(JSON.parse(await test.finish(jobId)))
  }

  it('is not released before it is approved, and leaves nothing behind', async () => {
    ada = await test.call.people.add({ name: 'Ada', roles: ['author'], passphrase })
    const out = join(temporaryFolder(), 'release')
    expect(await codeOf(write(out))).toBe('release/not-approved')
    expect(existsSync(out)).toBe(false)
  })

  it('that two people approved is released with both signatures, and proves itself', async () => {
    grace = await test.call.people.add({ name: 'Grace', roles: ['approver'], passphrase })
    const hana = await test.call.people.add({ name: 'Hana', roles: ['approver'], passphrase })
    const review = await test.call.reviews.request({
      personId: ada.id,
      passphrase,
      runId: run.id,
      policy: { text: policy('{ quorum: 2 }') },
      note: '',
    })
    const out = join(temporaryFolder(), 'release')
    for (const person of [grace, hana]) {
      expect(await codeOf(write(out))).toBe('release/not-approved')
      await test.call.reviews.decide({
        id: review.id,
        personId: person.id,
        passphrase,
        decision: 'approve',
        reasons: '',
        conditions: [],
        evidenceSha256: review.subject.evidenceSha256,
      })
    }
    const summary = await write(out, true)
    expect(summary.approvers).toEqual(['Grace', 'Hana'])
    expect(summary.proof).toMatchObject({ ok: true, ran: 'process', manifestSha256: summary.manifestSha256 })
    expect(summary.proof!.replays.length).toBe(6)
    expect(proofSchema.parse(JSON.parse(readFileSync(join(out, 'proof.json'), 'utf8')))).toEqual(summary.proof)
    expect(summary.signedBy).toBe('Ada')
    expect((await verifyFolder(out, null)).approval).toMatchObject({ approvers: ['Grace', 'Hana'], quorum: 2 })
    const print = (person: Person) => person.fingerprint
    const trust = (...approvers: Person[]) => ({ approvers: approvers.map(print), releasers: [print(ada)] })
    await expect(verifyFolder(out, trust(grace))).rejects.toMatchObject({ code: 'release/not-trusted' })
    await expect(verifyFolder(out, trust(grace, hana))).resolves.toBeDefined()
    expect(readFileSync(join(out, 'policy.yaml'), 'utf8')).toBe(policy('{ quorum: 2 }'))
    expect(await test.call.proofs.release({ folder: { path: out } })).toMatchObject({
      kind: 'release',
      ok: true,
      problems: [],
      signer: { name: 'Ada', known: true },
    })
    expect(await codeOf(write(out))).toBe('release/folder-taken')
    const { entries } = await test.call.workspace.audit({ offset: 0, limit: 1000 })
    expect(entries.some((entry) => entry.event === 'release written')).toBe(true)
    expect((await test.call.registry.get({ id: run.versionId })).stage).toBe('released')
    const { nodes, edges } = await test.call.registry.lineage({
      modelId: (await test.call.registry.get({ id: run.versionId })).modelId,
    })
    const released = nodes.findLast((node) => node.kind === 'release')
    expect(released).toMatchObject({ detail: 'by Ada' })
    expect(edges).toContainEqual({ from: run.id, to: released!.id, label: 'released' })
  }, 120_000)

  it('is not released by the approval of what it was before', async () => {
    await test.evaluate(run, 0.4)
    const out = join(temporaryFolder(), 'release')
    expect(await codeOf(write(out))).toBe('release/not-approved')
    expect(existsSync(out)).toBe(false)
  })
})

describe('the command line', () => {
  it('serves a release, and drains when it is told to end', async () => {
    const child = spawn(
      process.execPath,
      [
        '--no-warnings',
        join(root, 'electron/cli/assay.ts'),
        'serve',
        folder,
        '--port',
        '0',
        '--grpc-port',
        '0',
        '--trust-release-keys',
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ASSAY_DRAIN_DELAY_MS: '0' },
      },
    )
    let out = ''
    const port = await new Promise<number>((resolve) =>
      child.stdout.on('data', (piece: Buffer) => {
        out += piece.toString()
        const found = /"port":(\d+)/.exec(out)
        if (found) resolve(Number(found[1]))
      }),
    )
    expect((await fetch(`http://127.0.0.1:${port}/v2/health/ready`)).status).toBe(200)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(out).toContain('"clean":true')
  })
})
