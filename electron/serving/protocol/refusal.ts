/** A request that is not answered: one code, and what it is in HTTP and in gRPC. */
import { status } from '@grpc/grpc-js'
import { AssayError } from '../../../shared/contract/errors.ts'

export interface Problem {
  /** Row of the request, from 0. */
  readonly row?: number
  readonly column?: string
  readonly code: string
  readonly message: string
}

export class Refusal extends AssayError {
  readonly problems: readonly Problem[]
  /** Seconds after which it may be tried again. */
  readonly retryAfterSeconds: number | null

  constructor(
    code: string,
    message: string,
    remedy: string,
    more: { readonly problems?: readonly Problem[]; readonly retryAfterSeconds?: number } = {},
  ) {
    super({ code, message, remedy })
    this.problems = more.problems ?? []
    this.retryAfterSeconds = more.retryAfterSeconds ?? null
  }
}

/** A code never changes its meaning; the first that the code starts with is taken. */
const statuses: readonly (readonly [string, number, status])[] = [
  ['request/too-large', 413, status.RESOURCE_EXHAUSTED],
  ['request/too-many-rows', 413, status.RESOURCE_EXHAUSTED],
  ['request/not-found', 404, status.NOT_FOUND],
  ['request/method', 405, status.UNIMPLEMENTED],
  ['request/encoding', 415, status.INVALID_ARGUMENT],
  ['request/slow', 408, status.DEADLINE_EXCEEDED],
  ['request/', 400, status.INVALID_ARGUMENT],
  ['input/', 422, status.INVALID_ARGUMENT],
  ['binding/', 422, status.INVALID_ARGUMENT],
  ['dataset/', 422, status.INVALID_ARGUMENT],
  ['model/unknown', 404, status.NOT_FOUND],
  ['score/run-failed', 422, status.INVALID_ARGUMENT],
  ['auth/', 401, status.UNAUTHENTICATED],
  ['limit/', 429, status.RESOURCE_EXHAUSTED],
  ['server/timeout', 504, status.DEADLINE_EXCEEDED],
  ['server/cancelled', 499, status.CANCELLED],
  ['server/overloaded', 503, status.UNAVAILABLE],
  ['server/draining', 503, status.UNAVAILABLE],
  // Its approval ended, or was withdrawn, while it was served.
  ['release/', 503, status.FAILED_PRECONDITION],
]

export function statusOf(code: string): { readonly http: number; readonly grpc: status } {
  const found = statuses.find(([prefix]) => code.startsWith(prefix))
  return found ? { http: found[1], grpc: found[2] } : { http: 500, grpc: status.INTERNAL }
}

/** What anything thrown is to a caller; the words of a bug stay in the log. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AssayError && statusOf(error.code).http !== 500)
    return new Refusal(error.code, error.message, error.remedy)
  return new Refusal('server/internal', 'The server failed on this request.', 'See its log for the request id.')
}
