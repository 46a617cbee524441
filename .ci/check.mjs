// The quick look before a commit: types, layers and lint, unit tests.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, runtime } from './setup.mjs'

const { node, env } = runtime()
const steps = [
  ['typescript/bin/tsc', '-b'],
  ['eslint/bin/eslint.js', '.', '--max-warnings', '0', '--cache', '--cache-location', '.cache/eslint'],
  ['vitest/vitest.mjs', 'run', 'test/unit', '--reporter=dot'],
]
for (const [script, ...args] of steps) {
  const { status } = spawnSync(node, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    env: { ...process.env, ...env, ORT_DISABLE_TELEMETRY: '1' },
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
