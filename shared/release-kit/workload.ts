/** The pods that serve: what they run, and under which restrictions. */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { drain, imagePlaceholder, metadata, ports } from './plan.ts'
import type { Plan } from './plan.ts'

export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  fsGroup: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
} satisfies IPodSpec['securityContext']

const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  privileged: false,
  capabilities: { drop: ['ALL'] },
} satisfies IContainer['securityContext']

const keysFile = '/etc/assay/keys/api-keys'

/** Settings of the server, as electron/serving reads them. */
export function settings({ facts, sizing }: Plan): Record<string, string> {
  return {
    ASSAY_AUTH: 'keys',
    ASSAY_API_KEYS_FILE: keysFile,
    ASSAY_THREADS: String(sizing.threads),
    ASSAY_DRAIN_DELAY_MS: String(drain.delay * 1000),
    ASSAY_DRAIN_TIMEOUT_MS: String(drain.timeout * 1000),
    ...trust(facts),
  }
}

/** Whose signatures count, by their keys' fingerprints. */
export function trust({ approvers, releaser }: Plan['facts']): Record<string, string> {
  return {
    ASSAY_TRUSTED_APPROVERS: approvers.map((approver) => approver.fingerprint).join(','),
    ASSAY_TRUSTED_RELEASERS: releaser.fingerprint,
  }
}

export function resources({ sizing }: Plan): NonNullable<IContainer['resources']> {
  const { memoryRequestMi, memoryLimitMi, cpuRequest, cpuLimit } = sizing
  return {
    requests: { cpu: cpuRequest, memory: `${memoryRequestMi}Mi`, 'ephemeral-storage': '64Mi' },
    limits: { cpu: cpuLimit, memory: `${memoryLimitMi}Mi`, 'ephemeral-storage': '256Mi' },
  }
}

/** Any container of the image: no root, no privilege, nothing to write to but /tmp. */
export function restricted(plan: Plan, name: string, more: Omit<IContainer, 'name'>): IContainer {
  const mounts = [{ name: 'tmp', mountPath: '/tmp' }, ...(more.volumeMounts ?? [])]
  return {
    name,
    image: imagePlaceholder,
    imagePullPolicy: 'IfNotPresent',
    resources: resources(plan),
    securityContext: containerSecurity,
    ...more,
    volumeMounts: mounts,
  }
}

const probe = (path: string, failureThreshold: number, periodSeconds: number) => ({
  httpGet: { path, port: 'http' },
  failureThreshold,
  periodSeconds,
  timeoutSeconds: 2,
})

export const temporary = { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } } satisfies NonNullable<
  IPodSpec['volumes']
>[number]

/** @param given environment or where it comes from */
export function serverPod(plan: Plan, given: Pick<IContainer, 'env' | 'envFrom'>): IPodSpec {
  const server = restricted(plan, 'server', {
    args: ['serve'],
    ports: [
      { name: 'http', containerPort: ports.http, protocol: 'TCP' },
      { name: 'grpc', containerPort: ports.grpc, protocol: 'TCP' },
    ],
    ...given,
    // A large model is verified and loaded first: five minutes.
    startupProbe: probe('/v2/health/ready', 150, 2),
    // Not ready once it drains, or once its approval has ended; alive all the same, so that it is not started in vain.
    // Twice in a row: one slow answer takes no pod out.
    readinessProbe: probe('/v2/health/ready', 2, 2),
    livenessProbe: probe('/v2/health/live', 5, 10),
    volumeMounts: [{ name: 'api-keys', mountPath: '/etc/assay/keys', readOnly: true }],
  })
  return {
    serviceAccountName: plan.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: drain.grace,
    securityContext: podSecurity,
    ...architecture(plan),
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: plan.selector },
      },
    ],
    containers: [server],
    volumes: [temporary, { name: 'api-keys', secret: { secretName: `${plan.name}-api-keys`, defaultMode: 0o440 } }],
  }
}

/** An image for one architecture runs on no other. */
export function architecture({ facts }: Plan): Pick<IPodSpec, 'nodeSelector'> {
  return facts.image.architecture ? { nodeSelector: { 'kubernetes.io/arch': facts.image.architecture } } : {}
}

export function deployment(plan: Plan): IDeployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata(plan), annotations: plan.annotations },
    spec: {
      // No replicas: the autoscaler owns the number.
      revisionHistoryLimit: 5,
      selector: { matchLabels: plan.selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: plan.labels, annotations: plan.annotations },
        spec: serverPod(plan, { envFrom: [{ configMapRef: { name: `${plan.name}-settings` } }] }),
      },
    },
  }
}

export function serviceAccount(plan: Plan, ending = '', component = 'model-server'): IServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(plan, ending, component),
    automountServiceAccountToken: false,
  }
}

export function autoscaler(plan: Plan): IHorizontalPodAutoscaler {
  const { minReplicas, maxReplicas } = plan.sizing
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(plan),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: plan.name },
      minReplicas,
      maxReplicas,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    },
  }
}

export function disruptionBudget(plan: Plan): IPodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(plan),
    spec: {
      maxUnavailable: 1,
      // All pods are unready once the approval has ended; that must not hold up a node's maintenance.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: plan.selector },
    },
  }
}
