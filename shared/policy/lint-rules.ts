/** What a policy's schema cannot say: paths that lead nowhere, limits the wrong way round, waivers of nothing. */
import type { Limits, Policy } from '../contract/policy.ts'
import { metricDefinitions } from '../metrics/definitions.ts'
import { parseEvidencePath } from './evidence-path.ts'
import { checkPath, metricOfPath } from './known-paths.ts'
import type { Report } from './lint-policy.ts'

const operators = ['at_least', 'at_most', 'between', 'equals'] as const
type Place = readonly (string | number)[]

function checkLimits(limits: Limits, place: Place, report: Report): void {
  const given = operators.filter((name) => limits[name] !== undefined)
  if (given.length !== 1) {
    report(
      place,
      'error',
      'policy/one-limit',
      given.length === 0 ? 'It has no limit.' : `It has ${given.length} limits: ${given.join(', ')}.`,
      `Give exactly one of ${operators.join(', ')}.`,
    )
  }
  if (limits.between && limits.between[0] > limits.between[1]) {
    report(
      [...place, 'between'],
      'error',
      'policy/empty-range',
      `No number lies between ${limits.between[0]} and ${limits.between[1]}.`,
      'Put the smaller one first.',
    )
  }
}

function checkFigure(
  path: string,
  limits: Limits,
  versus: boolean,
  pathPlace: Place,
  place: Place,
  report: Report,
): void {
  const parsed = parseEvidencePath(path)
  if (!parsed.ok) {
    report(
      pathPlace,
      'error',
      'policy/path',
      `The path "${path}" cannot be read at character ${parsed.at + 1}: ${parsed.message}`,
      'For example metrics.roc_auc or detail.classes[label=yes].metrics.recall.',
    )
    return
  }
  const verdict = checkPath(parsed.steps)
  if (verdict.kind === 'unknown') {
    report(
      pathPlace,
      'error',
      'policy/unknown-path',
      verdict.message,
      verdict.nearest ? `Did you mean "${verdict.nearest}"?` : 'See what an evaluated run has: assay policy paths RUN.',
    )
    return
  }
  if (verdict.kind === 'open') {
    report(
      pathPlace,
      'note',
      'policy/needs-analysis',
      `"${path}" is there only once its analysis has run.`,
      'Without it the gate is missing, which stops a release as a failure does.',
    )
  }
  const numeric = limits.equals === undefined || typeof limits.equals === 'number'
  if (verdict.kind === 'group' || (verdict.kind === 'text' && numeric)) {
    report(
      pathPlace,
      'error',
      'policy/not-a-figure',
      verdict.kind === 'group' ? `"${path}" is a group, not a figure.` : `"${path}" is text, not a number.`,
      verdict.kind === 'group' ? 'Go on to one of its figures.' : 'Hold it against a text with equals.',
    )
  }
  checkMetric(path, limits, versus, place, report)
}

function checkMetric(path: string, limits: Limits, versus: boolean, place: Place, report: Report): void {
  const definition = metricDefinitions[metricOfPath(path) ?? '']
  if (!definition) return
  const { better, unit, title } = definition
  if (limits.at_least !== undefined && better === 'lower')
    report(place, 'warning', 'policy/direction', `${title} is better when lower.`, 'Did you mean at_most?')
  if (limits.at_most !== undefined && better === 'higher')
    report(place, 'warning', 'policy/direction', `${title} is better when higher.`, 'Did you mean at_least?')
  const from = unit === 'coefficient' || versus ? -1 : 0
  const values = [limits.at_least, limits.at_most, ...(limits.between ?? [])].filter((value) => value !== undefined)
  if ((unit === 'fraction' || unit === 'coefficient') && values.some((value) => value < from || value > 1)) {
    report(
      place,
      'warning',
      'policy/out-of-range',
      `${title} lies between ${from} and 1, so this limit is always met or never.`,
      'Check the number; 80 % is 0.8.',
    )
  }
}

export function checkRules(policy: Policy, today: string, report: Report): void {
  const { objective, gates, waivers = [], approval } = policy
  if (typeof objective.target !== 'string') {
    checkLimits(objective.target, ['objective', 'target'], report)
    checkFigure(objective.measure, objective.target, false, ['objective', 'measure'], ['objective', 'target'], report)
  }
  const seen = new Map<string, number>()
  gates.forEach((gate, k) => {
    const place = ['gates', k]
    const before = seen.get(gate.id)
    if (before !== undefined || gate.id === 'objective' || gate.id === 'task') {
      report(
        [...place, 'id'],
        'error',
        'policy/duplicate-id',
        before === undefined
          ? `"${gate.id}" is kept for Assay itself.`
          : `Gate ${before + 1} has the id "${gate.id}" too.`,
        'Give each gate an id of its own.',
      )
    }
    seen.set(gate.id, k)
    checkLimits(gate, place, report)
    checkFigure(gate.path, gate, gate.versus !== undefined, [...place, 'path'], place, report)
    if (gate.versus && gate.equals !== undefined)
      report(place, 'error', 'policy/equals-champion', 'A difference is never exactly equal.', 'Use between.')
    if (gate.judge === 'value' && gate.severity !== 'warn')
      report(
        [...place, 'judge'],
        'warning',
        'policy/ignores-uncertainty',
        'judge: value lets a lucky sample pass.',
        'Leave it out unless the figure has no sampling error.',
      )
  })
  const limits = new Set<string>()
  policy.deployment.limits?.forEach(({ id, measure, at_most }, k) => {
    const place = ['deployment', 'limits', k]
    if (seen.has(id) || limits.has(id))
      report(
        [...place, 'id'],
        'error',
        'policy/duplicate-id',
        `A gate or another limit has the id "${id}" too.`,
        'Give each gate and limit an id of its own.',
      )
    limits.add(id)
    if (measure === 'error_rate' && at_most >= 1)
      report(
        [...place, 'at_most'],
        'warning',
        'policy/out-of-range',
        'A rate is never above 1, so this limit is always met.',
        'Check the number; 1 % is 0.01.',
      )
  })
  if (!gates.some((gate) => gate.severity !== 'warn') && typeof objective.target === 'string')
    report(['gates'], 'warning', 'policy/nothing-blocks', 'No gate stops a release.', 'Give one severity: block.')
  waivers.forEach((waiver, k) => {
    const place = ['waivers', k]
    if (!seen.has(waiver.gate) && waiver.gate !== 'objective')
      report(
        [...place, 'gate'],
        'error',
        'policy/waiver-of-nothing',
        `There is no gate "${waiver.gate}".`,
        `Gates: ${[...seen.keys()].join(', ')}.`,
      )
    if (waiver.expires < today)
      report(
        [...place, 'expires'],
        'warning',
        'policy/waiver-expired',
        `The waiver expired on ${waiver.expires} and no longer counts.`,
        'Remove it, or decide anew.',
      )
    else if (Date.parse(waiver.expires) - Date.parse(today) > 366 * 86_400_000)
      report(
        [...place, 'expires'],
        'warning',
        'policy/waiver-too-long',
        'A waiver of more than a year is a change of the limit.',
        'Change the limit, or expire it sooner.',
      )
  })
  const quorum = approval?.quorum ?? 1
  if (policy.risk_tier === 'high' && quorum < 2)
    report(
      approval ? ['approval'] : ['risk_tier'],
      'warning',
      'policy/high-risk-quorum',
      'The risk is high and one signature is enough.',
      'Ask for two: approval: { quorum: 2 }.',
    )
}
