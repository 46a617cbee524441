import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AssayError } from '../../../shared/contract/errors.ts'
import { evidenceSchema } from '../../../shared/contract/run.ts'
import canonicalize from 'canonicalize'
import { columnWidths } from '../../../electron/engine/release/report/pdf-content.ts'
import { pdfFonts } from '../../../electron/engine/release/report/pdf-fonts.ts'
import { pdfReport } from '../../../electron/engine/release/report/pdf-report.ts'
import { writeReport } from '../../../electron/engine/release/report/write-report.ts'
import { binaryDetail, makeEvidence, multiclassDetail, regressionDetail, sha } from './evidence-fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-report-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const pages = (pdf: Uint8Array): number =>
  Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Type \/Page\b(?!s)/g)?.length ?? 0
const hostile = [
  '<img src=x onerror=alert(1)>',
  '</svg>',
  'a\u202Eb\u0000',
  '中文',
  'שלום',
  '😀',
  'x'.repeat(5000),
  '',
  '& < > " \'',
]

describe('the PDF report', () => {
  test.each([
    ['binary', binaryDetail()],
    ['multiclass', multiclassDetail()],
    ['regression', regressionDetail()],
    ['hostile', multiclassDetail(hostile)],
    ['many-classed', multiclassDetail(Array.from({ length: 60 }, (_, k) => `class ${k}`))],
  ])('of a %s task has pages', async (_task, detail) => {
    const pdf = await pdfReport(makeEvidence(detail), sha('a'))
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-')
    expect(pages(pdf)).toBeGreaterThan(2)
  })

  test('is the same for the same evidence', async () => {
    const [one, other] = [await pdfReport(makeEvidence(), sha('a')), await pdfReport(makeEvidence(), sha('a'))]
    expect(Buffer.compare(one, other)).toBe(0)
  })

  test('knows which characters its fonts lack', () => {
    const { hasGlyph } = pdfFonts()
    const has = (text: string): boolean => Array.from(text).every((character) => hasGlyph(character.codePointAt(0)!))
    // Every character of the report's own words.
    expect(has('Aé—–−·×“”‹›…²Жя')).toBe(true)
    expect(has('中') || has('ש') || has('😀')).toBe(false)
  })

  test('columns fill the page and never leave it', () => {
    for (const sizes of [[3], [3, 64], [80, 500, 500, 4], Array.from({ length: 12 }, () => 90)]) {
      const widths = columnWidths(sizes, 500)
      expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(500)
      expect(Math.min(...widths)).toBeGreaterThan(0)
    }
  })
})

describe('writing a report', () => {
  test.each(['html', 'pdf', 'docx', 'json'] as const)('as %s leaves the report and nothing else', async (format) => {
    const path = join(folder, `report.${format}`)
    await writeFile(path, 'an older report')
    await writeReport({ evidence: makeEvidence(), sha256: sha('a'), format, path })
    expect(await readdir(folder)).toEqual([`report.${format}`])
    expect((await readFile(path, 'latin1')).slice(0, 5)).toBe(
      { html: '<!doc', pdf: '%PDF-', docx: 'PK\u0003\u0004\u0014', json: '{"con' }[format],
    )
  })

  test('as JSON gives the bytes that were hashed', async () => {
    const evidence = makeEvidence()
    const sha256 = createHash('sha256').update(canonicalize(evidence)!).digest('hex')
    const path = join(folder, 'evidence.json')
    await writeReport({ evidence, sha256, format: 'json', path })
    const bytes = await readFile(path)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    expect(evidenceSchema.parse(JSON.parse(bytes.toString()))).toEqual(evidence)
  })

  test('into a folder that is not there fails with a remedy', async () => {
    const path = join(folder, 'missing', 'report.html')
    const failure = await writeReport({ evidence: makeEvidence(), sha256: sha('a'), format: 'html', path }).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(AssayError)
    expect(failure).toMatchObject({ code: 'report/not-writable', where: { path, reason: 'ENOENT' } })
    expect((failure as AssayError).remedy).not.toBe('')
    expect(await readdir(folder)).toEqual([])
  })

  test('that cannot take its final name leaves nothing and harms nothing', async () => {
    const path = join(folder, 'taken')
    await mkdir(join(path, 'inside'), { recursive: true })
    await expect(
      writeReport({ evidence: makeEvidence(), sha256: sha('a'), format: 'html', path }),
    ).rejects.toMatchObject({
      code: 'report/not-writable',
    })
    expect(await readdir(folder)).toEqual(['taken'])
    expect(await readdir(path)).toEqual(['inside'])
  })

  // Root may write anywhere, except where the system itself refuses.
  test.skipIf(process.platform !== 'linux')('where nobody may write fails with the same code', async () => {
    await expect(
      writeReport({ evidence: makeEvidence(), sha256: sha('a'), format: 'json', path: '/proc/report.json' }),
    ).rejects.toMatchObject({ code: 'report/not-writable' })
  })
})
