/** The container's program as a process on loopback gives the workbench's scores, and refuses what was not approved. */
import { createHash } from 'node:crypto'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '../../shared/contract/run.ts'
import type { Replay } from '../../shared/serving/golden.ts'
import type { Prediction } from '../../shared/serving/predictions.ts'
import { releaseManifestSchema } from '../../shared/serving/release-manifest.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import {
  churnRelease,
  digitsRelease,
  goldenOf as rowsOf,
  releaseOf,
  runServing,
  startServing,
  temporaryFolder,
} from '../support/release.ts'
import type { Running } from '../support/release.ts'
import { post } from '../support/serving-client.ts'

let test: TestEngine
let churn: { folder: string; run: Run }
let digits: { folder: string; run: Run }
let server: Running

beforeAll(async () => {
  test = await openTestEngine()
  churn = await churnRelease(test)
  digits = await digitsRelease(test)
  server = await startServing(churn.folder)
}, 120_000)
afterAll(async () => {
  await server.stop()
  await test.close()
})

describe('scores', () => {
  it.each(['churn', 'digits'] as const)('%s: golden rows through REST, gRPC and batch', async (name) => {
    const { folder } = name === 'churn' ? churn : digits
    const running = name === 'churn' ? server : await startServing(folder)
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
    if (running !== server) expect(await running.stop()).toBe(0)
  })

  it('of every row of the file are the workbench’s, by batch and by rows', async () => {
    const folder = temporaryFolder()
    const input = join(samples, 'churn/holdout.csv')
    const ended = await runServing(['batch', '--release', churn.folder, '--input', input, '--output', folder])
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
    for (let offset = 0; offset < churn.run.rows; offset += 1000) {
      const page = await test.call.runs.rows({ id: churn.run.id, request: { offset, limit: 1000 } })
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
    const answer = await post(server.rest, '/v1/predict', JSON.stringify(typed))
    const { predictions } = answer.body as { predictions: Prediction[] }
    predictions.forEach((prediction, k) => {
      expect(Math.abs(prediction.probabilities!['Yes']! - Number(rows[k]![place]))).toBeLessThan(1e-6)
    })
  })
})

describe('a release that is not what was approved', () => {
  function altered(change: (folder: string) => void): string {
    const folder = join(temporaryFolder(), 'release')
    cpSync(churn.folder, folder, { recursive: true })
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
  const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  const flip = (folder: string) => {
    const bytes = readFileSync(join(folder, 'model.onnx'))
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(join(folder, 'model.onnx'), bytes)
  }
  const shrink = (folder: string) => edit('evidence.json', /"roc_auc":\{/, '"roc_auc" :{')(folder)

  it.each<[string, (folder: string) => void, string]>([
    ['an altered model', flip, 'release/file-altered'],
    ['an altered model, and its hash', withHash('model.onnx', flip), 'release/other-model'],
    ['altered evidence', shrink, 'release/file-altered'],
    ['altered evidence, and its hash', withHash('evidence.json', shrink), 'release/other-evidence'],
    [
      'another evidence hash in the manifest',
      edit('manifest.json', /("evidence": \{\s+"sha256": ")[0-9a-f]{4}/, '$1ffff'),
      'release/other-evidence',
    ],
    ['another threshold', edit('manifest.json', '"threshold": 0.5', '"threshold": 0.4'), 'release/other-threshold'],
    ['another binding', edit('manifest.json', '"missingText": ""', '"missingText": "x"'), 'release/other-binding'],
    ['another type of a column', edit('manifest.json', '"type": "integer"', '"type": "float"'), 'release/other-schema'],
    ['a later end', edit('manifest.json', '"expiresAt": "2099', '"expiresAt": "2199'), 'release/other-expiry'],
    [
      'an approval without its signature',
      withHash('approval.json', edit('approval.json', /"sig":"..../, '"sig":"AAAA')),
      'release/signature',
    ],
    ['no approval', (folder) => writeFileSync(join(folder, 'approval.json'), ''), 'release/file-altered'],
    ['no manifest', (folder) => writeFileSync(join(folder, 'manifest.json'), '{'), 'release/not-valid'],
  ])('%s: refuses to start, with the reason', async (_, change, code) => {
    const ended = await runServing(['serve', '--release', altered(change)], { ASSAY_PORT: '0', ASSAY_GRPC_PORT: '0' })
    expect(ended.code).toBe(41)
    expect(JSON.parse(ended.stderr)).toMatchObject({ level: 'error', code })
    expect(ended.stdout).toBe('')
  })

  it('an expired approval, or a signer who is not trusted: refuses to start', async () => {
    const soon = new Date(Date.now() + 12_000).toISOString()
    const short = await releaseOf(test, churn.run, { expiresAt: soon })
    const running = await startServing(short.folder)
    const row = JSON.stringify(rowsOf(churn.folder)[0]!.inputs)
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
    const trusted = (fingerprint: string) =>
      runServing(['verify', '--release', churn.folder], { ASSAY_TRUSTED_APPROVERS: fingerprint })
    expect(JSON.parse((await trusted('f'.repeat(64))).stderr).code).toBe('release/not-trusted')
    const { signers } = JSON.parse(readFileSync(join(churn.folder, 'approval.json'), 'utf8'))
    expect((await trusted(signers[0].fingerprint)).code).toBe(0)
  })
})
