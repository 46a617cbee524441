import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import { architectureSchema, releaseSummarySchema } from '../../../shared/contract/release.ts'
import type { ReleaseSummary } from '../../../shared/contract/release.ts'
import type { Trust } from '../../../shared/serving/trust.ts'
import type { ReleaseProof } from '../../../shared/serving/golden.ts'
import { readSoftware } from '../../engine/engine.ts'
import { proofText, proveRelease, servingProgram, trustSettings } from '../../engine/release/prove-release.ts'
import { verifyFolder } from '../../engine/release/write-release.ts'
import { writeWhole } from '../../engine/workspace/write-whole.ts'
import type { Global } from '../assay.ts'
import { actingPerson } from '../find-people.ts'
import { findRun } from '../find.ts'
import { exitCodes, printJson, printLine, printTable } from '../output.ts'
import { readPassphrase } from '../passphrase.ts'
import { assayVersion, withSession } from '../session.ts'
import { givenTrust } from '../trust.ts'
import type { TrustFlags } from '../trust.ts'

interface ReleaseFlags {
  out: string
  image?: string
  context?: string
  arch: string
  approval?: string
  proof: boolean
  reasons?: true
  as?: string
  kit: boolean
  namespace?: string
  registry?: string
  host?: string
}

function printProof(proof: ReleaseProof): void {
  printTable(
    ['golden rows through', 'equal', 'identical', 'largest difference'],
    proof.replays.map((replay) => [
      replay.through,
      `${replay.equal} of ${replay.rows}`,
      String(replay.identical),
      replay.largestDifference.toExponential(1),
    ]),
  )
  printLine(`ran as ${proof.ran}${proof.imageNotRun ? `; the image was not run: ${proof.imageNotRun}` : ''}`)
  for (const replay of proof.replays) for (const line of replay.differing) printLine(`  ${replay.through}: ${line}`)
  printLine(proof.ok ? 'Proved: every interface gives the workbench’s scores.' : 'NOT proved: scores differ.')
}

