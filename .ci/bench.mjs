// Benchmarks: each prints ratios to a baseline taken in the same run. `npm run bench -- name` runs one.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, runtime, withDisplay } from './setup.mjs'

const { node, env } = runtime()
const wanted = process.argv[2]
const all = ['scoring', 'window', 'explain', 'drift', 'false-alarms', 'serving', 'reasons', 'evaluate', 'coverage']
const folder = join(root, 'test', 'bench')
for (const name of all.filter((name) => !wanted || name === wanted)) {
  if (!readdirSync(folder).includes(`${name}.ts`)) throw new Error(`There is no benchmark ${name}`)
  console.log(`── ${name}`)
  const command = withDisplay(node, ['--no-warnings', join(folder, `${name}.ts`)])
  const { status } = spawnSync(command.program, command.args, {
    cwd: root,
    env: { ...process.env, ...env, ORT_DISABLE_TELEMETRY: '1' },
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
