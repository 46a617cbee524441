/**
 * Paths into the evidence: `metrics.roc_auc`, `detail.classes[label=setosa].metrics.recall`, `findings[severity=error].count`.
 * A dot goes to a name, [3] to an entry, [*] to every entry, [key=value] to the entries with that value, ["a.b"] to a
 * name with other characters than letters, digits, _ and -. `.count` at the end counts the entries.
 */

export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'where'; readonly key: string; readonly value: string }
  | { readonly kind: 'count' }

export type ParsedPath =
  | { readonly ok: true; readonly steps: readonly Step[] }
  /** `at` counts characters from 0. */
  | { readonly ok: false; readonly at: number; readonly message: string }

const nameAt = /[\p{L}\p{N}_@-]+/uy
const quotedAt = /"((?:[^"\\]|\\.)*)"/y
const indexAt = /\d+/y

function readAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const unquote = (text: string): string => text.replace(/\\(.)/g, '$1')

/** One [..] from its bracket on. */
function readBracket(text: string, start: number): { step: Step; end: number } | string {
  let at = start + 1
  let step: Step
  const quoted = readAt(quotedAt, text, at)
  const index = readAt(indexAt, text, at)
  if (text[at] === '*') {
    step = { kind: 'all' }
    at += 1
  } else if (quoted) {
    step = { kind: 'name', name: unquote(quoted[1]!) }
    at += quoted[0].length
  } else if (index && text[at + index[0].length] === ']') {
    step = { kind: 'index', index: Number(index[0]) }
    at += index[0].length
  } else {
    const key = readAt(nameAt, text, at)
    if (!key) return 'In [ ] stands *, a number, a "name" or key=value.'
    at += key[0].length
    if (text[at] !== '=') return `After "${key[0]}" in [ ] stands = and a value.`
    at += 1
    const value = readAt(quotedAt, text, at)
    const end = value ? at + value[0].length : text.indexOf(']', at)
    if (end <= at) return `"${key[0]}=" has no value.`
    step = { kind: 'where', key: key[0], value: value ? unquote(value[1]!) : text.slice(at, end) }
    at = end
  }
  return text[at] === ']' ? { step, end: at + 1 } : 'The [ is not closed.'
}

/** @returns the steps, or where and why the text is no path */
export function parseEvidencePath(text: string): ParsedPath {
  const steps: Step[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] === '[') {
      const read = readBracket(text, at)
      if (typeof read === 'string') return { ok: false, at, message: read }
      steps.push(read.step)
      at = read.end
      continue
    }
    if (at > 0) {
      if (text[at] !== '.') return { ok: false, at, message: `"${text[at]}" cannot stand there.` }
      at += 1
    }
    const name = readAt(nameAt, text, at)
    if (!name) return { ok: false, at, message: 'A name is missing. Put one with other characters into [" "].' }
    at += name[0].length
    steps.push(name[0] === 'count' && at === text.length ? { kind: 'count' } : { kind: 'name', name: name[0] })
  }
  return steps.length === 0 ? { ok: false, at: 0, message: 'The path is empty.' } : { ok: true, steps }
}

const plainName = /^[\p{L}\p{N}_@-]+$/u

/** The path of a name inside another path. */
export function joinPath(base: string, name: string): string {
  if (!plainName.test(name) || name === 'count') return `${base}["${name.replace(/["\\]/g, '\\$&')}"]`
  return base === '' ? name : `${base}.${name}`
}

export interface FoundNode {
  /** The path of this one node, without [*]. */
  readonly path: string
  readonly value: unknown
}

export type Resolved =
  | { readonly ok: true; readonly nodes: readonly FoundNode[] }
  /** `path` is how far it led. */
  | { readonly ok: false; readonly path: string; readonly message: string }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function children(node: FoundNode): FoundNode[] | null {
  if (Array.isArray(node.value)) return node.value.map((value, k) => ({ path: `${node.path}[${k}]`, value }))
  if (isRecord(node.value))
    return Object.entries(node.value).map(([name, value]) => ({ path: joinPath(node.path, name), value }))
  return null
}

/** An entry that has a telling key is named by it, so that a reader need not count entries. */
function namedBy(node: FoundNode, entry: FoundNode, key: string): string {
  const value = (entry.value as Readonly<Record<string, unknown>>)[key]
  const text = String(value)
  return `${node.path}[${key}=${/^[\p{L}\p{N}_.+-]+$/u.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`}]`
}

/**
 * The nodes that a path names. A `[key=value]` that matches nothing is an empty list, which only `.count` accepts; a key
 * that no entry has is no match but an error, so that a misspelt filter never counts as 0.
 */
export function resolvePath(steps: readonly Step[], root: unknown): Resolved {
  let nodes: FoundNode[] = [{ path: '', value: root }]
  let selected = false
  let reached = ''
  for (const step of steps) {
    if (step.kind === 'count') {
      const [only] = nodes
      const entries = selected || !only ? null : children(only)
      if (!selected && entries === null) {
        return { ok: false, path: reached, message: `${reached} is not a list, so it has no count.` }
      }
      return { ok: true, nodes: [{ path: joinCount(reached), value: entries ? entries.length : nodes.length }] }
    }
    const next: FoundNode[] = []
    for (const node of nodes) {
      const entries = children(node)
      if (step.kind === 'name') {
        if (!isRecord(node.value) || !Object.hasOwn(node.value, step.name)) {
          return { ok: false, path: node.path, message: `${node.path || 'The evidence'} has no "${step.name}".` }
        }
        next.push({ path: joinPath(node.path, step.name), value: node.value[step.name] })
      } else if (step.kind === 'index') {
        const entry = Array.isArray(node.value) ? entries?.[step.index] : undefined
        if (!entry) return { ok: false, path: node.path, message: `${node.path} has no entry ${step.index}.` }
        next.push(entry)
      } else {
        if (!entries) return { ok: false, path: node.path, message: `${node.path} is not a list.` }
        const { kind } = step
        if (kind === 'all') next.push(...entries)
        else {
          const having = entries.filter((entry) => isRecord(entry.value) && Object.hasOwn(entry.value, step.key))
          if (having.length === 0 && entries.length > 0)
            return { ok: false, path: node.path, message: `No entry of ${node.path} has "${step.key}".` }
          next.push(
            ...having
              .filter((entry) => String((entry.value as Readonly<Record<string, unknown>>)[step.key]) === step.value)
              .map((entry) => ({ ...entry, path: namedBy(node, entry, step.key) })),
          )
        }
      }
    }
    reached = step.kind === 'name' && nodes.length === 1 ? next[0]!.path : `${reached}${stepText(step)}`
    selected = step.kind === 'all' || step.kind === 'where'
    nodes = next
  }
  if (nodes.length === 0) return { ok: false, path: reached, message: `Nothing in the evidence matches ${reached}.` }
  return { ok: true, nodes }
}

const joinCount = (path: string): string => (path === '' ? 'count' : `${path}.count`)

function stepText(step: Step): string {
  switch (step.kind) {
    case 'name':
      return plainName.test(step.name) ? `.${step.name}` : `["${step.name}"]`
    case 'index':
      return `[${step.index}]`
    case 'all':
      return '[*]'
    case 'where':
      return `[${step.key}=${step.value}]`
    case 'count':
      return '.count'
  }
}
