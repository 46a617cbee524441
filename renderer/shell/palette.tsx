/** Opens everything: pages, acts, and each dataset, model and run by name. */
import type { KeyboardEvent } from 'react'
import { useId, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { Icon } from '../components/icon.tsx'
import { Dialog } from '../components/dialog.tsx'
import { useQuery } from '../engine/query.ts'
import type { Entry } from './palette-entries.ts'
import { commandEntries, hitEntries } from './palette-entries.ts'

export const Palette = ({ onClose }: { readonly onClose: () => void }) => {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const id = useId()
  const wanted = text.trim()
  const hits = useQuery(['workspace', 'search', wanted], (client) => client.workspace.search({ text: wanted }))
  const words = wanted.toLowerCase()
  const entries: readonly Entry[] = [
    ...commandEntries(navigate).filter((entry) => entry.title.toLowerCase().includes(words)),
    ...hitEntries(hits.data ?? [], navigate),
  ]
  const at = Math.min(chosen, entries.length - 1)

  const move = (to: number): void => {
    setChosen(to)
    list.current?.children[to]?.scrollIntoView({ block: 'nearest' })
  }
  const go = (entry: Entry | undefined): void => {
    if (!entry) return
    onClose()
    entry.act()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') move(Math.min(at + 1, entries.length - 1))
    else if (event.key === 'ArrowUp') move(Math.max(at - 1, 0))
    else if (event.key === 'Enter') go(entries[at])
    else return
    event.preventDefault()
  }

  return (
    <Dialog title="Search and commands" onClose={onClose} className="palette">
      <div className="palette-search">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label="Search pages, datasets, models, runs and actions"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={entries[at] ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          placeholder="A page, an action, or the name of a dataset, model or run"
          value={text}
          maxLength={200}
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul className="palette-list" role="listbox" id={id} aria-label="Results" ref={list}>
        {entries.map((entry, index) => (
          <li
            key={entry.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className="palette-entry"
            onClick={() => go(entry)}
            onMouseMove={() => setChosen(index)}
          >
            <Icon name={entry.icon} />
            <span className="palette-title">{entry.title}</span>
            <span className="muted">{entry.subtitle}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && !hits.fetching && <p className="palette-none muted">Nothing has this in its name.</p>}
      {hits.problem && <p className="palette-none muted">{hits.problem.message}</p>}
    </Dialog>
  )
}
