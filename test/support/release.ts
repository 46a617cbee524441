/** Approved releases for tests: a key made here signs, as an approver's would. */
import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExplainRequest } from '../../shared/contract/explain.ts'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import type { ApprovalStatement } from '../../shared/contract/review.ts'
import type { ReleaseApproval } from '../../shared/serving/release-approval.ts'
import { nodeFlags } from '../../shared/serving/server-start.ts'
import { trustOf } from '../../shared/serving/trust.ts'
import type { TrustFile } from '../../shared/serving/trust.ts'
import type { VerifiedRelease } from '../../shared/serving/verify-release.ts'
import { signStatement } from '../../electron/engine/approval/envelope.ts'
import { generateKey } from '../../electron/engine/approval/keys.ts'
import type { NewKey } from '../../electron/engine/approval/keys.ts'
import { trustSettings } from '../../electron/engine/release/prove-release.ts'
import { sealFolder, signFiles } from '../../electron/engine/release/sign-files.ts'
import type { Releaser } from '../../electron/engine/release/sign-files.ts'
import { writeRelease } from '../../electron/engine/release/write-release.ts'
import { goldenRowSchema } from '../../shared/serving/release-manifest.ts'
import type { GoldenRow } from '../../shared/serving/release-manifest.ts'
import { root, samples } from './engine.ts'
import type { TestEngine } from './engine.ts'
import { temporaryFolder } from './temporary-folder.ts'

const zeros = '0'.repeat(64)

export function statementFor(
  evidence: Evidence,
  evidenceSha256: string,
  key: NewKey,
  more: Partial<ApprovalStatement> = {},
): ApprovalStatement {
  const author = { id: 'per_00000000000000aa', name: 'The author', fingerprint: '1'.repeat(64) }
  return {
    schema: 'assay.approval/1',
    decision: 'approve',
    reviewId: 'rv_0000000000000001',
    round: 1,
    subject: {
      runId: evidence.run.id,
      versionId: evidence.model.versionId,
      model: evidence.model.name,
      version: evidence.model.version,
      modelSha256: evidence.model.sha256,
      servedSha256: evidence.model.servedSha256,
      dataset: evidence.dataset.name,
      dataSha256: evidence.dataset.dataSha256,
      evidenceSha256,
    },
    policySha256: zeros,
    gatesSha256: zeros,
    gatesOutcome: 'pass',
    eventsSha256: zeros,
    conditions: [],
    reasons: 'Fit for use.',
    signer: { id: 'per_00000000000000bb', name: 'The approver', fingerprint: key.fingerprint },
    authors: [author],
    account: zeros,
    signedAt: '2026-01-02T03:04:05.000Z',
    expiresAt: '2099-01-01T00:00:00.000Z',
    ...more,
  } as ApprovalStatement
}

/** Each signs that as many are needed as `quorum`. */
export function approvalBy(statements: readonly (readonly [ApprovalStatement, NewKey])[], quorum = 1): ReleaseApproval {
  return {
    schema: 'assay.release-approval/2',
    conditionsMet: [],
    signers: statements.map(([statement, key]) => ({
      name: statement.signer.name,
      publicKey: key.publicKey,
      fingerprint: key.fingerprint,
    })),
    statements: statements.map(([statement, key]) => signStatement('approval', { quorum, ...statement }, key)),
  }
}

/** One approver and one who signs releases, trusted by every server that these helpers start. */
export const approverKey = generateKey('ed25519')
const releaserKey = generateKey('ecdsa-p256')
export const releaser: Releaser = {
  signer: {
    id: 'per_00000000000000cc' as Releaser['signer']['id'],
    name: 'The releaser',
    fingerprint: releaserKey.fingerprint,
  },
  publicKey: releaserKey.publicKey,
  key: releaserKey,
}
export const trustedHere: TrustFile = {
  schema: 'assay.trust/1',
  approvers: [{ name: 'The approver', fingerprint: approverKey.fingerprint }],
  releasers: [{ name: releaser.signer.name, fingerprint: releaserKey.fingerprint }],
}
const trustEnvironment = trustSettings(trustOf(trustedHere))

/** Signs a folder's manifest and files as they are now: what a releaser who is trusted, and lies, would do. */
export function signAgain(folder: string): void {
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: object }
  const names = ['manifest.json', ...Object.keys(files)]
  const signed = new Map(names.map((name) => [name, hash(name)]))
  writeFileSync(join(folder, 'signature.json'), signFiles('release', signed, releaser))
}

const quiet = { signal: new AbortController().signal, progress: () => undefined }

