/** The HTML report as a reader opens it: tables sort and filter, charts tell their numbers, nothing leaves the page. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import { htmlReport } from '../../shared/report/html-report.ts'
import { makeEvidence, multiclassDetail, sha } from '../unit/report/evidence-fixture.ts'
import { lookAt, startApp } from './app.ts'

test('the report is read, sorted, filtered and pointed at without a request', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-e2e-'))
  const attack = `<img src="http://127.0.0.1:9/x" onerror="document.title='owned'">`
  const report = join(folder, 'report.html')
  const hostile = join(folder, 'hostile.html')
  writeFileSync(report, htmlReport(makeEvidence(), sha('a')))
  writeFileSync(hostile, htmlReport(makeEvidence(multiclassDetail([attack, '=1+1', 'שלום', 'b'])), sha('a')))
  const app = await startApp(folder)
  try {
    const opened = app.electron.waitForEvent('window')
    await app.electron.evaluate(({ BrowserWindow }, url) => {
      const window = new BrowserWindow({
        width: 1280,
        height: 800,
        webPreferences: { sandbox: true, partition: 'reader' },
      })
      void window.loadURL(url)
    }, pathToFileURL(report).href)
    const page = await opened
    page.setDefaultTimeout(10_000)
    const asked: string[] = []
    const said: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(String(error)))
    await page.reload()

    const metrics = page.getByRole('table', { name: /^Metrics over the rows/ })
    const firstName = () => metrics.locator('tbody tr:visible th').first().innerText()
    const before = await firstName()
    const values = async () =>
      (await metrics.locator('tbody tr:visible td:nth-child(2)').allInnerTexts()).map((text) =>
        Number(text.split('\n')[0]!.replaceAll(',', '').replace('−', '-')),
      )
    await metrics.getByRole('button', { name: 'Value' }).click()
    await expect(metrics.getByRole('columnheader', { name: 'Value' })).toHaveAttribute('aria-sort', 'ascending')
    const sorted = (await values()).filter((value) => !Number.isNaN(value))
    expect(sorted.length).toBeGreaterThan(1)
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b))
    await metrics.getByRole('button', { name: 'Value' }).click()
    expect((await values()).filter((value) => !Number.isNaN(value))).toEqual(sorted.toReversed())
    await metrics.getByRole('button', { name: 'Value' }).click()
    expect(await firstName()).toBe(before)

    const filter = page.getByRole('searchbox', { name: /^Filter: Definitions|^Filter: / }).first()
    await filter.fill('no such row')
    await expect(page.getByText(/^0 of \d+ rows$/)).toBeVisible()
    await filter.fill('')

    const chart = page.getByRole('img', { name: /^ROC curve/ })
    await chart.scrollIntoViewIfNeeded()
    const box = (await chart.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.4)
    const tip = page.locator('.tip')
    await expect(tip).toContainText(/False positive rate: [\d.]+/)
    await lookAt(page, 'report-html')

    await page.goto(pathToFileURL(hostile).href)
    const matrix = page.getByRole('img', { name: /^Confusion matrix/ })
    await matrix.scrollIntoViewIfNeeded()
    const cell = (await matrix.boundingBox())!
    await page.mouse.move(cell.x + cell.width * 0.6, cell.y + cell.height * 0.6)
    await expect(tip).toContainText('Predicted')
    await lookAt(page, 'report-html-hostile')
    expect(await page.title()).not.toBe('owned')
    expect(asked.filter((address) => !address.startsWith('file:'))).toEqual([])
    expect(said).toEqual([])
  } finally {
    await app.close()
  }
})
