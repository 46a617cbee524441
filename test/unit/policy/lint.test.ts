import { describe, expect, it } from 'vitest'
import { lintPolicy } from '../../../shared/policy/lint-policy.ts'
import { presets } from '../../../shared/policy/presets/presets.ts'

const today = '2026-06-15'
const base = `assay: policy/1
name: Test
risk_tier: low
objective: { business: Sell, measure: revenue kept, target: more than last year }
deployment: { kind: batch }
gates:
  - id: auc
    path: metrics.roc_auc
    at_least: 0.7
`
const problems = (text: string) =>
  lintPolicy(text, today).problems.map(({ code, severity, line, remedy }) => ({ code, severity, line, remedy }))
const withGate = (lines: string) => `${base}  - id: second\n${lines.replace(/^/gm, '    ')}\n`

describe('lint', () => {
  it('finds nothing in a plain policy', () => {
    const { policy, problems: found } = lintPolicy(base, today)
    expect(found).toEqual([])
    expect(policy?.gates[0]).toEqual({ id: 'auc', path: 'metrics.roc_auc', at_least: 0.7 })
  })

  it.each(presets.map((preset) => [preset.name, preset.text] as const))('finds nothing in the preset %s', (_, text) => {
    expect(lintPolicy(text, today).problems).toEqual([])
  })

  it.each<[string, string, string, number, string]>([
    ['a tab in the YAML', 'a:\n\t- b', 'policy/yaml', 2, ''],
    ['a key twice', `${base}name: Again\n`, 'policy/yaml', 10, ''],
    ['a misspelt key', base.replace('at_least', 'atleast'), 'policy/unknown-key', 9, 'Did you mean "at_least"?'],
    ['a misspelt key at the top', `${base}waviers: []\n`, 'policy/unknown-key', 10, 'Did you mean "waivers"?'],
    ['another version', base.replace('policy/1', 'policy/9'), 'policy/invalid', 1, ''],
    ['text for a limit', base.replace('0.7', 'high'), 'policy/invalid', 9, ''],
    ['no limit', base.replace('    at_least: 0.7\n', ''), 'policy/one-limit', 7, ''],
    ['two limits', `${base}    at_most: 1\n`, 'policy/one-limit', 7, ''],
    ['an empty range', withGate('path: rows.used\nbetween: [2, 1]'), 'policy/empty-range', 12, ''],
    ['a misspelt metric', base.replace('roc_auc', 'roc_acu'), 'policy/unknown-path', 8, 'Did you mean "roc_auc"?'],
    ['a path that cannot be read', base.replace('metrics.roc_auc', 'metrics..roc'), 'policy/path', 8, ''],
    ['a group', base.replace('metrics.roc_auc', 'metrics'), 'policy/not-a-figure', 8, ''],
    ['text held against a number', base.replace('metrics.roc_auc', 'task'), 'policy/not-a-figure', 8, ''],
    ['the wrong direction', base.replace('roc_auc', 'ece'), 'policy/direction', 7, 'Did you mean at_most?'],
    ['a percentage', base.replace('0.7', '70'), 'policy/out-of-range', 7, ''],
    ['an id twice', base + base.slice(base.indexOf('  - id')), 'policy/duplicate-id', 10, ''],
    ['an id that is taken', base.replace('id: auc', 'id: objective'), 'policy/duplicate-id', 7, ''],
    [
      'an analysis that may not have run',
      base.replace('metrics.roc_auc', 'sections.fairness.a'),
      'policy/needs-analysis',
      8,
      '',
    ],
    [
      'equals with the champion',
      withGate('path: rows.used\nversus: champion\nequals: 1'),
      'policy/equals-champion',
      10,
      '',
    ],
    ['judge: value', `${base}    judge: value\n`, 'policy/ignores-uncertainty', 10, ''],
    ['nothing that blocks', `${base}    severity: warn\n`, 'policy/nothing-blocks', 7, ''],
    [
      'a waiver of nothing',
      `${base}waivers: [{ gate: x, owner: A, reason: b, expires: 2026-07-01 }]\n`,
      'policy/waiver-of-nothing',
      10,
      '',
    ],
    [
      'an expired waiver',
      `${base}waivers: [{ gate: auc, owner: A, reason: b, expires: 2026-06-14 }]\n`,
      'policy/waiver-expired',
      10,
      '',
    ],
    [
      'a waiver for ever',
      `${base}waivers: [{ gate: auc, owner: A, reason: b, expires: 2036-01-01 }]\n`,
      'policy/waiver-too-long',
      10,
      '',
    ],
    ['a high risk with one signature', base.replace('low', 'high'), 'policy/high-risk-quorum', 3, ''],
  ])('%s', (_, text, code, line, remedy) => {
    const found = problems(text).find((problem) => problem.code === code)
    expect(found, JSON.stringify(problems(text))).toMatchObject({ line, ...(remedy ? { remedy } : {}) })
  })

  it('gives no policy where an error stands in its way, and one where only warnings do', () => {
    expect(lintPolicy(base.replace('roc_auc', 'roc_acu'), today).policy).toBeNull()
    expect(lintPolicy(base.replace('roc_auc', 'ece'), today).policy).not.toBeNull()
  })

  it('does not unfold a bomb of aliases', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
      .split('')
      .map((name, k) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[k]}`).join(', ')}]`)
      .join('\n')}\n`
    expect(problems(bomb)[0]).toMatchObject({ code: 'policy/yaml', severity: 'error' })
  })

  it('names a key that stands twice, where it stands again', () => {
    const twice = base.replace('risk_tier: low', 'risk_tier: low\nrisk_tier: high')
    expect(lintPolicy(twice, today).problems).toMatchObject([
      { code: 'policy/yaml', message: 'Map keys must be unique', line: 4, column: 1 },
    ])
  })

  it('of many keys and anchors is looked through once', () => {
    const since = performance.now()
    const keys = Array.from({ length: 30_000 }, (_, k) => `k${k}: &a${k} 1`).join('\n')
    expect(problems(keys).length).toBeLessThanOrEqual(110)
    expect(performance.now() - since).toBeLessThan(5000)
  })

  it('never throws on a file that is no policy', () => {
    for (const text of ['', '[]', '42', 'null', '"', '{', '- - -', 'a: b: c', '\u0000', base.slice(0, 60)])
      expect(lintPolicy(text, today).policy, text).toBeNull()
  })
})
