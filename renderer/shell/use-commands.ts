/** The keyboard and the native menu, both turned into the same acts. */
import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import type { MenuAction } from '../../shared/contract/bridge.ts'
import { bridge } from '../engine/bridge.ts'
import { chooseAndOpen } from './open-files.ts'
import { places } from './places.ts'
import { isTyping } from './shortcuts.ts'

export const useCommands = (openPalette: () => void): void => {
  const navigate = useNavigate()
  useEffect(() => {
    const go = (path: string): void => void navigate(path)
    const act = (action: MenuAction): void => {
      if (action === 'search') openPalette()
      else if (action === 'import-dataset') void chooseAndOpen('dataset', navigate)
      else if (action === 'import-model') void chooseAndOpen('model', navigate)
      else if (action === 'back') void navigate(-1)
      else if (action === 'forward') void navigate(1)
      else if (action === 'keyboard-shortcuts') go('/help')
      else {
        const place = places.find((one) => `go-${one.title.toLowerCase()}` === action)
        if (place) go(place.path)
      }
    }
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = bridge().platform === 'darwin' ? event.metaKey : event.ctrlKey
      const place = command && !event.altKey && !event.shiftKey ? places[Number(event.key) - 1] : undefined
      if (command && event.key.toLowerCase() === 'k') openPalette()
      else if (place) go(place.path)
      else if (event.key === '?' && !isTyping(event.target)) go('/help')
      else if (event.altKey && event.key === 'ArrowLeft' && !isTyping(event.target)) void navigate(-1)
      else if (event.altKey && event.key === 'ArrowRight' && !isTyping(event.target)) void navigate(1)
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    const stopMenu = bridge().onMenu(act)
    return () => {
      document.removeEventListener('keydown', onKeyDown)
      stopMenu()
    }
  }, [navigate, openPalette])
}
