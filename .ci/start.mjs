// Starts the built application; what follows on the command line goes to it, for example --workspace=FOLDER.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { root, runtime, sandboxArgs, withDisplay } from './setup.mjs'

const say = (text) => process.stderr.write(`start: ${text}\n`)

if (!fs.existsSync(join(root, 'dist', 'main.mjs'))) {
  say('the application is not built. Run: npm run build')
  process.exit(1)
}

const { electron, electronArgs, env } = runtime()
const wanted = process.argv.slice(2)
const sandbox = sandboxArgs().filter((arg) => !wanted.includes(arg))
if (sandbox.length > 0) say('running as root, where Chromium has no sandbox of its own (--no-sandbox)')
const restricted = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
if (
  fs.existsSync(restricted) &&
  fs.readFileSync(restricted, 'utf8').trim() === '1' &&
  !wanted.includes('--no-sandbox')
) {
  say('this system keeps programs from starting a sandbox; if no window opens, pass --no-sandbox')
}

const { program, args, note } = withDisplay(electron, [...electronArgs, ...sandbox, ...wanted])
if (note) say(note)
const child = spawn(program, args, { cwd: process.cwd(), env: { ...process.env, ...env }, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.once('error', (error) => {
  say(`${program} did not start: ${error.message}. Run: npm run setup`)
  process.exitCode = 1
})
child.once('exit', (code, signal) => (process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))
