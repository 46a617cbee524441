/** The model, seen from the server: its inputs and outputs, and runs in the threads that hold it. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { isLendable, takeBack } from '../protocol/memory.ts'
import type { Tensor } from '../protocol/tensor.ts'
import { startThread } from '../thread/start-thread.ts'
import { memoryOf } from './messages.ts'
import type { Feeds, ModelFacts, ModelStart, Ran, Run } from './messages.ts'

export interface RunResult {
  readonly outputs: Feeds
  /** As they were given: what was lent to the run is to be looked at here, for it came back as other objects. */
  readonly feeds: Feeds
  /** Time inside ONNX Runtime. */
  readonly microseconds: number
}

export interface Model extends ModelFacts {
  /** Runs that are done at the same time, and ONNX Runtime's threads in each. */
  readonly sessions: number
  readonly threads: number
  /** In a session that has the least to do. The memory of large feeds is lent: `feeds` is not to be used again. @throws AssayError score/run-failed */
  run(feeds: Feeds, fetches: readonly string[]): Promise<RunResult>
  stop(): Promise<void>
}

/** Sessions side by side, and ONNX Runtime's threads in each. */
export interface Split {
  readonly sessions: number
  readonly threads: number
}

/** Each session holds the weights once more. */
const largestCopied = 64 * 1024 * 1024
const mostSessions = 8

/**
 * Sessions of one thread each do more runs a second than one session over all cores: no core waits for another within a
 * run, nor for the one that reads and writes requests. A large model would fill the memory; it has one session.
 *
 * @param asked 0 chooses
 */
export function splitCores(cores: number, modelBytes: number, asked: number): Split {
  const sessions = asked > 0 ? asked : modelBytes > largestCopied ? 1 : Math.min(cores, mostSessions)
  return { sessions, threads: Math.max(1, Math.floor(cores / sessions)) }
}

/**
 * @param entry the script that starts a model thread when its workerData says so
 * @param onDeath called when a thread ends without being asked to: nothing can be answered any more
 * @throws AssayError release/model-refused
 */
export async function startModel(
  entry: URL,
  model: Uint8Array,
  { sessions, threads }: Split,
  onDeath: (reason: string) => void,
): Promise<Model> {
  const start: ModelStart = { role: 'model', model, threads }
  const started = await Promise.allSettled(Array.from({ length: sessions }, () => startSession(entry, start, onDeath)))
  const all = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const refused = started.find((result) => result.status === 'rejected')
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((session) => session.stop()))
  }
  if (refused) {
    await stop()
    throw refused.reason
  }
  const [first] = all
  return {
    ...first!.facts,
    sessions,
    threads,
    run: (feeds, fetches) =>
      all.reduce((least, session) => (session.underWay() < least.underWay() ? session : least)).run(feeds, fetches),
    stop,
  }
}

interface Session {
  readonly facts: ModelFacts
  underWay(): number
  run: Model['run']
  stop: Model['stop']
}

/** One thread with one session. @throws AssayError release/model-refused */
async function startSession(entry: URL, start: ModelStart, onDeath: (reason: string) => void): Promise<Session> {
  const { ready, underWay, ask, stop } = await startThread<Run, ModelFacts, Ran>({
    name: 'The model thread',
    entry,
    workerData: start,
    code: 'release/model-refused',
    refusal: 'ONNX Runtime does not load the model',
    failed: (_, message) => failed(message),
    onDeath,
  })
  return {
    facts: ready,
    underWay,
    run: async (feeds, fetches) => {
      const names = Object.keys(feeds).filter((name) => isLent(feeds[name]!))
      const { outputs, lent, microseconds } = await ask({ feeds, lent: names, fetches }, memoryOf(feeds, names))
      memoryOf(lent, names).forEach(takeBack)
      return { outputs, feeds: { ...feeds, ...lent }, microseconds }
    },
    stop,
  }
}

const isLent = ({ data }: Tensor): boolean => !Array.isArray(data) && isLendable(data.buffer)

function failed(message: string): AssayError {
  return new AssayError({
    code: 'score/run-failed',
    message: `The model failed on these inputs: ${message}`,
    remedy: 'Check shapes and values against what the model was trained on.',
  })
}
