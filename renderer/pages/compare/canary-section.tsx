/** A rehearsed canary: when it would have been rolled back, at what price, and how far to trust that. */
import { useMemo } from 'react'
import { canaryFacts } from '../../../shared/comparison/canary-words.ts'
import type { Canary } from '../../../shared/contract/canary.ts'
import { canarySpec } from '../../charts/canary.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { Facts } from '../../components/facts.tsx'
import { Section } from '../../components/page.tsx'

export const CanarySection = ({
  canary,
  reference,
  other,
}: {
  readonly canary: Canary
  readonly reference: string
  readonly other: string
}) => {
  const spec = useMemo(() => canarySpec(canary), [canary])
  return (
    <Section title="Canary rehearsal" note={`${other} as a canary beside ${reference}`}>
      {canary.replay.path.length > 0 && <ChartFrame spec={spec} />}
      <div data-testid="canary">
        <Facts facts={canaryFacts(canary)} />
      </div>
    </Section>
  )
}
