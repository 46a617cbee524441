/** What each kind of limit makes of each kind of interval, one row a case. */
import { describe, expect, it } from 'vitest'
import type { Gate, Limits, Policy } from '../../../shared/contract/policy.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { differenceOf, judgeFigure, limitsText, readFigure } from '../../../shared/policy/judge-figure.ts'
import type { Figure } from '../../../shared/policy/judge-figure.ts'
import { judgePolicy } from '../../../shared/policy/judge-policy.ts'
import { junitXml } from '../../../shared/policy/junit.ts'
import { makeEvidence, metric, multiclassDetail, sha, undefinedMetric } from '../report/evidence-fixture.ts'

const figure = (value: number | null, low: number | null = null, high: number | null = null, n = 1000): Figure => ({
  value,
  low,
  high,
  n,
  method: null,
  reason: value === null ? 'no positive labels' : null,
})

describe('one figure', () => {
  it.each<[string, Figure, Limits, string]>([
    ['at_least: interval above', figure(0.8, 0.75, 0.85), { at_least: 0.7 }, 'pass'],
    ['at_least: lower end on the limit', figure(0.8, 0.75, 0.85), { at_least: 0.75 }, 'pass'],
    ['at_least: value above, interval straddles', figure(0.8, 0.75, 0.85), { at_least: 0.78 }, 'inconclusive'],
    ['at_least: value below, interval straddles', figure(0.8, 0.75, 0.85), { at_least: 0.83 }, 'inconclusive'],
    ['at_least: upper end on the limit', figure(0.8, 0.75, 0.85), { at_least: 0.85 }, 'inconclusive'],
    ['at_least: interval below', figure(0.8, 0.75, 0.85), { at_least: 0.86 }, 'fail'],
    ['at_most: interval below', figure(0.8, 0.75, 0.85), { at_most: 0.9 }, 'pass'],
    ['at_most: straddles', figure(0.8, 0.75, 0.85), { at_most: 0.8 }, 'inconclusive'],
    ['at_most: interval above', figure(0.8, 0.75, 0.85), { at_most: 0.7 }, 'fail'],
    ['between: inside', figure(0, -1, 1), { between: [-2, 2] }, 'pass'],
    ['between: one end out', figure(0, -1, 1), { between: [-0.5, 2] }, 'inconclusive'],
    ['between: wider than the range', figure(0, -3, 3), { between: [-2, 2] }, 'inconclusive'],
    ['between: outside', figure(5, 4, 6), { between: [-2, 2] }, 'fail'],
    ['no interval: by its value, in', figure(0.8), { at_least: 0.7 }, 'pass'],
    ['no interval: by its value, out', figure(0.8), { at_least: 0.9 }, 'fail'],
    ['undefined', figure(null), { at_least: 0.7 }, 'missing'],
    ['equals a number', figure(0.5), { equals: 0.5 }, 'pass'],
    ['equals another number', figure(0.5), { equals: 0.6 }, 'fail'],
    ['equals text', readFigure('binary')!, { equals: 'binary' }, 'pass'],
    ['equals truth', readFigure(true)!, { equals: false }, 'fail'],
    ['text against a number', readFigure('binary')!, { at_least: 1 }, 'missing'],
    ['no limit at all', figure(0.5), {}, 'missing'],
  ])('%s', (_, judged, limits, outcome) => expect(judgeFigure(judged, limits).outcome).toBe(outcome))

  it('judges by the value alone where the policy says so, and says it did', () => {
    const verdict = judgeFigure(figure(0.8, 0.7, 0.9), { at_least: 0.75 }, { judge: 'value' })
    expect(verdict).toEqual({ outcome: 'pass', reason: 'judged by its value alone' })
  })

  it('is inconclusive with too few rows, however good the figure', () => {
    const options = { nAtLeast: 500 }
    expect(judgeFigure(figure(0.9, 0.89, 0.91, 499), { at_least: 0.5 }, options).outcome).toBe('inconclusive')
    expect(judgeFigure(figure(0.9, 0.89, 0.91, 500), { at_least: 0.5 }, options).outcome).toBe('pass')
    expect(judgeFigure(readFigure(3)!, { at_least: 1 }, options).outcome).toBe('inconclusive')
  })

  it('reads a group as no figure', () => {
    expect(readFigure({ low: 1 })).toBeNull()
    expect(readFigure([1])).toBeNull()
    expect(readFigure(null)).toBeNull()
    expect(readFigure({ value: [1] })).toBeNull()
  })

  it('words every limit', () => {
    expect(
      [{ at_least: 0.8 }, { at_most: 1200 }, { between: [-1, 1] as [number, number] }, { equals: 'x' }].map(limitsText),
    ).toEqual(['at least 0.8', 'at most 1,200', 'between −1 and 1', 'exactly x'])
  })
})

