import { Icon } from '../components/icon.tsx'
import { Breadcrumb } from './breadcrumb.tsx'
import { DeviceInUse } from './device-in-use.tsx'
import { JobsPopover } from './jobs-popover.tsx'
import { paletteKeys } from './shortcuts.ts'
import { ThemeSwitch } from './theme-switch.tsx'

export const TopBar = ({ openPalette }: { readonly openPalette: () => void }) => (
  <header className="top-bar">
    <Breadcrumb />
    <button type="button" className="search-button" onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
      <Icon name="search" />
      <span>Search and commands</span>
      <kbd>{paletteKeys()}</kbd>
    </button>
    <div className="top-tools">
      <DeviceInUse />
      <JobsPopover />
      <ThemeSwitch />
    </div>
  </header>
)
