/** What a release kit's objects are, with the types of their own projects. */
import type { IAnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate'
import type { IRollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout'
import type { IGRPCRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/GRPCRoute'
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob'
import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IService } from 'kubernetes-models/v1/Service'
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import type { InferenceService } from '../../shared/release-kit/kserve.ts'
import type { BackendTrafficPolicy } from '../../shared/release-kit/network.ts'

interface Kinds {
  AnalysisTemplate: IAnalysisTemplate
  BackendTrafficPolicy: BackendTrafficPolicy
  ConfigMap: IConfigMap
  CronJob: ICronJob
  Deployment: IDeployment
  GRPCRoute: IGRPCRoute
  HTTPRoute: IHTTPRoute
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler
  InferenceService: InferenceService
  Job: IJob
  NetworkPolicy: INetworkPolicy
  PersistentVolumeClaim: IPersistentVolumeClaim
  PodDisruptionBudget: IPodDisruptionBudget
  PrometheusRule: IPrometheusRule
  Rollout: IRollout
  Service: IService
  ServiceAccount: IServiceAccount
  ServiceMonitor: IServiceMonitor
}
export type Kind = keyof Kinds

/** A project's type with every part there: where a kit leaves one out, what reads it fails. */
type Whole<T> = T extends readonly (infer Entry)[]
  ? readonly Whole<Entry>[]
  : T extends object
    ? { readonly [Name in keyof T]-?: Whole<NonNullable<T[Name]>> }
    : T

interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** One of these kinds. */
export type ObjectOf<K extends Kind> = {
  readonly [One in K]: Omit<Whole<Kinds[One]>, 'kind' | 'metadata'> & {
    readonly kind: One
    readonly metadata: Metadata
  }
}[K]
export type KubernetesObject = ObjectOf<Kind>

export interface PodTemplate {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
  readonly spec: Whole<IPodSpec>
}
