/** A release kit holds together: schemas, references, queries, alerts, whatever the names in it. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { AnalysisTemplate, Rollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1'
import { GRPCRoute, HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1'
import { PrometheusRule, ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { CronJob } from 'kubernetes-models/batch/v1/CronJob'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Pod } from 'kubernetes-models/v1/Pod'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../electron/serving/config.ts'
import { grpcHost, kitPlace, resourceName } from '../../../shared/release-kit/names.ts'
import { releaseKit } from '../../../shared/release-kit/release-kit.ts'
import { parsePolicy } from '../../../electron/engine/approval/policies.ts'
import {
  build,
  hostileNames,
  kitFacts,
  objectsOf,
  overlays,
  queriesOf,
  readDocuments,
  readQuery,
  whyNoKubectl,
  whyNoPromtool,
  withKit,
} from '../../support/kit.ts'
import type { Kind, KubernetesObject, ObjectOf, PodTemplate } from '../../support/kit-objects.ts'
import { unknownKeys } from '../../support/kit-types.ts'

const models: Readonly<Record<string, new (data: never) => { validate(): void }>> = {
  AnalysisTemplate,
  ConfigMap,
  CronJob,
  Deployment,
  GRPCRoute,
  HTTPRoute,
  HorizontalPodAutoscaler,
  Job,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PrometheusRule,
  Rollout,
  Service,
  ServiceAccount,
  ServiceMonitor,
}
/** Objects of which no package has the schema: their pods are validated, and their keys by kit-types.ts. */
const own = ['InferenceService', 'BackendTrafficPolicy']

function podsOf(object: KubernetesObject): PodTemplate[] {
  switch (object.kind) {
    case 'Deployment':
    case 'Job':
      return [object.spec.template]
    case 'CronJob':
      return [object.spec.jobTemplate.spec.template]
    case 'InferenceService': {
      const { minReplicas: _, maxReplicas: _1, scaleMetric: _2, scaleTarget: _3, ...spec } = object.spec.predictor
      return [{ metadata: {}, spec }]
    }
    default:
      return []
  }
}

function validate(object: KubernetesObject): void {
  const Model = models[object.kind]
  if (Model) new Model(object as never).validate()
  else expect(own).toContain(object.kind)
  for (const { spec } of podsOf(object)) new Pod({ spec } as never).validate()
}

const policy = (name: string) =>
  parsePolicy(`assay: policy/1
name: Churn release
risk_tier: low
objective: { business: Test, measure: metrics.roc_auc, target: { at_least: 0.8 } }
deployment:
  kind: canary
  limits:
    - { id: errors, measure: error_rate, at_most: 0.005, reason: ${JSON.stringify(name)} }
    - { id: latency, measure: latency_p99_ms, at_most: 40 }
    - { id: latency-mid, measure: latency_p50_ms, at_most: 10 }
gates:
  - { id: ranking, path: metrics.roc_auc, at_least: 0.85 }
  - { id: drift-all, path: "sections.drift.columns[*].psi", at_most: 0.2 }
  - { id: drift-one, path: ${JSON.stringify(`sections.drift.columns[name=${JSON.stringify(name)}].psi`)}, at_most: 0.1 }
  - { id: speed, path: run.rowsPerSecond, at_least: 1000 }
  - { id: rows, path: rows.used, at_least: 10 }
`).policy

const facts = kitFacts('Churn model', { policy: policy('age') })
const files = releaseKit(facts)
const objects = objectsOf(files)
const one = <K extends Kind>(kind: K, from: readonly KubernetesObject[] = objects): ObjectOf<K> => {
  const found = from.filter((object): object is Extract<KubernetesObject, ObjectOf<K>> => object.kind === kind)
  expect(found.length).toBe(1)
  return found[0]!
}

