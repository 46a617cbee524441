/**
 * Colours of charts. Charts carry the light ones as attributes, so that they stand alone in a PDF; a class lets the
 * style sheet replace them in the dark. Series colours are Okabe and Ito's (2008), told apart with any colour vision,
 * darkened to 3:1 against the page; series differ in dash as well.
 */
export const tones = [
  { light: '#0068a5', dark: '#5fb4e8', dash: '' },
  { light: '#b84a00', dark: '#f0954a', dash: '6 3' },
  { light: '#00795a', dark: '#3fc49c', dash: '2 2' },
  { light: '#8a4a78', dark: '#d59ac4', dash: '8 3 2 3' },
] as const

export const inks = {
  ink: { light: '#1d2530', dark: '#e4e8ee' },
  muted: { light: '#56606e', dark: '#a4aebb' },
  grid: { light: '#dfe3e8', dark: '#333c48' },
  /** Text on a cell that is mostly filled with the first tone. */
  on: { light: '#ffffff', dark: '#0f151d' },
} as const

export type Ink = keyof typeof inks

export const toneOf = (index: number): (typeof tones)[number] => tones[index % tones.length]!
