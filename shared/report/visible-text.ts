/** Text from a dataset or a model, made safe to read: nothing invisible may change how the text around it is read. */
import { formatCount } from '../format/number.ts'

/**
 * Controls, lone surrogates and the characters that reorder text around them (UAX #9), which can make one class name
 * look like another ("Trojan Source", Boucher and Anderson 2021). Joiners stay: scripts and emoji need them.
 */
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Surrogate}/u

const codePoint = (character: string): string => character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')

/**
 * Replaces each run of characters that cannot be seen by its code points: "‹202E›", "‹4E2D 6587›". Different texts stay
 * different. `hasGlyph` says what the font can draw; left out, it can draw everything. White space becomes a space.
 */
export function visibleText(text: string, hasGlyph: (codePoint: number) => boolean = () => true): string {
  let shown = ''
  let hidden: string[] = []
  const flush = (): void => {
    if (hidden.length > 0) shown += `‹${hidden.join(' ')}›`
    hidden = []
  }
  for (const character of text.replace(/[\t\n\r]+/g, ' ')) {
    if (invisible.test(character) || !hasGlyph(character.codePointAt(0)!)) hidden.push(codePoint(character))
    else {
      flush()
      shown += character
    }
  }
  flush()
  return shown
}

/** The start of a long text, with how long all of it is. */
export function clipText(text: string, limit: number): string {
  const shown = visibleText(text)
  const characters = Array.from(shown)
  if (characters.length <= limit) return shown
  return `${characters.slice(0, limit).join('')}… (${formatCount(characters.length)} characters)`
}

/** A class, column or file name in a table. */
export const nameText = (name: string): string => (name === '' ? '(empty text)' : clipText(name, 80))

/** A name in a chart, where space is short. */
export function tagText(name: string, limit: number): string {
  const characters = Array.from(nameText(name))
  return characters.length <= limit ? characters.join('') : `${characters.slice(0, limit - 1).join('')}…`
}