const children = new Set<ChildProcess>()
/** A test that failed may not have stopped its server. */
function cleanUp(): void {
  for (const child of children) child.kill('SIGKILL')
}
process.on('exit', cleanUp)
// Vitest ends its workers without their exit handlers; benchmarks and window tests run without Vitest.
if (process.env['VITEST']) (await import('vitest')).afterAll(cleanUp)

/**
 * Evaluates the run, has it approved by a key made here, and writes its release, signed and sealed.
 * @param reasons explains the run first, and lets the server give reasons
 */
export async function releaseOf(
  test: TestEngine,
  run: Run,
  more: Partial<ApprovalStatement> = {},
  reasons: Partial<ExplainRequest> | null = null,
): Promise<{ folder: string; release: VerifiedRelease; evidence: Evidence }> {
  await test.evaluate(run)
  if (reasons) {
    const { jobId } = await test.call.explain.start({ effects: false, interactions: false, ...reasons, id: run.id })
    await test.finish(jobId)
  }
  const evidence = await test.call.runs.evidence({ id: run.id })
  const { evidenceSha256 } = await test.call.runs.get({ id: run.id })
  const approval = approvalBy([[statementFor(evidence, evidenceSha256!, approverKey, more), approverKey]])
  const folder = join(temporaryFolder(), 'release')
  const trust = trustOf(trustedHere)
  const request = { runId: run.id, folder, approval, trust, releaser, reasons: reasons !== null }
  const release = await writeRelease(test.engine, request, quiet)
  await sealFolder(folder, releaser)
  return { folder, release, evidence }
}

export interface SampleRelease {
  readonly folder: string
  readonly run: Run
}

async function sampleRelease(
  test: TestEngine,
  data: string,
  model: string,
  options: Parameters<TestEngine['importDataset']>[1],
): Promise<SampleRelease> {
  const dataset = await test.importDataset(join(samples, data), options)
  const version = await test.importModel(join(samples, model))
  const run = await test.score(version, dataset)
  return { folder: (await releaseOf(test, run)).folder, run }
}

export function churnRelease(test: TestEngine): Promise<SampleRelease> {
  return sampleRelease(test, 'churn/holdout.csv', 'churn/gradient-boosting.onnx', {
    target: 'churned',
    task: 'binary',
    positive: 'Yes',
    id: 'customer_id',
    protected: ['gender'],
  })
}

export function digitsRelease(test: TestEngine): Promise<SampleRelease> {
  return sampleRelease(test, 'digits/holdout.csv', 'digits/mlp.onnx', { target: 'label', task: 'multiclass' })
}

export function goldenOf(folder: string): GoldenRow[] {
  const lines = readFileSync(join(folder, 'golden.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => goldenRowSchema.parse(JSON.parse(line)))
}

export const servingEntry = join(root, 'electron/serving/main.ts')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of the container's program to its end. */
export function runServing(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [servingEntry, ...args], {
      env: { ...process.env, ...trustEnvironment, ...env },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()))
    child.once('exit', (code) => resolve({ code, stdout, stderr }))
  })
}

export interface Running {
  readonly rest: string
  readonly grpc: string
  readonly child: ChildProcess
  /** Lines of the log so far. */
  readonly lines: Record<string, unknown>[]
  /** Sends SIGTERM and answers with the exit code. */
  stop(): Promise<number | null>
}

/** Starts the real runtime as a process on loopback, on ports that are free. */
export function startServing(
  folders: string | readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const releases = [folders].flat().flatMap((folder) => ['--release', folder])
  const child = fork(servingEntry, ['serve', ...releases], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [...process.execArgv, ...nodeFlags],
    env: {
      ...process.env,
      ASSAY_PORT: '0',
      ASSAY_GRPC_PORT: '0',
      ASSAY_DRAIN_DELAY_MS: '0',
      ...trustEnvironment,
      ...env,
    },
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const lines: Record<string, unknown>[] = []
  let rest = ''
  let errors = ''
  child.stderr!.on('data', (piece: Buffer) => (errors += piece.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return new Promise((resolve, reject) => {
    void exited.then((code) => reject(new Error(`serving ended with ${code}: ${errors}`)))
    child.stdout!.on('data', (piece: Buffer) => {
      const parts = (rest + piece.toString()).split('\n')
      rest = parts.pop()!
      for (const part of parts) {
        const line = JSON.parse(part) as Record<string, unknown>
        lines.push(line)
        if (line['event'] !== 'serving') continue
        resolve({
          rest: `http://127.0.0.1:${String(line['port'])}`,
          grpc: `127.0.0.1:${String(line['grpcPort'])}`,
          child,
          lines,
          stop: () => {
            child.kill('SIGTERM')
            return exited
          },
        })
      }
    })
  })
}
