/** A release's image: the same bytes twice, read by other tools, run by each of them with the workbench's scores. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { VersionId } from '../../shared/contract/ids.ts'
import { awaitServing } from '../../electron/engine/release/await-serving.ts'
import { buildImage } from '../../electron/engine/release/image/build-image.ts'
import type { BuiltImage } from '../../electron/engine/release/image/build-image.ts'
import type { Architecture } from '../../electron/engine/release/image/oci.ts'
import { confinement, loadImage } from '../../electron/engine/release/image/run-engine.ts'
import { startImage } from '../../electron/engine/release/image/run-image.ts'
import { runTool } from '../../electron/engine/release/image/run-tool.ts'
import { startBundle, unpackImage, whyNoRunc } from '../../electron/engine/release/image/run-bundle.ts'
import { replayThrough } from '../../electron/engine/release/prove-release.ts'
import { verifyFolder } from '../../electron/engine/release/write-release.ts'
import { nodeFlags } from '../../shared/serving/server-start.ts'
import { codeOf, openTestEngine, root } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { prepareEngine } from '../support/container-engine.ts'
import { churnRelease, digitsRelease, releaseOf, servingEntry, trustedHere } from '../support/release.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const quiet = { signal: new AbortController().signal, progress: () => undefined }
/** Replays golden rows from outside of what runs. */
const program = { command: process.execPath, args: ['--no-warnings', servingEntry] }

let test: TestEngine
let folder: string
beforeAll(async () => {
  test = await openTestEngine()
  ;({ folder } = await churnRelease(test))
}, 120_000)
afterAll(() => test.close())

/** What the image needs and a test cannot bring: the built server, and Debian's packages. */
const built = join(root, 'dist')
const why =
  existsSync(join(built, 'serving.mjs')) && existsSync(join(built, 'inference.proto'))
    ? null
    : 'dist/serving.mjs is not built'
const hasTool = (name: string) => spawnSync(name, ['--version']).status === 0

/** Programs for the container's Node: does it serve; and who and what may it. */
const ready = `fetch('http://127.0.0.1:8080/v2/health/ready').then((r) => process.exit(r.ok ? 0 : 1))`
const facts = `(() => {
  const { readFileSync, writeFileSync } = require('fs')
  const rights = readFileSync('/proc/self/status', 'utf8').match(/^(CapEff|NoNewPrivs):.*$/gm)
  let written = true
  try { writeFileSync('/app/x', '') } catch ({ code }) { written = code }
  return JSON.stringify({ uid: process.getuid(), interfaces: Object.keys(require('os').networkInterfaces()), rights, written })
})()`

describe('the image', () => {
  let image: BuiltImage | null = null
  let skipped = why
  let path: string
  const build = async (to: string, cache: string, architecture: Architecture = 'amd64', from = folder) =>
    buildImage(
      {
        folder: from,
        release: await verifyFolder(from, null),
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
      Entrypoint: ['/nodejs/bin/node', ...nodeFlags, '/app/serving.mjs'],
    })
  }, 120_000)

  it('runs read-only as 65532 in runc, gives the workbench’s scores, and refuses an altered model', async ({
    skip,
  }) => {
    if (!image) return skip(skipped ?? '')
    const no = await whyNoRunc()
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

  it.each(['podman', 'docker'] as const)(
    'is loaded by %s, runs read-only as 65532 without network or rights, and proves a release',
    async (engine) => {
      if (skipped ?? !image) return console.warn(`skipped: ${skipped}`)
      const { why: no, stop } = await prepareEngine(engine)
      try {
        if (no !== null) return console.warn(`skipped: ${no}`)
        const { name, remove } = await loadImage(engine, path)
        const confined = ['--network=none', ...confinement, '--env=ASSAY_AUTH=none']
        const container = (await runTool(engine, ['run', '--detach', '--rm', ...confined, name])).trim()
        const inside = (...args: string[]) => runTool(engine, ['exec', container, '/nodejs/bin/node', ...args])
        await vi.waitFor(() => inside('-e', ready), { timeout: 30_000, interval: 250 })
        expect(JSON.parse(await inside('-p', facts))).toEqual({
          uid: 65532,
          interfaces: ['lo'],
          rights: ['CapEff:\t0000000000000000', 'NoNewPrivs:\t1'],
          written: 'EROFS',
        })
        const here = ['--rest', 'http://127.0.0.1:8080', '--grpc', '127.0.0.1:8081']
        const { replays } = JSON.parse(await inside('/app/serving.mjs', 'replay', '--release', '/release', ...here))
        expect(replays).toHaveLength(6)
        for (const replay of replays) expect(replay.equal).toBe(replay.rows)
        await runTool(engine, ['stop', container])
        // As the release's proof does; what was loaded before is left in its storage.
        const started = await startImage(path, image!.tag, [engine])
        if (!('server' in started)) throw new Error(started.notRun)
        for (const replay of await replayThrough(started.server, program, folder, quiet.signal))
          expect(replay).toMatchObject({ equal: replay.rows, rows: expect.any(Number) })
        const images = async () => (await runTool(engine, ['images', '--quiet'])).trim()
        expect(await images()).not.toBe('')
        await vi.waitFor(async () => {
          await remove()
          expect(await images()).toBe('')
        }, 20_000)
      } finally {
        await stop()
      }
    },
    180_000,
  )

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
    if (!hasTool('buildah') || (await whyNoRunc()) !== null) {
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
  const armLayers = temporaryFolder()
  /** What an edge device gets. */
  const int8Release = async (): Promise<string> => {
    const { run } = await digitsRelease(test)
    const { jobId } = await test.call.models.shrink({ runId: run.id, to: 'int8' })
    const smaller = await test.call.models.get({ id: (await test.finish(jobId)) as VersionId })
    const dataset = await test.call.datasets.get({ id: run.datasetId })
    return (await releaseOf(test, await test.score(smaller, dataset))).folder
  }

  it.each([
    ['trees', async () => folder],
    ['a network with int8 weights', int8Release],
  ] as const)(
    'of %s for arm64 starts under qemu and gives the workbench’s scores',
    async (_, make) => {
      const no = !process.env['ASSAY_IMAGE_NODE']
        ? 'ASSAY_IMAGE_NODE names no Node for arm64'
        : !hasTool(qemu)
          ? `${qemu} is not installed`
          : (skipped ?? (await whyNoRunc()))
      if (no !== null) {
        console.warn(`skipped: ${no}`)
        return
      }
      const arm = join(temporaryFolder(), 'arm64.tar')
      const released = await make()
      const made = await build(arm, armLayers, 'arm64', released)
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
      const replays = await replayThrough(server, program, released, quiet.signal)
      expect(replays.length).toBe(6)
      for (const replay of replays) expect(replay, replay.differing.join()).toMatchObject({ equal: replay.rows })
      remove()
    },
    600_000,
  )

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
