/** Podman and docker for tests: empty storage of their own, and settings that hold in a sandbox too. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { whyNoEngine } from '../../electron/engine/release/image/run-engine.ts'
import type { ContainerEngine } from '../../electron/engine/release/image/run-engine.ts'
import { hasTool, runTool } from '../../electron/engine/release/image/run-tool.ts'

/** crun fails on hybrid cgroups, and root in a sandbox may not raise limits. */
const podmanSettings = `[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
`

function preparePodman(folder: string): () => Promise<void> {
  const [settings, storage] = [join(folder, 'containers.conf'), join(folder, 'storage.conf')]
  writeFileSync(settings, podmanSettings)
  writeFileSync(storage, `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/store"\nrunroot = "${folder}/run"\n`)
  vi.stubEnv('CONTAINERS_CONF', settings)
  vi.stubEnv('CONTAINERS_STORAGE_CONF', storage)
  return async () => undefined
}

/** A daemon of the test's own: no bridge, no rules in the firewall. */
async function startDocker(folder: string): Promise<() => Promise<void>> {
  const socket = `unix://${folder}/docker.sock`
  vi.stubEnv('DOCKER_HOST', socket)
  const places = [`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`]
  const flags = ['--storage-driver=vfs', '--iptables=false', '--bridge=none', `--host=${socket}`]
  const daemon = spawn('dockerd', [...places, ...flags], { stdio: 'ignore' })
  const ended = once(daemon, 'exit')
  await vi.waitUntil(() => daemon.exitCode !== null || hasTool('docker', 'version'), { timeout: 30_000, interval: 500 })
  return async () => {
    daemon.kill('SIGTERM')
    await ended
    // Left mounted by dockerd.
    await runTool('umount', [`${folder}/exec/netns/default`]).catch(() => '')
  }
}

export interface PreparedEngine {
  /** Why the engine is not here; null where it is. */
  readonly why: string | null
  readonly stop: () => Promise<void>
}

/** Points the engine at storage in a temporary folder, until `stop`. */
export async function prepareEngine(engine: ContainerEngine): Promise<PreparedEngine> {
  const nothing = async (): Promise<void> => undefined
  for (const tool of [engine, engine === 'docker' ? 'dockerd' : 'runc'])
    if (!(await hasTool(tool))) return { why: `${tool} is not installed`, stop: nothing }
  if (process.getuid?.() !== 0) return { why: `${engine} is tried as root only`, stop: nothing }
  const folder = mkdtempSync(join(tmpdir(), 'assay-engine-'))
  const end = engine === 'podman' ? preparePodman(folder) : await startDocker(folder)
  const stop = async (): Promise<void> => {
    await end()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  }
  return { why: await whyNoEngine(engine), stop }
}
