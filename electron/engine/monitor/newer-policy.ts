/** Whether the objective has changed: a policy of the same name, saved after the approved one, that asks for other things. */
import type { Policy } from '../../../shared/contract/policy.ts'
import { gatesOf } from '../../../shared/policy/judge-policy.ts'
import { limitsText } from '../../../shared/policy/judge-figure.ts'
import { canonicalText } from '../approval/canonical.ts'
import { listPolicies, readPolicy } from '../approval/policies.ts'
import type { Engine } from '../engine.ts'
import type { Approved } from './watched.ts'

/** @returns null where the approved policy is the newest of its name, or the newer one asks for the same */
export async function newerPolicyOf(
  engine: Engine,
  { policy }: Approved,
): Promise<{ name: string; sha256: string; changes: string } | null> {
  if (policy === null) return null
  // Newest first.
  const newest = (await listPolicies(engine)).find(({ name }) => name === policy.policy.name)
  if (!newest || newest.sha256 === policy.sha256) return null
  const changes = changesOf(policy.policy, (await readPolicy(engine, newest.sha256)).policy)
  return changes === '' ? null : { name: newest.name, sha256: newest.sha256, changes }
}

function changesOf(before: Policy, after: Policy): string {
  const wants = (policy: Policy): Map<string, string> =>
    new Map(gatesOf(policy).map((gate) => [gate.id, `${gate.path} ${limitsText(gate)}`]))
  const first = wants(before)
  const second = wants(after)
  const changes = [
    ...[...second].filter(([id, text]) => first.get(id) !== text).map(([, text]) => text),
    ...[...first].filter(([id]) => !second.has(id)).map(([, text]) => `no longer ${text}`),
    ...(canonicalText(before.objective) === canonicalText(after.objective) ? [] : [after.objective.business]),
  ]
  return changes.slice(0, 5).join('; ')
}
