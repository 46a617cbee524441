/** The container's program as a process on loopback gives the workbench's scores, and refuses what was not approved. */
import { createHash } from 'node:crypto'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, it, vi } from 'vitest'
import { newKey } from '../../electron/serving/guard/keys.ts'
import type { Replay } from '../../shared/serving/golden.ts'
import type { Prediction } from '../../shared/serving/predictions.ts'
import { releaseManifestSchema } from '../../shared/serving/release-manifest.ts'
import { samples } from '../support/engine.ts'
import { goldenOf as rowsOf, releaseOf, runServing, signAgain, startServing, trustedHere } from '../support/release.ts'
import { servedChurn } from '../support/served-churn.ts'
import { post } from '../support/serving-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const served = servedChurn({ digits: true })

describe('scores', () => {
  it.each(['churn', 'digits'] as const)('%s: golden rows through REST, gRPC and batch', async (name) => {
    const { folder } = served[name]
    const running = name === 'churn' ? served.server : await startServing(folder)
    const ended = await runServing(['replay', '--release', folder, '--rest', running.rest, '--grpc', running.grpc])
    expect(ended.stderr).toBe('')
    const { replays } = JSON.parse(ended.stdout) as { replays: Replay[] }
    expect(replays.map((replay) => replay.through)).toEqual([
      'REST rows',
      'REST JSON tensors',
      'REST binary tensors',
      'gRPC typed tensors',
      'gRPC raw tensors',
      'batch',
    ])
    for (const replay of replays) {
      expect(replay.rows).toBeGreaterThanOrEqual(40)
      expect(replay, replay.differing.join('\n')).toMatchObject({ equal: replay.rows })
      expect(replay.largestDifference).toBeLessThan(1e-6)
    }
    if (running !== served.server) expect(await running.stop()).toBe(0)
  })

  it('of every row of the file are the workbench’s, by batch and by rows', async () => {
    const folder = temporaryFolder()
    const input = join(samples, 'churn/holdout.csv')
    const ended = await runServing(['batch', '--release', served.churn.folder, '--input', input, '--output', folder])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const lines = Papa.parse<Record<string, string>>(readFileSync(join(folder, 'part-00000-of-00001.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    const given = Papa.parse<Record<string, string>>(readFileSync(input, 'utf8'), {
      header: true,
      skipEmptyLines: true,
    })
    const rows: (string | null)[][] = []
    let place = 0
    for (let offset = 0; offset < served.churn.run.rows; offset += 1000) {
      const page = await served.test.call.runs.rows({ id: served.churn.run.id, request: { offset, limit: 1000 } })
      place = page.columns.findIndex((column) => column.name === 'probability Yes')
      rows.push(...page.rows)
    }
    expect(lines.length).toBe(rows.length)
    rows.forEach((row, k) => {
      const wanted = Number(row[place])
      expect(Math.abs(Number(lines[k]!['probability_Yes']) - wanted)).toBeLessThan(1e-6)
      expect(lines[k]!['predicted']).toBe(wanted >= 0.5 ? 'Yes' : 'No')
    })
    const typed = given.data.slice(0, 500).map((row) => ({
      ...row,
      tenure_months: Number(row['tenure_months']),
      support_calls: Number(row['support_calls']),
      monthly_charges: Number(row['monthly_charges']),
      total_charges: row['total_charges'] === '' ? null : Number(row['total_charges']),
    }))
    const answer = await post(served.server.rest, '/v1/predict', JSON.stringify(typed))
    const { predictions } = answer.body as { predictions: Prediction[] }
    predictions.forEach((prediction, k) => {
      expect(Math.abs(prediction.probabilities!['Yes']! - Number(rows[k]![place]))).toBeLessThan(1e-6)
    })
  })
})

describe('a release that is not what was approved', () => {
  function altered(change: (folder: string) => void): string {
    const folder = join(temporaryFolder(), 'release')
    cpSync(served.churn.folder, folder, { recursive: true })
    change(folder)
    return folder
  }
  const edit = (name: string, from: string | RegExp, to: string) => (folder: string) => {
    const path = join(folder, name)
    const text = readFileSync(path, 'latin1')
    const changed = text.replace(from, to)
    expect(changed).not.toBe(text)
    writeFileSync(path, changed, 'latin1')
  }
  /** The manifest changed along with the file: what an attacker who knows the format would do. */
  const withHash = (name: string, change: (folder: string) => void) => (folder: string) => {
    const before = sha(join(folder, name))
    change(folder)
    const path = join(folder, 'manifest.json')
    const manifest = releaseManifestSchema.parse(
      JSON.parse(readFileSync(path, 'utf8').replaceAll(before, sha(join(folder, name)))),
    )
    manifest.files[name]!.bytes = readFileSync(join(folder, name)).length
    writeFileSync(path, JSON.stringify(manifest))
  }
  /** Signed again by someone who is trusted to sign releases: the approvers' signatures still stand in the way. */
  const signed = (change: (folder: string) => void) => (folder: string) => {
    change(folder)
    signAgain(folder)
  }
  const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  const flip = (folder: string) => {
    const bytes = readFileSync(join(folder, 'model.onnx'))
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(join(folder, 'model.onnx'), bytes)
  }
  const shrink = (folder: string) => edit('evidence.json', /"roc_auc":\{/, '"roc_auc" :{')(folder)

  it.each<[string, (folder: string) => void, string]>([
    ['an altered model', flip, 'release/file-altered'],
    ['an altered model, and its hash', withHash('model.onnx', flip), 'release/file-altered'],
    ['an altered model, signed again', signed(withHash('model.onnx', flip)), 'release/other-model'],
    ['altered evidence', shrink, 'release/file-altered'],
    ['altered evidence, signed again', signed(withHash('evidence.json', shrink)), 'release/other-evidence'],
    [
      'another evidence hash in the manifest',
      signed(edit('manifest.json', /("evidence": \{\s+"sha256": ")[0-9a-f]{4}/, '$1ffff')),
      'release/other-evidence',
    ],
    ['another threshold', edit('manifest.json', '"threshold": 0.5', '"threshold": 0.4'), 'release/file-altered'],
    [
      'another threshold, signed again',
      signed(edit('manifest.json', '"threshold": 0.5', '"threshold": 0.4')),
      'release/other-threshold',
    ],
    [
      'another binding',
      signed(edit('manifest.json', '"missingText": ""', '"missingText": "x"')),
      'release/other-binding',
    ],
    [
      'another type of a column',
      signed(edit('manifest.json', '"type": "integer"', '"type": "float"')),
      'release/other-schema',
    ],
    ['a wider range of an input', edit('manifest.json', /"maximum": \d+/, '"maximum": 1e9'), 'release/file-altered'],
    [
      'another golden row, and its hash',
      withHash('golden.jsonl', edit('golden.jsonl', '"Yes"', '"No"')),
      'release/file-altered',
    ],
    ['a later end', signed(edit('manifest.json', '"expiresAt": "2099', '"expiresAt": "2199')), 'release/other-expiry'],
    [
      'an approval without its signature',
      signed(withHash('approval.json', edit('approval.json', /"sig":"..../, '"sig":"AAAA'))),
      'release/signature',
    ],
    ['no approval', (folder) => writeFileSync(join(folder, 'approval.json'), ''), 'release/file-altered'],
    ['no manifest', (folder) => writeFileSync(join(folder, 'manifest.json'), '{'), 'release/file-altered'],
    ['a manifest that is none', signed(edit('manifest.json', '"assay.release/2"', '"x"')), 'release/not-valid'],
    ['no signature', (folder) => rmSync(join(folder, 'signature.json')), 'release/not-signed'],
    ['another signature', edit('signature.json', /"sig":"..../, '"sig":"AAAA'), 'release/signature'],
  ])('%s: refuses to start, with the reason', async (_, change, code) => {
    const ended = await runServing(['serve', '--release', altered(change)], { ASSAY_PORT: '0', ASSAY_GRPC_PORT: '0' })
    expect(ended.code).toBe(41)
    expect(JSON.parse(ended.stderr)).toMatchObject({ level: 'error', code })
    expect(ended.stdout).toBe('')
  })

  it('an expired approval, or a signer who is not trusted: refuses to start', async () => {
    const soon = new Date(Date.now() + 12_000).toISOString()
    const short = await releaseOf(served.test, served.churn.run, { expiresAt: soon })
    const running = await startServing(short.folder)
    const row = JSON.stringify(rowsOf(served.churn.folder)[0]!.inputs)
    expect((await post(running.rest, '/v1/predict', row)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, Date.parse(soon) - Date.now() + 50))
    // While it runs, it stops answering when the approval ends.
    const late = await post(running.rest, '/v1/predict', row)
    expect([late.status, late.headers.get('assay-error-code')]).toEqual([503, 'release/expired'])
    expect((await fetch(`${running.rest}/v2/health/ready`)).status).toBe(503)
    expect((await fetch(`${running.rest}/v2/health/live`)).status).toBe(200)
    await running.stop()
    const ended = await runServing(['serve', '--release', short.folder])
    expect([ended.code, JSON.parse(ended.stderr).code]).toEqual([41, 'release/expired'])
  })

  it('a condition that is overdue: the reason is said at the start, and while it runs', async () => {
    const today = new Date()
    const due = (days: number) => new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10)
    const conditions = (days: number) => ({
      decision: 'approve with conditions' as const,
      conditions: [{ text: 'Retrain', owner: 'Mara', due: due(days) }],
    })
    // A release cannot be written with it, so the clock of the server is what moves.
    const folder = (await releaseOf(served.test, served.churn.run, conditions(1))).folder
    const { expiresAt } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).approval
    expect(expiresAt).toBe(`${due(2)}T00:00:00.000Z`)
    await expect(releaseOf(served.test, served.churn.run, conditions(-1))).rejects.toMatchObject({
      code: 'release/condition-due',
    })
    const late = { NODE_OPTIONS: clockAt(Date.parse(expiresAt)) }
    const ended = await runServing(['serve', '--release', folder], late)
    expect([ended.code, JSON.parse(ended.stderr)]).toEqual([
      41,
      expect.objectContaining({ code: 'release/condition-due', message: expect.stringContaining('“Retrain” was due') }),
    ])
    const running = await startServing(folder, { NODE_OPTIONS: clockAt(Date.parse(expiresAt) - 6_000) })
    expect((await fetch(`${running.rest}/v2/health/ready`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 6_100))
    const ready = await fetch(`${running.rest}/v2/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, code: 'release/condition-due', message: expect.stringContaining('“Retrain” was due') },
    ])
    const answer = await post(running.rest, '/v1/predict', JSON.stringify(rowsOf(folder)[0]!.inputs))
    expect([answer.status, answer.headers.get('assay-error-code')]).toEqual([503, 'release/condition-due'])
    expect(running.lines).toContainEqual(expect.objectContaining({ level: 'error', event: 'approval ended' }))
    await running.stop()
  })
})

describe('what is withdrawn while the server runs', () => {
  it('is not answered for any more: an approver, a key of a caller', async () => {
    const folder = temporaryFolder()
    const [trustFile, keysFile] = [join(folder, 'trust.json'), join(folder, 'api-keys')]
    const trusting = (fingerprint: string) => ({ ...trustedHere, approvers: [{ name: 'Somebody', fingerprint }] })
    const [first, second] = [newKey('first'), newKey('second')]
    writeFileSync(trustFile, JSON.stringify(trustedHere))
    writeFileSync(keysFile, first.line)
    const running = await startServing(served.churn.folder, {
      ASSAY_TRUSTED_APPROVERS: '',
      ASSAY_TRUSTED_RELEASERS: '',
      ASSAY_TRUST_FILE: trustFile,
      ASSAY_API_KEYS_FILE: keysFile,
      ASSAY_RECHECK_MS: '50',
    })
    const row = JSON.stringify(rowsOf(served.churn.folder)[0]!.inputs)
    const ask = async (key: string) => {
      const answer = await post(running.rest, '/v1/predict', row, { 'x-api-key': key })
      return [answer.status, answer.headers.get('assay-error-code')]
    }
    const becomes = (key: string, wanted: unknown[]) =>
      vi.waitFor(async () => expect(await ask(key)).toEqual(wanted), 10_000)
    expect(await ask(first.key)).toEqual([200, null])
    writeFileSync(trustFile, JSON.stringify(trusting('1'.repeat(64))))
    await becomes(first.key, [503, 'release/not-trusted'])
    expect((await fetch(`${running.rest}/v2/health/ready`)).status).toBe(503)
    expect(running.lines).toContainEqual(expect.objectContaining({ event: 'approval withdrawn' }))
    // What is no trust file changes nothing.
    writeFileSync(trustFile, '{')
    await vi.waitFor(() => expect(running.lines).toContainEqual(expect.objectContaining({ event: 'not read again' })))
    expect(await ask(first.key)).toEqual([503, 'release/not-trusted'])
    writeFileSync(trustFile, JSON.stringify(trustedHere))
    await becomes(first.key, [200, null])
    writeFileSync(keysFile, second.line)
    await becomes(first.key, [401, 'auth/unknown-key'])
    expect(await ask(second.key)).toEqual([200, null])
    // No key left lets nobody in, not everybody.
    writeFileSync(keysFile, '')
    await becomes(second.key, [401, 'auth/unknown-key'])
    expect((await post(running.rest, '/v1/predict', row)).status).toBe(401)
    await running.stop()
  }, 60_000)
})

describe('whose signatures count', () => {
  const verify = (env: Record<string, string>, ...more: string[]) =>
    runServing(['verify', '--release', served.churn.folder, ...more], {
      ASSAY_TRUSTED_APPROVERS: '',
      ASSAY_TRUSTED_RELEASERS: '',
      ...env,
    })
  const codeOf = async (ended: Promise<{ code: number | null; stderr: string; stdout: string }>) => {
    const { code, stderr, stdout } = await ended
    return code === 0 ? JSON.parse(stdout).trust : [code, JSON.parse(stderr).code]
  }
  const write = (trust: object): string => {
    const path = join(temporaryFolder(), 'trust.json')
    writeFileSync(path, JSON.stringify(trust))
    return path
  }
  const nobody = [{ name: 'Nobody', fingerprint: 'f'.repeat(64) }]

  it('is never the release’s to say', async () => {
    expect(await codeOf(verify({}))).toEqual([41, 'release/no-trust'])
    expect(await codeOf(verify({ ASSAY_TRUST_FILE: write(trustedHere) }))).toBe('file')
    expect(await codeOf(verify({ ASSAY_TRUST_FILE: write({ ...trustedHere, approvers: nobody }) }))).toEqual([
      41,
      'release/not-trusted',
    ])
    expect(await codeOf(verify({ ASSAY_TRUST_FILE: write({ ...trustedHere, releasers: nobody }) }))).toEqual([
      41,
      'release/not-trusted',
    ])
    expect(await codeOf(verify({ ASSAY_TRUST_FILE: write({}) }))).toEqual([41, 'release/trust-file'])
    const [approver] = trustedHere.approvers
    const [releasing] = trustedHere.releasers
    expect(await codeOf(verify({ ASSAY_TRUSTED_APPROVERS: approver!.fingerprint }))).toEqual([
      41,
      'release/not-trusted',
    ])
    const both = {
      ASSAY_TRUSTED_APPROVERS: approver!.fingerprint,
      ASSAY_TRUSTED_RELEASERS: releasing!.fingerprint,
    }
    expect(await codeOf(verify(both))).toBe('settings')
    const file = write({ ...trustedHere, approvers: nobody })
    expect(await codeOf(verify({ ASSAY_TRUST_FILE: file, ASSAY_TRUSTED_APPROVERS: approver!.fingerprint }))).toBe(
      'settings',
    )
  })

  it('unless that is asked for, which is said aloud', async () => {
    const ended = await verify({}, '--trust-release-keys')
    expect(JSON.parse(ended.stdout)).toMatchObject({ trust: 'the release itself' })
    expect(JSON.parse(ended.stderr)).toMatchObject({ level: 'warn', event: expect.stringMatching(/^WHOEVER SIGNED/) })
    expect(await codeOf(verify({ ASSAY_TRUST_FILE: write(trustedHere) }, '--trust-release-keys'))).toEqual([
      2,
      'usage/setting',
    ])
    const running = await startServing(served.churn.folder, {
      ASSAY_TRUSTED_APPROVERS: '',
      ASSAY_TRUSTED_RELEASERS: '',
      ASSAY_TRUST_RELEASE_KEYS: '1',
    })
    expect(running.lines[0]).toMatchObject({ level: 'warn', event: expect.stringMatching(/^WHOEVER SIGNED/) })
    await running.stop()
  })
})

/** A preload that moves a process's clock to `start`. */
function clockAt(start: number): string {
  const code = `const real = Date.now; const gap = ${start} - real(); const D = Date
globalThis.Date = class extends D { constructor(...a) { if (a.length === 0) super(real() + gap); else super(...a) } static now() { return real() + gap } }`
  return `--import=data:text/javascript,${encodeURIComponent(code)}`
}
