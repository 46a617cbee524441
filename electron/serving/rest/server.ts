/** The REST side: the Open Inference Protocol under /v2, rows under /v1, health, metrics and the API's description. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { openApi } from '../../../shared/serving/openapi.ts'
import { admit } from '../guard/admit.ts'
import type { Credentials, Guard } from '../guard/admit.ts'
import { protocolShape } from '../protocol/infer.ts'
import { Refusal, asRefusal, statusOf } from '../protocol/refusal.ts'
import { parseJson, readInfer, writeInfer } from '../protocol/rest-body.ts'
import { datatypeOf } from '../protocol/tensor.ts'
import type { Caller, Served, Service } from '../service.ts'
import { errorFields } from '../watch/log.ts'
import { readPredict } from './predict-body.ts'
import { emptyBody, readBody } from './request-body.ts'

const requestIdPattern = /^[\w.:-]{1,100}$/
/** Probes and collectors have no key. */
const open = /^\/(metrics|v2\/health\/(live|ready)|v2\/models\/[^/]+(\/versions\/[^/]+)?\/ready)$/

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

export function makeRestServer(service: Service, guard: Guard): FastifyInstance {
  const { config } = service
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
    const path = request.url.split('?')[0]!
    try {
      if (!open.test(path)) await admit(guard, credentialsOf(request))
      const encoding = request.headers['content-encoding'] ?? 'identity'
      if (encoding !== 'identity')
        throw new Refusal('request/encoding', 'Compressed bodies are not read.', 'Send the body as it is.')
    } catch (error) {
      const refusal = asRefusal(error)
      service.refused({ requestId: request.id, protocol: path === '/v1/predict' ? 'row' : 'rest' }, refusal.code)
      return sendRefusal(request, reply, refusal)
    }
    return undefined
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A connection that stays open would be cut off when the doors close, with the next request on its way.
    if (service.draining) reply.header('connection', 'close')
    done(null, payload)
  })
  app.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof Refusal ? error : (ofFastify(error) ?? asRefusal(error))
    if (refusal.code === 'server/internal')
      service.log('error', 'request failed', { request: request.id, ...errorFields(error) })
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
  addHealth(app, service)
  addProtocol(app, service)
  addRows(app, service)
  return app
}

function credentialsOf({ headers, ip }: FastifyRequest): Credentials {
  return { apiKey: first(headers['x-api-key']), authorization: headers.authorization, peer: ip }
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

function callerOf(
  service: Service,
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
    deadline: since + service.config.TIMEOUT_MS,
    signal: abort.signal,
  }
}

/** Batch size and queue time in sight of the caller. */
function addServed(reply: FastifyReply, { batchRows, queueMs, runMs, reasonsMs }: Served): void {
  reply.header('assay-batch-rows', batchRows)
  reply.header('assay-queue-us', Math.round(queueMs * 1000))
  reply.header('assay-model-us', Math.round(runMs * 1000))
  if (reasonsMs !== undefined) reply.header('assay-reasons-us', Math.round(reasonsMs * 1000))
}

/** A request without a body has none of ours either. */
const bodyOf = (request: FastifyRequest): Uint8Array => (request.body as Uint8Array | null | undefined) ?? emptyBody

function addHealth(app: FastifyInstance, service: Service): void {
  app.get('/v2/health/live', async () => ({ live: true }))
  app.get('/v2/health/ready', async (_, reply) => {
    const why = service.whyNotReady()
    return why ? reply.code(503).send({ ready: false, ...why }) : { ready: true }
  })
  app.get('/metrics', async (_, reply) =>
    reply.type(service.metrics.registry.contentType).send(await service.metrics.registry.metrics()),
  )
}

interface Named {
  Params: { name: string; version?: string }
}

function addProtocol(app: FastifyInstance, service: Service): void {
  const { model } = service.release.manifest
  app.get('/v2', async () => ({
    name: 'assay',
    version: service.release.manifest.assay,
    extensions: ['binary_tensor_data'],
  }))
  const check = (request: FastifyRequest<Named>) => service.checkName(request.params.name, request.params.version ?? '')
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get<Named>(path, async (request) => {
      check(request)
      const described = (list: Service['model']['inputs']) =>
        list.map(({ name, type, shape }) => ({
          name,
          datatype: datatypeOf(type)?.name ?? type,
          shape: protocolShape(shape),
        }))
      return {
        name: model.served,
        versions: [String(model.version)],
        platform: 'onnx_onnxv1',
        inputs: described(service.model.inputs),
        outputs: described(service.model.outputs),
      }
    })
    app.get<Named>(`${path}/ready`, async (request, reply) => {
      check(request)
      const ready = service.isReady()
      return reply.code(ready ? 200 : 503).send({ name: model.served, ready })
    })
    app.post<Named>(`${path}/infer`, async (request, reply) => {
      const caller = callerOf(service, request, reply, 'rest')
      const { answer, served } = await service.answer(caller, async () => {
        check(request)
        const header = first(request.headers['inference-header-content-length'])
        const infer = readInfer(bodyOf(request), header, caller.requestId)
        const done = await service.infer(infer, { ...caller, requestId: infer.id })
        const written = writeInfer(model, infer, done.outputs)
        return { answer: written, served: done.served }
      })
      addServed(reply, served)
      if (answer.headerLength === null) return reply.type('application/json').send(answer.body)
      return reply
        .type('application/octet-stream')
        .header('inference-header-content-length', answer.headerLength)
        .send(answer.body)
    })
  }
}

function addRows(app: FastifyInstance, service: Service): void {
  const { manifest, golden, approval, reasons } = service.release
  app.get('/openapi.json', async () => openApi(manifest, reasons, golden[0]?.inputs ?? null))
  app.get('/v1/release', async () => ({
    model: manifest.model,
    target: manifest.target,
    threshold: manifest.threshold,
    evidence: manifest.evidence,
    approval: { ...manifest.approval, conditions: approval.statements.flatMap((statement) => statement.conditions) },
    manifestSha256: service.release.manifestSha256,
  }))
  app.post('/v1/predict', async (request, reply) => {
    const caller = callerOf(service, request, reply, 'row')
    const { predictions, served } = await service.answer(caller, async () => {
      const asked = readPredict(parseJson(bodyOf(request)), manifest.inputs)
      return service.predict(asked.rows, asked.reasons, caller)
    })
    addServed(reply, served)
    return reply.type('application/json').send(
      JSON.stringify({
        model: manifest.model.served,
        version: String(manifest.model.version),
        id: request.id,
        predictions,
      }),
    )
  })
}
