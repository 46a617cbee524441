import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Link } from 'react-router'
import type { IconName } from './icon.tsx'
import { Icon } from './icon.tsx'

interface Look {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly icon?: IconName
  readonly children?: ReactNode
}

const className = (kind: Look['kind'], bare: boolean): string =>
  `button button-${kind ?? 'plain'}${bare ? ' button-icon' : ''}`

export const Button = ({
  kind,
  icon,
  busy = false,
  children,
  ...rest
}: Look & { readonly busy?: boolean } & ButtonHTMLAttributes<HTMLButtonElement>) => (
  <button
    type="button"
    {...rest}
    disabled={rest.disabled === true || busy}
    aria-busy={busy || undefined}
    className={className(kind, children === undefined)}
  >
    {busy ? <span className="spinner" aria-hidden="true" /> : icon ? <Icon name={icon} /> : null}
    {children}
  </button>
)

export const LinkButton = ({ kind, icon, children, to }: Look & { readonly to: string }) => (
  <Link to={to} className={className(kind, children === undefined)}>
    {icon ? <Icon name={icon} /> : null}
    {children}
  </Link>
)
