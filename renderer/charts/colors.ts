/** The theme's colours as a canvas takes them. A custom property may hold light-dark(), which only an element resolves. */
export interface Colors {
  readonly text: string
  readonly muted: string
  readonly line: string
  readonly background: string
  /** Okabe and Ito's palette, in a fixed order. */
  readonly series: readonly string[]
}

const seriesCount = 6

export const readColors = (): Colors => {
  const probe = document.createElement('span')
  document.body.append(probe)
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colors: Colors = {
    text: read('text'),
    muted: read('muted'),
    line: read('line'),
    background: read('raised'),
    series: Array.from({ length: seriesCount }, (_, index) => read(`series-${index + 1}`)),
  }
  probe.remove()
  return colors
}

export const seriesColor = (colors: Colors, index: number): string =>
  colors.series[index % colors.series.length] ?? colors.text

/** rgb(…) with an opacity. */
export const fade = (color: string, opacity: number): string =>
  color.replace(/^rgba?\(([^,]+),([^,]+),([^,)]+).*$/, `rgba($1,$2,$3, ${opacity})`)
