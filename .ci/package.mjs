// Packages the built application with electron-builder: a folder for this system unless other targets are named, for
// example `npm run package -- --linux AppImage deb`, which fetches more tools and needs an open network.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { root, runtime } from './setup.mjs'

const say = (text) => process.stderr.write(`package: ${text}\n`)
const system = { linux: '--linux', win32: '--win', darwin: '--mac' }[process.platform]
const asked = process.argv.slice(2)
// A folder is not compressed anyway; this also keeps its archives quick to write.
const targets = asked.length > 0 ? asked : [system, 'dir', '-c.compression=store']

if (!fs.existsSync(join(root, 'dist', 'main.mjs'))) {
  say('the application is not built. Run: npm run build')
  process.exit(1)
}
const { node, ordinary, electronVersion } = runtime()
if (!ordinary) say(`with Electron ${electronVersion} from the npm registry: for trying out, not for giving away`)
const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
const result = spawnSync(node, [builder, '--config', 'electron-builder.config.mjs', '--publish', 'never', ...targets], {
  cwd: root,
  stdio: 'inherit',
  env: { CSC_IDENTITY_AUTO_DISCOVERY: 'false', ...process.env },
})
if (result.error) say(result.error.message)
process.exitCode = result.status ?? 1
