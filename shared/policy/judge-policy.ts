/** Every gate of a policy held against one evidence document. */
import type { ChampionRef, Gate, GateResult, Gates, JudgedFigure, Limits, Outcome, Policy } from '../contract/policy.ts'
import type { Evidence } from '../contract/run.ts'
import { parseEvidencePath, resolvePath } from './evidence-path.ts'
import type { FoundNode } from './evidence-path.ts'
import { pairedDifference } from './paired-difference.ts'
import { differenceOf, judgeFigure, limitsText, readFigure } from './judge-figure.ts'

export interface Champion {
  readonly ref: ChampionRef
  readonly evidence: Evidence
}

export interface JudgeRequest {
  readonly policy: Policy
  readonly policySha256: string
  readonly evidence: Evidence
  readonly evidenceSha256: string
  /** Null where there is none with evidence on the same data; `championReason` says why. */
  readonly champion: Champion | null
  readonly championReason?: string
  /** ISO; decides which waivers are in force. */
  readonly now: string
}

const rank: Readonly<Record<Outcome, number>> = { missing: 3, fail: 2, inconclusive: 1, pass: 0 }

/** The objective's target is a gate as well, where it is a limit. */
export function gatesOf(policy: Policy): Gate[] {
  const { objective } = policy
  if (typeof objective.target === 'string') return policy.gates
  return [
    { id: 'objective', title: `Objective: ${objective.business}`, path: objective.measure, ...objective.target },
    ...policy.gates,
  ]
}

const limitsOf = ({ at_least, at_most, between, equals }: Limits): Limits => ({
  ...(at_least === undefined ? {} : { at_least }),
  ...(at_most === undefined ? {} : { at_most }),
  ...(between === undefined ? {} : { between }),
  ...(equals === undefined ? {} : { equals }),
})

const missingFigure = (path: string, reason: string): JudgedFigure => ({
  path,
  value: null,
  low: null,
  high: null,
  n: null,
  method: null,
  outcome: 'missing',
  reason,
})

function judgeNode(gate: Gate, node: FoundNode, request: JudgeRequest): JudgedFigure {
  const figure = readFigure(node.value)
  if (!figure) return missingFigure(node.path, 'what stands there is not a figure but a list or a group')
  let judged = figure
  let sides: Pick<JudgedFigure, 'candidate' | 'champion'> = {}
  if (gate.versus) {
    const { champion } = request
    if (!champion) return missingFigure(node.path, request.championReason ?? 'there is no champion to compare with')
    const parsed = parseEvidencePath(node.path)
    const found = parsed.ok ? resolvePath(parsed.steps, champion.evidence) : null
    const other = found?.ok && found.nodes.length === 1 ? readFigure(found.nodes[0]!.value) : null
    if (!other) return missingFigure(node.path, 'the champion’s evidence does not hold this figure')
    const paired = parsed.ok ? pairedDifference(parsed.steps, request.evidence, champion) : null
    judged = paired ?? differenceOf(figure, other)
    sides = {
      candidate: typeof figure.value === 'number' ? figure.value : null,
      champion: typeof other.value === 'number' ? other.value : null,
    }
  }
  const verdict = judgeFigure(judged, gate, {
    ...(gate.judge ? { judge: gate.judge } : {}),
    ...(gate.n_at_least ? { nAtLeast: gate.n_at_least } : {}),
  })
  const { value, low, high, n, method } = judged
  return { path: node.path, value, low, high, n, method, ...verdict, ...sides }
}

function judgeGate(gate: Gate, request: JudgeRequest): GateResult {
  const { policy, evidence, now } = request
  const parsed = parseEvidencePath(gate.path)
  const resolved = parsed.ok ? resolvePath(parsed.steps, evidence) : { ok: false as const, message: parsed.message }
  const figures = resolved.ok ? resolved.nodes.map((node) => judgeNode(gate, node, request)) : []
  const worst = figures.reduce<JudgedFigure | null>(
    (bad, figure) => (bad && rank[bad.outcome] >= rank[figure.outcome] ? bad : figure),
    null,
  )
  const outcome: Outcome = worst?.outcome ?? 'missing'
  const severity = gate.severity ?? 'block'
  // A waiver that was given anew stands beside the one that ended.
  const waivers = policy.waivers?.filter((entry) => entry.gate === gate.id) ?? []
  const standing = waivers.find((entry) => now.slice(0, 10) <= entry.expires)
  const waiver = standing ?? waivers.at(-1)
  const inForce = standing !== undefined
  const passed = figures.filter((figure) => figure.outcome === 'pass').length
  const several = figures.length > 1 ? `${passed} of ${figures.length} pass; the worst: ` : ''
  const versus = gate.versus ? 'difference from the champion ' : ''
  return {
    id: gate.id,
    title: gate.title ?? gate.path,
    path: gate.path,
    requirement: `${versus}${limitsText(gate)}`,
    limits: limitsOf(gate),
    versus: gate.versus ?? null,
    severity,
    outcome,
    reason: worst ? `${several}${worst.reason}` : resolved.ok ? 'nothing matches' : resolved.message,
    figure: worst,
    figures: figures.length,
    passed,
    waiver: waiver ? { owner: waiver.owner, reason: waiver.reason, expires: waiver.expires, inForce } : null,
    blocking: severity === 'block' && outcome !== 'pass' && !inForce,
  }
}

/**
 * Passing means that every blocking gate passes. That is an intersection–union test (Berger 1982): because all must
 * pass, the risk of letting a bad model through is no more than that of its single worst gate, and no correction for
 * their number is needed.
 */
export function judgePolicy(request: JudgeRequest): Gates {
  const { policy, evidence } = request
  const applicable = policy.task === undefined || policy.task === evidence.task
  const gates = gatesOf(policy).map((gate) => judgeGate(gate, request))
  if (!applicable) {
    gates.unshift({
      id: 'task',
      title: 'Task',
      path: 'task',
      requirement: `exactly ${policy.task}`,
      limits: { equals: policy.task! },
      versus: null,
      severity: 'block',
      outcome: 'fail',
      reason: `the policy is for ${policy.task} models; this one is ${evidence.task}`,
      figure: null,
      figures: 0,
      passed: 0,
      waiver: null,
      blocking: true,
    })
  }
  const count = (test: (gate: GateResult) => boolean): number => gates.filter(test).length
  const waived = count((gate) => gate.severity === 'block' && gate.outcome !== 'pass' && !gate.blocking)
  const blocking = count((gate) => gate.blocking)
  return {
    schema: 'assay.gates/1',
    judgedAt: request.now,
    evidenceSha256: request.evidenceSha256,
    policySha256: request.policySha256,
    policyName: policy.name,
    riskTier: policy.risk_tier,
    champion: request.champion?.ref ?? null,
    outcome: blocking > 0 ? 'blocked' : waived > 0 ? 'waived' : 'pass',
    counts: {
      pass: count((gate) => gate.outcome === 'pass'),
      fail: count((gate) => gate.outcome === 'fail'),
      inconclusive: count((gate) => gate.outcome === 'inconclusive'),
      missing: count((gate) => gate.outcome === 'missing'),
      blocking,
      waived,
      warnings: count((gate) => gate.severity === 'warn' && gate.outcome !== 'pass'),
    },
    gates,
  }
}
