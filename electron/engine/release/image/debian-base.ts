/**
 * The base of the image from Debian's own packages: the C and C++ libraries, certificates, time zones, the files that
 * say who users are; no shell, no package manager. Fetched with apt-get where there is one, and kept after that.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { AssayError } from '../../../../shared/contract/errors.ts'
import type { Architecture } from './oci.ts'
import type { Entry } from './tar.ts'

/** Node and ONNX Runtime need glibc 2.28, libstdc++ and libgcc; the rest is what programs expect to find. */
const packages = ['libc6', 'libstdc++6', 'libgcc-s1', 'tzdata', 'ca-certificates', 'base-files', 'netbase'] as const

/** Holds the licence of libgcc and libstdc++; its name has the compiler's version in it. */
const licences = /^gcc-\d+-base$/

/** Independent of the processor. */
const common = new Set<string>(['tzdata', 'ca-certificates', 'netbase'])

const triples = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const
const loaders = { amd64: 'lib64/ld-linux-x86-64.so.2', arm64: 'lib/ld-linux-aarch64.so.1' } as const

/** Shared libraries that glibc, Node and ONNX Runtime open; the others of glibc serve programs that are not here. */
const libraries =
  /^(ld-linux-(x86-64|aarch64)\.so\.\d|lib(c|m|dl|rt|pthread|util|resolv|nss_(dns|files))\.so\.[\d.]+|libgcc_s\.so\.1|libstdc\+\+\.so\.[\d.]+)$/

export interface DebianPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Of the .deb file. */
  readonly sha256: string
}

export interface Base {
  readonly entries: readonly Entry[]
  readonly packages: readonly DebianPackage[]
}

function unavailable(message: string, architecture: Architecture): AssayError {
  return new AssayError({
    code: 'image/base-unavailable',
    message: `The base of the image cannot be made here: ${message}`,
    remedy:
      'Build the image once on a Debian or Ubuntu that reaches its package mirror (the layer is kept), or give a folder of the .deb files with ASSAY_IMAGE_DEBS.',
    where: { architecture },
  })
}

function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
    let out = ''
    let errors = ''
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()))
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`${command} ended with ${code}: ${errors.trim().split('\n').at(-1) ?? ''}`)),
    )
  })
}

/** @throws AssayError image/base-unavailable */
export async function debianBase(architecture: Architecture): Promise<Base> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-base-'))
  try {
    const given = process.env['ASSAY_IMAGE_DEBS']
    const debs = given ?? (await fetched(folder, architecture))
    const root = join(folder, 'root')
    const found: { file: string; facts: DebianPackage }[] = []
    for (const name of (await readdir(debs)).filter((file) => file.endsWith('.deb')).sort()) {
      const file = join(debs, name)
      const text = await run('dpkg-deb', ['-f', file, 'Package', 'Version', 'Architecture'], folder)
      const field = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1] ?? ''
      const facts = {
        name: field('Package'),
        version: field('Version'),
        architecture: field('Architecture'),
        sha256: createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      }
      if (!(packages as readonly string[]).includes(facts.name) && !licences.test(facts.name)) continue
      if (facts.architecture !== 'all' && facts.architecture !== architecture) continue
      await run('dpkg-deb', ['-x', file, root], folder)
      found.push({ file, facts })
    }
    const absent = packages.filter((name) => !found.some(({ facts }) => facts.name === name))
    if (absent.length > 0) throw new Error(`without ${absent.join(', ')}`)
    const statuses: Entry[] = []
    for (const { file, facts } of found) {
      // Where scanners of images without a package manager look.
      const content = Buffer.from(await run('dpkg-deb', ['-f', file], folder))
      statuses.push({ path: `var/lib/dpkg/status.d/${facts.name}`, type: 'file', content })
    }
    const entries = [...(await prunedTree(root, architecture)), ...statuses, ...accountFiles()]
    return { entries: withFolders(entries), packages: found.map(({ facts }) => facts) }
  } catch (error) {
    throw error instanceof AssayError ? error : unavailable((error as Error).message, architecture)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * For another processor than this machine's: apt with lists of its own, so that nothing of the system's settings changes
 * and no foreign architecture need be added.
 */
async function foreignApt(folder: string, architecture: Architecture): Promise<string[]> {
  const state = join(folder, 'apt')
  await mkdir(join(state, 'lists/partial'), { recursive: true })
  await mkdir(join(state, 'cache/archives/partial'), { recursive: true })
  const settings = {
    'Dir::State': state,
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(state, 'cache'),
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    ...(process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {}),
  }
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])
  await run('apt-get', [...options, 'update'], folder)
  return options
}

