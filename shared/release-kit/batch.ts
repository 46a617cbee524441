/**
 * Batch over many machines: one Job with an index for each shard, and a last one that waits for all parts and merges
 * them. A shard that is killed is run again; one whose part is there already ends at once.
 */
import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob'
import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import { metadata } from './plan.ts'
import type { Plan } from './plan.ts'
import { architecture, podSecurity, restricted, temporary, trust } from './workload.ts'

type JobSpec = NonNullable<IJob['spec']>

export const shards = 4
const component = 'batch'
const input = '/input/input.csv'
/** Of the server's program: usage, a refused release, bad data, drift. Trying again would change nothing. */
const final = [2, 41, 42, 43]

/** The Job's own name, which is new for each run of a CronJob: its folder. */
const jobName: NonNullable<IContainer['env']>[number] = {
  name: 'JOB_NAME',
  valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } },
}

function podOf(plan: Plan, args: readonly string[]): IPodSpec {
  return {
    restartPolicy: 'Never',
    serviceAccountName: `${plan.name}-batch`,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    ...architecture(plan),
    containers: [
      restricted(plan, 'batch', {
        args: [...args],
        env: [...Object.entries(trust(plan.facts)).map(([name, value]) => ({ name, value })), jobName],
        volumeMounts: [
          { name: 'input', mountPath: '/input', readOnly: true },
          { name: 'output', mountPath: '/output' },
        ],
      }),
    ],
    volumes: [
      temporary,
      { name: 'input', persistentVolumeClaim: { claimName: `${plan.name}-input`, readOnly: true } },
      { name: 'output', persistentVolumeClaim: { claimName: `${plan.name}-output` } },
    ],
  }
}

function jobSpec(plan: Plan, args: readonly string[], more: Partial<JobSpec>): JobSpec {
  return {
    ttlSecondsAfterFinished: 7 * 86_400,
    activeDeadlineSeconds: 12 * 3600,
    podFailurePolicy: {
      rules: [
        // Before the exit codes: a pod that a drained node killed is no failure.
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        { action: 'FailJob', onExitCodes: { containerName: 'batch', operator: 'In', values: final } },
      ],
    },
    ...more,
    template: { metadata: { labels: metadata(plan, '', component).labels }, spec: podOf(plan, args) },
  }
}

function scoring(plan: Plan): JobSpec {
  const folder = '/output/$(JOB_NAME)'
  return jobSpec(
    plan,
    ['batch', '--input', input, '--output', folder, '--shards', String(shards), '--merge-to', `${folder}/scores.csv`],
    {
      completionMode: 'Indexed',
      completions: shards + 1,
      parallelism: shards + 1,
      backoffLimitPerIndex: 3,
      maxFailedIndexes: 0,
    },
  )
}

export function batchJob(plan: Plan): IJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata(plan, '-batch', component), annotations: plan.annotations },
    spec: scoring(plan),
  }
}

function cronJob(plan: Plan, ending: string, schedule: string, spec: JobSpec): ICronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { ...metadata(plan, ending, component), annotations: plan.annotations },
    spec: {
      schedule,
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 7,
      jobTemplate: { metadata: { labels: metadata(plan, '', component).labels }, spec },
    },
  }
}

export const nightlyJob = (plan: Plan): ICronJob => cronJob(plan, '-nightly', '0 1 * * *', scoring(plan))

/** Before the scoring, so that drifted rows are known before anyone uses their scores. */
export function driftJob(plan: Plan): ICronJob {
  const limits = plan.limits.limits.filter((limit) => limit.measure === 'input_psi')
  const limit = Math.min(...limits.map((entry) => entry.atMost))
  const args = ['drift', '--input', input, '--to', '/output/$(JOB_NAME).json', '--limit', String(limit)]
  return cronJob(plan, '-drift', '30 0 * * *', jobSpec(plan, args, { backoffLimit: 2 }))
}

/** Nobody talks to a batch, and it talks to nobody. */
export function batchNetworkPolicy(plan: Plan): INetworkPolicy {
  const selector = { 'app.kubernetes.io/name': plan.name, 'app.kubernetes.io/component': component }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(plan, '-batch', component),
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [],
    },
  }
}

export function claims(plan: Plan): IPersistentVolumeClaim[] {
  return ['-input', '-output'].map((ending) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(plan, ending, component),
    spec: {
      // Pods on several machines read and write the same folder.
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '10Gi' } },
    },
  }))
}
