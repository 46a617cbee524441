/** A metric's name; its definition, source and direction open on hover and focus. */
import type { MetricDefinition } from '../../../shared/contract/evidence.ts'
import { Definition } from '../../components/definition.tsx'
import { metricTitle } from '../../../shared/format/words.ts'

const directions: Readonly<Record<MetricDefinition['better'], string>> = {
  higher: 'Higher is better.',
  lower: 'Lower is better.',
  zero: 'Nearer to zero is better.',
  none: 'Neither direction is better.',
}

export const MetricName = ({
  name,
  definition,
}: {
  readonly name: string
  readonly definition: MetricDefinition | undefined
}) => {
  if (!definition) return <>{metricTitle(name)}</>
  return (
    <Definition term={definition.title}>
      <span>{definition.definition}</span> <span>{directions[definition.better]}</span>
      <span className="tooltip-source">Source: {definition.source}</span>
    </Definition>
  )
}
