/** The kit that most tests look at: of a model with a policy that sets limits in production. */
import { expect } from 'vitest'
import { parsePolicy } from '../../../electron/engine/approval/policies.ts'
import { releaseKit } from '../../../shared/release-kit/release-kit.ts'
import { kitFacts, objectsOf } from '../../support/kit.ts'
import type { Kind, KubernetesObject, ObjectOf } from '../../support/kit-objects.ts'

/** @param name of a column that a gate is about, and the reason of a limit */
export const policy = (name: string) =>
  parsePolicy(`assay: policy/1
name: Churn release
risk_tier: low
objective: { business: Test, measure: metrics.roc_auc, target: { at_least: 0.8 } }
deployment:
  kind: canary
  limits:
    - { id: errors, measure: error_rate, at_most: 0.005, reason: ${JSON.stringify(name)} }
    - { id: latency, measure: latency_p99_ms, at_most: 40 }
    - { id: latency-mid, measure: latency_p50_ms, at_most: 10 }
gates:
  - { id: ranking, path: metrics.roc_auc, at_least: 0.85 }
  - { id: drift-all, path: "sections.drift.columns[*].psi", at_most: 0.2 }
  - { id: drift-one, path: ${JSON.stringify(`sections.drift.columns[name=${JSON.stringify(name)}].psi`)}, at_most: 0.1 }
  - { id: speed, path: run.rowsPerSecond, at_least: 1000 }
  - { id: rows, path: rows.used, at_least: 10 }
`).policy

export const facts = kitFacts('Churn model', { policy: policy('age') })
export const files = releaseKit(facts)
export const objects = objectsOf(files)
/** The only object of its kind. */
export const one = <K extends Kind>(kind: K, from: readonly KubernetesObject[] = objects): ObjectOf<K> => {
  const found = from.filter((object): object is Extract<KubernetesObject, ObjectOf<K>> => object.kind === kind)
  expect(found.length).toBe(1)
  return found[0]!
}

export const textOf = (path: string): string => files.find((file) => file.path.endsWith(path))!.text
