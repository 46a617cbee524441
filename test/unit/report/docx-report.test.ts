/** The Word report: valid, editable, harmless, and read by LibreOffice where it is installed. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unzipSync } from 'fflate'
import { describe, expect, test, vi } from 'vitest'
import { docxReport } from '../../../electron/engine/release/report/docx-report.ts'
import { buildReport } from '../../../shared/report/build-report.ts'
import { binaryDetail, makeEvidence, multiclassDetail, regressionDetail, sha } from './evidence-fixture.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const hostile = [
  '<img src=x onerror=alert(1)>',
  '=1+cmd|calc',
  'ab\u202Ecd\u0000\uFFFF',
  'שלום',
  '中文',
  '& < > " \'',
  '',
]
const folder = temporaryFolder()

function hostileEvidence() {
  const base = makeEvidence()
  const name = hostile.join(' ').replace('\u0000', '')
  return makeEvidence(multiclassDetail(hostile), {
    dataset: { ...base.dataset, name, target: name },
    model: { ...base.model, name },
    findings: [{ code: name, severity: 'error', message: name, remedy: name }],
  })
}

const decode = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8')
const partsOf = async (evidence = makeEvidence()): Promise<Record<string, Uint8Array>> =>
  unzipSync(await docxReport(buildReport(evidence, sha('a'))))

/** Text between tags, in order. */
const textOf = (xml: string): string =>
  [...xml.matchAll(/<w:t[ >][^<]*/g)].map((match) => match[0].split('>')[1]).join('\n')

const reports = [
  ['binary', makeEvidence(binaryDetail())],
  ['multiclass', makeEvidence(multiclassDetail())],
  ['regression', makeEvidence(regressionDetail())],
  ['hostile', hostileEvidence()],
] as const

describe.each(reports)('the DOCX report of a %s task', (_name, evidence) => {
  test('holds every section, caption and note of the report as text', async () => {
    const text = textOf(decode((await partsOf(evidence))['word/document.xml'])).replaceAll('&amp;', '&')
    for (const section of buildReport(evidence, sha('a')).sections) expect(text).toContain(section.title)
    expect(text).toContain(sha('a'))
  })

  test('has charts that can be edited, with their numbers behind them', async () => {
    const parts = await partsOf(evidence)
    const charts = Object.keys(parts).filter((part) => /^word\/charts\/chart\d+\.xml$/.test(part))
    const figures = buildReport(evidence, sha('a')).sections.flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : [])),
    )
    expect(charts).toHaveLength(figures.filter(({ chart }) => chart.kind !== 'matrix').length)
    expect(Object.keys(parts).filter((part) => part.endsWith('.xlsx'))).toHaveLength(charts.length)
  })

  test('has the same bytes whenever it is written, and says when its evidence was made', async () => {
    const report = buildReport(evidence, sha('a'))
    vi.setSystemTime('2031-01-02T03:04:05.678Z')
    const first = await docxReport(report)
    vi.setSystemTime('2042-11-12T13:14:15.161Z')
    const second = await docxReport(report)
    vi.useRealTimers()
    expect(Buffer.from(second).equals(Buffer.from(first))).toBe(true)
    const parts = unzipSync(first)
    expect(decode(parts['docProps/core.xml'])).toContain(`>${report.createdAt}</dcterms:created>`)
    for (const [part, bytes] of Object.entries(parts)) {
      if (!part.endsWith('.rels')) continue
      const ids = [...decode(bytes).matchAll(/ Id="([^"]+)"/g)].map((match) => match[1])
      expect(new Set(ids).size, part).toBe(ids.length)
      const owner = decode(parts[part.replace('_rels/', '').replace(/\.rels$/, '')])
      for (const [, id] of owner.matchAll(/ r:(?:id|embed)="([^"]+)"/g)) expect(ids, part).toContain(id)
    }
  })

  test('links to nothing outside, runs nothing, computes nothing', async () => {
    for (const [part, bytes] of Object.entries(await partsOf(evidence))) {
      if (part.endsWith('.rels')) expect(decode(bytes)).not.toContain('TargetMode="External"')
      if (part.startsWith('word/document')) {
        expect(decode(bytes)).not.toMatch(/<w:instrText|w:fldSimple|<w:hyperlink|<img/)
        expect(decode(bytes)).not.toMatch(/[\u0000-\u0008\u202a-\u202e\u2066-\u2069\ufffe\uffff]/)
      }
      if (!part.endsWith('.xlsx')) continue
      for (const [inner, sheet] of Object.entries(unzipSync(bytes)))
        if (inner.includes('worksheets')) expect(decode(sheet)).not.toContain('<f>')
    }
  })
})

const office = spawnSync('soffice', ['--version']).status === 0
if (!office) console.log('skipped: there is no soffice here')
test.skipIf(!office)(
  'LibreOffice opens all of them and prints every section',
  async () => {
    const paths: string[] = []
    for (const [name, evidence] of reports) {
      paths.push(join(folder, `${name}.docx`))
      writeFileSync(paths.at(-1)!, await docxReport(buildReport(evidence, sha('a'))))
    }
    // A profile of its own: one that a person has open would be in the way.
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`
    const args = [profile, '--headless', '--convert-to', 'pdf', '--outdir', folder, ...paths]
    expect(spawnSync('soffice', args, { timeout: 80_000 }).status).toBe(0)
    for (const [name, evidence] of reports) {
      const { stdout } = spawnSync('pdftotext', [join(folder, `${name}.pdf`), '-'], { encoding: 'utf8' })
      for (const { title } of buildReport(evidence, sha('a')).sections) expect(stdout).toContain(title)
    }
  },
  90_000,
)
