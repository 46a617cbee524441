/** Argo Rollouts: a new version gets a little traffic first, and goes back when it breaks a limit of the policy. */
import type { IAnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate'
import type { IRollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout'
import { hashLabel } from './monitoring.ts'
import { neighbours } from './network.ts'
import { metadata } from './plan.ts'
import type { Plan } from './plan.ts'
import type { ProductionLimit } from './production-limits.ts'
import { limitQuery, quoted } from './promql.ts'

/** Share of traffic, and how long it stays. */
const steps = [
  { weight: 5, pause: '10m' },
  { weight: 20, pause: '10m' },
  { weight: 50, pause: '20m' },
] as const

/** Labels of Prometheus have no hyphens. */
const hashSeries = hashLabel.replaceAll('-', '_')

export function analysisTemplate(plan: Plan): IAnalysisTemplate {
  const matchers = [
    `job=${quoted(plan.job)}`,
    'namespace="{{args.namespace}}"',
    `${hashSeries}="{{args.canary-hash}}"`,
  ].join(',')
  const metric = (limit: ProductionLimit) => {
    const value = `len(result) > 0 && result[0]`
    return {
      name: limit.id,
      initialDelay: '2m',
      interval: '1m',
      // One bad minute may be chance; two are not.
      failureLimit: 1,
      // Too little traffic to tell is neither: after half an hour of it a person must look.
      inconclusiveLimit: 30,
      successCondition: `${value} <= ${limit.atMost}`,
      failureCondition: `${value} > ${limit.atMost}`,
      provider: {
        prometheus: {
          address: '{{args.prometheus}}',
          query: limitQuery(limit, { matchers, by: [], window: '5m' }),
        },
      },
    }
  }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: {
      ...metadata(plan),
      annotations: Object.fromEntries(
        plan.limits.limits.map((limit) => [`limits.assay.dev/${limit.id}`, `${limit.source}: ${limit.reason}`]),
      ),
    },
    spec: {
      args: [
        { name: 'canary-hash' },
        { name: 'namespace' },
        { name: 'prometheus', value: `http://prometheus-operated.${neighbours.monitoring}.svc:9090` },
      ],
      metrics: plan.limits.limits.map(metric),
    },
  }
}

export function rollout(plan: Plan): IRollout {
  const route = { name: plan.name }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: metadata(plan),
    spec: {
      revisionHistoryLimit: 5,
      // The Deployment's pod template is used as it is, and its own pods go once the first rollout is complete.
      workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: plan.name, scaleDown: 'onsuccess' },
      strategy: {
        canary: {
          stableService: plan.name,
          canaryService: `${plan.name}-canary`,
          trafficRouting: {
            plugins: {
              'argoproj-labs/gatewayAPI': {
                namespace: plan.facts.place.namespace,
                httpRoutes: [route],
                grpcRoutes: [route],
              },
            },
          },
          analysis: {
            templates: [{ templateName: plan.name }],
            startingStep: 1,
            args: [
              { name: 'canary-hash', valueFrom: { podTemplateHashValue: 'Latest' } },
              { name: 'namespace', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
            ],
          },
          steps: steps.flatMap(({ weight, pause }) => [{ setWeight: weight }, { pause: { duration: pause } }]),
        },
      },
    },
  }
}
