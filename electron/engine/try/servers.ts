/** Releases that are served on this machine to be tried: started, asked, watched and stopped for the window and the CLI. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DatasetId, PersonId, RunId, ServerId, VersionId } from '../../../shared/contract/ids.ts'
import type { Servable, ServerFigures, TriedAnswer, TriedRow, TriedServer } from '../../../shared/contract/try.ts'
import { readFigures } from '../../../shared/serving/read-figures.ts'
import { goldenRowSchema, releaseFiles } from '../../../shared/serving/release-manifest.ts'
import type { InputColumn } from '../../../shared/serving/release-manifest.ts'
import { trustOf } from '../../../shared/serving/trust.ts'
import type { Trust } from '../../../shared/serving/trust.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { generateKey } from '../approval/keys.ts'
import { standingOfVersion } from '../approval/releasable.ts'
import type { Engine } from '../engine.ts'
import { listModels, readDataset, readRun } from '../records.ts'
import { readExplanation } from '../explain/explanation-store.ts'
import { jsonCell } from '../release/golden-rows.ts'
import { trustSettings } from '../release/prove-release.ts'
import { approvalOf } from '../release/release-approval.ts'
import { workspaceTrust } from '../release/workspace-trust.ts'
import { verifyFolder, writeRelease } from '../release/write-release.ts'
import type { ServerProcess } from '../scoring/launcher.ts'
import { newId } from '../workspace/new-id.ts'
import { parsePredictions } from './parse-answer.ts'

interface Running {
  shown: TriedServer
  readonly process: ServerProcess
  /** Removed when it ends; null where the release is the user's own folder. */
  readonly temporary: string | null
}

const startMs = 30_000
const answerMs = 15_000
const examples = 200
const longestBody = 100_000
/** More than a person looks at, fewer than slow the machine down. */
const serversAtMost = 4

/** Of this engine: its process ends with it. */
const running = new WeakMap<Engine, Map<ServerId, Running>>()

function serversOf(engine: Engine): Map<ServerId, Running> {
  const known = running.get(engine) ?? new Map<ServerId, Running>()
  running.set(engine, known)
  return known
}

/** Versions whose approval stands. */
export async function listServable(engine: Engine): Promise<Servable[]> {
  const servable: Servable[] = []
  for (const model of listModels(engine.workspace.ledger)) {
    for (const { id, version } of model.versions) {
      const found = await standingOfVersion(engine, id)
      if (found?.standing.state !== 'approved' || found.standing.until === null) continue
      servable.push({ versionId: id, model: model.name, version, until: found.standing.until })
    }
  }
  return servable
}

export const listRunning = (engine: Engine): TriedServer[] => [...serversOf(engine).values()].map(({ shown }) => shown)

