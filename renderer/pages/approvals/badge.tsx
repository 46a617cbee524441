import { Icon } from '../../components/icon.tsx'
import type { Look } from './words.ts'

export const LookBadge = ({ look }: { readonly look: Look }) => (
  <span className={`badge badge-${look.tone}`}>
    <Icon name={look.icon} size={14} />
    {look.title}
  </span>
)

/** A whole SHA-256, in groups that can be compared by eye and by voice. */
export const WholeHash = ({ value, label }: { readonly value: string; readonly label: string }) => (
  <code className="whole-hash" aria-label={`${label}: ${value}`} data-hash={value}>
    {(value.match(/.{1,8}/g) ?? []).map((part, k) => (
      <span key={k}>{part}</span>
    ))}
  </code>
)
