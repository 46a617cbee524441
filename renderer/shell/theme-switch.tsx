import { useId } from 'react'
import type { Theme } from './theme.ts'
import { setTheme, themes, useTheme } from './theme.ts'

const titles: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' }

export const ThemeSwitch = () => {
  const theme = useTheme()
  const name = useId()
  return (
    <div className="segments" role="radiogroup" aria-label="Theme">
      {themes.map((choice) => (
        <label key={choice} className="segment">
          <input
            type="radio"
            name={name}
            value={choice}
            checked={theme === choice}
            onChange={() => setTheme(choice)}
            className="visually-hidden"
          />
          <span>{titles[choice]}</span>
        </label>
      ))}
    </div>
  )
}
