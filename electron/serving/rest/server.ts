/** The REST side: the Open Inference Protocol under /v2, rows under /v1, health, metrics and the API's description. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { admit } from '../guard/admit.ts'
import type { Credentials, Guard } from '../guard/admit.ts'
import { Refusal, asRefusal, statusOf } from '../protocol/refusal.ts'
import type { Services } from '../services.ts'
import { errorFields } from '../watch/log.ts'
import { addProtocol } from './protocol-routes.ts'
import { first } from './request.ts'
import { readBody } from './request-body.ts'
import { addRows } from './row-routes.ts'

const requestIdPattern = /^[\w.:-]{1,100}$/
/** Probes and collectors have no key. Told by the route that answers: a path can be written so that it looks like another. */
const open: ReadonlySet<string | undefined> = new Set([
  '/metrics',
  '/v2/health/live',
  '/v2/health/ready',
  '/v2/models/:name/ready',
  '/v2/models/:name/versions/:version/ready',
])

function errorBody(refusal: Refusal, isProtocol: boolean): object {
  const { message, remedy, code, problems } = refusal
  // The protocol's error object has one field, and clients are generated from it.
  if (isProtocol) return { error: `${message} ${remedy}` }
  return { error: message, code, remedy, ...(problems.length > 0 ? { problems } : {}) }
}

function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  if (refusal.retryAfterSeconds !== null) reply.header('retry-after', Math.ceil(refusal.retryAfterSeconds))
  if (refusal.code.startsWith('auth/')) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(statusOf(refusal.code).http)
    .header('assay-error-code', refusal.code)
    .type('application/json')
    .send(JSON.stringify(errorBody(refusal, request.url.startsWith('/v2'))))
}

/** Fastify's own errors: bodies past the limit, lengths that lie, addresses that do not decode. */
function ofFastify(error: unknown): Refusal | null {
  const { code, message, statusCode } = error as { code?: string; message?: string; statusCode?: number }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new Refusal('request/too-large', 'The body is larger than this server takes.', 'Send fewer rows at once.')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Refusal('request/http', String(message), 'Correct the request.')
  return null
}

/** What is no HTTP, or comes too slowly, is answered in the same shape and hung up on. */
function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') return
  const [status, message] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'The request did not arrive in time.']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'The headers are too large.']
        : ['400 Bad Request', 'This is not HTTP.']
  const body = JSON.stringify({ error: message })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

export function makeRestServer(services: Services, guard: Guard): FastifyInstance {
  const { config, fallback } = services
  const app = fastify({
    logger: false,
    bodyLimit: config.MAX_BODY_BYTES,
    requestTimeout: config.RECEIVE_TIMEOUT_MS,
    // How often Node looks for requests that are too slow; its own 30 s would make a shorter limit meaningless.
    http: { connectionsCheckingInterval: Math.max(100, Math.min(5_000, config.RECEIVE_TIMEOUT_MS / 2)) },
    keepAliveTimeout: 65_000,
    // Requests on open connections are answered while the server drains.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID()
    },
    clientErrorHandler: (error, socket) => onClientError(error, socket as Socket),
    routerOptions: { maxParamLength: 500 },
  })
  app.server.headersTimeout = Math.min(config.RECEIVE_TIMEOUT_MS, 60_000)
  app.server.maxConnections = config.MAX_CONNECTIONS
  // Bytes as they came: the routes read JSON themselves, so that its errors have their own codes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_: FastifyRequest, stream: IncomingMessage) => readBody(stream, config.MAX_BODY_BYTES))
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    try {
      if (!open.has(request.routeOptions.url)) await admit(guard, credentialsOf(request))
      const encoding = request.headers['content-encoding'] ?? 'identity'
      if (encoding !== 'identity')
        throw new Refusal('request/encoding', 'Compressed bodies are not read.', 'Send the body as it is.')
    } catch (error) {
      const refusal = asRefusal(error)
      fallback.refused(
        { requestId: request.id, protocol: request.url.startsWith('/v1/') ? 'row' : 'rest' },
        refusal.code,
      )
      return sendRefusal(request, reply, refusal)
    }
    return undefined
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A connection that stays open would be cut off when the doors close, with the next request on its way.
    if (services.draining) reply.header('connection', 'close')
    done(null, payload)
  })
  app.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof Refusal ? error : (ofFastify(error) ?? asRefusal(error))
    if (refusal.code === 'server/internal')
      fallback.log('error', 'request failed', { request: request.id, ...errorFields(error) })
    return sendRefusal(request, reply, refusal)
  })
  app.setNotFoundHandler((request, reply) =>
    sendRefusal(
      request,
      reply,
      new Refusal(
        'request/not-found',
        `There is no ${request.method} ${request.url.slice(0, 200)}.`,
        'See /openapi.json.',
      ),
    ),
  )
  addHealth(app, services)
  addProtocol(app, services)
  addRows(app, services)
  return app
}

function credentialsOf({ headers, ip }: FastifyRequest): Credentials {
  return { apiKey: first(headers['x-api-key']), authorization: headers.authorization, peer: ip }
}

function addHealth(app: FastifyInstance, services: Services): void {
  app.get('/v2/health/live', async () => ({ live: true }))
  app.get('/v2/health/ready', async (_, reply) => {
    const why = services.whyNotReady()
    return why ? reply.code(503).send({ ready: false, ...why }) : { ready: true }
  })
  app.get('/metrics', async (_, reply) => {
    const { type, text } = await services.metrics()
    return reply.type(type).send(text)
  })
}