describe('objects', () => {
  it('validate against the schemas of their projects', () => {
    expect(objects.length).toBeGreaterThan(20)
    for (const object of objects) validate(object)
    // The validators can fail.
    expect(() => validate({ ...one('HorizontalPodAutoscaler'), spec: { maxReplicas: 'ten' } } as never)).toThrow()
    expect(() =>
      validate({ ...one('Rollout'), spec: { strategy: { canary: { steps: [{ setWeight: 'x' }] } } } } as never),
    ).toThrow()
  })

  it('have no key that their types do not know', () => {
    expect(unknownKeys(objects)).toEqual([])
    const { spec, ...rest } = one('Deployment')
    const wrong = { ...rest, spec: { ...spec, template: { spec: { ...spec.template.spec, serviceAcountName: 'x' } } } }
    expect(unknownKeys([wrong]).join()).toContain('serviceAcountName')
  })

  it('are the same bytes from the same facts', () => {
    expect(releaseKit(facts)).toEqual(files)
  })

  it('run without rights: not root, no privilege, nothing to write to, no token', () => {
    const pods = objects.flatMap(podsOf)
    expect(pods.length).toBe(5)
    for (const { spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false)
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const { securityContext, resources } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          privileged: false,
          capabilities: { drop: ['ALL'] },
        })
        expect(Object.keys(resources.limits)).toEqual(['cpu', 'memory', 'ephemeral-storage'])
      }
    }
    for (const object of objects)
      if (object.kind === 'ServiceAccount') expect(object.automountServiceAccountToken).toBe(false)
  })

  it('ask for the memory that was measured and a quarter more', () => {
    const [container] = one('Deployment').spec.template.spec.containers
    expect(container!.resources.requests['memory']).toBe('256Mi')
    expect(container!.resources.limits['memory']).toBe('512Mi')
    expect(one('BackendTrafficPolicy').spec.rateLimit.local.rules).toEqual([
      { limit: { requests: 5000, unit: 'Second' } },
    ])
  })
})

describe('the settings', () => {
  const settings = (): Record<string, string> => {
    const [kustomization] = readDocuments(files.find(({ path }) => path === 'base/kustomization.yaml')!.text) as {
      configMapGenerator: { literals: string[] }[]
    }[]
    return Object.fromEntries(
      kustomization!.configMapGenerator[0]!.literals.map((literal) => literal.split(/=(.*)/s).slice(0, 2)),
    )
  }

  it('are settings of the server, and give it the time to drain that the pod has', () => {
    const given = settings()
    const config = readConfig({
      ...given,
      ASSAY_API_KEYS_FILE: '',
      ASSAY_API_KEYS: `a:${'0'.repeat(64)}`,
      ASSAY_HOST: '0.0.0.0',
    })
    for (const name of Object.keys(given)) expect(Object.keys(config)).toContain(name.replace('ASSAY_', ''))
    expect(config.TRUSTED_APPROVERS).toEqual(['1'.repeat(64)])
    expect(config.TRUSTED_RELEASERS).toEqual(['2'.repeat(64)])
    const pod = one('Deployment').spec.template.spec
    const drain = (config.DRAIN_DELAY_MS + config.DRAIN_TIMEOUT_MS) / 1000
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drain)
    // Not ready must be seen while it still answers.
    const { periodSeconds, failureThreshold } = pod.containers[0]!.readinessProbe
    expect(config.DRAIN_DELAY_MS / 1000).toBeGreaterThan(periodSeconds * failureThreshold)
  })
})

describe('limits', () => {
  const index = JSON.parse(files.find(({ path }) => path === 'kit.json')!.text)

  it('come from the approved gates that production can measure; the others are named with the reason', () => {
    expect(
      index.limits.map(({ id, measure, atMost, column, source }: Record<string, unknown>) => [
        id,
        measure,
        atMost,
        column,
        source,
      ]),
    ).toEqual([
      ['errors', 'error_rate', 0.005, null, 'approved production limit'],
      ['latency', 'latency_p99_ms', 40, null, 'approved production limit'],
      ['latency-mid', 'latency_p50_ms', 10, null, 'approved production limit'],
      ['drift-all', 'input_psi', 0.2, null, 'approved gate'],
      ['drift-one', 'input_psi', 0.1, 'age', 'approved gate'],
    ])
    const reasons = Object.fromEntries(
      index.notMeasurable.map((entry: { gate: string; reason: string }) => [entry.gate, entry.reason]),
    )
    expect(Object.keys(reasons)).toEqual(['objective', 'ranking', 'speed', 'rows'])
    expect(reasons['ranking']).toContain('labels')
    expect(reasons['speed']).toContain('batches')
  })

  it('are proposed, and say so, where the policy has none', () => {
    const { limits } = JSON.parse(releaseKit(kitFacts()).find(({ path }) => path === 'kit.json')!.text)
    expect(limits.map(({ id, atMost, source }: Record<string, unknown>) => [id, atMost, source])).toEqual([
      ['proposed-error-rate', 0.01, 'proposed'],
      ['proposed-latency-p99', 50, 'proposed'],
      ['proposed-drift', 0.25, 'proposed'],
    ])
  })

  it('roll a canary back by their own ids and numbers, and wait where there is too little traffic', () => {
    const { metrics } = one('AnalysisTemplate').spec
    expect(metrics.map(({ name }) => name)).toEqual(['errors', 'latency', 'latency-mid', 'drift-all', 'drift-one'])
    for (const metric of metrics) {
      const { atMost } = index.limits.find(({ id }: { id: string }) => id === metric.name)
      expect(metric.failureCondition).toBe(`len(result) > 0 && result[0] > ${atMost}`)
      expect(metric.successCondition).toBe(`len(result) > 0 && result[0] <= ${atMost}`)
      expect(metric.provider.prometheus.query).toContain('rollouts_pod_template_hash="{{args.canary-hash}}"')
    }
    // Rule of three: 3 / 0.005.
    expect(metrics[0]!.provider.prometheus.query).toContain('>= 600')
    expect(metrics[1]!.provider.prometheus.query).toContain('>= 500')
  })

  it('are sought only among the canary’s pods, whose label the ServiceMonitor carries over', () => {
    expect(one('ServiceMonitor').spec.podTargetLabels).toEqual(['rollouts-pod-template-hash'])
  })
})

