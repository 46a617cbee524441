/** Runs one of the analyses in a worker thread, so that the engine's calls keep answering. */
import { Worker } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { AssayErrorData } from '../../../shared/contract/errors.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { Analyses, AnalysisName, AnalysisProgress, AnalysisRequest } from './analyses.ts'

type Answer<N extends AnalysisName> =
  | AnalysisProgress
  | { readonly ok: true; readonly computed: ReturnType<Analyses[N]> }
  | { readonly ok: false; readonly error: AssayErrorData }

/**
 * @param transfer Arrays of the input whose memory the worker takes over; they are empty here afterwards.
 * @throws AssayError what the analysis throws
 * @throws Cancelled when the job is cancelled; the thread is ended then
 */
export function runAnalysis<N extends AnalysisName>(
  engine: Engine,
  request: AnalysisRequest<N>,
  transfer: readonly (ArrayBufferView | null)[],
  context: JobContext,
): Promise<ReturnType<Analyses[N]>> {
  const { signal } = context
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const buffers = new Set(transfer.filter((array) => array !== null).map((array) => array.buffer as ArrayBuffer))
    const worker = new Worker(engine.workerPath, { workerData: request, transferList: [...buffers] })
    const onAbort = () => void worker.terminate()
    signal.addEventListener('abort', onAbort, { once: true })
    worker.on('message', (answer: Answer<N>) => {
      if ('progress' in answer) return context.progress(answer.progress)
      if (answer.ok) resolve(answer.computed)
      else reject(new AssayError(answer.error))
      void worker.terminate()
    })
    worker.once('error', reject)
    worker.once('exit', () => {
      signal.removeEventListener('abort', onAbort)
      reject(signal.aborted ? (signal.reason as Error) : new Error('The analysis worker ended without an answer'))
    })
  })
}
