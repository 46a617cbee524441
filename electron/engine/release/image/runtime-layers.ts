/** The layers that are the same for every model: base, Node, ONNX Runtime and the server. Made once, then kept. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { AssayError } from '../../../../shared/contract/errors.ts'
import { debianBase, withFolders } from './debian-base.ts'
import type { DebianPackage } from './debian-base.ts'
import { layerSchema, writeLayer } from './layer.ts'
import type { Layer } from './layer.ts'
import type { Architecture, PlacedLayer } from './oci.ts'
import type { Entry } from './tar.ts'

const require = createRequire(import.meta.url)
/** Node's word for an architecture. */
const nodeNames = { amd64: 'x64', arm64: 'arm64' } as const
/** ELF's e_machine. */
const machines = { amd64: 62, arm64: 183 } as const

const keptSchema = z.strictObject({
  layer: layerSchema,
  packages: z.array(
    z.strictObject({ name: z.string(), version: z.string(), architecture: z.string(), sha256: z.string() }),
  ),
})

export interface RuntimeLayers {
  readonly layers: readonly PlacedLayer[]
  readonly packages: readonly DebianPackage[]
  readonly versions: { readonly node: string; readonly onnxruntime: string }
}

/** Where layers are kept between exports: the user's own cache, not the workspace, which is to be moved about. */
export function layerCache(): string {
  const base =
    process.env['ASSAY_CACHE'] ??
    (process.platform === 'win32'
      ? join(process.env['LOCALAPPDATA'] ?? homedir(), 'Assay', 'Cache')
      : join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'assay'))
  return join(base, 'image-layers')
}

/** @throws AssayError image/base-unavailable, image/no-node, image/no-runtime */
export async function runtimeLayers(
  architecture: Architecture,
  servingFolder: string,
  cache: string,
  signal: AbortSignal,
): Promise<RuntimeLayers> {
  await mkdir(cache, { recursive: true, mode: 0o700 })
  const node = await nodeEntries(architecture)
  const ort = await onnxRuntimeEntries(architecture)
  const base = await kept(cache, `base-${architecture}`, signal, async () => {
    const made = await debianBase(architecture)
    return { title: 'Debian libraries and certificates', ...made }
  })
  const others = [
    await kept(cache, `node-${await keyOf(node.entries)}`, signal, async () => ({
      title: 'Node.js',
      entries: node.entries,
      packages: [],
    })),
    await kept(cache, `onnxruntime-${await keyOf(ort.entries)}`, signal, async () => ({
      title: 'ONNX Runtime',
      entries: ort.entries,
      packages: [],
    })),
  ]
  const serving = await servingEntries(servingFolder)
  others.push(
    await kept(cache, `serving-${await keyOf(serving)}`, signal, async () => ({
      title: 'Assay serving',
      entries: serving,
      packages: [],
    })),
  )
  return {
    layers: [base.placed, ...others.map(({ placed }) => placed)],
    packages: base.packages,
    versions: { node: node.version, onnxruntime: ort.version },
  }
}

async function kept(
  cache: string,
  key: string,
  signal: AbortSignal,
  make: () => Promise<{ title: string; entries: readonly Entry[]; packages: readonly DebianPackage[] }>,
): Promise<{ placed: PlacedLayer; packages: readonly DebianPackage[] }> {
  const file = join(cache, `${key}.tar.gz`)
  const facts = `${file}.json`
  const known = existsSync(facts) ? keptSchema.safeParse(JSON.parse(await readFile(facts, 'utf8'))) : null
  if (known?.success && (await hashOf(file)) === known.data.layer.sha256)
    return { placed: { layer: known.data.layer, file }, packages: known.data.packages }
  const { title, entries, packages } = await make()
  const layer: Layer = await writeLayer(file, title, entries, { mtime: 0, owner: 0, compress: true }, signal)
  await writeFile(facts, `${JSON.stringify({ layer, packages }, null, 2)}\n`)
  return { placed: { layer, file }, packages }
}

async function hashOf(path: string): Promise<string | null> {
  if (!existsSync(path)) return null
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** Of paths, modes and contents. */
async function keyOf(entries: readonly Entry[]): Promise<string> {
  const hash = createHash('sha256')
  for (const entry of entries) {
    hash.update(`${entry.type} ${entry.path}\n`)
    if (entry.type !== 'file') continue
    hash.update(entry.content instanceof Uint8Array ? entry.content : ((await hashOf(entry.content.file)) ?? ''))
  }
  return hash.digest('hex').slice(0, 32)
}

async function fileEntry(path: string, source: string, executable = false): Promise<Entry> {
  return { path, type: 'file', content: { file: source, bytes: (await stat(source)).size }, executable }
}

/** An ELF file for the architecture: a wrapper, or a Node of another system, would not start. */
async function isBinaryFor(path: string, architecture: Architecture): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null)
  if (!file) return false
  try {
    const { buffer } = await file.read(Buffer.alloc(20), 0, 20, 0)
    return buffer.readUInt32BE(0) === 0x7f454c46 && buffer.readUInt16LE(18) === machines[architecture]
  } finally {
    await file.close()
  }
}

