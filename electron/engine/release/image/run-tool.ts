/** Programs of others that read and run images, each run to its end. */
import { spawn } from 'node:child_process'

/** @returns what it prints. @throws Error with the last line of what it complains about */
export function runTool(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (errors = (errors + piece.toString()).slice(-2000)))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`${command} ended with ${code}: ${errors.trim().split('\n').at(-1)}`)),
    )
  })
}

export const hasTool = (command: string, ...args: readonly string[]): Promise<boolean> =>
  runTool(command, args.length > 0 ? args : ['--version']).then(
    () => true,
    () => false,
  )
