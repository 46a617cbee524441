/** How the objects are put together: a base, optional parts, and an overlay for each place. */
import { imagePlaceholder, metadata } from './plan.ts'
import type { Plan } from './plan.ts'
import { settings } from './workload.ts'

interface Patch {
  readonly target: { readonly kind: string; readonly name: string }
  /** A JSON patch (RFC 6902), as text. */
  readonly patch: string
}

export interface Kustomization {
  readonly apiVersion: 'kustomize.config.k8s.io/v1beta1' | 'kustomize.config.k8s.io/v1alpha1'
  readonly kind: 'Kustomization' | 'Component'
  readonly namespace?: string
  readonly resources?: readonly string[]
  readonly components?: readonly string[]
  readonly configMapGenerator?: readonly object[]
  readonly images?: readonly object[]
  readonly patches?: readonly Patch[]
}

const root = (more: Omit<Kustomization, 'apiVersion' | 'kind'>): Kustomization => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  ...more,
})

const component = (more: Omit<Kustomization, 'apiVersion' | 'kind'>): Kustomization => ({
  apiVersion: 'kustomize.config.k8s.io/v1alpha1',
  kind: 'Component',
  ...more,
})

const patch = (kind: string, name: string, operations: readonly object[]): Patch => ({
  target: { kind, name },
  patch: JSON.stringify(operations),
})

/** The one place where the image's name and digest stand. */
export function imageComponent({ facts }: Plan): Kustomization {
  const { repository, tag, digest } = facts.image
  return component({
    images: [{ name: imagePlaceholder, newName: repository, ...(digest === null ? { newTag: tag } : { digest }) }],
  })
}

export function base(plan: Plan, resources: readonly string[]): Kustomization {
  return root({
    resources,
    components: ['../components/image'],
    configMapGenerator: [
      {
        name: `${plan.name}-settings`,
        literals: Object.entries(settings(plan)).map(([name, value]) => `${name}=${value}`),
        options: { labels: metadata(plan).labels },
      },
    ],
  })
}

export const gatewayComponent = (resources: readonly string[]): Kustomization => component({ resources })

export function monitoringComponent(plan: Plan, resources: readonly string[]): Kustomization {
  return component({
    resources,
    configMapGenerator: [
      {
        name: `${plan.name}-dashboard`,
        files: ['dashboard.json'],
        // Grafana's sidecar looks for this label; a name that changes would leave the old dashboard behind.
        options: {
          disableNameSuffixHash: true,
          labels: { ...metadata(plan, '', 'dashboard').labels, grafana_dashboard: '1' },
        },
      },
    ],
  })
}

/** One pod, up to two, in a namespace of its own; a mistake there costs nothing. */
export function staging(plan: Plan): Kustomization {
  return root({
    namespace: `${plan.facts.place.namespace}-staging`,
    resources: ['../../base'],
    patches: [
      patch('HorizontalPodAutoscaler', plan.name, [
        { op: 'replace', path: '/spec/minReplicas', value: 1 },
        { op: 'replace', path: '/spec/maxReplicas', value: 2 },
      ]),
    ],
  })
}

export function production(plan: Plan): Kustomization {
  return root({
    namespace: plan.facts.place.namespace,
    resources: ['../../base'],
    components: ['../../components/monitoring', '../../components/gateway'],
  })
}

/** The routes weigh two Services, and the autoscaler moves the Rollout. */
export function canary(plan: Plan, resources: readonly string[]): Kustomization {
  const { name } = plan
  const both = (port: number) => [
    { name, port, weight: 100 },
    { name: `${name}-canary`, port, weight: 0 },
  ]
  const weigh = (port: number) => [{ op: 'replace', path: '/spec/rules/0/backendRefs', value: both(port) }]
  return root({
    namespace: plan.facts.place.namespace,
    resources: ['../production', ...resources],
    patches: [
      patch('HTTPRoute', name, weigh(8080)),
      patch('GRPCRoute', name, weigh(8081)),
      patch('HorizontalPodAutoscaler', name, [
        {
          op: 'replace',
          path: '/spec/scaleTargetRef',
          value: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name },
        },
      ]),
      // The Rollout makes the pods.
      patch('Deployment', name, [{ op: 'add', path: '/spec/replicas', value: 0 }]),
    ],
  })
}

export function kserve(plan: Plan, resources: readonly string[]): Kustomization {
  return root({ namespace: plan.facts.place.namespace, resources, components: ['../components/image'] })
}

export function batchBase(resources: readonly string[]): Kustomization {
  return root({ resources })
}

export function batchOverlay(plan: Plan, resources: readonly string[]): Kustomization {
  return root({
    namespace: plan.facts.place.namespace,
    resources: ['../base', ...resources],
    components: ['../../components/image'],
  })
}
