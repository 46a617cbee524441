import { describe, expect, it } from 'vitest'
import { parseEvidencePath, resolvePath } from '../../../shared/policy/evidence-path.ts'
import { checkPath, metricOfPath, offerPaths } from '../../../shared/policy/known-paths.ts'
import { makeEvidence, multiclassDetail } from '../report/evidence-fixture.ts'

const evidence = {
  metrics: { roc_auc: { value: 0.8 } },
  detail: {
    classes: [
      { label: 'a', n: 1 },
      { label: 'b c', n: 2 },
      { label: 'd]', n: 3 },
    ],
  },
  findings: [] as unknown[],
  odd: { 'a.b': 1, count: 7 },
}

function values(path: string): unknown {
  const parsed = parseEvidencePath(path)
  if (!parsed.ok) return `unreadable at ${parsed.at}`
  const found = resolvePath(parsed.steps, evidence)
  return found.ok ? found.nodes.map((node) => [node.path, node.value]) : found.message
}

describe('paths', () => {
  it.each([
    ['metrics.roc_auc.value', [['metrics.roc_auc.value', 0.8]]],
    ['detail.classes[1].n', [['detail.classes[1].n', 2]]],
    ['detail.classes[label=a].n', [['detail.classes[label=a].n', 1]]],
    ['detail.classes[label=b c].n', [['detail.classes[label="b c"].n', 2]]],
    ['detail.classes[label="d]"].n', [['detail.classes[label="d]"].n', 3]]],
    ['detail.classes[*].n', [1, 2, 3].map((n, k) => [`detail.classes[${k}].n`, n])],
    ['detail.classes.count', [['detail.classes.count', 3]]],
    ['detail.classes[label=none].count', [['detail.classes[label=none].count', 0]]],
    ['findings[severity=error].count', [['findings[severity=error].count', 0]]],
    ['findings.count', [['findings.count', 0]]],
    ['odd["a.b"]', [['odd["a.b"]', 1]]],
    ['odd["count"]', [['odd["count"]', 7]]],
    ['odd.count', [['odd.count', 2]]],
  ])('%s', (path, expected) => expect(values(path)).toEqual(expected))

  it.each([
    ['metrics.roc', 'metrics has no "roc".'],
    ['detail.classes[9]', 'detail.classes has no entry 9.'],
    ['detail.classes[label=none].n', 'Nothing in the evidence matches detail.classes[label=none].n.'],
    // A misspelt filter is an error, never a count of 0.
    ['detail.classes[lable=a].count', 'No entry of detail.classes has "lable".'],
    ['metrics.roc_auc.value[*]', 'metrics.roc_auc.value is not a list.'],
    ['metrics.roc_auc.value.count', 'metrics.roc_auc.value is not a list, so it has no count.'],
  ])('%s leads nowhere and says why', (path, message) => expect(values(path)).toBe(message))

  it.each([
    ['', 0],
    ['.a', 0],
    ['a..b', 2],
    ['a b', 1],
    ['a[', 1],
    ['a[x]', 1],
    ['a[x=]', 1],
    ['a[1', 1],
    ['a["b]', 1],
  ])('%s cannot be read', (path, at) => expect(values(path)).toBe(`unreadable at ${at}`))

  it('gives each figure that it offers a path that leads to that figure', () => {
    for (const document of [makeEvidence(), makeEvidence(multiclassDetail())]) {
      const offered = offerPaths(document)
      expect(offered.length).toBeGreaterThan(10)
      for (const { path, value } of offered) {
        const parsed = parseEvidencePath(path)
        expect(parsed.ok, path).toBe(true)
        const found = resolvePath(parsed.ok ? parsed.steps : [], document)
        expect(found.ok && found.nodes.length, path).toBe(1)
        const node = found.ok ? found.nodes[0]!.value : null
        expect(typeof node === 'number' ? node : (node as { value: number | null }).value, path).toBe(value)
      }
    }
  })
})

describe('paths held against the evidence’s schema', () => {
  const check = (path: string) => {
    const parsed = parseEvidencePath(path)
    return checkPath(parsed.ok ? parsed.steps : [])
  }
  it.each([
    ['metrics.roc_auc', 'figure'],
    ['detail.classes[label=a].metrics.recall', 'figure'],
    ['rows.used', 'figure'],
    ['findings[severity=error].count', 'figure'],
    ['task', 'text'],
    ['metrics', 'group'],
    ['sections.fairness.worst', 'open'],
  ])('%s is a %s', (path, kind) => expect(check(path).kind).toBe(kind))

  it.each([
    ['metrics.roc_acu', 'roc_auc'],
    ['detail.clases[*].metrics.recall', 'classes'],
    ['findings[sevrity=error].count', 'severity'],
    ['rowz.used', 'rows'],
  ])('%s: did you mean %s', (path, meant) => expect(check(path)).toMatchObject({ kind: 'unknown', nearest: meant }))

  it('knows the metric that a path ends in', () => {
    expect(metricOfPath('detail.classes[*].metrics.recall')).toBe('recall')
    expect(metricOfPath('metrics.recall.n')).toBeNull()
    expect(metricOfPath('rows.used')).toBeNull()
  })
})
