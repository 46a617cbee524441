import type { DriftVerdict } from '../../../shared/contract/drift-column.ts'
import type { IconName } from '../../components/icon.tsx'
import { Icon } from '../../components/icon.tsx'

const looks: Readonly<Record<DriftVerdict, readonly [IconName, string, string]>> = {
  drifted: ['warning', 'warning', 'Drifted'],
  slight: ['note', 'quiet', 'Slight'],
  stable: ['check', 'good', 'Stable'],
  undefined: ['stop', 'quiet', 'Undefined'],
}

export const VerdictBadge = ({ verdict, reason }: { readonly verdict: DriftVerdict; readonly reason?: string }) => {
  const [icon, look, word] = looks[verdict]
  return (
    <span className={`badge badge-${look}`} title={reason}>
      <Icon name={icon} size={14} />
      {word}
    </span>
  )
}
