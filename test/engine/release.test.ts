/** From an approved run to a release that proves itself, and to an image that other tools read and run. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { releaseSummarySchema } from '../../shared/contract/release.ts'
import type { Person } from '../../shared/contract/person.ts'
import type { Run } from '../../shared/contract/run.ts'
import { proofSchema } from '../../shared/serving/golden.ts'
import { buildImage } from '../../electron/engine/release/image/build-image.ts'
import { awaitServing } from '../../electron/engine/release/await-serving.ts'
import type { Architecture } from '../../electron/engine/release/image/oci.ts'
import type { BuiltImage } from '../../electron/engine/release/image/build-image.ts'
import { startBundle, unpackImage, whyNoContainer } from '../../electron/engine/release/image/run-image.ts'
import { replayThrough } from '../../electron/engine/release/prove-release.ts'
import { verifyFolder } from '../../electron/engine/release/write-release.ts'
import { codeOf, openTestEngine, root } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { churnRelease, servingEntry, temporaryFolder, trustedHere } from '../support/release.ts'

const quiet = { signal: new AbortController().signal, progress: () => undefined }
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

/** What the image needs and a test cannot bring: the built server, and Debian's packages. */
const built = join(root, 'dist')
const why =
  existsSync(join(built, 'serving.mjs')) && existsSync(join(built, 'inference.proto'))
    ? null
    : 'dist/serving.mjs is not built'
const hasTool = (name: string) => spawnSync(name, ['--version']).status === 0

