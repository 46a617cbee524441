/** Keys that work on every page, and how each platform writes them. */
import { bridge } from '../engine/bridge.ts'
import { places } from './places.ts'

export interface Shortcut {
  readonly keys: string
  readonly does: string
}

const command = (): string => (bridge().platform === 'darwin' ? '⌘' : 'Ctrl+')

export const shortcuts = (): readonly Shortcut[] => [
  { keys: `${command()}K`, does: 'Search and commands' },
  {
    keys: `${command()}1 to ${command()}${Math.min(9, places.length)}`,
    does: places
      .slice(0, 9)
      .map(({ title }) => title)
      .join(', '),
  },
  { keys: '?', does: 'Help' },
  { keys: 'Alt+Left, Alt+Right', does: 'Back, forward' },
  { keys: 'Arrow keys', does: 'Move between tabs, or between cells of a table' },
  {
    keys: `Shift+arrow keys, then ${command()}C`,
    does: 'Select cells of a table and copy them as a spreadsheet expects',
  },
  { keys: 'Escape', does: 'Close what is open' },
]

export const paletteKeys = (): string => `${command()}K`

/** Typing in a field is typing, not a command. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
