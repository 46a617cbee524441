/** No byte of a release folder changes unseen, and what is changed is named. */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proveReleaseFolder } from '../../electron/engine/release/verify-folder.ts'
import { proofs } from '../../electron/serving/proofs.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { trustOf } from '../../shared/serving/trust.ts'
import { verifyRelease } from '../../shared/serving/verify-release.ts'
import { sealFolder } from '../../electron/engine/release/sign-files.ts'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { releaseOf, releaser, runServing, trustedHere } from '../support/release.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyRun } from '../support/tiny-run.ts'

let test: TestEngine
let folder: string

beforeAll(async () => {
  test = await openTestEngine()
  const run = await tinyRun(test)
  ;({ folder } = await releaseOf(test, run))
  mkdirSync(join(folder, 'kit'))
  writeFileSync(join(folder, 'kit/deployment.yaml'), 'kind: Deployment\n')
  await sealFolder(folder, releaser)
}, 60_000)
afterAll(() => test.close())

const flipped = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed[at]! ^= 1 << (at % 8)
  return changed
}

const names = (): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name !== 'kit').sort()

describe('a release folder', () => {
  it('is called intact when it is', async () => {
    expect(await proveReleaseFolder(folder, null)).toMatchObject({
      kind: 'release',
      ok: true,
      problems: [],
      found: [`${names().length - 1} files`, expect.stringContaining('The approver'), expect.stringContaining('2099')],
      signer: { name: 'The releaser', known: false },
    })
    expect(names()).toEqual(
      expect.arrayContaining(['approval.json', 'golden.jsonl', 'kit/deployment.yaml', 'model.onnx', 'signature.json']),
    )
  })

  it('has no byte that changes unseen: each of the seal, and many of every other file', async () => {
    let flips = 0
    for (const name of names()) {
      const path = join(folder, name)
      const bytes = readFileSync(path)
      const step = name === 'seal.json' ? 1 : Math.max(1, Math.floor(bytes.length / 20))
      for (let at = 0; at < bytes.length; at += step) {
        writeFileSync(path, flipped(bytes, at))
        const { ok, problems } = await proveReleaseFolder(folder, null)
        expect([ok, problems.join().includes(name)], `${name}, byte ${at}: ${problems.join()}`).toEqual([false, true])
        flips++
      }
      writeFileSync(path, bytes)
    }
    expect(flips).toBeGreaterThan(1500)
    expect((await proveReleaseFolder(folder, null)).ok).toBe(true)
  }, 120_000)

  it('does not start with one changed byte: each of its signature and approval, and many of what they cover', () => {
    const contents = new Map(names().map((name) => [name, readFileSync(join(folder, name))]))
    const verify = (changed: string, bytes: Buffer): string => {
      try {
        const read = (name: string) => (name === changed ? bytes : (contents.get(name) ?? null))
        verifyRelease({ read, now: new Date().toISOString(), trust: trustOf(trustedHere) }, proofs)
        return 'served'
      } catch (error) {
        return error instanceof AssayError ? error.code : String(error)
      }
    }
    expect(verify('', Buffer.of())).toBe('served')
    for (const name of names()) {
      if (['seal.json', 'kit/deployment.yaml'].includes(name)) continue
      const bytes = contents.get(name)!
      const step = /^(approval|signature)/.test(name) ? 1 : Math.max(1, Math.floor(bytes.length / 200))
      for (let at = 0; at < bytes.length; at += step) {
        const code = verify(name, flipped(bytes, at))
        expect(code, `${name}, byte ${at}`).toMatch(/^release\/(signature|file-altered|not-trusted)$/)
      }
    }
  }, 120_000)

  it.each<[string, (copy: string) => void, string]>([
    ['gone', (copy) => rmSync(join(copy, 'kit/deployment.yaml')), 'kit/deployment.yaml is missing'],
    ['added', (copy) => writeFileSync(join(copy, 'kit/more.yaml'), ''), 'kit/more.yaml was added'],
    ['cut off', (copy) => writeFileSync(join(copy, 'golden.jsonl'), ''), 'golden.jsonl was changed'],
    [
      'a link to what it was',
      (copy) => {
        rmSync(join(copy, 'model.onnx'))
        symlinkSync(join(folder, 'model.onnx'), join(copy, 'model.onnx'))
      },
      'model.onnx was changed',
    ],
    ['not sealed', (copy) => rmSync(join(copy, 'seal.json')), 'seal.json is missing'],
    [
      'sealed by its signature of the release',
      (copy) => cpSync(join(copy, 'signature.json'), join(copy, 'seal.json')),
      'seal.json holds no valid signature',
    ],
  ])('%s: says so', async (_, change, problem) => {
    const copy = join(temporaryFolder(), 'release')
    cpSync(folder, copy, { recursive: true })
    change(copy)
    expect((await proveReleaseFolder(copy, null)).problems.join('\n')).toContain(problem)
  })

  it('whose signature of the release is that of its folder does not start', async () => {
    const copy = join(temporaryFolder(), 'release')
    cpSync(folder, copy, { recursive: true })
    cpSync(join(copy, 'seal.json'), join(copy, 'signature.json'))
    const ended = await runServing(['verify', '--release', copy])
    expect([ended.code, JSON.parse(ended.stderr).code]).toEqual([41, 'release/signature'])
  })
})
