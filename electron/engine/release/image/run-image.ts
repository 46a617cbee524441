/**
 * Runs an image as it will be run: read-only, as its own user, without capabilities. By runc, podman or docker, whichever
 * is there first; where none runs it, the reasons are kept.
 */
import type { StartedServer } from '../await-serving.ts'
import { startBundle, unpackImage, whyNoRunc } from './run-bundle.ts'
import { startInEngine, whyNoEngine } from './run-engine.ts'

export type Runner = 'runc' | 'podman' | 'docker'
const runners: readonly Runner[] = ['runc', 'podman', 'docker']

/** Why this runner runs no image here; null where it may. */
export const whyNot = (runner: Runner): Promise<string | null> =>
  runner === 'runc' ? whyNoRunc() : whyNoEngine(runner)

async function startWith(runner: Runner, path: string, tag: string): Promise<StartedServer> {
  return runner === 'runc' ? startBundle(await unpackImage(path, tag)) : startInEngine(runner, path)
}

/** The image's server and what runs it, or why it does not run here. A server that runs and refuses is an error. */
export async function startImage(
  path: string,
  tag: string,
  among: readonly Runner[] = runners,
): Promise<{ readonly server: StartedServer; readonly runner: Runner } | { readonly notRun: string }> {
  if (process.platform !== 'linux') return { notRun: 'containers run on Linux.' }
  const reasons: string[] = []
  for (const runner of among) {
    const why = await whyNot(runner)
    if (why !== null) {
      reasons.push(why)
      continue
    }
    try {
      return { server: await startWith(runner, path, tag), runner }
    } catch (error) {
      const { message } = error as Error
      if (message.includes('"code":"release/')) throw error
      reasons.push(message)
    }
  }
  return { notRun: reasons.join(' ') }
}