/** @throws AssayError release/*, try/too-many, try/not-started */
export async function startTrying(
  engine: Engine,
  from: { readonly versionId: VersionId } | { readonly manifest: string },
): Promise<TriedServer> {
  const servers = serversOf(engine)
  if ([...servers.values()].filter(({ shown }) => shown.ended === null).length >= serversAtMost) {
    throw new AssayError({
      code: 'try/too-many',
      message: `${serversAtMost} releases are served already.`,
      remedy: 'Stop one first.',
    })
  }
  const began = performance.now()
  const temporary = 'versionId' in from ? engine.workspace.temporary('-tried') : null
  const folder = 'manifest' in from ? folderOf(from.manifest) : join(temporary!, 'release')
  try {
    let trust = trustOf(workspaceTrust(engine.workspace.ledger))
    if ('versionId' in from) {
      await mkdir(temporary!, { recursive: true })
      trust = await releaseTo(engine, from.versionId, folder)
    }
    const { manifest, reasons } = await verifyFolder(folder, trust)
    const golden = await readFile(join(folder, releaseFiles.golden), 'utf8')
    const served = await engine.launcher.serve(['serve', '--release', folder], {
      ASSAY_HOST: '127.0.0.1',
      ASSAY_PORT: '0',
      ASSAY_GRPC_PORT: 'off',
      ASSAY_DRAIN_DELAY_MS: '0',
      ASSAY_DRAIN_TIMEOUT_MS: '2000',
      ASSAY_THREADS: String(engine.threads),
      ...trustSettings(trust),
    })
    const id = newId<ServerId>('srv')
    let exited: string | null = null
    const onEnd = (reason: string): void => {
      exited = reason
      const entry = servers.get(id)
      if (entry) entry.shown = { ...entry.shown, ended: reason }
      if (temporary) void rm(temporary, { recursive: true, force: true })
      engine.jobs.changed('monitor')
    }
    const port = await awaitPort(served, onEnd)
    const shown: TriedServer = {
      id,
      model: manifest.model.name,
      version: manifest.model.version,
      startedAt: new Date().toISOString(),
      startMs: performance.now() - began,
      url: `http://127.0.0.1:${port}`,
      pid: served.pid,
      inputs: manifest.inputs,
      examples: golden
        .split('\n')
        .filter((line) => line !== '')
        .slice(0, examples)
        .map((line) => goldenRowSchema.parse(JSON.parse(line)).inputs),
      threshold: manifest.threshold,
      positive: manifest.binding.output.positive,
      reasons: reasons !== null,
      ended: exited,
    }
    servers.set(id, { shown, process: served, temporary })
    engine.jobs.changed('monitor')
    return shown
  } catch (error) {
    if (temporary) await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

function folderOf(manifest: string): string {
  if (basename(manifest) === releaseFiles.manifest) return dirname(manifest)
  throw new AssayError({
    code: 'try/no-release',
    message: `${basename(manifest)} is not the manifest of a release.`,
    remedy: `Choose the ${releaseFiles.manifest} in the folder of a release.`,
  })
}

/** @returns whose signatures its server has to take */
async function releaseTo(engine: Engine, versionId: VersionId, folder: string): Promise<Trust> {
  const found = await standingOfVersion(engine, versionId)
  const runId = found?.request.subject.runId as RunId | undefined
  if (runId === undefined) {
    throw new AssayError({
      code: 'release/not-approved',
      message: 'This version is not approved: no review was asked for.',
      remedy: 'Have it reviewed and approved first.',
      where: { state: 'none' },
    })
  }
  const approval = await approvalOf(engine, readRun(engine.workspace.ledger, runId))
  const quiet = { signal: new AbortController().signal, progress: () => undefined }
  // What is only tried here needs no person's signature: a key of its own signs it, and its server alone trusts that.
  const key = generateKey('ed25519')
  const signer = { id: newId<PersonId>('per'), name: 'Try it', fingerprint: key.fingerprint }
  const trust: Trust = {
    approvers: trustOf(workspaceTrust(engine.workspace.ledger)).approvers,
    releasers: [key.fingerprint],
  }
  const releaser = { signer, publicKey: key.publicKey, key }
  const reasons = (await readExplanation(engine, runId)) !== null
  await writeRelease(engine, { runId, folder, approval, trust, releaser, reasons, tried: true }, quiet)
  return trust
}

const lineSchema = z.object({ event: z.literal('serving'), port: z.number() })
const endedSchema = z.object({ event: z.literal('ended'), code: z.string(), message: z.string().optional() })

const shownReasons = 4

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** Waits until the server says that it serves. @throws AssayError try/not-started with its own last words */
function awaitPort(served: ServerProcess, onEnd: (reason: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let rest = ''
    let last = ''
    const fail = (): void =>
      reject(
        new AssayError({
          code: 'try/not-started',
          message: `The server did not start: ${last || 'it gave no reason'}`,
          remedy: 'Look at the reason that it gives.',
        }),
      )
    const timer = setTimeout(() => {
      served.stop()
      fail()
    }, startMs)
    served.onOutput((text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!.slice(-20_000)
      for (const line of lines) {
        const parsed = parseLine(line)
        const serving = lineSchema.safeParse(parsed)
        const ended = endedSchema.safeParse(parsed)
        if (ended.success) last = `${ended.data.code} ${ended.data.message ?? ''}`.trim()
        // What is no line of the log is the last word of a program that could not even begin.
        if (parsed === null && /Error\b/.test(line)) last = line.trim().slice(0, 500)
        if (!serving.success) continue
        clearTimeout(timer)
        resolve(serving.data.port)
      }
    })
    served.onExit((code) => {
      clearTimeout(timer)
      onEnd(last || `It ended${code === null ? '' : ` with ${code}`}.`)
      fail()
    })
  })
}

/** @throws AssayError try/unknown, try/ended */
function runningServer(engine: Engine, id: ServerId): Running {
  const entry = serversOf(engine).get(id)
  if (!entry || entry.shown.ended !== null) {
    throw new AssayError({
      code: entry ? 'try/ended' : 'try/unknown',
      message: entry ? `The server has ended: ${entry.shown.ended}` : 'There is no such server.',
      remedy: 'Start the release again.',
    })
  }
  return entry
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(answerMs) })
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name
    throw new AssayError({
      code: 'try/no-answer',
      message: `The server gave no answer (${cause}).`,
      remedy: 'Try again; if it has ended, start the release again.',
    })
  }
}

