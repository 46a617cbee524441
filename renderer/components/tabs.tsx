/** Tabs whose choice is part of the address, so that a tab can be linked to and Back returns to it. */
import type { KeyboardEvent, ReactNode } from 'react'
import { useId, useRef } from 'react'
import { useSearchParams } from 'react-router'

export interface Tab {
  readonly id: string
  readonly title: string
  readonly count?: string
  readonly body: () => ReactNode
}

export const Tabs = ({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) => {
  const [search, setSearch] = useSearchParams()
  const base = useId()
  const list = useRef<HTMLDivElement>(null)
  const chosen = tabs.find((tab) => tab.id === search.get('tab')) ?? tabs[0]
  if (!chosen) return null

  const choose = (id: string): void => {
    const next = new URLSearchParams(search)
    next.set('tab', id)
    setSearch(next, { replace: true })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.indexOf(chosen)
    const to =
      event.key === 'ArrowRight'
        ? (at + 1) % tabs.length
        : event.key === 'ArrowLeft'
          ? (at - 1 + tabs.length) % tabs.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? tabs.length - 1
              : -1
    const tab = tabs[to]
    if (!tab) return
    event.preventDefault()
    choose(tab.id)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[to]?.focus()
  }

  return (
    <div className="tabs">
      <div className="tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}-${tab.id}`}
            aria-selected={tab === chosen}
            aria-controls={`${base}-panel`}
            tabIndex={tab === chosen ? 0 : -1}
            className="tab"
            onClick={() => choose(tab.id)}
          >
            {tab.title}
            {tab.count !== undefined && <span className="tab-count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-${chosen.id}`}
        className="tab-panel"
        tabIndex={0}
      >
        {chosen.body()}
      </div>
    </div>
  )
}
