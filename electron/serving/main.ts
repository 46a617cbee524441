/**
 * The container's program. `serve` answers requests, `batch` scores a file or a part of it, `merge` puts the parts
 * together, `drift` holds a file against the evaluated rows, `verify` checks a release, `replay` sends the golden rows to a running server, `new-key` makes an API key.
 */
import { parseArgs } from 'node:util'
import { isMainThread, workerData } from 'node:worker_threads'
import { AssayError } from '../../shared/contract/errors.ts'
import { readConfig } from './config.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { newKey } from './guard/keys.ts'
import { runModelThread } from './model/model-thread.ts'
import type { ModelStart } from './model/messages.ts'
import type { ReasonsStart } from './reasons/messages.ts'
import { runReasonsThread } from './reasons/reasons-thread.ts'
import { errorFields, logToStderr, makeLog } from './watch/log.ts'
import { serve } from './serve.ts'
import { loadTrusted } from './trust.ts'
import { batchCommand, driftCommand, mergeCommand } from './batch/commands.ts'
import { replayCommand } from './replay/replay.ts'

// Read by ONNX Runtime's library when it loads: without it, it opens sockets and writes files.
process.env['ORT_DISABLE_TELEMETRY'] = '1'

const entry = new URL(import.meta.url)
/** Beside this file, in the source as in the bundle. */
const proto = new URL('./inference.proto', import.meta.url)

const usage = `assay serving

  serve   --release DIR [--release DIR …]   (a folder of releases is all of them)
  verify  --release DIR
  batch   --release DIR --input FILE --output DIR [--shard K/N] [--keep COLUMNS] [--bad-rows stop|mark]
          [--out-format csv|jsonl|parquet] [--reasons MOST]
          [--shards N --merge-to FILE: in a Job with N + 1 indexes the last one waits for all parts and merges them]
  merge   --output DIR --to FILE [--out-format csv|jsonl|parquet]   (left out: by the name of FILE)
  drift   --release DIR --input FILE [--to REPORT] [--limit 0.25]
  replay  --release DIR --rest URL --grpc HOST:PORT
  new-key NAME

Settings come from the environment (ASSAY_PORT, ASSAY_API_KEYS_FILE, …). Whose signatures count is said by
ASSAY_TRUST_FILE or ASSAY_TRUSTED_APPROVERS; --trust-release-keys takes whatever keys the release carries.
Exit codes: 0 ok, 1 internal error, 2 usage, 41 the release is refused, 42 bad data, 43 drift.
`

const print = (text: string): void => void process.stdout.write(text)

function need(value: string | undefined, name: string): string {
  if (value !== undefined && value !== '') return value
  throw new AssayError({ code: 'usage/missing', message: `--${name} is missing.`, remedy: usage })
}

async function run(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      release: { type: 'string', multiple: true, default: [process.env['ASSAY_RELEASE'] ?? '/release'] },
      input: { type: 'string' },
      output: { type: 'string' },
      to: { type: 'string' },
      shard: { type: 'string' },
      shards: { type: 'string' },
      keep: { type: 'string' },
      format: { type: 'string' },
      'out-format': { type: 'string' },
      threads: { type: 'string' },
      'bad-rows': { type: 'string' },
      'merge-to': { type: 'string' },
      reasons: { type: 'string' },
      limit: { type: 'string' },
      rest: { type: 'string' },
      grpc: { type: 'string' },
      'trust-release-keys': { type: 'boolean' },
    },
  })
  const [command = 'serve', name] = positionals
  const release = values.release.at(-1)!
  if (values['trust-release-keys'] === true) process.env['ASSAY_TRUST_RELEASE_KEYS'] = '1'
  switch (command) {
    case 'serve': {
      const config = readConfig(process.env)
      const log = makeLog(config.LOG_LEVEL, print)
      return serve({ releases: values.release, config, log, entry, proto })
    }
    case 'verify': {
      const config = readConfig({ ...process.env, ASSAY_HOST: '127.0.0.1' })
      const { release: verified, from } = loadTrusted(release, config, (message) => logToStderr('warn', message))
      const { manifest, manifestSha256, approval, releaser } = verified
      const { approvers, expiresAt } = approval
      return print(
        `${JSON.stringify({ ok: true, model: manifest.model, manifestSha256, approvers, expiresAt, releaser: releaser.name, trust: from })}\n`,
      )
    }
    case 'batch':
      return batchCommand(
        { ...values, release, input: need(values.input, 'input'), output: need(values.output, 'output') },
        entry,
        print,
      )
    case 'merge':
      return mergeCommand({ ...values, output: need(values.output, 'output'), to: need(values.to, 'to') }, print)
    case 'drift':
      return driftCommand({ ...values, release, input: need(values.input, 'input') }, print)
    case 'replay':
      return replayCommand(
        { release, rest: need(values.rest, 'rest'), grpc: need(values.grpc, 'grpc') },
        { entry, proto },
        print,
      )
    case 'new-key': {
      const made = newKey(need(name, 'NAME'))
      return print(
        `key, to be given to its owner and kept nowhere else:\n${made.key}\nline for the file of API keys:\n${made.line}\n`,
      )
    }
    case 'help':
      return print(usage)
    default:
      throw new AssayError({ code: 'usage/command', message: `There is no command "${command}".`, remedy: usage })
  }
}

function isUsage(error: unknown): boolean {
  return String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')
}

const role = isMainThread ? undefined : (workerData as ModelStart | ReasonsStart | null)?.role
if (role === 'model') {
  await runModelThread()
} else if (role === 'reasons') {
  await runReasonsThread()
} else {
  try {
    await run(process.argv.slice(2))
    process.exitCode = exitCodes.ok
  } catch (error) {
    const code = error instanceof AssayError ? error.code : isUsage(error) ? 'usage/arguments' : 'server/internal'
    logToStderr('error', 'ended', { ...errorFields(error), code })
    process.exitCode = exitCodeOf(code)
  }
  // Nothing may keep a drained server alive: sockets of clients that never hang up, timers of a library.
  process.stdout.write('', () => process.exit())
}
