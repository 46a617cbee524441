#!/usr/bin/env node
// Starts the built CLI on a Node that the native modules support, building first in a fresh checkout.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const built = join(root, 'dist', 'assay.mjs')
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** Whoever ends this process ends the command as well; Ctrl-C reaches both by itself. */
function run(node, args) {
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' } })
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    // 1 means that a gate failed; a command that was killed, or crashed in native code, has said nothing of the kind.
    child.once('exit', (status) => resolve(status ?? 4))
  })
}

if (!existsSync(pinned) || !existsSync(built)) {
  // Set-up speaks on standard error, so that --json output stays clean.
  for (const script of ['setup.mjs', 'build.mjs']) {
    const node = existsSync(pinned) ? pinned : process.execPath
    const result = spawnSync(node, [join(root, '.ci', script)], { stdio: ['ignore', 2, 2] })
    if (result.status !== 0) process.exit(4)
  }
}
process.exit(await run(pinned, ['--no-warnings', built, ...process.argv.slice(2)]))
