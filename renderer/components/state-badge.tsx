import type { RunState } from '../../shared/contract/run.ts'
import { stateTitle } from '../../shared/format/words.ts'
import type { IconName } from './icon.tsx'
import { Icon } from './icon.tsx'

const looks: Readonly<Record<RunState, readonly [IconName, string]>> = {
  scoring: ['jobs', 'busy'],
  interrupted: ['warning', 'warning'],
  cancelled: ['stop', 'quiet'],
  failed: ['error', 'error'],
  scored: ['check', 'quiet'],
  evaluated: ['check', 'good'],
}

export const StateBadge = ({ state }: { readonly state: RunState }) => (
  <span className={`badge badge-${looks[state][1]}`}>
    <Icon name={looks[state][0]} size={14} />
    {stateTitle(state)}
  </span>
)
