#!/usr/bin/env node
// Starts the built CLI on a Node that the native modules support, building first in a fresh checkout.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const built = join(root, 'dist', 'assay.mjs')
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

function run(node, args) {
  const result = spawnSync(node, args, { stdio: 'inherit', env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' } })
  if (result.error) throw result.error
  return result.status ?? 1
}

if (!existsSync(pinned) || !existsSync(built)) {
  // Set-up speaks on standard error, so that --json output stays clean.
  for (const script of ['setup.mjs', 'build.mjs']) {
    const node = existsSync(pinned) ? pinned : process.execPath
    const result = spawnSync(node, [join(root, '.ci', script)], { stdio: ['ignore', 2, 2] })
    if (result.status !== 0) process.exit(4)
  }
}
process.exit(run(pinned, ['--no-warnings', built, ...process.argv.slice(2)]))
