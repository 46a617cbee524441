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
