/** Reads a policy's YAML and says everything that is wrong or doubtful in it, with line and column. */
import { LineCounter, isNode, isScalar, parseDocument, visit } from 'yaml'
import type { Document } from 'yaml'
import { gateSchema, limitsSchema, policySchema, productionLimitSchema, waiverSchema } from '../contract/policy.ts'
import type { LintProblem, LintedPolicy } from '../contract/policy.ts'
import { issueText } from '../format/issue-text.ts'
import { checkRules } from './lint-rules.ts'
import { nearest } from './nearest.ts'

type Place = readonly (string | number)[]

export type Report = (
  place: Place,
  severity: LintProblem['severity'],
  code: string,
  message: string,
  remedy: string,
) => void

/** Where a key or its value stands; what is not there is placed at what would hold it. */
function positionOf(document: Document, lines: LineCounter, place: Place): { line: number; column: number } {
  for (let length = place.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(place.slice(0, length), true)
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0])
      return { line: Math.max(1, line), column: Math.max(1, col) }
    }
  }
  return { line: 1, column: 1 }
}

const shapes: Readonly<Record<string, readonly string[]>> = {
  gates: Object.keys(gateSchema.shape),
  waivers: Object.keys(waiverSchema.shape),
  target: Object.keys(limitsSchema.shape),
  objective: Object.keys(policySchema.shape.objective.shape),
  deployment: Object.keys(policySchema.shape.deployment.shape),
  limits: Object.keys(productionLimitSchema.shape),
  approval: Object.keys(policySchema.shape.approval.unwrap().shape),
  '': Object.keys(policySchema.shape),
}

const keysAt = (place: Place): readonly string[] =>
  shapes[[...place].reverse().find((step) => typeof step === 'string') ?? ''] ?? []

/** A policy file larger than this is not one that a person wrote. */
const largest = 1_000_000
/** More of them nobody reads, and each is looked up in the file. */
const mostProblems = 100

/** Where keys stand that the same map has already. The parser's own check compares each key with each. */
function repeatedKeys(document: Document): number[] {
  const found: number[] = []
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) found.push(key.range?.[0] ?? 0)
        seen.add(key.value)
      }
    },
  })
  return found
}

/** @param today ISO date, against which waivers are held */
export function lintPolicy(text: string, today: string): LintedPolicy {
  const problems: LintProblem[] = []
  if (text.length > largest) {
    const message = `The file has ${text.length} characters; a policy has at most ${largest}.`
    return {
      policy: null,
      problems: [
        { code: 'policy/too-long', severity: 'error', message, remedy: 'Check the file.', line: 1, column: 1 },
      ],
    }
  }
  const lines = new LineCounter()
  // Aliases stay few: a small file must not unfold into a huge one.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const addError = (message: string, at: number): void => {
    const { line, col } = lines.linePos(at)
    problems.push({
      code: 'policy/yaml',
      severity: 'error',
      message,
      remedy: 'Correct the YAML there.',
      line: Math.max(1, line),
      column: Math.max(1, col),
    })
  }
  for (const error of document.errors.slice(0, mostProblems)) addError(error.message, error.pos[0])
  if (problems.length === 0)
    for (const at of repeatedKeys(document).slice(0, mostProblems)) addError('Map keys must be unique', at)
  const report: Report = (place, severity, code, message, remedy) =>
    problems.push({ code, severity, message, remedy, ...positionOf(document, lines, place) })
  if (problems.length > 0) return { policy: null, problems }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    report([], 'error', 'policy/yaml', String((error as Error).message), 'Write it without so many aliases.')
    return { policy: null, problems }
  }
  const parsed = policySchema.safeParse(value)
  if (!parsed.success) {
    for (const issue of parsed.error.issues.slice(0, mostProblems)) {
      const place = issue.path.filter((step) => typeof step !== 'symbol')
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys.slice(0, mostProblems)) {
          const meant = nearest(key, keysAt(place))
          report(
            [...place, key],
            'error',
            'policy/unknown-key',
            `"${key}" is not a key that stands there.`,
            meant ? `Did you mean "${meant}"?` : `Known keys: ${keysAt(place).join(', ')}.`,
          )
        }
      } else {
        report(
          place,
          'error',
          'policy/invalid',
          issueText(issue, 'the policy'),
          'See the policy’s schema: assay policy schema.',
        )
      }
    }
    return { policy: null, problems }
  }
  checkRules(parsed.data, today, report)
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  return { policy: problems.some((problem) => problem.severity === 'error') ? null : parsed.data, problems }
}
