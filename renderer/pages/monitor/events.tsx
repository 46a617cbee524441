import type { MonitorEvent } from './words.ts'
import { formatTime } from '../../../shared/format/time.ts'

/** Who changed a state, when and why. */
export const Events = ({ events }: { readonly events: readonly MonitorEvent[] }) => (
  <details className="monitor-events">
    <summary>{events.length === 1 ? 'One event' : `${events.length} events`}</summary>
    <ul className="plain-list">
      {events.map(({ at, by, what, note }) => (
        <li key={`${at} ${what}`}>
          {formatTime(at)}: {what} by {by}
          {note !== '' && `: ${note}`}
        </li>
      ))}
    </ul>
  </details>
)
