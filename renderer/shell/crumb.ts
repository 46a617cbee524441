/** The title of the page on screen, for the breadcrumb: pages know their object's name, the shell does not. */
import { useSyncExternalStore } from 'react'

let title = ''
const listeners = new Set<() => void>()

export const setCrumb = (next: string): void => {
  title = next
  for (const listener of [...listeners]) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useCrumb = (): string => useSyncExternalStore(subscribe, () => title)
