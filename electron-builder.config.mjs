// How the application is packaged. `npm run package` makes a folder; the other targets need an open network.
import { runtime } from './.ci/setup.mjs'

const { ordinary, electronFolder, electronVersion, sqliteBinding } = runtime()

// Natives of the other systems are left out. ONNX Runtime's Linux ones stay everywhere: they go into containers.
const onnx = 'node_modules/onnxruntime-node/bin/*'
const sqlite = 'node_modules/better-sqlite3/prebuilds'
const without = {
  linux: [
    `!${onnx}/win32/**`,
    `!${onnx}/darwin/**`,
    `!${sqlite}/win32-*`,
    `!${sqlite}/darwin-*`,
    `!${sqlite}/linuxmusl-*`,
  ],
  win: [`!${onnx}/darwin/**`, `!${sqlite}/linux*`, `!${sqlite}/darwin-*`],
  mac: [`!${onnx}/win32/**`, `!${sqlite}/linux*`, `!${sqlite}/win32-*`],
}

// A platform's list stands in the place of a common one, so each holds all of it.
const common = [
  'dist/**',
  'package.json',
  '!**/*.map',
  '!**/*.d.{ts,mts,cts}',
  '!node_modules/better-sqlite3/{deps,src}/**',
  '!node_modules/node-addon-api/**',
  '!node_modules/onnxruntime-node/script/**',
]

export default {
  appId: 'app.assay.workbench',
  productName: 'Assay',
  copyright: 'Apache-2.0',
  // Nothing is looked for on a network, updates included.
  publish: null,
  directories: { output: 'release', buildResources: '.ci/packaging' },
  // Where the ordinary download is out of reach, the runtime that set-up found is packaged.
  electronVersion,
  ...(ordinary ? {} : { electronDist: electronFolder }),
  // The natives are Node-API and come built.
  npmRebuild: false,
  nodeGypRebuild: false,
  asar: true,
  asarUnpack: [
    '**/*.node',
    'node_modules/onnxruntime-node/bin/**',
    'node_modules/@duckdb/node-bindings-*/**',
    'node_modules/better-sqlite3/prebuilds/**',
  ],
  // The engine looks for ../../models, seen from app.asar/dist.
  extraResources: [
    { from: 'models', to: 'models', filter: ['**/*', '!**/__pycache__/**'] },
    ...(sqliteBinding ? [{ from: sqliteBinding, to: 'better_sqlite3.node' }] : []),
  ],
  // RunAsNode off also means that a packaged Assay is no Node: the CLI runs on one of its own. Inspect off means that
  // Playwright cannot drive the main process of a packaged Assay; the end-to-end tests run on the unpackaged one.
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    // Checked on Windows and macOS; Linux has no check yet.
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  },
  linux: {
    executableName: 'assay',
    category: 'Science',
    synopsis: 'Decides whether a model may go to production, and proves why',
    maintainer: 'Assay',
    target: ['dir', 'AppImage', 'deb'],
    files: [...common, ...without.linux],
  },
  deb: {
    depends: ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libatk-bridge2.0-0', 'libxss1', 'libdrm2'],
  },
  win: { target: ['nsis'], files: [...common, ...without.win] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    category: 'public.app-category.developer-tools',
    target: ['dmg'],
    files: [...common, ...without.mac],
    hardenedRuntime: true,
  },
}
