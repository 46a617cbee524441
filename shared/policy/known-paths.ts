/** What the evidence's own schema says about a path, and which paths a given evidence document offers. */
import { z } from 'zod'
import { evidenceSchema } from '../contract/run.ts'
import type { Evidence } from '../contract/run.ts'
import { metricDefinitions } from '../metrics/definitions.ts'
import { joinPath, parseEvidencePath } from './evidence-path.ts'
import type { Step } from './evidence-path.ts'
import { readFigure } from './judge-figure.ts'
import { nearest } from './nearest.ts'

interface Node {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: Node | boolean
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
}

let schema: Node | null = null
const evidenceNode = (): Node =>
  (schema ??= z.toJSONSchema(evidenceSchema, { io: 'output', unrepresentable: 'any' }) as Node)

const variants = (node: Node): readonly Node[] => (node.anyOf ?? node.oneOf)?.flatMap(variants) ?? [node]
/** Nothing is said about what stands there: sections, which have schemas of their own. */
const isOpen = (node: Node): boolean =>
  node.type === undefined && node.properties === undefined && node.anyOf === undefined && node.oneOf === undefined

export type PathVerdict =
  /** 'figure': a number or a number with its interval; 'open': known only once the analysis has run. */
  | { readonly kind: 'figure' | 'text' | 'group' | 'open' }
  | { readonly kind: 'unknown'; readonly message: string; readonly nearest: string | null }

function stepInto(nodes: readonly Node[], step: Step): { next: Node[]; names: string[] } {
  const next: Node[] = []
  const names: string[] = []
  for (const node of nodes) {
    const extra = typeof node.additionalProperties === 'object' ? node.additionalProperties : null
    if (step.kind === 'name') {
      names.push(...Object.keys(node.properties ?? {}))
      const found = node.properties?.[step.name] ?? extra
      if (found) next.push(found)
    } else if (step.kind === 'index' || step.kind === 'where' || step.kind === 'all') {
      if (node.items) next.push(node.items)
      else if (step.kind === 'all') next.push(...Object.values(node.properties ?? {}), ...(extra ? [extra] : []))
    }
  }
  if (step.kind === 'where') {
    const keys = next.flatMap(variants).flatMap((node) => Object.keys(node.properties ?? {}))
    if (keys.length > 0 && !keys.includes(step.key)) return { next: [], names: keys }
  }
  return { next, names }
}

/** Holds a path against the evidence's schema. A metric that no definition names is unknown too. */
export function checkPath(steps: readonly Step[]): PathVerdict {
  let nodes: readonly Node[] = [evidenceNode()]
  const [first, second] = steps
  if (first?.kind === 'name' && first.name === 'metrics' && second?.kind === 'name') {
    if (!Object.hasOwn(metricDefinitions, second.name)) {
      return {
        kind: 'unknown',
        message: `No evaluation gives a metric "${second.name}".`,
        nearest: nearest(second.name, Object.keys(metricDefinitions)),
      }
    }
  }
  for (const step of steps) {
    if (step.kind === 'count') return { kind: 'figure' }
    const all = nodes.flatMap(variants)
    if (all.some(isOpen)) return { kind: 'open' }
    const { next, names } = stepInto(all, step)
    if (next.length === 0) {
      const wanted = step.kind === 'name' ? step.name : step.kind === 'where' ? step.key : ''
      const message =
        wanted === '' ? 'What stands before the [ ] is not a list.' : `The evidence has no "${wanted}" there.`
      return { kind: 'unknown', message, nearest: nearest(wanted, names) }
    }
    nodes = next
  }
  const ends = nodes.flatMap(variants)
  if (ends.some(isOpen)) return { kind: 'open' }
  const isFigure = (node: Node): boolean =>
    node.type === 'number' || node.type === 'integer' || node.properties?.['value'] !== undefined
  if (ends.some(isFigure)) return { kind: 'figure' }
  return { kind: ends.some((node) => node.type === 'string' || node.type === 'boolean') ? 'text' : 'group' }
}

/** The metric that a path ends in, for its definition: metrics.roc_auc and classes[…].metrics.recall alike. */
export function metricOfPath(path: string): string | null {
  const parsed = parseEvidencePath(path)
  if (!parsed.ok) return null
  const at = parsed.steps.findLastIndex((step) => step.kind === 'name' && step.name === 'metrics')
  const metric = at < 0 ? undefined : parsed.steps[at + 1]
  return metric?.kind === 'name' && at + 2 === parsed.steps.length ? metric.name : null
}

export interface OfferedPath {
  readonly path: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

const most = 2000

/** Every figure of a document that a gate can name, without the points of curves. */
export function offerPaths(evidence: Evidence): OfferedPath[] {
  const offered: OfferedPath[] = []
  const walk = (node: unknown, path: string): void => {
    if (
      offered.length >= most ||
      node === null ||
      node === undefined ||
      typeof node === 'string' ||
      typeof node === 'boolean'
    )
      return
    const figure = readFigure(node)
    if (figure && (figure.value === null || typeof figure.value === 'number')) {
      offered.push({ path, value: figure.value, low: figure.low, high: figure.high })
      return
    }
    if (Array.isArray(node)) {
      // Arrays of bare numbers are curves; entries with a label or a name are groups that a gate may ask for.
      for (const entry of node) {
        const key = ['label', 'name', 'group', 'code'].find(
          (name) => typeof (entry as Readonly<Record<string, unknown>> | null)?.[name] === 'string',
        )
        if (key === undefined) continue
        const text = String((entry as Readonly<Record<string, unknown>>)[key]).replace(/["\\]/g, '\\$&')
        walk(entry, `${path}[${key}="${text}"]`)
      }
      return
    }
    for (const [name, value] of Object.entries(node as object)) walk(value, joinPath(path, name))
  }
  for (const root of ['metrics', 'rows', 'detail', 'run', 'sections'] as const) walk(evidence[root], root)
  for (const severity of ['error', 'warning']) {
    const value = evidence.findings.filter((finding) => finding.severity === severity).length
    offered.push({ path: `findings[severity=${severity}].count`, value, low: null, high: null })
  }
  return offered
}
