/** The row API: named raw columns in, predictions out, and what describes it. */
import type { FastifyInstance } from 'fastify'
import { openApi } from '../../../shared/serving/openapi.ts'
import { parseJson } from '../protocol/rest-body.ts'
import type { Service } from '../service.ts'
import type { Services } from '../services.ts'
import { readPredict } from './predict-body.ts'
import { addServed, bodyOf, callerOf } from './request.ts'
import type { Named } from './request.ts'

function releaseFacts({ release }: Service): object {
  const { manifest, approval, manifestSha256 } = release
  return {
    model: manifest.model,
    target: manifest.target,
    threshold: manifest.threshold,
    evidence: manifest.evidence,
    approval: { ...manifest.approval, conditions: approval.statements.flatMap((statement) => statement.conditions) },
    manifestSha256,
  }
}

/** @param path of the predictions that it describes */
function describe({ release }: Service, path: string): object {
  return openApi(release.manifest, release.reasons, release.golden[0]?.inputs ?? null, path)
}

export function addRows(app: FastifyInstance, services: Services): void {
  const { fallback, config } = services
  /** A path without a model is the fallback's. */
  const named = ({ name = fallback.model.served, version = '' }: Partial<Named['Params']>) => [name, version] as const
  app.get('/openapi.json', async () => describe(fallback, '/v1/predict'))
  for (const path of ['/v1', '/v1/models/:name', '/v1/models/:name/versions/:version']) {
    app.get<Named>(`${path}/release`, async ({ params }) => releaseFacts(services.find(...named(params))))
    if (path !== '/v1')
      app.get<Named>(`${path}/openapi.json`, async ({ params, url }) =>
        describe(services.find(...named(params)), url.replace(/openapi\.json.*$/, 'predict')),
      )
    app.post<Named>(`${path}/predict`, async (request, reply) => {
      const caller = callerOf(config, request, reply, 'row')
      const { predictions, model, served } = await services.answer(
        ...named(request.params),
        caller,
        async (service) => {
          const asked = readPredict(parseJson(bodyOf(request)), service.release.manifest.inputs)
          return { ...(await service.predict(asked.rows, asked.reasons, caller)), model: service.model }
        },
      )
      addServed(reply, served)
      const answer = { model: model.served, version: String(model.version), id: request.id, predictions }
      return reply.type('application/json').send(JSON.stringify(answer))
    })
  }
}
