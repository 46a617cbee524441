/** Markup that escapes by default: what is put into an `escaped` template is text, unless it is `Html` itself. */
import { visibleText } from './visible-text.ts'

/** Markup that is known to be safe: made by `escaped`, or by hand from a constant. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

export type HtmlValue = Html | string | number | null | readonly HtmlValue[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand between tags and in quoted attributes, of HTML and of XML. */
const escapeText = (text: string): string => visibleText(text).replace(/[&<>"']/g, (mark) => entities[mark]!)

function toMarkup(value: HtmlValue): string {
  if (value === null) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'object') return value.map(toMarkup).join('')
  return escapeText(String(value))
}

/**
 * A tagged template: escaped`<td>${name}</td>`. Attributes must be in double quotes; arrays are joined; null is nothing.
 * It is not named html, because Prettier lays such templates out anew, white space and all.
 */
export const escaped = (parts: TemplateStringsArray, ...values: HtmlValue[]): Html =>
  new Html(parts.reduce((markup, part, k) => markup + toMarkup(values[k - 1] ?? null) + part))
