/** A request of REST as the service sees it, and what an answer says of how it was served. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import type { Caller, Served } from '../service.ts'
import { emptyBody } from './request-body.ts'

/** Of a path with a model in it; the default version where none is named. */
export interface Named {
  Params: { name: string; version?: string }
}

export function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

export function callerOf(
  config: Config,
  request: FastifyRequest,
  reply: FastifyReply,
  protocol: Caller['protocol'],
): Caller {
  const abort = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort.abort()
  })
  const since = performance.now()
  return {
    requestId: request.id,
    protocol,
    since,
    deadline: since + config.TIMEOUT_MS,
    signal: abort.signal,
  }
}

/** Batch size and queue time in sight of the caller. */
export function addServed(reply: FastifyReply, { batchRows, queueMs, runMs, reasonsMs }: Served): void {
  reply.header('assay-batch-rows', batchRows)
  reply.header('assay-queue-us', Math.round(queueMs * 1000))
  reply.header('assay-model-us', Math.round(runMs * 1000))
  if (reasonsMs !== undefined) reply.header('assay-reasons-us', Math.round(reasonsMs * 1000))
}

/** A request without a body has none of ours either. */
export const bodyOf = (request: FastifyRequest): Uint8Array =>
  (request.body as Uint8Array | null | undefined) ?? emptyBody
