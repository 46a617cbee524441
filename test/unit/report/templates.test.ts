import { describe, expect, it } from 'vitest'
import type { Policy } from '../../../shared/contract/policy.ts'
import { judgePolicy } from '../../../shared/policy/judge-policy.ts'
import { renderReport } from '../../../shared/report/html-report.ts'
import { markdownReport, markdownText } from '../../../shared/report/markdown-report.ts'
import { summarySentences } from '../../../shared/report/templates/summary.ts'
import { clauseState, templateReport } from '../../../shared/report/templates/template-report.ts'
import type { TemplateInput } from '../../../shared/report/templates/template.ts'
import { templates } from '../../../shared/report/templates/templates.ts'
import { binaryDetail, makeEvidence, metric, regressionDetail, sha } from './evidence-fixture.ts'

const evidence = makeEvidence()
const bare: TemplateInput = {
  evidence,
  evidenceSha256: sha('f'),
  policy: null,
  gates: null,
  registry: null,
  review: null,
  history: [],
  writtenAt: '2026-06-15T12:00:00.000Z',
}
const policy: Policy = {
  assay: 'policy/1',
  name: 'Churn policy',
  risk_tier: 'high',
  objective: { business: 'Keep customers', measure: 'metrics.roc_auc', target: { at_least: 0.999 } },
  deployment: { kind: 'batch' },
  gates: [{ id: 'auc', path: 'metrics.roc_auc', at_least: 0.5 }],
}
const judged: TemplateInput = {
  ...bare,
  policy,
  gates: judgePolicy({
    policy,
    policySha256: sha('e'),
    evidence,
    evidenceSha256: sha('f'),
    champion: null,
    now: bare.writtenAt,
  }),
}

const states = (input: TemplateInput) =>
  Object.fromEntries(
    templates.flatMap((template) =>
      template.parts.flatMap((part) =>
        part.clauses.map((clause) => [`${template.name} ${clause.id}`, clauseState(clause, input).state] as const),
      ),
    ),
  )

describe('clauses', () => {
  it('say in every report what they were arranged from', () => {
    for (const template of templates) {
      const report = markdownReport(templateReport(template, bare))
      expect(report).toContain(markdownText(template.basis))
      expect(template.basis).toContain('our words')
    }
  })

  it('have ids of their own, and say how to get what is missing', () => {
    for (const template of templates) {
      const clauses = template.parts.flatMap((part) => part.clauses)
      expect(new Set(clauses.map((clause) => clause.id)).size).toBe(clauses.length)
      for (const clause of clauses) expect(clause.comesFrom, clause.id).not.toBe('')
    }
  })

  it('say "missing" where there is no evidence, and show it once there is', () => {
    const before = states(bare)
    expect(before['eu-ai-act-annex-iv 1a']).toBe('in part')
    expect(before['eu-ai-act-annex-iv 2g']).toBe('in part')
    expect(before['eu-ai-act-annex-iv 8']).toBe('missing')
    expect(before['sr-26-2 materiality']).toBe('missing')
    expect(before['model-card metrics']).toBe('shown')
    const after = states(judged)
    expect(after['sr-26-2 materiality']).toBe('shown')
    expect(after['sr-26-2 outcomes-analysis']).toBe('shown')
    const fair = { ...evidence, sections: { fairness: { groups: [{ label: 'women', tpr: metric(0.7, 0.02) }] } } }
    expect(states(bare)['sr-26-2 fair-treatment']).toBe('in part')
    expect(states({ ...bare, evidence: fair })['sr-26-2 fair-treatment']).toBe('shown')
  })

  it('each stand in the report with their state', () => {
    for (const template of templates) {
      const html = renderReport(templateReport(template, judged))
      for (const clause of template.parts.flatMap((part) => part.clauses)) {
        const title = `${clause.clause}: ${clause.title}`.replaceAll('&', '&amp;')
        expect(html, clause.id).toContain(title)
      }
      expect(html).toContain('missing')
      expect(html).not.toMatch(/https?:\/\//)
    }
  })

  it('of SR 26-2 each name the part of SR 11-7', () => {
    const template = templates.find((entry) => entry.name === 'sr-26-2')!
    for (const clause of template.parts.flatMap((part) => part.clauses)) expect(clause.formerly).toMatch(/SR 11-7/)
  })
})

describe('the summary', () => {
  it('words the numbers by rule', () => {
    const sentences = summarySentences(judged).join(' ')
    expect(sentences).toContain('of 100 pairs')
    expect(sentences).toContain('The release is blocked. Stopped by: Objective: Keep customers.')
    expect(sentences).toContain('Not analysed: fairness, slices, drift, robustness, explanations.')
    expect(sentences).toContain('No review was asked for.')
  })

  it('does not call a model good where nothing says so', () => {
    expect(summarySentences(bare).join(' ')).toContain('No policy was held against this evidence')
    const regression = summarySentences({ ...bare, evidence: makeEvidence(regressionDetail()) }).join(' ')
    expect(regression).toMatch(/in units of the target|spread of the target/)
  })
})

describe('Markdown', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '\\<img src=x onerror=alert(1)\\>'],
    ['[click](javascript:x)', '\\[click\\](javascript:x)'],
    ['a|b', 'a\\|b'],
    ['# heading', '\\# heading'],
    ['- list', '\\- list'],
    ['1. list', '1\\. list'],
    ['0.873', '0.873'],
    ['=1+1', '\\=1+1'],
    ['a\u202eb', 'a‹202E›b'],
    ['&lt;', '&amp;lt;'],
    ['see https://example.org', 'see https\\://example.org'],
    ['line\nbreak', 'line break'],
  ])('%s is text', (text, expected) => expect(markdownText(text)).toBe(expected))

  it('holds every table and no name as markup', () => {
    const hostile = makeEvidence(binaryDetail('<b>yes</b>', 'no|no'), {})
    const report = markdownReport(templateReport(templates[0]!, { ...bare, evidence: hostile }))
    expect(report).not.toContain('<b>')
    expect(report).toContain('# Model card: ')
    for (const line of report.split('\n').filter((entry) => entry.startsWith('| ')))
      expect(line.replaceAll('\\|', '').split('|').length).toBeGreaterThan(2)
  })
})
