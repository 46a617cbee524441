/** How requests reach the pods, and who may send them. */
import type { IGRPCRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/GRPCRoute'
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IService } from 'kubernetes-models/v1/Service'
import { grpcHost } from './names.ts'
import { metadata, ports } from './plan.ts'
import type { Plan } from './plan.ts'

/** Namespaces of the cluster's own parts; their defaults are those of the projects. */
export const neighbours = { gateway: 'envoy-gateway-system', monitoring: 'monitoring', gatewayName: 'gateway' } as const

function service(plan: Plan, ending: string): IService {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(plan, ending),
    spec: {
      type: 'ClusterIP',
      selector: plan.selector,
      ports: [
        { name: 'http', port: ports.http, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
        { name: 'grpc', port: ports.grpc, targetPort: 'grpc', protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
      ],
    },
  }
}

export const stableService = (plan: Plan): IService => service(plan, '')
export const canaryService = (plan: Plan): IService => service(plan, '-canary')

/** For Prometheus alone: every pod by itself, canaries too, and ones that are not ready. */
export function metricsService(plan: Plan): IService {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(plan, '-metrics', 'metrics'),
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: plan.selector,
      ports: [{ name: 'metrics', port: ports.http, targetPort: 'http', protocol: 'TCP' }],
    },
  }
}

const from = (namespace: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
})

/** In: the gateway, and Prometheus to the port of the metrics. Out: nothing, for the server calls nobody. */
export function networkPolicy(plan: Plan): INetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(plan),
    spec: {
      podSelector: { matchLabels: plan.selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [from(neighbours.gateway)],
          ports: [
            { port: 'http', protocol: 'TCP' },
            { port: 'grpc', protocol: 'TCP' },
          ],
        },
        { from: [from(neighbours.monitoring)], ports: [{ port: 'http', protocol: 'TCP' }] },
      ],
      egress: [],
    },
  }
}

const parents = (): { name: string; namespace: string }[] => [
  { name: neighbours.gatewayName, namespace: neighbours.gateway },
]

/** /metrics stays inside. A request may take as long as the server gives it, and a little for the way. */
export function httpRoute(plan: Plan): IHTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata(plan),
    spec: {
      parentRefs: parents(),
      hostnames: [plan.facts.place.host],
      rules: [
        {
          matches: plan.serves.map((value) => ({ path: { type: 'PathPrefix', value } })),
          timeouts: { request: '15s', backendRequest: '12s' },
          backendRefs: [{ name: plan.name, port: ports.http }],
        },
      ],
    },
  }
}

export function grpcRoute(plan: Plan): IGRPCRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GRPCRoute',
    metadata: metadata(plan),
    spec: {
      parentRefs: parents(),
      hostnames: [grpcHost(plan.facts.place.host)],
      rules: [
        {
          matches: [{ method: { type: 'Exact', service: 'inference.GRPCInferenceService' } }],
          backendRefs: [{ name: plan.name, port: ports.grpc }],
        },
      ],
    },
  }
}

/** The parts of Envoy Gateway's policy that the kit uses; no package has types of it. */
export interface BackendTrafficPolicy {
  readonly apiVersion: 'gateway.envoyproxy.io/v1alpha1'
  readonly kind: 'BackendTrafficPolicy'
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly spec: {
    readonly targetRefs: readonly { readonly group: string; readonly kind: string; readonly name: string }[]
    readonly rateLimit: {
      readonly type: 'Local'
      readonly local: {
        readonly rules: readonly { readonly limit: { readonly requests: number; readonly unit: 'Second' } }[]
      }
    }
    readonly circuitBreaker: { readonly maxPendingRequests: number; readonly maxParallelRequests: number }
  }
}

/** Limits of each replica of the gateway. The limit of each caller is the server's (ASSAY_RATE). */
export function trafficPolicy(plan: Plan): BackendTrafficPolicy {
  const group = 'gateway.networking.k8s.io'
  return {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'BackendTrafficPolicy',
    metadata: metadata(plan),
    spec: {
      targetRefs: ['HTTPRoute', 'GRPCRoute'].map((kind) => ({ group, kind, name: plan.name })),
      rateLimit: {
        type: 'Local',
        local: { rules: [{ limit: { requests: plan.sizing.requestsPerSecond, unit: 'Second' } }] },
      },
      circuitBreaker: { maxPendingRequests: 1024, maxParallelRequests: 1024 },
    },
  }
}
