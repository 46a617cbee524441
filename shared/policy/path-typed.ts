/** What of a policy is being typed: pure text work for the editor's completion. */

export interface Typed {
  /** What is typed so far; empty where no path is being typed. */
  readonly part: string
  /** The range of the text that a chosen path replaces. */
  readonly from: number
  readonly to: number
  /** Whether a path is wanted there; otherwise a whole gate is put in. */
  readonly isPath: boolean
}

/** The path at the caret: what follows `path:` or `measure:` on its line. */
export function typedAt(text: string, caret: number): Typed {
  const start = text.lastIndexOf('\n', caret - 1) + 1
  const end = text.indexOf('\n', caret) < 0 ? text.length : text.indexOf('\n', caret)
  const before = /^(.*\b(?:path|measure):[ \t]*["']?)([^"'\s,{}]*)$/.exec(text.slice(start, caret))
  if (!before) return { part: '', from: end, to: end, isPath: false }
  const from = start + before[1]!.length
  const rest = /^[^"'\s,}]*/.exec(text.slice(caret, end))![0].length
  return { part: before[2]!, from, to: caret + rest, isPath: true }
}

/** YAML needs quotes around what has brackets, braces, colons, hashes or commas in it. */
const quoted = (path: string): string => (/[[\]{}:#,&*!|>'"%@`]/.test(path) ? `'${path.replaceAll("'", "''")}'` : path)

/** The text with a figure put in: as the path that is being typed, or as a gate of its own after the line. */
export function putFigure(text: string, typed: Typed, path: string): { text: string; caret: number } {
  const before = text.slice(0, typed.from)
  const open = /["']$/.exec(before)?.[0]
  const piece = typed.isPath
    ? open
      ? path.replaceAll(open, open === "'" ? "''" : '\\"')
      : quoted(path)
    : `${before === '' || before.endsWith('\n') ? '' : '\n'}  - id: ${path
        .split(/[^a-zA-Z0-9]+/)
        .filter((word) => word !== '')
        .slice(-2)
        .join('-')
        .toLowerCase()}\n    path: ${quoted(path)}\n    at_least: `
  return { text: before + piece + text.slice(typed.to), caret: before.length + piece.length }
}

/** Where a line and column, both from 1, are in the text. */
export function offsetOf(text: string, line: number, column: number): number {
  let at = 0
  for (let k = 1; k < line; k++) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  return Math.min(text.length, at + column - 1)
}
