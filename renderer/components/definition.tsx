/** A term whose definition opens on hover and on keyboard focus; Escape closes it. */
import type { ReactNode } from 'react'
import { useId, useRef, useState } from 'react'

export const Definition = ({ term, children }: { readonly term: ReactNode; readonly children: ReactNode }) => {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const [place, setPlace] = useState<{ readonly left: number; readonly top: number; readonly above: boolean }>()
  const open = (): void => {
    const box = button.current?.getBoundingClientRect()
    if (!box) return
    const above = box.bottom + 200 > window.innerHeight && box.top > 200
    setPlace({ left: Math.min(box.left, window.innerWidth - 340), top: above ? box.top - 4 : box.bottom + 4, above })
  }
  const close = (): void => setPlace(undefined)
  return (
    <span className="definition">
      <button
        type="button"
        ref={button}
        className="definition-term"
        aria-describedby={place ? id : undefined}
        onMouseEnter={open}
        onMouseLeave={close}
        onFocus={open}
        onBlur={close}
        onClick={open}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close()
        }}
      >
        {term}
      </button>
      {place && (
        <span
          role="tooltip"
          id={id}
          className={place.above ? 'tooltip tooltip-above' : 'tooltip'}
          style={{ left: place.left, top: place.top }}
        >
          {children}
        </span>
      )}
    </span>
  )
}
