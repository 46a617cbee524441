// Builds everything into dist/: the renderer with Vite, the rest with esbuild. --if-changed does nothing when no
// source is newer than the last build.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledPackages } from './serving-components.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const stamp = join(dist, 'built.json')
const sources = [
  'electron',
  'shared',
  'renderer',
  'package.json',
  'package-lock.json',
  'vite.config.ts',
  '.ci/build.mjs',
]

function newest(path) {
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const sourceTime = Math.max(...sources.map((name) => newest(join(root, name))))
if (process.argv.includes('--if-changed') && existsSync(stamp)) {
  if (JSON.parse(readFileSync(stamp, 'utf8')).sourceTime >= sourceTime) process.exit(0)
}

const started = performance.now()
rmSync(stamp, { force: true })
const { build } = await import('esbuild')

const node = {
  bundle: true,
  platform: 'node',
  // Electron 33's Node; the pinned Node 24 runs it as well.
  target: 'node20.18',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  outdir: dist,
  // Native modules and pdfmake's font files are read from node_modules at run time.
  external: ['electron', 'better-sqlite3', 'onnxruntime-node', '@duckdb/node-api', 'pdfmake', 'pdfmake/*'],
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  banner: {
    // CommonJS packages inside an ES module still call require.
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
}
const [built] = await Promise.all([
  build({
    ...node,
    metafile: true,
    absWorkingDir: root,
    entryPoints: {
      main: join(root, 'electron/main/main.ts'),
      engine: join(root, 'electron/engine/entry.ts'),
      'evaluation-worker': join(root, 'electron/engine/evaluation/worker.ts'),
      'drift-worker': join(root, 'electron/engine/drift/worker.ts'),
      scorer: join(root, 'electron/scorer/entry.ts'),
      lane: join(root, 'electron/scorer/lane.ts'),
      serving: join(root, 'electron/serving/main.ts'),
      assay: join(root, 'electron/cli/assay.ts'),
    },
  }),
  build({
    entryPoints: { preload: join(root, 'electron/preload/preload.ts') },
    bundle: true,
    platform: 'browser',
    target: 'chrome130',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    outdir: dist,
    external: ['electron'],
    logLevel: 'warning',
  }),
])
const { inputs } = built.metafile.outputs['dist/serving.mjs']
writeFileSync(join(dist, 'serving-components.json'), JSON.stringify(bundledPackages(inputs, root), null, 2))
// Read at run time, beside the bundle.
copyFileSync(join(root, 'electron/serving/inference.proto'), join(dist, 'inference.proto'))
const vite = spawnSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
})
if (vite.status !== 0) {
  process.stderr.write('build: the renderer did not build\n')
  process.exit(1)
}
writeFileSync(stamp, JSON.stringify({ sourceTime }))
process.stderr.write(`build: dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
