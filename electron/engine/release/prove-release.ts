/**
 * Proves a release: starts its server as a process and replays the golden rows through REST, gRPC and batch. The process
 * is the container's own program.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'
import { proofSchema, replaySchema } from '../../../shared/serving/golden.ts'
import type { ReleaseProof, Replay } from '../../../shared/serving/golden.ts'
import { localFlags, serverEnvironment } from '../../../shared/serving/server-start.ts'
import type { Trust } from '../../../shared/serving/trust.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { awaitServing, proofFailed } from './await-serving.ts'
import type { StartedServer } from './await-serving.ts'
import { startImage } from './image/run-image.ts'
import { measureServer } from './measure-server.ts'

/** How the container's program is started: `command` with its arguments in front of the program's own. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
}

/** The built server: beside the bundle that this is in, or in dist/ when this runs from its source. */
export function servingFolder(): string {
  const given = process.env['ASSAY_DIST']
  if (given !== undefined) return given
  const here = dirname(fileURLToPath(import.meta.url))
  return existsSync(join(here, 'serving.mjs')) ? here : join(here, '..', '..', '..', 'dist')
}

/** @throws AssayError release/not-built, release/no-node */
export function servingProgram(): Program {
  const bundle = join(servingFolder(), 'serving.mjs')
  if (!existsSync(bundle))
    throw new AssayError({
      code: 'release/not-built',
      message: 'The server of the container is not built.',
      remedy: 'Build Assay: npm run build.',
    })
  // A packaged window is no Node (its fuse is off); the CLI always is one.
  if (process.versions['electron'] !== undefined)
    throw new AssayError({
      code: 'release/no-node',
      message: 'The window cannot start the server of a release.',
      remedy: 'Prove the release with the command line: assay prove DIR.',
    })
  return { command: process.execPath, args: [...localFlags, bundle] }
}

/** The settings by which the container's program knows whose signatures count. */
export function trustSettings(trust: Trust | null): Record<string, string> {
  if (!trust) return { ASSAY_TRUST_RELEASE_KEYS: '1' }
  return {
    ASSAY_TRUSTED_APPROVERS: trust.approvers.join(','),
    ASSAY_TRUSTED_RELEASERS: trust.releasers.join(','),
  }
}

function startServer(program: Program, folder: string, trust: Trust | null): Promise<StartedServer> {
  const child = spawn(program.command, [...program.args, 'serve', '--release', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnvironment(process.env, {
      ASSAY_PORT: '0',
      ASSAY_GRPC_PORT: '0',
      ASSAY_DRAIN_DELAY_MS: '0',
      ...trustSettings(trust),
    }),
  })
  return awaitServing(child, () => void child.kill('SIGKILL'))
}

/** Runs a command of the program to its end. @throws AssayError release/proof-failed */
async function runProgram(program: Program, args: readonly string[], signal: AbortSignal): Promise<string> {
  const child = spawn(program.command, [...program.args, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnvironment(process.env, {}),
    signal,
  })
  let out = ''
  let errors = ''
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit) => resolve(exit))
  })
  if (code !== 0) throw proofFailed(`ended with ${code}`, errors)
  return out
}

const replaysSchema = z.object({ replays: z.array(replaySchema) })

/** Sends the golden rows through every interface of a server. @throws AssayError release/proof-failed */
export async function replayThrough(
  server: StartedServer,
  program: Program,
  folder: string,
  signal: AbortSignal,
  /** What else to ask of the server before it is stopped. */
  ask: (rest: string) => Promise<void> = async () => undefined,
): Promise<Replay[]> {
  try {
    const { rest, grpc } = server
    const text = await runProgram(program, ['replay', '--release', folder, '--rest', rest, '--grpc', grpc], signal)
    const { replays } = replaysSchema.parse(JSON.parse(text))
    await ask(rest)
    return replays
  } finally {
    server.stop()
  }
}

export interface ProofRequest {
  readonly folder: string
  readonly release: VerifiedRelease
  /** Whose signatures count; null takes the keys that the release carries. */
  readonly trust: Trust | null
  readonly program: Program
  readonly software: Readonly<Record<string, string>>
  /** The image to prove as well, where a container can be run here. */
  readonly image: { readonly path: string; readonly tag: string; readonly digest: string } | null
}

/** @returns the proof, whether the scores are equal or not */
export async function proveRelease(request: ProofRequest, context: JobContext): Promise<ReleaseProof> {
  const { release, folder, program, image, trust } = request
  context.progress({ step: 'Replaying golden rows' })
  const container = image ? await startImage(image.path, image.tag) : null
  const runner = container && 'runner' in container ? container.runner : null
  const server = container && 'server' in container ? container.server : await startServer(program, folder, trust)
  let measured: ReleaseProof['measured'] = null
  const replays = await replayThrough(server, program, folder, context.signal, async (rest) => {
    context.progress({ step: 'Timing single rows' })
    measured = await measureServer(rest, release.golden, context.signal)
  })
  const proof: ReleaseProof = {
    schema: 'assay.release-proof/1',
    manifestSha256: release.manifestSha256,
    provedAt: new Date().toISOString(),
    ran: runner === null ? 'process' : `image in ${runner}, read-only, as 65532`,
    imageDigest: image?.digest ?? null,
    imageNotRun: container && 'notRun' in container ? container.notRun : null,
    software: { ...request.software },
    tolerance: release.manifest.golden.tolerance,
    replays,
    measured,
    ok: replays.length > 0 && replays.every((replay) => replay.rows > 0 && replay.equal === replay.rows),
  }
  return proofSchema.parse(proof)
}

export const proofText = (proof: ReleaseProof): string => `${JSON.stringify(proof, null, 2)}\n`
