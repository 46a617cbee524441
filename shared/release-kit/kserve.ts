/**
 * KServe runs the image itself, so that approval and hashes are checked and rows are prepared as they were evaluated. A
 * bare model file in storage would be served by another runtime, which does neither: there is no such variant.
 */
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import { metadata } from './plan.ts'
import type { Plan } from './plan.ts'
import { serverPod, settings } from './workload.ts'

/** The parts of KServe's object that the kit uses; no package has types of it. */
export interface InferenceService {
  readonly apiVersion: 'serving.kserve.io/v1beta1'
  readonly kind: 'InferenceService'
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly predictor: Omit<IPodSpec, 'terminationGracePeriodSeconds'> & {
      readonly minReplicas: number
      readonly maxReplicas: number
      readonly scaleMetric: 'cpu'
      readonly scaleTarget: number
      readonly terminationGracePeriodSeconds?: number
    }
  }
}

export function inferenceService(plan: Plan): InferenceService {
  const { minReplicas, maxReplicas } = plan.sizing
  const env = Object.entries(settings(plan)).map(([name, value]) => ({ name, value }))
  const pod = serverPod(plan, { env })
  // KServe looks for a container of this name and sends to its first port; it makes the Service itself.
  const containers = pod.containers.map((container) => ({ ...container, name: 'kserve-container' }))
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      ...metadata(plan),
      annotations: { ...plan.annotations, 'serving.kserve.io/deploymentMode': 'RawDeployment' },
    },
    spec: { predictor: { minReplicas, maxReplicas, scaleMetric: 'cpu', scaleTarget: 70, ...pod, containers } },
  }
}
