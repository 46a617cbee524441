/** The Open Inference Protocol 2 over REST: each model under its name, and each of its versions. */
import type { FastifyInstance } from 'fastify'
import { readInfer, writeInfer } from '../protocol/rest-body.ts'
import type { Services } from '../services.ts'
import { addServed, bodyOf, callerOf, first } from './request.ts'
import type { Named } from './request.ts'

export function addProtocol(app: FastifyInstance, services: Services): void {
  app.get('/v2', async () => ({
    name: 'assay',
    version: services.fallback.release.manifest.assay,
    extensions: ['binary_tensor_data'],
  }))
  const find = ({ name, version = '' }: Named['Params']) => services.find(name, version)
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get<Named>(path, async ({ params }) => services.describe(find(params)))
    app.get<Named>(`${path}/ready`, async ({ params }, reply) => {
      const service = find(params)
      const ready = service.isReady()
      return reply.code(ready ? 200 : 503).send({ name: service.model.served, ready })
    })
    app.post<Named>(`${path}/infer`, async (request, reply) => {
      const { name, version = '' } = request.params
      const caller = callerOf(services.config, request, reply, 'rest')
      const { answer, served } = await services.answer(name, version, caller, async (service) => {
        const header = first(request.headers['inference-header-content-length'])
        const infer = readInfer(bodyOf(request), header, caller.requestId)
        const done = await service.infer(infer, { ...caller, requestId: infer.id })
        return { answer: writeInfer(service.model, infer, done.outputs), served: done.served }
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
