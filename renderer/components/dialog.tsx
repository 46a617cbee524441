/** A modal dialog. The browser keeps the focus in it and gives it back when it closes. */
import type { ReactNode } from 'react'
import { useId, useLayoutEffect, useRef } from 'react'
import { Button } from './button.tsx'

export const Dialog = ({
  title,
  onClose,
  className = '',
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly className?: string
  readonly children: ReactNode
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Before the element is removed: only a dialog that is closed in the document gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    if (element && !element.open) {
      element.showModal()
      // The browser would choose the close button, which is the first in the dialog.
      element.querySelector<HTMLElement>('input, select, textarea, .dialog-foot button')?.focus()
    }
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" icon="close" aria-label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