describe('routes', () => {
  it('of HTTP and gRPC have names of their own: of two with one name a gateway rejects one', () => {
    expect([one('HTTPRoute').spec.hostnames, one('GRPCRoute').spec.hostnames]).toEqual([
      ['churn.example.com'],
      ['grpc-churn.example.com'],
    ])
    const long = `${'a'.repeat(63)}.example.com`
    expect(grpcHost(long)).toBe(`grpc.${long}`)
    expect(kitPlace({ host: grpcHost(long) }, 'churn').host).toBe(`grpc.${long}`)
  })
})

describe('references', () => {
  it.skipIf(whyNoKubectl !== null)('of every overlay resolve', () => {
    withKit(files, (folder) => {
      for (const overlay of overlays) checkReferences(build(folder, overlay), overlay)
    })
  })

  it.skipIf(whyNoKubectl !== null)('of images all carry the digest of the release', () => {
    withKit(files, (folder) => {
      for (const overlay of overlays)
        for (const { spec } of build(folder, overlay).flatMap(podsOf))
          for (const { image } of spec.containers)
            expect(image).toBe(`registry.example.com/team/churn-model@sha256:${'f'.repeat(64)}`)
    })
  })
  if (whyNoKubectl) console.warn(`skipped: ${whyNoKubectl}`)
})

const expected = { Secret: ['churn-model-api-keys'] }