describe('difference from the champion', () => {
  it('is Newcombe’s interval for two proportions (1998, method 10, his example a)', () => {
    // 56/70 and 48/80 with Wilson intervals: difference 0.2, 95 % 0.0524 to 0.3339.
    const difference = differenceOf(figure(0.8, 0.6914, 0.8763), figure(0.6, 0.4905, 0.7003))
    expect(difference.value).toBeCloseTo(0.2, 12)
    expect(difference.low).toBeCloseTo(0.0524, 3)
    expect(difference.high).toBeCloseTo(0.3339, 3)
  })

  it('has no interval where one side has none, and no value where one side is undefined', () => {
    expect(differenceOf(figure(0.8), figure(0.7, 0.6, 0.8))).toMatchObject({ low: null, reason: expect.any(String) })
    expect(differenceOf(figure(0.8, 0.7, 0.9), figure(null)).value).toBeNull()
  })
})

const basePolicy: Policy = {
  assay: 'policy/1',
  name: 'Test',
  risk_tier: 'low',
  objective: { business: 'Test', measure: 'words', target: 'words' },
  deployment: { kind: 'batch' },
  gates: [{ id: 'a', path: 'metrics.a', at_least: 0.7 }],
}

const judge = (
  gates: Gate[],
  change: { evidence?: Evidence; champion?: Evidence | null; policy?: Partial<Policy> } = {},
) =>
  judgePolicy({
    policy: { ...basePolicy, ...change.policy, gates },
    policySha256: sha('e'),
    evidence: change.evidence ?? withMetrics({ a: metric(0.8, 0.05), b: undefinedMetric('one class only') }),
    evidenceSha256: sha('f'),
    champion: change.champion
      ? {
          ref: { versionId: 'mv_0123456789abcdef' as never, name: 'old', version: 1, evidenceSha256: sha('c') },
          evidence: change.champion,
        }
      : null,
    now: '2026-06-15T12:00:00.000Z',
  })

const withMetrics = (metrics: Evidence['metrics']): Evidence => ({ ...makeEvidence(), metrics })

