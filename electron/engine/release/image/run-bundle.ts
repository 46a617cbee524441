/** Runs an image without a daemon and without anybody's storage: unpacked by umoci, started by runc. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { awaitServing } from '../await-serving.ts'
import type { StartedServer } from '../await-serving.ts'
import { hasTool, runTool } from './run-tool.ts'

/** Why runc runs no container here; null where it does. */
export async function whyNoRunc(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'runc without root is not tried.'
  for (const tool of ['umoci', 'runc', 'tar']) if (!(await hasTool(tool))) return `${tool} is not installed.`
  return null
}

interface Bundle {
  root: { readonly: boolean }
  linux: { namespaces: { type: string }[] }
  process: { terminal: boolean; env: string[]; noNewPrivileges?: boolean; capabilities?: object }
  mounts: object[]
}

/** Only what lets the golden rows in: the loopback of this machine, and ports that are free. */
async function adaptBundle(path: string): Promise<void> {
  const file = join(path, 'config.json')
  const bundle = JSON.parse(await readFile(file, 'utf8')) as Bundle
  bundle.root.readonly = true
  bundle.linux.namespaces = bundle.linux.namespaces.filter(({ type }) => type !== 'network')
  bundle.process.terminal = false
  bundle.process.noNewPrivileges = true
  const none: string[] = []
  bundle.process.capabilities = { bounding: none, effective: none, inheritable: none, permitted: none, ambient: none }
  bundle.process.env.push('ASSAY_HOST=127.0.0.1', 'ASSAY_PORT=0', 'ASSAY_GRPC_PORT=0')
  bundle.mounts.push({
    destination: '/tmp',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', 'noexec', 'mode=1777', 'size=64m'],
  })
  await writeFile(file, JSON.stringify(bundle))
}

export interface UnpackedImage {
  readonly bundle: string
  readonly remove: () => void
}

/** @throws Error with what umoci says */
export async function unpackImage(imagePath: string, tag: string): Promise<UnpackedImage> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-run-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const layout = join(folder, 'layout')
    const bundle = join(folder, 'bundle')
    await mkdir(layout)
    await runTool('tar', ['-xf', imagePath, '-C', layout])
    await runTool('umoci', ['unpack', '--image', `${layout}:${tag}`, bundle])
    await rm(layout, { recursive: true, force: true })
    await adaptBundle(bundle)
    return { bundle, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** Starts what was unpacked. @throws AssayError release/proof-failed */
export function startBundle({ bundle, remove }: UnpackedImage): Promise<StartedServer> {
  const id = `assay-${randomUUID()}`
  const child = spawn('runc', ['run', '--bundle', bundle, id], { stdio: ['ignore', 'pipe', 'pipe'] })
  return awaitServing(child, () => {
    spawn('runc', ['delete', '--force', id], { stdio: 'ignore' }).once('exit', remove).once('error', remove)
  })
}
