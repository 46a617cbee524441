/** Names that the objects of a release kit use for one another resolve in every overlay. */
import { describe, expect, it } from 'vitest'
import { build, overlays, whyNoKubectl, withKit } from '../../support/kit.ts'
import type { KubernetesObject, ObjectOf } from '../../support/kit-objects.ts'
import { podsOf } from '../../support/kit-schemas.ts'
import { files, one } from './churn-kit.ts'

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