async function fetched(folder: string, architecture: Architecture): Promise<string> {
  const here = (await run('dpkg', ['--print-architecture'], folder)).trim()
  const options = here === architecture ? [] : await foreignApt(folder, architecture)
  const download = (names: readonly string[]) => run('apt-get', [...options, 'download', ...names], folder)
  await download(packages.map((name) => (common.has(name) ? name : `${name}:${architecture}`)))
  const libgcc = (await readdir(folder)).find((name) => name.startsWith('libgcc-s1_'))
  const depends = libgcc ? await run('dpkg-deb', ['-f', join(folder, libgcc), 'Depends'], folder) : ''
  const licence = /\bgcc-\d+-base\b/.exec(depends)?.[0]
  if (licence) await download([`${licence}:${architecture}`])
  return folder
}

async function filesOf(root: string, folder = root): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await filesOf(root, path)))
    else found.push(relative(root, path))
  }
  return found
}

/** Of all that the packages hold, what a program without a shell can use. */
async function prunedTree(root: string, architecture: Architecture): Promise<Entry[]> {
  const entries: Entry[] = []
  const certificates: string[] = []
  for (const path of (await filesOf(root)).sort()) {
    const name = path.split('/').at(-1)!
    if (/^usr\/share\/ca-certificates\/.*\.crt$/.test(path)) certificates.push(path)
    const isLibrary = /^(usr\/)?lib(64)?\//.test(path) && libraries.test(name) && !path.includes('/gconv/')
    const isKept =
      isLibrary ||
      /^usr\/share\/zoneinfo\/(UTC|Etc\/UTC|tzdata\.zi|zone1970\.tab|iso3166\.tab)$/.test(path) ||
      /^usr\/share\/doc\/[^/]+\/copyright$/.test(path) ||
      /^usr\/lib\/os-release$/.test(path) ||
      /^etc\/(services|protocols|rpc|ethertypes|debian_version)$/.test(path)
    if (!isKept) continue
    entries.push(await entryOf(root, path))
  }
  if (!entries.some(({ path }) => path === loaders[architecture]))
    throw new Error(`there is no ${loaders[architecture]} among ${triples[architecture]}'s files`)
  const bundle = await Promise.all(certificates.map((path) => readFile(join(root, path), 'utf8')))
  const trimmed = bundle.map((text) => `${text.trim()}\n`).join('')
  entries.push({ path: 'etc/ssl/certs/ca-certificates.crt', type: 'file', content: Buffer.from(trimmed) })
  entries.push({ path: 'etc/os-release', type: 'link', target: '../usr/lib/os-release' })
  return entries
}

async function entryOf(root: string, path: string): Promise<Entry> {
  const full = join(root, path)
  const target = await readlink(full).catch(() => null)
  if (target !== null) return { path, type: 'link', target }
  const { mode } = await stat(full)
  // Read now: the folder is gone when the layer is written.
  return { path, type: 'file', content: await readFile(full), executable: (mode & 0o111) !== 0 }
}

function accountFiles(): Entry[] {
  const file = (path: string, text: string): Entry => ({ path, type: 'file', content: Buffer.from(text) })
  return [
    file('etc/passwd', 'root:x:0:0:root:/root:/sbin/nologin\nassay:x:65532:65532:assay:/tmp:/sbin/nologin\n'),
    file('etc/group', 'root:x:0:\nassay:x:65532:\n'),
    file('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    { path: 'tmp', type: 'folder', mode: 0o1777 },
    { path: 'proc', type: 'folder' },
    { path: 'sys', type: 'folder' },
    { path: 'dev', type: 'folder' },
  ]
}

/** Every folder that a path lies in, once. */
export function withFolders(entries: readonly Entry[]): Entry[] {
  const known = new Map(entries.map((entry) => [entry.path, entry]))
  for (const { path } of entries) {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      if (!known.has(folder)) known.set(folder, { path: folder, type: 'folder' })
    }
  }
  return [...known.values()]
}
