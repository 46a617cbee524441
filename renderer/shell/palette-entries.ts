import type { NavigateFunction } from 'react-router'
import type { SearchHit } from '../../shared/contract/workspace.ts'
import type { IconName } from '../components/icon.tsx'
import { bridge } from '../engine/bridge.ts'
import { chooseAndOpen } from './open-files.ts'
import { helpPlace, hitPath, places, tryPlace } from './places.ts'
import { setTheme, themes } from './theme.ts'

export interface Entry {
  readonly key: string
  readonly title: string
  readonly subtitle: string
  readonly icon: IconName
  readonly act: () => void
}

export const commandEntries = (navigate: NavigateFunction): readonly Entry[] => [
  ...[...places, tryPlace, helpPlace].map((place) => ({
    key: place.path,
    title: place.title,
    subtitle: 'Page',
    icon: place.icon,
    act: () => void navigate(place.path),
  })),
  {
    key: 'import-dataset',
    title: 'Import a dataset',
    subtitle: 'Action',
    icon: 'data',
    act: () => void chooseAndOpen('dataset', navigate),
  },
  {
    key: 'import-model',
    title: 'Import a model',
    subtitle: 'Action',
    icon: 'models',
    act: () => void chooseAndOpen('model', navigate),
  },
  { key: 'new-run', title: 'Start a run', subtitle: 'Action', icon: 'runs', act: () => void navigate('/runs?new=1') },
  {
    key: 'open-workspace',
    title: 'Open another workspace',
    subtitle: 'Action',
    icon: 'settings',
    act: () => void bridge().openWorkspace(),
  },
  ...themes.map((theme) => ({
    key: `theme-${theme}`,
    title: `Theme: ${theme}`,
    subtitle: 'Action',
    icon: 'settings' as const,
    act: () => setTheme(theme),
  })),
]

const icons = { dataset: 'data', model: 'models', run: 'runs' } as const

export const hitEntries = (hits: readonly SearchHit[], navigate: NavigateFunction): readonly Entry[] =>
  hits.map((hit) => ({
    key: hit.id,
    title: hit.title,
    subtitle: hit.subtitle,
    icon: icons[hit.kind],
    act: () => void navigate(hitPath(hit)),
  }))