export async function sendRows(engine: Engine, id: ServerId, rows: readonly TriedRow[]): Promise<TriedAnswer> {
  const { shown } = runningServer(engine, id)
  const began = performance.now()
  const response = await ask(`${shown.url}/v1/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // Reasons of many rows are for nobody to read, and take longer than the rows.
    body: JSON.stringify(shown.reasons && rows.length === 1 ? { rows, reasons: shownReasons } : rows),
  })
  const body = await response.text()
  const latencyMs = performance.now() - began
  return {
    status: response.status,
    ok: response.ok,
    rows: rows.length,
    latencyMs,
    body: body.length > longestBody ? `${body.slice(0, longestBody)}…` : body,
    ...parsePredictions(body, response.headers.get('assay-error-code'), shown.positive),
  }
}

export async function serverFigures(engine: Engine, id: ServerId): Promise<ServerFigures> {
  const { shown } = runningServer(engine, id)
  return readFigures(await (await ask(`${shown.url}/metrics`)).text())
}

/** Rows of a dataset as a caller would send them. @throws AssayError try/columns */
export async function datasetRows(
  engine: Engine,
  id: ServerId,
  request: { readonly datasetId: DatasetId; readonly offset: number; readonly limit: number },
): Promise<{ rows: TriedRow[]; total: number }> {
  const { shown } = runningServer(engine, id)
  const { workspace } = engine
  const dataset = readDataset(workspace.ledger, request.datasetId)
  const missing = shown.inputs.filter(({ name }) => !dataset.columns.some((column) => column.name === name))
  if (missing.length > 0) {
    throw new AssayError({
      code: 'try/columns',
      message: `"${dataset.name}" does not have ${missing
        .slice(0, 5)
        .map((column: InputColumn) => `"${column.name}"`)
        .join(', ')}.`,
      remedy: 'Choose a dataset with the columns of the model.',
      where: { dataset: dataset.name, columns: missing.length },
    })
  }
  const duck = await openDuck({ temporaryDirectory: join(workspace.folder, 'tmp') })
  try {
    const select = shown.inputs.map(({ name, type }) =>
      type === 'date' || type === 'timestamp' ? `${quoteIdentifier(name)}::VARCHAR` : quoteIdentifier(name),
    )
    const found = await duck.run(
      `SELECT ${select.join(', ')} FROM read_parquet(${quotePath(workspace.files.path(dataset.data.sha256))}) LIMIT ${request.limit} OFFSET ${request.offset}`,
    )
    const rows = (await found.getRows()).map((values): TriedRow =>
      Object.fromEntries(shown.inputs.map(({ name }, k) => [name, jsonCell(values[k]!)])),
    )
    return { rows, total: dataset.rows }
  } finally {
    duck.close()
  }
}

export function stopTrying(engine: Engine, id: ServerId): boolean {
  const servers = serversOf(engine)
  const entry = servers.get(id)
  if (!entry) return false
  if (entry.shown.ended === null) entry.process.stop()
  servers.delete(id)
  engine.jobs.changed('monitor')
  return true
}