function placeOf({ namespace, registry, host }: ReleaseFlags): {
  namespace?: string
  registry?: string
  host?: string
} {
  const given = Object.entries({ namespace, registry, host }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

function printRelease(summary: ReleaseSummary): void {
  printLine(`${summary.folder}`)
  printLine(`approved by ${summary.approvers.join(', ')} until ${summary.expiresAt}, signed by ${summary.signedBy}`)
  if (summary.image) {
    const { name, architecture, digest, bytes } = summary.image
    printLine(`image ${name} for ${architecture}, ${(bytes / 1e6).toFixed(1)} MB, ${digest}`)
  }
  if (summary.kit) {
    const { files, namespace, limits, notMeasurable } = summary.kit
    const approved = limits.filter((limit) => limit.source !== 'proposed').length
    printLine(
      `kit for Kubernetes: ${files.length} files in deploy/ for the namespace ${namespace}; ${approved} of ${limits.length} limits approved, the others proposed; ${notMeasurable} gates cannot be measured in production`,
    )
  }
  if (summary.reasons !== null) printLine(`gives reasons for predictions (${summary.reasons})`)
  if (summary.proof) printProof(summary.proof)
  else printLine(`Not proved: ${summary.notProved ?? ''}`)
}

/** What the flags and the workspace say takes the place of the shell's own settings. */
function withoutTrust(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ASSAY_TRUST')))
}

/** Ctrl-C and SIGTERM reach the server, which drains; its exit code is ours. */
async function serveCommand(
  folders: readonly string[],
  flags: { port: string; grpcPort: string },
  trust: Trust | null,
): Promise<void> {
  const program = servingProgram()
  const releases = folders.flatMap((folder) => ['--release', resolve(folder)])
  const child = spawn(program.command, [...program.args, 'serve', ...releases], {
    stdio: 'inherit',
    env: {
      ...withoutTrust(process.env),
      ...trustSettings(trust),
      ASSAY_PORT: flags.port,
      ASSAY_GRPC_PORT: flags.grpcPort,
    },
  })
  const pass = (signal: NodeJS.Signals) => () => void child.kill(signal)
  const [onTerm, onInt] = [pass('SIGTERM'), pass('SIGINT')]
  process.on('SIGTERM', onTerm)
  process.on('SIGINT', onInt)
  const code = await new Promise<number | null>((done, reject) => {
    child.once('error', reject)
    child.once('exit', done)
  })
  process.off('SIGTERM', onTerm)
  process.off('SIGINT', onInt)
  // The server's own 1 is an internal error; of a command it is a gate that failed.
  process.exitCode = code === null || code === 1 ? exitCodes.internal : code
}

const trustFileFlag = ['--trust <file>', 'whose signatures count; left out, the people of the workspace'] as const
const releaseKeysFlag = [
  '--trust-release-keys',
  'take the keys that the release carries: proves that nothing was changed, not who signed',
] as const

export function addReleaseCommands(program: Command, global: () => Global): void {
  program
    .command('release <run>')
    .description('write the release of an approved run: its folder, an image if asked, and the proof of both')
    .requiredOption('--out <folder>', 'the folder of the release; it must be new or empty')
    .option('--image <file>', 'write a container image as well: one tar for docker load, podman and skopeo')
    .option('--context <file>', 'with --image: the same as a Dockerfile and its layers, for docker build - < FILE')
    .option('--arch <name>', 'architecture of the image: amd64 or arm64', 'amd64')
    .option('--approval <file>', 'an approval.json from elsewhere, in place of this workspace’s')
    .option('--as <person>', 'who signs the release; the passphrase is asked for, or taken from ASSAY_PASSPHRASE')
    .option('--no-kit', 'write no files for Kubernetes (the folder deploy/)')
    .option('--registry <name>', 'the kit: where the image will be, as in registry.example.com/team')
    .option('--namespace <name>', 'the kit: the namespace it is for (models)')
    .option('--host <name>', 'the kit: the DNS name that the gateway serves (NAME.example.com)')
    .option('--reasons', 'the server gives the reasons for a prediction on request; the run must be explained')
    .option('--no-proof', 'do not start the server and replay the golden rows')
    .action(async (wanted: string, flags: ReleaseFlags) => {
      const { workspace, json } = global()
      const architecture = architectureSchema.safeParse(flags.arch)
      if (!architecture.success)
        throw new AssayError({
          code: 'usage/architecture',
          message: `"${flags.arch}" is no architecture.`,
          remedy: `Say ${architectureSchema.options.join(' or ')}.`,
        })
      if (flags.context !== undefined && flags.image === undefined)
        throw new AssayError({
          code: 'usage/context',
          message: '--context is the image in another form, and there is no --image.',
          remedy: 'Say --image FILE as well.',
        })
      await withSession(workspace, json, async (session) => {
        const runId = await findRun(session, wanted)
        const person = await actingPerson(session, flags.as)
        const passphrase = await readPassphrase(person.name)
        const { jobId } = await session.call.releases.write({
          runId,
          signer: { personId: person.id, passphrase },
          folder: { path: resolve(flags.out) },
          ...(flags.approval === undefined ? {} : { approval: { path: resolve(flags.approval) } }),
          ...(flags.image === undefined
            ? {}
            : {
                image: {
                  file: { path: resolve(flags.image) },
                  architecture: architecture.data,
                  ...(flags.context === undefined ? {} : { context: { path: resolve(flags.context) } }),
                },
              }),
          prove: flags.proof,
          reasons: flags.reasons === true,
          ...(flags.kit ? { kit: placeOf(flags) } : {}),
        })
        const summary = releaseSummarySchema.parse(JSON.parse(await session.follow(jobId)))
        if (json) printJson({ release: summary })
        else printRelease(summary)
        if (summary.proof && !summary.proof.ok) process.exitCode = exitCodes.gateFailed
      })
    })
  program
    .command('prove <folder>')
    .description('replay the golden rows of a release through its server on this machine')
    .option('--out <file>', 'write the proof; the release’s own was signed with it and stays')
    .option(...trustFileFlag)
    .option(...releaseKeysFlag)
    .action(async (folder: string, flags: TrustFlags & { out?: string }) => {
      const path = resolve(folder)
      const trust = givenTrust(global().workspace, flags)
      const proof = await proveRelease(
        {
          folder: path,
          trust,
          release: await verifyFolder(path, trust),
          program: servingProgram(),
          software: { ...readSoftware(assayVersion) },
          image: null,
        },
        { signal: new AbortController().signal, progress: () => undefined },
      )
      if (flags.out !== undefined) await writeWhole(resolve(flags.out), proofText(proof))
      if (global().json) printJson({ proof })
      else printProof(proof)
      if (!proof.ok) process.exitCode = exitCodes.gateFailed
    })
  program
    .command('serve <folder...>')
    .description(
      'serve releases on this machine, as their container would: several versions, or models, in one server; settings come from ASSAY_… variables',
    )
    .option('--port <number>', 'port of REST', '8080')
    .option('--grpc-port <number>', 'port of gRPC', '8081')
    .option(...trustFileFlag)
    .option(...releaseKeysFlag)
    .action((folders: readonly string[], flags: TrustFlags & { port: string; grpcPort: string }) =>
      serveCommand(folders, flags, givenTrust(global().workspace, flags)),
    )
}
