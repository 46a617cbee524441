/** Objects of a release kit against the schemas of the projects that they are of. */
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
import type { KubernetesObject, PodTemplate } from './kit-objects.ts'

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

/** What an object starts. */
export function podsOf(object: KubernetesObject): PodTemplate[] {
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

/** Throws where the object is not one of its kind. */
export function validate(object: KubernetesObject): void {
  const Model = models[object.kind]
  if (Model) new Model(object as never).validate()
  else if (!own.includes(object.kind)) throw new Error(`There is no schema of ${object.kind}`)
  for (const { spec } of podsOf(object)) new Pod({ spec } as never).validate()
}
