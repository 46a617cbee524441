/** The frame around every page. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { Outlet, useLocation } from 'react-router'
import { DropOverlay } from './drop-overlay.tsx'
import { EngineBanner } from './engine-banner.tsx'
import { Palette } from './palette.tsx'
import { Rail } from './rail.tsx'
import { Toasts } from './toasts.tsx'
import { TopBar } from './top-bar.tsx'
import { useCommands } from './use-commands.ts'

export const Shell = () => {
  const [searching, setSearching] = useState(false)
  const openPalette = useCallback(() => setSearching(true), [])
  useCommands(openPalette)
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const before = useRef(pathname)
  useEffect(() => {
    // A screen reader and the keyboard start at the new page, not at the link that led to it.
    if (before.current === pathname) return
    before.current = pathname
    main.current?.focus({ preventScroll: true })
    main.current?.scrollTo(0, 0)
  }, [pathname])
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <Rail />
      <TopBar openPalette={openPalette} />
      <main className="main" id="main" tabIndex={0} ref={main}>
        <EngineBanner />
        <Outlet />
      </main>
      <Toasts />
      <DropOverlay />
      {searching && <Palette onClose={() => setSearching(false)} />}
    </div>
  )
}
