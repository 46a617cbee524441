/** A text as words with what lies between them, and the text again without some of them. */
export interface Tokens {
  /** A word with the punctuation that follows it; joined in order they are the text, up to what stands before the first. */
  readonly words: readonly string[]
  /** What stands before the first word. */
  readonly before: string
}

/** Longer texts are cut into this many runs of words, each deleted as one. */
const mostTokens = 200

/** Words of any script: letters, marks, digits and apostrophes; each keeps the separators behind it. */
export function tokensOf(text: string): Tokens {
  const found = text.match(/[\p{L}\p{M}\p{N}'’_]+[^\p{L}\p{M}\p{N}'’_]*/gu) ?? []
  const size = Math.ceil(found.length / mostTokens) || 1
  const words = Array.from({ length: Math.ceil(found.length / size) }, (_, k) =>
    found.slice(k * size, (k + 1) * size).join(''),
  )
  return { words, before: text.slice(0, text.length - found.join('').length) }
}

/** Fewer words are a category, not a text. */
const leastWords = 4

export const isText = (text: string): boolean => tokensOf(text).words.length >= leastWords

/** @param isLeft whether a word stays */
export function textOf({ words, before }: Tokens, isLeft: (word: number) => boolean): string {
  return (before + words.filter((_, k) => isLeft(k)).join('')).trim()
}
