/**
 * The server's life: verify, load the model, open the doors, and on SIGTERM say that it is not ready, answer what comes
 * for a while longer, close the doors, finish what is under way, and go.
 */
import { availableParallelism } from 'node:os'
import type { Server } from '@grpc/grpc-js'
import type { FastifyInstance } from 'fastify'
import type { Access, Config } from './config.ts'
import { bindGrpc, makeGrpcServer } from './grpc/server.ts'
import type { Guard } from './guard/admit.ts'
import { RateLimit } from './guard/rate-limit.ts'
import { splitCores, startModel } from './model/model.ts'
import type { Model } from './model/model.ts'
import { readJsonRow } from '../../shared/serving/input-rows.ts'
import type { VerifiedRelease } from '../../shared/serving/verify-release.ts'
import { decodeBase64 } from './proofs.ts'
import { startReasons } from './reasons/reasons.ts'
import type { Reasons } from './reasons/reasons.ts'
import { startRechecking } from './recheck.ts'
import { makeRestServer } from './rest/server.ts'
import { releaseFolders } from './load-release.ts'
import { Service } from './service.ts'
import { Services, checkVersions } from './services.ts'
import { loadTrusted } from './trust.ts'
import type { Log } from './watch/log.ts'

export interface ServeRequest {
  /** Folders of releases, or folders that hold some. */
  readonly releases: readonly string[]
  readonly config: Config
  readonly log: Log
  /** The script that starts the model's thread, and the protocol's file. */
  readonly entry: URL
  readonly proto: URL
}

/** Resolves when the server has drained. @throws AssayError release/*, and what listening throws */
export async function serve(request: ServeRequest): Promise<void> {
  const { config, log, entry } = request
  const warn = (message: string): void => log('warn', message)
  // All are held against their signatures before anything is started: one that is refused keeps the others from serving.
  const folders = request.releases.flatMap(releaseFolders)
  const trusted = folders.map((folder) => loadTrusted(folder, config, warn))
  checkVersions(
    trusted.map(({ release }) => release.manifest.model),
    config,
  )
  let end: (reason: string) => void = () => undefined
  const ended = new Promise<string>((resolve) => {
    end = resolve
  })
  let dead = false
  const onDeath = (reason: string): void => {
    dead = true
    end(reason)
  }
  const all = await Promise.all(trusted.map(({ release }) => startService(release, { config, log, entry, onDeath })))
  const services = new Services(all, config)
  let access: Access = config
  const guard: Guard = {
    get keys() {
      return access.keys
    },
    get checkToken() {
      return access.checkToken
    },
    limit: new RateLimit(config.RATE, config.BURST),
  }
  const stopRechecking = startRechecking({
    served: folders.map((folder, k) => ({ folder, service: all[k]! })),
    config,
    log,
    admitOnly: (now) => {
      access = now
    },
  })
  const rest = makeRestServer(services, guard)
  await rest.listen({ host: config.HOST, port: config.PORT })
  let grpc: Server | null = null
  let grpcPort: number | null = null
  if (config.GRPC_PORT !== 'off') {
    grpc = makeGrpcServer(services, guard, request.proto)
    grpcPort = await bindGrpc(
      grpc,
      `${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${config.GRPC_PORT}`,
    )
  }
  const address = rest.server.address()
  // One alone is in the line of the server.
  if (services.all.length > 1)
    for (const { release, session } of services.all) log('info', 'release', factsOf(release, session))
  log('info', 'serving', {
    ...factsOf(services.fallback.release, services.fallback.session),
    releases: services.all.length,
    trust: trusted[0]!.from,
    host: config.HOST,
    port: typeof address === 'object' && address ? address.port : config.PORT,
    grpcPort,
    keys: access.keys.length,
    tokens: access.checkToken !== null,
  })
  // A second signal of either kind ends the wait before the doors close; Ctrl-C does not wait at all.
  let hurry: () => void = () => undefined
  const onSignal = (signal: string) => {
    hurry()
    end(signal)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  const reason = await ended
  stopRechecking()
  services.drain()
  log('info', 'draining', { reason })
  if (reason === 'SIGTERM' && config.DRAIN_DELAY_MS > 0) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, config.DRAIN_DELAY_MS)
      hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
  const clean = await closeDoors(rest, grpc, config.DRAIN_TIMEOUT_MS)
  if (!dead) await services.close()
  log('info', 'ended', { clean, reason })
  if (dead) throw new Error(reason)
}

/** What the log says of a release. */
function factsOf({ manifest, approval, releaser, reasons }: VerifiedRelease, { sessions, threads }: Model) {
  return {
    model: manifest.model.served,
    version: manifest.model.version,
    modelSha256: manifest.model.sha256,
    evidenceSha256: manifest.evidence.sha256,
    approvers: approval.approvers,
    expiresAt: approval.expiresAt,
    releaser: releaser.name,
    reasons: reasons?.method ?? null,
    sessions,
    threads,
  }
}

interface Start {
  readonly config: Config
  readonly log: Log
  readonly entry: URL
  onDeath(reason: string): void
}

async function startService(release: VerifiedRelease, { config, log, entry, onDeath }: Start): Promise<Service> {
  const cores = config.THREADS > 0 ? config.THREADS : availableParallelism()
  const split = splitCores(cores, release.model.length, config.SESSIONS)
  const model = await startModel(entry, release.model, split, onDeath)
  return new Service(release, model, await reasonsOf(release, entry, config, onDeath), config, log)
}

/** Tried on a golden row: what cannot be explained must not be found out by a caller. */
async function reasonsOf(
  { manifest, reasons: file, model, golden }: VerifiedRelease,
  entry: URL,
  config: Config,
  onDeath: (reason: string) => void,
): Promise<Reasons | null> {
  if (!file) return null
  const { binding, inputs } = manifest
  const reasons = await startReasons(entry, { model, binding, file }, inputs, config.MAX_QUEUE_ROWS, onDeath)
  const read = golden.slice(0, 1).map((row) => readJsonRow(inputs, row.inputs, decodeBase64))
  if (read.length > 0) await reasons.give(read, new Int32Array(1), 1, Infinity)
  return reasons
}

/** @returns whether every request under way was answered in time */
async function closeDoors(rest: FastifyInstance, grpc: Server | null, timeoutMs: number): Promise<boolean> {
  const closed = Promise.all([
    rest.close(),
    grpc === null ? null : new Promise<void>((resolve) => grpc.tryShutdown(() => resolve())),
  ]).then(() => true)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  const clean = await Promise.race([closed, late])
  clearTimeout(timer)
  if (!clean) {
    rest.server.closeAllConnections()
    grpc?.forceShutdown()
  }
  return clean
}
