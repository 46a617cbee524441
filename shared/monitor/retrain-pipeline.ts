/**
 * Kubernetes manifests that train again: an Argo Workflow for now and a CronJob for every so often. Both run the user's
 * own training image on the request and the data; what it has to do with them is in the request.
 */
export interface PipelineRequest {
  /** A name for objects: letters, digits and hyphens. */
  readonly name: string
  readonly taskId: string
  readonly image: string
  readonly schedule: string
  readonly namespace: string
  /** The request's text, which goes into a ConfigMap. */
  readonly request: string
}

type Manifest = Readonly<Record<string, unknown>>

const labelsOf = ({ name, taskId }: PipelineRequest): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/component': 'retraining',
  'app.kubernetes.io/managed-by': 'assay',
  'assay.dev/retrain-task': taskId,
})

const objectName = ({ name }: PipelineRequest): string => `${name.slice(0, 50).replace(/-+$/, '')}-retrain`

/** What the training image is called with. */
const container = ({ image }: PipelineRequest): Manifest => ({
  name: 'train',
  image,
  args: ['--request', '/request/request.json', '--data', '/data/data.parquet', '--out', '/data/model.onnx'],
  env: [{ name: 'ASSAY_RETRAIN_REQUEST', value: '/request/request.json' }],
  resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '8Gi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
  volumeMounts: [
    { name: 'request', mountPath: '/request', readOnly: true },
    { name: 'data', mountPath: '/data' },
    { name: 'scratch', mountPath: '/tmp' },
  ],
})

const volumes = (request: PipelineRequest): Manifest[] => [
  { name: 'request', configMap: { name: objectName(request) } },
  { name: 'data', persistentVolumeClaim: { claimName: objectName(request) } },
  { name: 'scratch', emptyDir: {} },
]

const metadata = (request: PipelineRequest): Manifest => ({
  name: objectName(request),
  namespace: request.namespace,
  labels: labelsOf(request),
})

export function configMap(request: PipelineRequest): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(request),
    data: { 'request.json': request.request },
  }
}

/** Holds data.parquet before, and model.onnx after. */
export function volumeClaim(request: PipelineRequest): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(request),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
  }
}

export function argoWorkflow(request: PipelineRequest): Manifest {
  const { name: _, ...unnamed } = metadata(request)
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: `${objectName(request)}-`, ...unnamed },
    spec: {
      entrypoint: 'train',
      activeDeadlineSeconds: 86_400,
      ttlStrategy: { secondsAfterCompletion: 604_800 },
      podGC: { strategy: 'OnPodSuccess' },
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, fsGroup: 65_532 },
      automountServiceAccountToken: false,
      volumes: volumes(request),
      templates: [{ name: 'train', retryStrategy: { limit: '2' }, container: container(request) }],
    },
  }
}

export function cronJob(request: PipelineRequest): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata(request),
    spec: {
      schedule: request.schedule,
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: 86_400,
          ttlSecondsAfterFinished: 604_800,
          template: {
            metadata: { labels: labelsOf(request) },
            spec: {
              restartPolicy: 'Never',
              automountServiceAccountToken: false,
              securityContext: { runAsNonRoot: true, runAsUser: 65_532, fsGroup: 65_532 },
              containers: [container(request)],
              volumes: volumes(request),
            },
          },
        },
      },
    },
  }
}