describe('a whole policy', () => {
  it.each<[string, Gate, string, boolean]>([
    ['passes', { id: 'g', path: 'metrics.a', at_least: 0.7 }, 'pass', false],
    ['fails', { id: 'g', path: 'metrics.a', at_least: 0.9 }, 'fail', true],
    ['is inconclusive, which stops a release too', { id: 'g', path: 'metrics.a', at_least: 0.8 }, 'inconclusive', true],
    ['is missing where the figure is undefined', { id: 'g', path: 'metrics.b', at_least: 0.8 }, 'missing', true],
    ['is missing where the path leads nowhere', { id: 'g', path: 'sections.fairness.x', at_least: 0 }, 'missing', true],
    ['is missing where the path names a group', { id: 'g', path: 'metrics', at_least: 0 }, 'missing', true],
    ['is missing without a champion', { id: 'g', path: 'metrics.a', versus: 'champion', at_least: 0 }, 'missing', true],
    ['only warns where it is to warn', { id: 'g', path: 'metrics.a', at_least: 0.9, severity: 'warn' }, 'fail', false],
  ])('a gate %s', (_, gate, outcome, blocking) => {
    const result = judge([gate])
    expect(result.gates[0]).toMatchObject({ outcome, blocking })
    expect(result.outcome).toBe(blocking ? 'blocked' : 'pass')
  })

  it('lets the worst of several figures decide', () => {
    const evidence = { ...makeEvidence(multiclassDetail()) }
    const [first] = evidence.detail.kind === 'multiclass' ? evidence.detail.classes : []
    first!.metrics = { recall: metric(0.2, 0.05) }
    const result = judge([{ id: 'g', path: 'detail.classes[*].metrics.recall', at_least: 0.5 }], { evidence })
    expect(result.gates[0]).toMatchObject({ outcome: 'fail', figures: 3 })
    expect(result.gates[0]!.figure!.path).toBe('detail.classes[0].metrics.recall')
  })

  it('compares with the champion’s figure, interval and all', () => {
    const gate: Gate = { id: 'g', path: 'metrics.a', versus: 'champion', at_least: -0.02 }
    const evidence = withMetrics({ a: metric(0.8, 0.01) })
    expect(judge([gate], { evidence, champion: withMetrics({ a: metric(0.75, 0.01) }) }).gates[0]).toMatchObject({
      outcome: 'pass',
      figure: { candidate: 0.8, champion: 0.75 },
    })
    expect(judge([gate], { evidence, champion: withMetrics({ a: metric(0.81, 0.01) }) }).gates[0]!.outcome).toBe(
      'inconclusive',
    )
    expect(judge([gate], { evidence, champion: withMetrics({ a: metric(0.9, 0.01) }) }).gates[0]!.outcome).toBe('fail')
    expect(judge([gate], { evidence, champion: withMetrics({}) }).gates[0]!.outcome).toBe('missing')
  })

  it('takes the paired difference where the evidence compares just these two runs on the same rows', () => {
    const gate: Gate = { id: 'g', path: 'metrics.a', versus: 'champion', at_least: -0.02 }
    const champion = withMetrics({ a: metric(0.81, 0.03) })
    const scored = (digit: string, evidence: Evidence): Evidence => ({
      ...evidence,
      run: { ...evidence.run, scoresSha256: sha(digit) },
    })
    const contender = (key: string, digit: string, value: number) => ({
      key,
      title: key,
      detail: '',
      run: { id: key, versionId: 'mv_0123456789abcdef', model: 'm', version: 1, scoresSha256: sha(digit) },
      threshold: 0.5,
      metrics: { a: metric(value, 0.03) },
    })
    const comparison = {
      schema: 'assay.comparison/1',
      createdAt: '2026-06-01T00:00:00.000Z',
      dataset: { id: 'ds_0123456789abcdef', name: 'd', rows: 10, dataSha256: champion.dataset.dataSha256 },
      task: 'binary',
      positive: 'yes',
      rows: { total: 10, used: 10, excluded: [] },
      confidence: 0.95,
      seed: 1,
      correction: 'Holm',
      reference: 'run_0000000000000001',
      headline: 'a',
      metricOrder: ['a'],
      contenders: [contender('run_0000000000000001', '1', 0.81), contender('run_0000000000000002', '2', 0.8)],
      pairs: [
        {
          other: 'run_0000000000000002',
          differences: {
            a: {
              difference: { ...metric(-0.01, 0.005), method: 'DeLong, paired' },
              test: null,
              pValue: null,
              pAdjusted: null,
              verdict: 'worse',
              nonInferiority: null,
              rope: null,
            },
          },
          mcnemar: null,
          changed: {
            fixed: 0,
            broken: 0,
            otherwiseWrong: 0,
            fixedShare: metric(0, 0),
            fixedRows: [],
            brokenRows: [],
            decisions: null,
          },
          groups: { loss: 'l', tested: 0, found: [] },
        },
      ],
      definitions: {},
      findings: [],
    }
    const evidence = scored('2', { ...withMetrics({ a: metric(0.8, 0.03) }), sections: { comparison } })
    // Two lone intervals of ±0.03 cannot tell; the paired one of ±0.005 can.
    const lone = judge([gate], { evidence: { ...evidence, sections: {} }, champion: scored('1', champion) })
    expect(lone.gates[0]).toMatchObject({
      outcome: 'inconclusive',
      figure: { method: 'MOVER from two independent intervals' },
    })
    const paired = judge([gate], { evidence, champion: scored('1', champion) })
    expect(paired.gates[0]).toMatchObject({ outcome: 'pass', figure: { method: 'paired: DeLong, paired' } })
    expect(paired.gates[0]!.figure!.value).toBeCloseTo(-0.01, 12)
    // The other way round it is the champion's that is subtracted.
    const turned = judge([gate], {
      evidence: scored('1', { ...champion, sections: { comparison } }),
      champion: scored('2', withMetrics({ a: metric(0.8, 0.03) })),
    })
    expect(turned.gates[0]!.figure!.low).toBeCloseTo(0.005, 12)
    expect(turned.gates[0]!.figure!.high).toBeCloseTo(0.015, 12)
    // Scores of another run, or the metric at another threshold, are not this comparison's.
    const other = judge([gate], { evidence: scored('3', evidence), champion: scored('1', champion) })
    expect(other.gates[0]!.figure!.method).toBe('MOVER from two independent intervals')
    const moved = { ...evidence, metrics: { a: metric(0.79, 0.03) } }
    expect(judge([gate], { evidence: moved, champion: scored('1', champion) }).gates[0]!.figure!.method).toMatch(
      /MOVER/,
    )
  })

  it('honours a waiver up to its last day, and keeps the outcome in sight', () => {
    const gates: Gate[] = [{ id: 'g', path: 'metrics.a', at_least: 0.9 }]
    const waiver = { gate: 'g', owner: 'Mara', reason: 'old data' }
    const on = judge(gates, { policy: { waivers: [{ ...waiver, expires: '2026-06-15' }] } })
    expect(on).toMatchObject({
      outcome: 'waived',
      gates: [{ outcome: 'fail', blocking: false, waiver: { inForce: true } }],
    })
    const again = [
      { ...waiver, expires: '2026-06-14' },
      { ...waiver, reason: 'given anew', expires: '2026-07-01' },
    ]
    expect(judge(gates, { policy: { waivers: again } })).toMatchObject({
      gates: [{ blocking: false, waiver: { inForce: true, reason: 'given anew' } }],
    })
    const off = judge(gates, { policy: { waivers: [{ ...waiver, expires: '2026-06-14' }] } })
    expect(off).toMatchObject({ outcome: 'blocked', gates: [{ blocking: true, waiver: { inForce: false } }] })
  })

  it('judges the objective’s target as a gate', () => {
    const objective = { business: 'Sell', measure: 'metrics.a', target: { at_least: 0.95 } }
    expect(judge(basePolicy.gates, { policy: { objective } }).gates[0]).toMatchObject({
      id: 'objective',
      outcome: 'fail',
    })
  })

  it('refuses another task than the policy’s', () => {
    const result = judge(basePolicy.gates, { policy: { task: 'regression' } })
    expect(result).toMatchObject({ outcome: 'blocked', gates: [{ id: 'task', blocking: true }, { outcome: 'pass' }] })
  })

  it('writes JUnit XML that a pipeline reads: failures, skips and passes, names escaped', () => {
    const result = judge(
      [
        { id: 'good', path: 'metrics.a', at_least: 0.7 },
        { id: 'bad', title: 'A "<b>" & co', path: 'metrics.a', at_least: 0.9 },
        { id: 'soft', path: 'metrics.a', at_least: 0.9, severity: 'warn' },
        { id: 'waived', path: 'metrics.a', at_least: 0.9 },
      ],
      { policy: { waivers: [{ gate: 'waived', owner: 'Mara', reason: 'x', expires: '2027-01-01' }] } },
    )
    const xml = junitXml(result, 'churn <2>')
    expect(xml).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="assay" tests="4" failures="1" skipped="2"/,
    )
    expect(xml.match(/<failure /g)).toHaveLength(1)
    expect(xml.match(/<skipped /g)).toHaveLength(2)
    expect(xml).toContain('A &quot;&lt;b&gt;&quot; &amp; co')
    expect(xml).toContain('waived by Mara until 2027-01-01')
    const open = [...xml.matchAll(/<([a-z-]+)(?:\s[^>]*[^/])?>/g)].map((match) => match[1])
    const close = [...xml.matchAll(/<\/([a-z-]+)>/g)].map((match) => match[1])
    expect(open.sort()).toEqual(close.sort())
  })
})