/** Names that objects use for one another, by kind. */
function checkReferences(built: readonly KubernetesObject[], overlay: string): void {
  const has = (kind: string, name: string) =>
    built.some((object) => object.kind === kind && object.metadata.name === name) ||
    (expected as Record<string, string[]>)[kind]?.includes(name)
  const need = (kind: string, name: string) => expect(has(kind, name), `${overlay}: ${kind} ${name}`).toBe(true)
  const namespaces = new Set(built.map((object) => object.metadata.namespace))
  expect([...namespaces]).toEqual([overlay.endsWith('staging') ? 'models-staging' : 'models'])
  const templates = built.flatMap(podsOf)
  const matching = (labels: Record<string, string>) =>
    templates.filter(({ metadata }) => Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value))
  const portOf = (labels: Readonly<Record<string, string>>, name: string | number) =>
    matching(labels).every(({ spec }) =>
      spec.containers.some(({ ports = [] }) => ports.some((port) => port.name === name)),
    )
  for (const object of built) {
    for (const { spec: pod } of podsOf(object)) {
      need('ServiceAccount', pod.serviceAccountName)
      const volumes = new Set(pod.volumes.map(({ name }) => name))
      for (const { secret, persistentVolumeClaim } of pod.volumes) {
        if (secret) need('Secret', secret.secretName)
        if (persistentVolumeClaim) need('PersistentVolumeClaim', persistentVolumeClaim.claimName)
      }
      for (const { volumeMounts, envFrom = [] } of pod.containers) {
        for (const { name } of volumeMounts) expect(volumes.has(name)).toBe(true)
        for (const { configMapRef } of envFrom) need('ConfigMap', configMapRef.name)
      }
    }
    if (object.kind === 'Deployment') expect(matching(object.spec.selector.matchLabels).length).toBe(1)
    if (object.kind === 'Service') {
      expect(matching(object.spec.selector).length, object.metadata.name).toBe(1)
      for (const { targetPort } of object.spec.ports) expect(portOf(object.spec.selector, targetPort)).toBe(true)
    }
    if (object.kind === 'PodDisruptionBudget') expect(matching(object.spec.selector.matchLabels).length).toBe(1)
    if (object.kind === 'NetworkPolicy') {
      expect(matching(object.spec.podSelector.matchLabels).length).toBeGreaterThan(0)
      for (const { ports } of object.spec.ingress)
        for (const { port } of ports) expect(portOf(object.spec.podSelector.matchLabels, port)).toBe(true)
      expect(object.spec.egress).toEqual([])
    }
    if (object.kind === 'ServiceMonitor') {
      const services = built.filter(
        (entry): entry is ObjectOf<'Service'> =>
          entry.kind === 'Service' &&
          Object.entries(object.spec.selector.matchLabels).every(
            ([key, value]) => entry.metadata.labels?.[key] === value,
          ),
      )
      expect(services.map(({ metadata }) => metadata.name)).toEqual(['churn-model-metrics'])
      expect(services[0]!.spec.ports.map(({ name }) => name)).toContain(object.spec.endpoints[0]!.port)
    }
    if (object.kind === 'HTTPRoute' || object.kind === 'GRPCRoute')
      for (const { name, port } of object.spec.rules.flatMap((rule) => [...rule.backendRefs])) {
        need('Service', name)
        const service = built.find((entry) => entry.kind === 'Service' && entry.metadata.name === name)
        expect(service?.kind === 'Service' && service.spec.ports.map((entry) => entry.port)).toContain(port)
      }
    if (object.kind === 'BackendTrafficPolicy')
      for (const target of object.spec.targetRefs) need(target.kind, target.name)
    if (object.kind === 'HorizontalPodAutoscaler')
      need(object.spec.scaleTargetRef.kind, object.spec.scaleTargetRef.name)
    if (object.kind === 'Rollout') {
      const { canary } = object.spec.strategy
      need(object.spec.workloadRef.kind, object.spec.workloadRef.name)
      for (const name of [canary.stableService, canary.canaryService]) need('Service', name)
      const plugin = (canary.trafficRouting.plugins as Record<string, unknown>)['argoproj-labs/gatewayAPI'] as Record<
        'httpRoutes' | 'grpcRoutes',
        { name: string }[]
      >
      for (const { name } of plugin.httpRoutes) need('HTTPRoute', name)
      for (const { name } of plugin.grpcRoutes) need('GRPCRoute', name)
      for (const { templateName } of canary.analysis.templates) need('AnalysisTemplate', templateName)
      const template = one('AnalysisTemplate', built)
      const args = new Set(canary.analysis.args.map(({ name }) => name))
      for (const arg of template.spec.args) expect(arg.value !== undefined || args.has(arg.name)).toBe(true)
      expect(one('Deployment', built).spec.replicas).toBe(0)
    }
  }
}

