/** A panel below its button. It closes on Escape, on a click elsewhere, and when the focus leaves it. */
import type { ReactNode } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import type { IconName } from './icon.tsx'
import { Icon } from './icon.tsx'

export const Popover = ({
  label,
  icon,
  text,
  children,
}: {
  /** Accessible name of the button and of the panel. */
  readonly label: string
  readonly icon?: IconName
  readonly text: ReactNode
  readonly children: (close: () => void) => ReactNode
}) => {
  const [open, setOpen] = useState(false)
  const id = useId()
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const onPointerDown = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false)
    }
    document.addEventListener('pointerdown', onPointerDown)
    return () => document.removeEventListener('pointerdown', onPointerDown)
  }, [open])
  return (
    <div
      className="popover"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return
        event.stopPropagation()
        setOpen(false)
        button.current?.focus()
      }}
      onBlur={(event) => {
        if (event.relatedTarget instanceof Node && !root.current?.contains(event.relatedTarget)) setOpen(false)
      }}
    >
      <button
        type="button"
        ref={button}
        className="button button-quiet"
        aria-label={label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {icon && <Icon name={icon} />}
        {text}
      </button>
      {open && (
        <div className="popover-panel" id={id} role="region" aria-label={label}>
          {children(() => setOpen(false))}
        </div>
      )}
    </div>
  )
}
