import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { setCrumb } from '../shell/crumb.ts'

/** The head of each page: one h1, what it is about, and what can be done. */
export const Page = ({
  title,
  about,
  actions,
  children,
  wide = false,
}: {
  readonly title: string
  readonly about?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  readonly wide?: boolean
}) => {
  useEffect(() => {
    document.title = `${title} · Assay`
    setCrumb(title)
  }, [title])
  return (
    <div className={wide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <div className="page-title">
          <h1>{title}</h1>
          {about !== undefined && <div className="page-about">{about}</div>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export const Section = ({
  title,
  note,
  actions,
  children,
}: {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) => (
  <section className="section" aria-label={title}>
    <header className="section-head">
      <h2>{title}</h2>
      {note !== undefined && <span className="muted">{note}</span>}
      {actions !== undefined && <div className="section-actions">{actions}</div>}
    </header>
    {children}
  </section>
)