describe('the image', () => {
  let image: BuiltImage | null = null
  let skipped = why
  let path: string
  const build = async (to: string, cache: string, architecture: Architecture = 'amd64') =>
    buildImage(
      {
        folder,
        release: await verifyFolder(folder, null),
        trust: trustedHere,
        path: to,
        contextPath: `${to}.context`,
        architecture,
        servingFolder: built,
        layerCache: cache,
      },
      quiet,
    )

  beforeAll(async () => {
    path = join(temporaryFolder(), 'image.tar')
    if (skipped) return
    try {
      image = await build(path, temporaryFolder())
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      if (code !== 'image/base-unavailable' && code !== 'image/no-node') throw error
      skipped = message
    }
    if (skipped) console.warn(`skipped: ${skipped}`)
  }, 180_000)

  it('is the same bytes when it is built again from nothing, and under 80 MB', async ({ skip }) => {
    if (!image) return skip(skipped ?? '')
    const again = join(temporaryFolder(), 'again.tar')
    expect(await build(again, temporaryFolder())).toEqual(image)
    expect(spawnSync('cmp', [path, again]).status).toBe(0)
    expect(spawnSync('cmp', [`${path}.context`, `${again}.context`]).status).toBe(0)
    expect(image.bytes).toBeLessThan(80e6)
  }, 180_000)

  it('is read by skopeo as OCI layout and as docker-save, and has no shell', ({ skip }) => {
    if (!image) return skip(skipped ?? '')
    const list = spawnSync('tar', ['-tf', path], { encoding: 'utf8' }).stdout.split('\n')
    expect(list).toContain('oci-layout')
    expect(list).toContain('manifest.json')
    if (!hasTool('skopeo')) return skip('skopeo is not installed')
    for (const kind of ['oci-archive', 'docker-archive']) {
      const said = spawnSync('skopeo', ['inspect', `${kind}:${path}`], { encoding: 'utf8' })
      expect(said.stderr).toBe('')
      expect(JSON.parse(said.stdout)).toMatchObject({
        Architecture: 'amd64',
        Os: 'linux',
        Labels: { 'dev.assay.evidence.sha256': expect.stringMatching(/^[0-9a-f]{64}$/) },
        ...(kind === 'oci-archive' ? { Digest: image.digest } : {}),
      })
    }
    const config = spawnSync('skopeo', ['inspect', '--config', `oci-archive:${path}`], { encoding: 'utf8' }).stdout
    expect(JSON.parse(config).config).toMatchObject({
      User: '65532:65532',
      Entrypoint: ['/nodejs/bin/node', '/app/serving.mjs'],
    })
  }, 120_000)

  it('runs read-only as 65532 in runc, gives the workbench’s scores, and refuses an altered model', async ({
    skip,
  }) => {
    if (!image) return skip(skipped ?? '')
    const no = await whyNoContainer()
    if (no !== null) {
      console.warn(`skipped: ${no}`)
      return skip(no)
    }
    const unpacked = await unpackImage(path, image.tag)
    const rootfs = join(unpacked.bundle, 'rootfs')
    const shells = spawnSync('find', [rootfs, '-name', '*sh', '-type', 'f', '-perm', '/111'], {
      encoding: 'utf8',
    }).stdout
    expect(shells).toBe('')
    const program = { command: process.execPath, args: ['--no-warnings', servingEntry] }
    // Removed by hand below: the same bundle is started twice.
    const server = await startBundle({ ...unpacked, remove: () => undefined })
    const replays = await replayThrough(server, program, folder, quiet.signal)
    expect(replays.length).toBe(6)
    for (const replay of replays) expect(replay).toMatchObject({ equal: replay.rows, rows: expect.any(Number) })
    const model = join(rootfs, 'release/model.onnx')
    const bytes = readFileSync(model)
    bytes[100]! ^= 1
    writeFileSync(model, bytes)
    await expect(startBundle({ ...unpacked, remove: () => undefined })).rejects.toThrow(/release\/file-altered/)
    unpacked.remove()
  }, 120_000)

  it('built from its Dockerfile has the same files and settings', async ({ skip }) => {
    if (!image) return skip(skipped ?? '')
    const context = temporaryFolder()
    spawnSync('tar', ['-xf', `${path}.context`, '-C', context])
    expect(spawnSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: context }).status).toBe(0)
    const dockerfile = readFileSync(join(context, 'Dockerfile'), 'utf8')
    const words = dockerfile.split('\n').flatMap((line) => /^([A-Z]+) /.exec(line)?.[1] ?? [])
    expect(new Set(words)).toEqual(
      new Set(['FROM', 'ADD', 'ENV', 'LABEL', 'EXPOSE', 'WORKDIR', 'USER', 'STOPSIGNAL', 'ENTRYPOINT', 'CMD']),
    )
    expect(dockerfile).toContain('USER 65532:65532')
    const added = [...dockerfile.matchAll(/^ADD (\S+) \/$/gm)].map(([, name]) => name!)
    expect(added).toHaveLength(image.layers.length)
    const other = readFileSync(join(context, 'Dockerfile.base'), 'utf8')
    expect(other).toContain('ARG BASE\nFROM ${BASE}\nADD layers/2-')
    expect(other.split('\nADD ').slice(1)).toEqual(dockerfile.split('\nADD ').slice(2))
    if (!hasTool('buildah') || (await whyNoContainer()) !== null) {
      console.warn('skipped: buildah is not installed, or containers do not run here')
      return skip('buildah is not installed, or containers do not run here')
    }
    const storage = ['--root', join(context, 'store'), '--runroot', join(context, 'run'), '--storage-driver', 'vfs']
    const buildah = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync('buildah', [...storage, ...args], { cwd: context, encoding: 'utf8' })
      expect(status, stderr).toBe(0)
      return stdout.trim()
    }
    buildah('bud', '--isolation', 'chroot', '--quiet', '-t', 'again', '.')
    const settings = (from: string) => {
      const { config } = JSON.parse(spawnSync('skopeo', ['inspect', '--config', from], { encoding: 'utf8' }).stdout)
      const { Labels, Env, ...rest } = config as { Labels: Record<string, string>; Env: string[] }
      return { ...rest, Labels: { ...Labels, 'io.buildah.version': undefined }, Env: [...Env].sort() }
    }
    buildah('push', 'again', `oci-archive:${join(context, 'again.tar')}:1`)
    expect(settings(`oci-archive:${join(context, 'again.tar')}`)).toEqual(settings(`oci-archive:${path}`))
    const container = buildah('from', 'again')
    const root = buildah('mount', container)
    const { bundle, remove } = await unpackImage(path, image.tag)
    const differences = spawnSync('diff', ['-r', '--no-dereference', root, join(bundle, 'rootfs')], {
      encoding: 'utf8',
    })
    expect(differences.stdout).toBe('')
    remove()
    buildah('umount', container)
  }, 180_000)

  const qemu = 'qemu-aarch64-static'
  it('for arm64 starts under qemu and gives the workbench’s scores', async ({ skip }) => {
    const no = !process.env['ASSAY_IMAGE_NODE']
      ? 'ASSAY_IMAGE_NODE names no Node for arm64'
      : !hasTool(qemu)
        ? `${qemu} is not installed`
        : (skipped ?? (await whyNoContainer()))
    if (no !== null) {
      console.warn(`skipped: ${no}`)
      return skip(no)
    }
    const arm = join(temporaryFolder(), 'arm64.tar')
    const made = await build(arm, temporaryFolder(), 'arm64')
    console.warn(`arm64 image: ${(made.bytes / 1e6).toFixed(1)} MB`)
    expect(made).toMatchObject({ architecture: 'arm64' })
    expect(made.bytes).toBeLessThan(80e6)
    const { bundle, remove } = await unpackImage(arm, made.tag)
    const rootfs = join(bundle, 'rootfs')
    copyFileSync(spawnSync('which', [qemu], { encoding: 'utf8' }).stdout.trim(), join(rootfs, qemu))
    const started = performance.now()
    // Without /proc: qemu 7.2 shows the host's cpuinfo there, on which ONNX Runtime's reader for arm64 crashes.
    const child = spawn('chroot', [rootfs, `/${qemu}`, '/nodejs/bin/node', '/app/serving.mjs', 'serve'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        ORT_DISABLE_TELEMETRY: '1',
        ASSAY_PORT: '0',
        ASSAY_GRPC_PORT: '0',
        ASSAY_TRUST_FILE: '/trust/trust.json',
      },
    })
    const server = await awaitServing(child, () => void child.kill('SIGKILL'), 300_000)
    console.warn(`arm64 under qemu serves after ${((performance.now() - started) / 1000).toFixed(1)} s`)
    const program = { command: process.execPath, args: ['--no-warnings', servingEntry] }
    const replays = await replayThrough(server, program, folder, quiet.signal)
    for (const replay of replays) expect(replay, replay.differing.join()).toMatchObject({ equal: replay.rows })
    remove()
  }, 600_000)

  it('for another processor is refused by name where its parts are missing', async () => {
    vi.stubEnv('ASSAY_IMAGE_NODE', '')
    const request = {
      folder,
      release: await verifyFolder(folder, null),
      trust: trustedHere,
      path,
      servingFolder: built,
      layerCache: temporaryFolder(),
    }
    const code = await codeOf(buildImage({ ...request, path: `${path}.arm`, architecture: 'arm64' }, quiet))
    expect(['image/no-node', 'image/base-unavailable', 'release/not-built']).toContain(code)
    expect(existsSync(`${path}.arm`)).toBe(false)
  })
})
