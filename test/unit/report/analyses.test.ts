import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../../shared/contract/run.ts'
import { analyseFairness } from '../../../shared/fairness/analyse-fairness.ts'
import { htmlReport } from '../../../shared/report/html-report.ts'
import { analysisSections } from '../../../shared/report/sections/analyses.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { makeEvidence } from './evidence-fixture.ts'

/** Two groups with names that must be shown as text. */
function fairness(): unknown {
  const random = createRandom(4)
  const n = 800
  const score = Float64Array.from({ length: n }, () => random.uniform())
  const y = Uint8Array.from(score, (p) => (random.uniform() < p ? 1 : 0))
  const decided = Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0))
  const codes = Uint16Array.from(score, (_, row) => row % 2)
  const result = analyseFairness({
    rows: {
      kind: 'classifier',
      y,
      decided,
      correct: y.map((truth, row) => (truth === decided[row] ? 1 : 0)),
      score,
      probabilities: true,
    },
    columns: [{ name: 'group', codes, labels: ['<b>one</b>', 'two & more'] }],
    attributes: [[0]],
    strata: null,
    reference: {},
    minimumGroup: 30,
    threshold: 0.5,
    seed: 1,
  })
  return {
    schema: 'assay.fairness/1',
    createdAt: '2026-01-01T00:00:00.000Z',
    task: 'binary',
    rows: { total: n, used: n },
    selected: 'Yes',
    threshold: 0.5,
    minimumGroup: 30,
    strata: null,
    ...result,
  }
}

describe('further analyses in the report', () => {
  it('stand in it where the evidence has them', () => {
    const evidence: Evidence = { ...makeEvidence(), sections: { fairness: fairness() } }
    expect(analysisSections(evidence).map((section) => section.id)).toEqual(['fairness'])
    const html = htmlReport(evidence, 'a'.repeat(64))
    expect(html).toContain('Demographic parity')
    expect(html).toContain('which may be unlawful')
    expect(html).toContain('&lt;b&gt;one&lt;/b&gt;')
    expect(html).not.toContain('<b>one</b>')
  })
  it('are left out where there are none, or where one is not valid', () => {
    expect(analysisSections(makeEvidence())).toEqual([])
    expect(analysisSections({ ...makeEvidence(), sections: { slices: { schema: 'other' } } })).toEqual([])
  })
})
