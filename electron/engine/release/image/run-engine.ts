/** Runs an image with podman or docker: loaded into their storage, run, and taken out again unless it was there before. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { awaitServing } from '../await-serving.ts'
import type { StartedServer } from '../await-serving.ts'
import { hasTool, runTool } from './run-tool.ts'

export type ContainerEngine = 'podman' | 'docker'

/** How the image is to be run, wherever: nothing to write to but /tmp, no rights. */
export const confinement = [
  '--read-only',
  '--tmpfs=/tmp:size=64m,mode=1777',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
] as const

/** Why this engine runs no container here; null where it may. */
export async function whyNoEngine(engine: ContainerEngine): Promise<string | null> {
  if (!(await hasTool(engine))) return `${engine} is not installed.`
  // Podman needs no daemon; docker's client says nothing of the server's version when there is none.
  if (!(await hasTool(engine, 'version'))) return `no ${engine} daemon answers.`
  return null
}

/** Puts the image into the engine's storage. @returns its name there, and what takes it out again */
export async function loadImage(
  engine: ContainerEngine,
  imagePath: string,
): Promise<{ name: string; remove: () => Promise<void> }> {
  const idsBefore = new Set(await imageIds(engine))
  const name = /^Loaded image(?:\(s\))?: *(\S+)/m.exec(await runTool(engine, ['load', '--input', imagePath]))?.[1]
  if (name === undefined) throw new Error(`${engine} does not say what it loaded.`)
  const added = (await imageIds(engine)).some((id) => !idsBefore.has(id))
  const remove = async (): Promise<void> => {
    // In use after all: then it stays.
    if (added) await runTool(engine, ['rmi', '--force', name]).catch(() => undefined)
  }
  return { name, remove }
}

const imageIds = async (engine: ContainerEngine): Promise<string[]> =>
  (await runTool(engine, ['images', '--quiet', '--no-trunc'])).trim().split('\n')

/** Starts the image with only what lets the golden rows in: this machine's loopback, and ports that are free. */
export async function startInEngine(engine: ContainerEngine, imagePath: string): Promise<StartedServer> {
  const { name, remove } = await loadImage(engine, imagePath)
  const container = `assay-${randomUUID()}`
  const settings = ['HOST=127.0.0.1', 'PORT=0', 'GRPC_PORT=0'].map((setting) => `--env=ASSAY_${setting}`)
  const args = ['run', '--rm', `--name=${container}`, '--network=host', ...confinement, ...settings, name]
  const child = spawn(engine, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.once('close', () => void remove())
  const server = await awaitServing(
    child,
    () => void spawn(engine, ['kill', container], { stdio: 'ignore' }).once('error', () => undefined),
  )
  // An engine in a virtual machine has a loopback of its own.
  const reached = await fetch(`${server.rest}/v2/health/ready`).catch(() => null)
  if (reached?.ok) return server
  server.stop()
  throw new Error(`what ${engine} runs cannot be reached on the loopback of this machine.`)
}
