/** The files of a release kit. The same facts give the same bytes. */
import { grpcHost } from './names.ts'
import { ruleGroups, ruleTests } from './alerts.ts'
import { batchJob, batchNetworkPolicy, claims, driftJob, nightlyJob } from './batch.ts'
import { analysisTemplate, rollout } from './canary.ts'
import { dashboard } from './dashboard.ts'
import { emitYaml } from './emit-yaml.ts'
import type { KitFacts, KitFile } from './facts.ts'
import { inferenceService } from './kserve.ts'
import * as together from './kustomizations.ts'
import { prometheusRule, serviceMonitor } from './monitoring.ts'
import {
  canaryService,
  grpcRoute,
  httpRoute,
  metricsService,
  networkPolicy,
  stableService,
  trafficPolicy,
} from './network.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'
import { readme } from './readme.ts'
import { autoscaler, deployment, disruptionBudget, serviceAccount } from './workload.ts'

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** A folder of objects with the file that puts them together. */
function folder(
  path: string,
  objects: Readonly<Record<string, object | readonly object[]>>,
  kustomization: (resources: readonly string[]) => together.Kustomization,
): KitFile[] {
  const files = Object.entries(objects).map(([name, value]) => ({
    path: `${path}/${name}`,
    text: (Array.isArray(value) ? value : [value]).map(emitYaml).join('---\n'),
  }))
  const names = Object.keys(objects)
  return [...files, { path: `${path}/kustomization.yaml`, text: emitYaml(kustomization(names)) }]
}

const rulesFile = 'alerts.rules.yaml'

/** What the kit was made from and what it holds production to, for programs. */
function index(plan: Plan): object {
  const { facts, name, sizing, limits } = plan
  const { manifest } = facts
  return {
    schema: 'assay.release-kit/1',
    name,
    namespace: facts.place.namespace,
    host: facts.place.host,
    grpcHost: grpcHost(facts.place.host),
    model: { name: manifest.model.name, version: manifest.model.version, sha256: manifest.model.sha256 },
    manifestSha256: facts.manifestSha256,
    image: facts.image,
    measured: facts.measured,
    sizing,
    limits: limits.limits,
    notMeasurable: limits.notMeasurable,
    /** Metrics that the server does not expose. */
    otherMetrics: { kube_job_status_failed: 'kube-state-metrics' },
    /** What must be there before. */
    needs: [{ kind: 'Secret', name: `${name}-api-keys`, key: 'api-keys' }],
  }
}

export function releaseKit(facts: KitFacts): KitFile[] {
  const plan = planOf(facts)
  const files = [
    { path: 'README.md', text: readme(plan) },
    { path: 'kit.json', text: json(index(plan)) },
    ...folder('components/image', {}, () => together.imageComponent(plan)),
    ...folder(
      'base',
      {
        'service-account.yaml': serviceAccount(plan),
        'deployment.yaml': deployment(plan),
        'service.yaml': [stableService(plan), metricsService(plan)],
        'autoscaler.yaml': autoscaler(plan),
        'disruption-budget.yaml': disruptionBudget(plan),
        'network-policy.yaml': networkPolicy(plan),
      },
      (resources) => together.base(plan, resources),
    ),
    ...folder(
      'components/gateway',
      {
        'http-route.yaml': httpRoute(plan),
        'grpc-route.yaml': grpcRoute(plan),
        'traffic-policy.yaml': trafficPolicy(plan),
      },
      together.gatewayComponent,
    ),
    ...folder(
      'components/monitoring',
      { 'service-monitor.yaml': serviceMonitor(plan), 'prometheus-rule.yaml': prometheusRule(plan) },
      (resources) => together.monitoringComponent(plan, resources),
    ),
    { path: 'components/monitoring/dashboard.json', text: json(dashboard(plan)) },
    { path: `components/monitoring/${rulesFile}`, text: emitYaml({ groups: ruleGroups(plan) }) },
    { path: 'components/monitoring/alerts.test.yaml', text: emitYaml(ruleTests(plan, rulesFile)) },
    ...folder('overlays/staging', {}, () => together.staging(plan)),
    ...folder('overlays/production', {}, () => together.production(plan)),
    ...folder(
      'overlays/canary',
      {
        'rollout.yaml': rollout(plan),
        'analysis-template.yaml': analysisTemplate(plan),
        'canary-service.yaml': canaryService(plan),
      },
      (resources) => together.canary(plan, resources),
    ),
    ...folder(
      'kserve',
      { 'inference-service.yaml': inferenceService(plan), 'service-account.yaml': serviceAccount(plan) },
      (resources) => together.kserve(plan, resources),
    ),
    ...folder(
      'batch/base',
      {
        'service-account.yaml': serviceAccount(plan, '-batch', 'batch'),
        'network-policy.yaml': batchNetworkPolicy(plan),
        'claims.yaml': claims(plan),
      },
      together.batchBase,
    ),
    ...folder('batch/once', { 'job.yaml': batchJob(plan) }, (resources) => together.batchOverlay(plan, resources)),
    ...folder('batch/nightly', { 'scoring.yaml': nightlyJob(plan), 'drift-check.yaml': driftJob(plan) }, (resources) =>
      together.batchOverlay(plan, resources),
    ),
  ]
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}
