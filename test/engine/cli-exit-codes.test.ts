/** A pipeline goes by exit codes: 1 says that a gate failed, so nothing else may end with it. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { reportError } from '../../electron/cli/output.ts'
import { errorData } from '../../electron/engine/jobs/jobs.ts'
import { AssayError } from '../../shared/contract/errors.ts'
import { root } from '../support/engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-exit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The launcher in a checkout of its own, whose built command line is `command`. */
function launch(command: string): number | null {
  const checkout = mkdtempSync(join(folder, 'checkout-'))
  for (const name of ['electron/cli', 'dist', 'node_modules/node/bin'])
    mkdirSync(join(checkout, name), { recursive: true })
  copyFileSync(join(root, 'electron/cli/launch.mjs'), join(checkout, 'electron/cli/launch.mjs'))
  symlinkSync(process.execPath, join(checkout, 'node_modules/node/bin/node'))
  writeFileSync(join(checkout, 'dist/assay.mjs'), command)
  return spawnSync(process.execPath, [join(checkout, 'electron/cli/launch.mjs')]).status
}

it.skipIf(process.platform === 'win32')(
  'a command that is killed or crashes ends with 4, any other as it ended',
  () => {
    expect(launch("process.kill(process.pid, 'SIGKILL')")).toBe(4)
    expect(launch('process.abort()')).toBe(4)
    expect(launch('process.exitCode = 1')).toBe(1)
    expect(launch('process.exitCode = 3')).toBe(3)
  },
)

it('a fault inside a job ends with 4 as one outside does', () => {
  const inJob = new AssayError(errorData(new TypeError('undefined is not a function')) as AssayError)
  expect(reportError(inJob, false)).toBe(4)
  expect(reportError(new TypeError('undefined is not a function'), false)).toBe(4)
  expect(reportError(new AssayError({ code: 'run/unknown', message: '', remedy: '' }), false)).toBe(3)
  expect(reportError(new AssayError({ code: 'usage/number', message: '', remedy: '' }), false)).toBe(2)
})

it.skipIf(!existsSync('/dev/full'))('output that cannot be written ends with 3 and says so', () => {
  const full = openSync('/dev/full', 'w')
  const args = ['--no-warnings', join(root, 'electron/cli/assay.ts'), 'policy', 'preset', 'binary-risk']
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })
  expect(stderr).toContain('file/not-writable')
  expect(status).toBe(3)
})
