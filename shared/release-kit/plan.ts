/** What all objects of a kit agree on: names, labels, ports, limits. Made once from the facts. */
import type { KitFacts } from './facts.ts'
import { resourceName } from './names.ts'
import { productionLimits } from './production-limits.ts'
import type { ProductionLimits } from './production-limits.ts'
import { sizingOf } from './sizing.ts'
import type { Sizing } from './sizing.ts'

export const ports = { http: 8080, grpc: 8081 } as const

/** The image's name in every object; one component puts the real name and digest in its place. */
export const imagePlaceholder = 'model-server'

/** SIGTERM to closed doors, then time for what is under way, in seconds; the server is given the same. */
export const drain = { delay: 5, timeout: 20, grace: 30 } as const

export interface Plan {
  readonly facts: KitFacts
  readonly name: string
  /** Tell this model's pods from others; never change over its versions. */
  readonly selector: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly sizing: Sizing
  readonly limits: ProductionLimits
  /** The label `job` that Prometheus gives: the name of the Service that is scraped. */
  readonly job: string
  readonly serves: readonly string[]
}

export function planOf(facts: KitFacts): Plan {
  const { manifest } = facts
  const name = resourceName(manifest.model.served)
  const selector = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'model-server' }
  return {
    facts,
    name,
    selector,
    labels: {
      ...selector,
      'app.kubernetes.io/version': String(manifest.model.version),
      'app.kubernetes.io/managed-by': 'kustomize',
    },
    annotations: {
      'assay.dev/model': manifest.model.name,
      'assay.dev/target': manifest.target,
      'assay.dev/manifest-sha256': facts.manifestSha256,
      'assay.dev/evidence-sha256': manifest.evidence.sha256,
      'assay.dev/model-sha256': manifest.model.sha256,
      'assay.dev/approval-expires': manifest.approval.expiresAt,
      'assay.dev/approvers': facts.approvers.map((approver) => approver.name).join(', '),
    },
    sizing: sizingOf(facts),
    limits: productionLimits(facts.policy, facts.measured),
    job: `${name}-metrics`,
    serves: ['/v1', '/v2', '/openapi.json'],
  }
}

/** With the labels of the pods that serve, or of another part of the kit. */
export function metadata(plan: Plan, ending = '', component = 'model-server') {
  const labels = { ...plan.labels, 'app.kubernetes.io/component': component }
  return { name: `${plan.name}${ending}`, labels }
}
