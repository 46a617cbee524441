/** The worker thread's side: one request in, one answer out. Computing here keeps the engine's calls answering. */
import { parentPort, workerData } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import { compute } from './compute.ts'
import type { ComputeRequest } from './compute.ts'

try {
  parentPort!.postMessage({ ok: true, computed: compute(workerData as ComputeRequest) })
} catch (error) {
  if (!(error instanceof AssayError)) throw error
  parentPort!.postMessage({ ok: false, error: error.toJSON() })
}
