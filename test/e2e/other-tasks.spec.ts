/** Several labels a row, rankings, and rows without a target, as the window shows them. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { lookAt, root, startApp } from './app.ts'
import type { App } from './app.ts'

let app: App
test.beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tasks-'))
  const program = join(root, 'test/support/other-tasks-workspace.ts')
  execFileSync(process.execPath, [program, join(folder, 'workspace'), folder])
  app = await startApp(folder)
})
const file = (name: string) => join(app.folder, name)
test.afterAll(() => app.close())

async function openRun(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('row', { name }).getByRole('link').first().click()
}

test('several labels a row: weighed, label by label', async () => {
  const { page } = app
  await openRun(page, /Articles/)
  await expect(page.getByTestId('headline')).toContainText('F1, pooled')
  await expect(page.getByText('1 of 1,200 rows are left out')).toBeVisible()
  await expect(page.getByText('Each counts with its weight in “weight”')).toBeVisible()
  await lookAt(page, 'multilabel')
  await page.getByRole('tab', { name: 'Labels' }).click()
  await expect(page.getByRole('row', { name: /<b>art<\/b>/ })).toBeVisible()
  await page.waitForTimeout(300)
  await lookAt(page, 'multilabel-labels')
})

test('a ranking: by cut-off, in the order in which people count', async () => {
  const { page } = app
  await openRun(page, /Searches/)
  await expect(page.getByTestId('headline')).toContainText('NDCG')
  const order = await page
    .getByTestId('metrics')
    .locator('[data-metric^=ndcg_at_]')
    .evaluateAll((found) => found.map((row) => row.getAttribute('data-metric')))
  expect(order).toEqual([1, 3, 5, 10, 20].map((k) => `ndcg_at_${k}`))
  await lookAt(page, 'ranking')
  await page.getByRole('tab', { name: 'Charts' }).click()
  await page.waitForTimeout(400)
  await lookAt(page, 'ranking-charts')
})

test('rows without a target are scored, and are not offered an evaluation that must fail', async () => {
  const { page } = app
  await openRun(page, /Bare rows/)
  await expect(page.getByText('has no target column')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Evaluate/ })).toHaveCount(0)
  await lookAt(page, 'scored-without-target')
})

async function watch(page: Page, version: string): Promise<void> {
  await page.getByRole('link', { name: 'Monitor', exact: true }).first().click()
  const choice = page.getByLabel('Version').locator('option', { hasText: version })
  await page.getByLabel('Version').selectOption(await choice.getAttribute('value'))
}

async function makeReport(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Over time' }).click()
  await page.getByRole('button', { name: 'Make a report' }).click()
  await expect(page.getByTestId('monitor-windows')).toBeVisible({ timeout: 30_000 })
  const notices = page.getByRole('button', { name: /^Close: / })
  while ((await notices.count()) > 0) await notices.first().click()
}

test('several labels a row come back from production, each found by its name', async () => {
  const { page } = app
  await watch(page, 'Tagger 1')
  await app.answerOpen(file('tags.csv'))
  await page.getByRole('button', { name: 'Import labels' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('The labels news, sport, <b>art</b> are found by their names.')).toBeVisible()
  await lookAt(page, 'multilabel-came')
  await dialog.getByRole('button', { name: 'Import the labels' }).click()
  await expect(dialog).toBeHidden({ timeout: 20_000 })
  await makeReport(page)
  await expect(page.getByRole('heading', { level: 3, name: 'F1, pooled over time' })).toBeVisible()
  await expect(page.getByText('No estimates without labels: CBPE and DLE estimate one answer a row')).toBeVisible()
  await page.waitForTimeout(400)
  await lookAt(page, 'multilabel-monitor')
  await page.getByTestId('monitor-windows').evaluate((node) => node.scrollIntoView())
  await lookAt(page, 'multilabel-windows')
})

test('a ranking in production is judged by query', async () => {
  const { page } = app
  await watch(page, 'Ranker 1')
  await makeReport(page)
  await expect(page.getByRole('heading', { level: 3, name: 'NDCG over time' })).toBeVisible()
  await expect(page.getByText('No calibration: a score to rank by predicts no value.')).toBeVisible()
  await page.waitForTimeout(400)
  await lookAt(page, 'ranking-monitor')
  await page.getByTestId('monitor-windows').evaluate((node) => node.scrollIntoView())
  await lookAt(page, 'ranking-windows')
})
