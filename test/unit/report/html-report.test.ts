import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { htmlReport } from '../../../shared/report/html-report.ts'
import { script, scriptSha256 } from '../../../shared/report/interactive.ts'
import {
  binaryDetail,
  makeEvidence,
  metric,
  multiclassDetail,
  regressionDetail,
  sha,
  undefinedMetric,
} from './evidence-fixture.ts'

const details = { binary: binaryDetail(), multiclass: multiclassDetail(), regression: regressionDetail() }
const all = (markup: string, pattern: RegExp): string[] => markup.match(pattern) ?? []

describe.each(Object.entries(details))('the HTML report of a %s task', (_task, detail) => {
  const markup = htmlReport(makeEvidence(detail), sha('a'))

  test('is one file that loads nothing, and runs nothing but its own script', () => {
    const hash = createHash('sha256').update(script).digest('base64')
    expect(scriptSha256, 'the script has changed: write its hash down').toBe(hash)
    expect(markup).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
    )
    // One script, ours, byte for byte: no other runs under that policy.
    expect(all(markup, /<script/g)).toHaveLength(1)
    expect(markup).toContain(`<script>${script}</script>`)
    expect(script).not.toMatch(/innerHTML|eval|fetch|XMLHttp|import|https?:|<\/script|\bset(?:Timeout|Interval)/)
    expect(markup).not.toMatch(/<link|<iframe|<object|@import|url\(|\son[a-z]+="/i)
    expect(all(markup, /(?:src|href)="[^"]*"/g).filter((link) => !link.startsWith('href="#'))).toEqual([])
  })

  test('has one h1, a caption for each table, a label for each chart, a scope for each header', () => {
    expect(all(markup, /<h1>/g)).toHaveLength(1)
    expect(all(markup, /<table[ >]/g).length).toBeGreaterThan(8)
    expect(all(markup, /<table[^>]*><caption>[^<]+<\/caption>/g)).toHaveLength(all(markup, /<table[ >]/g).length)
    expect(all(markup, /<svg role="img" aria-label="[^"]+"/g)).toHaveLength(all(markup, /<svg/g).length)
    expect(all(markup, /<svg/g).length).toBeGreaterThan(2)
    expect(all(markup, /<th(?! scope="(?:row|col)")[ >]/g)).toEqual([])
    expect(all(markup, /<details>/g)).toHaveLength(all(markup, /<svg/g).length)
  })

  test('points each link in it at something that is there, and closes what it opens', () => {
    for (const link of all(markup, /href="#[^"]+"/g)) expect(markup).toContain(`id="${link.slice(7, -1)}"`)
    for (const tag of ['table', 'tr', 'td', 'th', 'svg', 'figure', 'section', 'details', 'div', 'p', 'bdi', 'span'])
      expect([tag, all(markup, new RegExp(`<${tag}[ >]`, 'g')).length]).toEqual([
        tag,
        all(markup, new RegExp(`</${tag}>`, 'g')).length,
      ])
  })

  test('says nothing that is not a number or a word', () => {
    expect(markup.replace(script, '')).not.toMatch(/NaN[^.]|Infinity|undefined|\[object/)
  })

  test('tells where each number of a chart is: rows of the table under it', () => {
    for (const figure of markup.split('<figure ').slice(1)) {
      const rows = all(figure.split('</figure>')[0]!, /<tr>/g).length - 1
      const points = /^data-points="([^"]+)"/
        .exec(figure)![1]!
        .split(',')
        .map((point) => point.split(' ').map(Number))
      expect(points.length).toBeGreaterThan(1)
      for (const [x, y, row] of points) {
        expect(x).toBeGreaterThan(0)
        expect(x).toBeLessThanOrEqual(400)
        expect(y).toBeGreaterThan(0)
        expect(row).toBeGreaterThanOrEqual(0)
        expect(row).toBeLessThan(rows)
      }
    }
  })

  test('is the same for the same evidence', () => {
    expect(htmlReport(makeEvidence(detail), sha('a'))).toBe(markup)
  })
})

describe('what the HTML report says', () => {
  test('first the headline with its interval and its rows', () => {
    const title = htmlReport(makeEvidence(), sha('a')).split('</header>')[0]!
    expect(title).toContain('<b>0.841</b>')
    expect(title).toContain('95 % interval 0.831 to 0.852 · 6,980 used / 7,043 total')
    expect(title).toContain(sha('a'))
  })

  test('an undefined metric is a dash with its reason', () => {
    expect(htmlReport(makeEvidence(), sha('a'))).toContain('— <span class="note">no positive labels</span>')
  })

  test('an undefined headline says why', () => {
    const evidence = makeEvidence(binaryDetail(), { metrics: { roc_auc: undefinedMetric('one class only') } })
    expect(htmlReport(evidence, sha('a')).split('</header>')[0]).toContain('<b>—</b> <span>one class only')
  })

  test('a value without an interval says why there is none', () => {
    const lone = { ...metric(0.5, 0.1), low: null, high: null, reason: 'too few rows' }
    expect(htmlReport(makeEvidence(binaryDetail(), { metrics: { roc_auc: lone } }), sha('a'))).toContain(
      '— <span class="note">too few rows</span>',
    )
  })

  test('findings come with their severity as a word, the most severe first', () => {
    const markup = htmlReport(makeEvidence(), sha('a'))
    const places = [
      '<tr class="severity-error"><th scope="row">Error',
      '<tr class="severity-warning"><th scope="row">Warning',
      '<tr class="severity-note"><th scope="row">Note',
    ].map((row) => markup.indexOf(row))
    expect(places.every((place, k) => place > (places[k - 1] ?? 0))).toBe(true)
  })

  test('curves that do not exist leave no chart behind', () => {
    const bare = { ...binaryDetail(), roc: null, pr: null, calibration: null, scores: null, thresholds: null }
    const markup = htmlReport(makeEvidence(bare as ReturnType<typeof binaryDetail>), sha('a'))
    expect(all(markup, /<svg/g)).toHaveLength(1)
    expect(markup).toContain('There are no curves')
  })

  test('many classes are told as their largest confusions, and what is left out is counted', () => {
    const names = Array.from({ length: 400 }, (_, k) => `class ${k}`)
    const markup = htmlReport(makeEvidence(multiclassDetail(names)), sha('a'))
    expect(markup).toContain('Largest confusions among 400 classes')
    expect(markup).toContain('300 of 400 classes are shown.')
    expect(markup.length).toBeLessThan(400_000)
  })
})

describe('hostile text', () => {
  const attack = `<img src=x onerror="alert(1)"></style><script>alert('2')</script>&amp;`
  const names = [attack, 'abc\u202Edef\u0000', '中文', 'שלום', 'x'.repeat(5000), '', 'a\'b"c`d']
  const base = makeEvidence()
  const evidence = makeEvidence(multiclassDetail(names), {
    dataset: {
      ...base.dataset,
      name: attack,
      fileName: attack,
      target: attack,
      columns: names.map((name) => ({ name, type: 'string', role: 'feature', protected: false, missing: 0 })),
    },
    model: { ...base.model, name: attack, fileName: attack, producer: attack },
    findings: [{ code: attack, severity: 'error', message: attack, remedy: 'y'.repeat(5000) }],
    rows: { ...base.rows, excluded: [{ reason: attack, n: 3 }] },
    metrics: { accuracy: { ...undefinedMetric(attack), method: attack } },
    definitions: {
      accuracy: { title: attack, definition: attack, source: attack, better: 'higher', unit: 'fraction' },
    },
  })
  const markup = htmlReport(evidence, sha('a'))

  test('is shown as text and never becomes markup', () => {
    expect(markup).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&lt;/style&gt;')
    expect(markup).not.toContain('<img')
    expect(all(markup, /<script/g)).toHaveLength(1)
    expect(all(markup, /<\/style>/g)).toHaveLength(1)
    expect(markup).toContain('a&#39;b&quot;c`d')
    // Escaped once, not twice: the ampersand of the text itself.
    expect(markup).toContain('&amp;amp;')
  })

  test('keeps scripts that read right to left and shows characters that would reorder text', () => {
    expect(markup).toContain('שלום')
    expect(markup).toContain('中文')
    expect(markup).toContain('abc‹202E›def‹0000›')
    expect(markup).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
  })

  test('is cut where it is too long, with its length', () => {
    expect(markup).not.toContain('x'.repeat(81))
    expect(markup).toContain(`${'x'.repeat(80)}… (5,000 characters)`)
    expect(markup).not.toContain('y'.repeat(501))
    expect(markup).toContain('(empty text)')
  })
})
