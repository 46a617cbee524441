/** The worker thread's side: one request in, one answer out. Computing here keeps the engine's calls answering. */
import { parentPort, workerData } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import { isRowWorkerData, serveRows } from '../explain/row-worker.ts'
import { analyses } from './analyses.ts'
import type { AnalysisProgress, AnalysisRequest } from './analyses.ts'
import { compute } from './compute.ts'
import type { ComputeRequest } from './compute.ts'

function answer(request: ComputeRequest | AnalysisRequest): unknown {
  if (!('analysis' in request)) return compute(request)
  const progress = (done: number, total: number): void =>
    parentPort!.postMessage({ progress: { done, total } } satisfies AnalysisProgress)
  // Which input belongs to which analysis is checked where the request is made.
  const analyse = analyses[request.analysis] as (
    input: unknown,
    progress: (done: number, total: number) => void,
  ) => unknown
  return analyse(request.input, progress)
}

// Explanations keep a thread for many blocks of rows.
if (isRowWorkerData(workerData)) serveRows(parentPort!, workerData)
else {
  try {
    parentPort!.postMessage({ ok: true, computed: answer(workerData as ComputeRequest | AnalysisRequest) })
  } catch (error) {
    if (!(error instanceof AssayError)) throw error
    parentPort!.postMessage({ ok: false, error: error.toJSON() })
  }
}