describe('names', () => {
  it.each(hostileNames)('%j changes nothing but the texts that it stands in', (name) => {
    const made = releaseKit(kitFacts(name, { policy: policy(name) }))
    const found = objectsOf(made)
    for (const object of found) validate(object)
    expect(found.map(({ kind }) => kind)).toEqual(objects.map(({ kind }) => kind))
    for (const { kind, metadata } of found) {
      expect(metadata.name).toMatch(/^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$/)
      for (const value of Object.values(metadata.labels ?? {}))
        expect(value).toMatch(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/)
      if (kind === 'Deployment') expect(metadata.annotations!['assay.dev/model']).toBe(name)
    }
    for (const { query } of queriesOf(made)) readQuery(query)
    // Nothing but Assay's own arguments is filled in by Argo.
    const { metrics } = one('AnalysisTemplate', found).spec
    for (const { provider } of metrics)
      for (const [argument] of provider.prometheus.query.matchAll(/\{\{[^}]*\}\}/g))
        expect(['{{args.namespace}}', '{{args.canary-hash}}']).toContain(argument)
    const readme = made.find(({ path }) => path === 'README.md')!.text
    expect(readme.split('\n').filter((line) => line.startsWith('# ')).length).toBe(1)
  })

  it.skipIf(whyNoKubectl !== null)(
    'come out of kustomize as they went in',
    () => {
      for (const name of hostileNames.slice(1)) {
        withKit(releaseKit(kitFacts(name, { policy: policy(name) })), (folder) => {
          const built = build(folder, 'overlays/canary')
          expect(built.length).toBe(17)
          expect(one('Deployment', built).metadata.annotations!['assay.dev/model']).toBe(name)
          for (const object of built) validate(object)
        })
      }
    },
    60_000,
  )

  it('are labels with room for endings, and differ where they were cut', () => {
    expect(resourceName('churn')).toBe('churn')
    expect(resourceName('2024-model')).toBe('m-2024-model')
    const [a, b] = [resourceName('x'.repeat(63)), resourceName(`${'x'.repeat(62)}y`)]
    expect(a).not.toBe(b)
    expect(a.length).toBe(40)
  })

  it('of places are refused where Kubernetes would refuse them', () => {
    const place = (given: object) => () => kitPlace(given, 'churn')
    expect(kitPlace({}, 'churn')).toEqual({ namespace: 'models', host: 'churn.example.com', registry: null })
    expect(kitPlace({ registry: 'localhost:5000/a/b' }, 'churn').registry).toBe('localhost:5000/a/b')
    for (const namespace of ['Models', 'a_b', '-a', 'a: b', ''])
      expect(place({ namespace })).toThrow(expect.objectContaining({ code: 'usage/namespace' }))
    for (const registry of ['http://x', 'a b', 'X/y', 'x/', 'x:tag/y', 'x@sha256:0'])
      expect(place({ registry })).toThrow(expect.objectContaining({ code: 'usage/registry' }))
    for (const host of ['a..b', 'A.b', '*.b', 'a/b'])
      expect(place({ host })).toThrow(expect.objectContaining({ code: 'usage/host' }))
  })
})

describe('the dashboard', () => {
  const { panels, templating } = JSON.parse(files.find(({ path }) => path.endsWith('dashboard.json'))!.text)

  it('has panels with queries that parse, in places that do not overlap', () => {
    const taken = new Set<string>()
    const variables = templating.list.map(({ name }: { name: string }) => name)
    for (const { title, targets, gridPos, datasource, id } of panels) {
      expect(targets.length, title).toBeGreaterThan(0)
      expect(datasource.uid).toBe('${datasource}')
      for (const { expr } of targets) {
        readQuery(expr)
        for (const [, variable] of expr.matchAll(/\$(\w+)/g))
          expect([...variables, '__rate_interval']).toContain(variable)
      }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        expect(taken.has(`${x} ${gridPos.y}`), title).toBe(false)
        taken.add(`${x} ${gridPos.y}`)
      }
      expect(id).toBeGreaterThan(0)
    }
    expect(new Set(panels.map(({ id }: { id: number }) => id)).size).toBe(panels.length)
    expect(() => readQuery('sum by (rate(x[5m])')).toThrow('not PromQL')
  })
})

describe('alerts', () => {
  it.skipIf(whyNoPromtool !== null)('are raised by their own traffic, and by no server that is well', () => {
    for (const made of [files, releaseKit(kitFacts())])
      withKit(made, (folder) => {
        const where = join(folder, 'components/monitoring')
        expect(spawnSync('promtool', ['check', 'rules', 'alerts.rules.yaml'], { cwd: where }).status).toBe(0)
        const run = () => spawnSync('promtool', ['test', 'rules', 'alerts.test.yaml'], { cwd: where, encoding: 'utf8' })
        const { status, stdout, stderr } = run()
        expect(status, stdout + stderr).toBe(0)
      })
  })
  it.skipIf(whyNoPromtool !== null)('of every hostile name are rules that Prometheus loads', () => {
    for (const name of hostileNames)
      withKit(releaseKit(kitFacts(name, { policy: policy(name) })), (folder) => {
        const rules = join(folder, 'components/monitoring/alerts.rules.yaml')
        const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' })
        expect(status, stdout + stderr).toBe(0)
        expect(stdout).toMatch(/SUCCESS: \d+ rules found/)
      })
  })
  if (whyNoPromtool) console.warn(`skipped: ${whyNoPromtool}`)

  it('of the file for promtool are those of the operator’s object', () => {
    const plain = readDocuments(files.find(({ path }) => path.endsWith('alerts.rules.yaml'))!.text)[0]
    expect(plain).toEqual({ groups: one('PrometheusRule').spec.groups })
  })
})
