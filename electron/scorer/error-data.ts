/** What was thrown, as data that can leave this thread. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import { diskError } from '../data-plane/disk-error.ts'
import { runtimeMessage } from '../../shared/scoring/runtime-message.ts'

export function errorDataOf(thrown: unknown, request: string): AssayErrorData {
  const error = diskError(thrown)
  if (error instanceof AssayError) return error.toJSON()
  return {
    code: 'score/internal',
    message: runtimeMessage(error),
    remedy: 'This is a fault in Assay. Please report it with this message.',
    where: { request, stack: String((error as Error).stack ?? '').slice(0, 2000) },
  }
}
