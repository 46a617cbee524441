/** Light, dark, or what the system says. Charts are drawn again when it changes. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
export const themes: readonly Theme[] = ['system', 'light', 'dark']

const storageKey = 'assay.theme'
const isTheme = (value: unknown): value is Theme => themes.includes(value as Theme)
const listeners = new Set<() => void>()
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)')

let theme: Theme = 'system'

const tell = (): void => {
  for (const listener of [...listeners]) listener()
}

const apply = (): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  tell()
}

export const startTheme = (): void => {
  const stored = localStorage.getItem(storageKey)
  theme = isTheme(stored) ? stored : 'system'
  darkSystem.addEventListener('change', tell)
  apply()
}

export const setTheme = (next: Theme): void => {
  theme = next
  localStorage.setItem(storageKey, next)
  apply()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, () => theme)

/** What is on screen, whichever way it was chosen. */
export const useIsDark = (): boolean =>
  useSyncExternalStore(subscribe, () => theme === 'dark' || (theme === 'system' && darkSystem.matches))
