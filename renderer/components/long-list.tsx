/** A list that may be long: a field that filters it, and more of it on request. */
import { useState } from 'react'
import type { ReactNode } from 'react'
import { plural } from '../../shared/format/number.ts'
import { Button } from './button.tsx'

const shownAtOnce = 100
/** Up to here a list is taken in at a glance. */
const glance = 12

export interface LongList<T> {
  /** What the filter lets through, all of it. */
  readonly found: readonly T[]
  /** The first of it. */
  readonly shown: readonly T[]
  /** false where the list is short. */
  readonly filter: ReactNode
  /** A button, or that nothing matches; false where all is shown. */
  readonly more: ReactNode
}

/** @param textOf what is looked through, whatever its case; `one` names an item, as in "Show 40 more columns" */
export function useLongList<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  { label, placeholder, one }: { readonly label: string; readonly placeholder: string; readonly one: string },
): LongList<T> {
  const [words, setWords] = useState('')
  const [most, setMost] = useState(shownAtOnce)
  const wanted = words.trim().toLowerCase()
  const found = wanted === '' ? items : items.filter((item) => textOf(item).toLowerCase().includes(wanted))
  return {
    found,
    shown: found.slice(0, most),
    filter: items.length > glance && (
      <input
        type="search"
        className="rows-filter"
        aria-label={label}
        placeholder={placeholder}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
    ),
    more:
      found.length > most ? (
        <Button onClick={() => setMost(most + shownAtOnce)}>
          Show {plural(Math.min(shownAtOnce, found.length - most), `more ${one}`)}
        </Button>
      ) : (
        found.length === 0 && <span className="muted">No {one} matches the filter.</span>
      ),
  }
}
