/** Prometheus Operator objects. */
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { ruleGroups } from './alerts.ts'
import { metadata } from './plan.ts'
import type { Plan } from './plan.ts'

/** Argo Rollouts' label of a pod's template: by it a canary's series are told from the others. */
export const hashLabel = 'rollouts-pod-template-hash'

export function serviceMonitor(plan: Plan): IServiceMonitor {
  const { name, labels } = metadata(plan, '-metrics', 'metrics')
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name, labels },
    spec: {
      selector: {
        matchLabels: { 'app.kubernetes.io/name': plan.name, 'app.kubernetes.io/component': 'metrics' },
      },
      podTargetLabels: [hashLabel],
      endpoints: [{ port: 'metrics', path: '/metrics', interval: '30s', scrapeTimeout: '10s' }],
    },
  }
}

export function prometheusRule(plan: Plan): IPrometheusRule {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadata(plan, '', 'alerts'),
    spec: { groups: ruleGroups(plan) },
  }
}