/** The folder of an installed package, found by path: its `exports` may hide its package.json. */
function packageFolder(name: string): string | null {
  for (const folder of require.resolve.paths(name) ?? []) {
    const candidate = join(folder, name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
  }
  return null
}

async function nodeEntries(architecture: Architecture): Promise<{ entries: Entry[]; version: string }> {
  const named = `node-linux-${nodeNames[architecture]}`
  const given = process.env['ASSAY_IMAGE_NODE'] || null
  const folders = [given, packageFolder(named), packageFolder(`node/node_modules/${named}`), packageFolder('node')]
  for (const folder of folders) {
    if (!folder) continue
    const binary = join(folder, 'bin', 'node')
    if (!(await isBinaryFor(binary, architecture))) continue
    const license = join(folder, 'LICENSE')
    const entries = withFolders([
      await fileEntry('nodejs/bin/node', binary, true),
      ...(existsSync(license) ? [await fileEntry('nodejs/LICENSE', license)] : []),
    ])
    return { entries, version: await versionOf(folder) }
  }
  throw new AssayError({
    code: 'image/no-node',
    message: `There is no Node for Linux on ${architecture} here.`,
    remedy: `Give the unpacked package (npm pack ${named}@${process.versions.node}) with ASSAY_IMAGE_NODE=DIR, or build the image for another architecture.`,
    where: { architecture },
  })
}

async function javascriptOf(folder: string, at: string): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const source = join(folder, entry.name)
    if (entry.isDirectory()) entries.push(...(await javascriptOf(source, `${at}/${entry.name}`)))
    else if (/\.(js|json|mjs|cjs)$/.test(entry.name)) entries.push(await fileEntry(`${at}/${entry.name}`, source))
  }
  return entries
}

async function onnxRuntimeEntries(architecture: Architecture): Promise<{ entries: Entry[]; version: string }> {
  const node = packageFolder('onnxruntime-node')
  const common = packageFolder('onnxruntime-common')
  const binaries = node ? join(node, 'bin/napi-v6/linux', nodeNames[architecture]) : ''
  const library = join(binaries, 'libonnxruntime.so.1')
  if (!node || !common || !(await isBinaryFor(library, architecture)))
    throw new AssayError({
      code: 'image/no-runtime',
      message: `There is no ONNX Runtime for Linux on ${architecture} here.`,
      remedy: 'Install onnxruntime-node with its Linux binaries.',
      where: { architecture },
    })
  const at = 'app/node_modules'
  const bin = `${at}/onnxruntime-node/bin/napi-v6/linux/${nodeNames[architecture]}`
  const entries = withFolders([
    await fileEntry(`${bin}/libonnxruntime.so.1`, library, true),
    await fileEntry(`${bin}/onnxruntime_binding.node`, join(binaries, 'onnxruntime_binding.node'), true),
    await fileEntry(`${at}/onnxruntime-node/package.json`, join(node, 'package.json')),
    ...(await javascriptOf(join(node, 'dist'), `${at}/onnxruntime-node/dist`)),
    await fileEntry(`${at}/onnxruntime-common/package.json`, join(common, 'package.json')),
    ...(await javascriptOf(join(common, 'dist'), `${at}/onnxruntime-common/dist`)),
  ])
  return { entries, version: await versionOf(node) }
}

async function versionOf(folder: string): Promise<string> {
  return z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
    .version
}

/** @throws AssayError release/not-built */
async function servingEntries(folder: string): Promise<Entry[]> {
  const [bundle, proto] = ['serving.mjs', 'inference.proto'].map((name) => join(folder, name))
  if (!existsSync(bundle!) || !existsSync(proto!))
    throw new AssayError({
      code: 'release/not-built',
      message: 'The server of the container is not built.',
      remedy: 'Build Assay: npm run build.',
    })
  return withFolders([
    await fileEntry('app/serving.mjs', bundle!),
    await fileEntry('app/inference.proto', proto!),
    { path: 'app/package.json', type: 'file', content: Buffer.from('{"name":"assay-serving","type":"module"}\n') },
  ])
}
