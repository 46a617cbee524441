/** Walks a reference document leaf by leaf beside what was computed. */
import { differences } from './differences.ts'
import type { Difference } from './differences.ts'

export interface Accounted {
  readonly document: string
  /** Leaves equal to 1e-9 relative, or equal as texts. */
  readonly reproduced: Map<string, number>
  /** Leaves listed, by the difference they are listed under. */
  readonly listed: Map<Difference, number>
  /** Leaves that are neither, with what was found. */
  readonly wrong: string[]
}

const tight = 1e-9

export function account(document: string, expected: unknown, computed: unknown): Accounted {
  const found: Accounted = { document, reproduced: new Map(), listed: new Map(), wrong: [] }
  walk(expected, computed, '', found)
  return found
}

function walk(expected: unknown, computed: unknown, path: string, found: Accounted): void {
  if (expected !== null && typeof expected === 'object') {
    const inside = computed !== null && typeof computed === 'object' ? (computed as Record<string, unknown>) : {}
    for (const [key, value] of Object.entries(expected)) walk(value, inside[key], `${path}/${key}`, found)
    return
  }
  const section = path.split('/')[1]!
  if (agrees(expected, computed, { relative: tight })) {
    found.reproduced.set(section, (found.reproduced.get(section) ?? 0) + 1)
    return
  }
  const difference = differences.find(
    ({ documents, paths }) => documents.test(found.document) && paths.some((pattern) => pattern.test(path)),
  )
  if (difference && (difference.within === undefined || agrees(expected, computed, difference.within))) {
    found.listed.set(difference, (found.listed.get(difference) ?? 0) + 1)
  } else found.wrong.push(`${path}: ${String(computed)} is not ${String(expected)}`)
}

/** Numbers within a tolerance; texts and nulls equal. A number of 0 must be 0. */
function agrees(expected: unknown, computed: unknown, within: NonNullable<Difference['within']>): boolean {
  if (typeof expected === 'number' && typeof computed === 'number') {
    const limit = 'relative' in within ? within.relative * Math.abs(expected) : within.absolute
    return Math.abs(expected - computed) <= limit
  }
  return computed !== undefined && String(expected) === String(computed)
}
