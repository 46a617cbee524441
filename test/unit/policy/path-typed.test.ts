/** Completion in the policy editor: what is typed, and what is put in. */
import { describe, expect, it } from 'vitest'
import { offsetOf, putFigure, typedAt } from '../../../shared/policy/path-typed.ts'

/** The caret is at the bar. */
const at = (marked: string) => {
  const caret = marked.indexOf('|')
  return [marked.replace('|', ''), caret] as const
}
const complete = (marked: string, path: string): string => {
  const [text, caret] = at(marked)
  const { text: next, caret: then } = putFigure(text, typedAt(text, caret), path)
  return `${next.slice(0, then)}|${next.slice(then)}`
}

describe('the path at the caret', () => {
  it.each([
    ['gates:\n  - id: a\n    path: metrics.ro|c\n    at_least: 1', 'metrics.ro'],
    ['  - { id: a, path: "detail.cl|", at_least: 1 }', 'detail.cl'],
    ['  measure: |', ''],
  ])('%j', (marked, part) => {
    expect(typedAt(...at(marked))).toMatchObject({ part, isPath: true })
  })

  it('is none elsewhere', () => {
    expect(typedAt(...at('name: Chu|rn\ngates: []')).isPath).toBe(false)
    expect(typedAt(...at('|')).isPath).toBe(false)
  })
})

describe('a chosen figure', () => {
  it('replaces the whole path under the caret, in the quotes that are there', () => {
    expect(complete('path: metrics.ro|c # x\nat_least: 1', 'metrics.roc_auc')).toBe(
      'path: metrics.roc_auc| # x\nat_least: 1',
    )
    expect(complete('- { path: "det|", at_least: 1 }', 'detail.classes[label="a b"].n')).toBe(
      '- { path: "detail.classes[label=\\"a b\\"].n|", at_least: 1 }',
    )
  })

  it('is quoted where YAML would read it otherwise', () => {
    expect(complete('path: |', 'findings[severity=error].count')).toBe("path: 'findings[severity=error].count'|")
    expect(complete('path: |', 'metrics["it\'s"]')).toBe("path: 'metrics[\"it''s\"]'|")
  })

  it('becomes a gate of its own where no path is typed', () => {
    expect(complete('gates:|', 'metrics.roc_auc')).toBe(
      'gates:\n  - id: roc-auc\n    path: metrics.roc_auc\n    at_least: |',
    )
  })
})

it('a place in the text, and past its end', () => {
  expect(offsetOf('ab\ncd\n', 2, 2)).toBe(4)
  expect(offsetOf('ab', 9, 1)).toBe(2)
})
