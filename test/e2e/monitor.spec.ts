/** Production comes back in the window: log, labels, report, alert, task; and an approved version is served and asked. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { lookAt, root, startApp } from './app.ts'
import type { App } from './app.ts'

test.describe.configure({ mode: 'serial' })

let folder: string
let app: App
const file = (name: string) => join(folder, name)
const go = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first().click()

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-monitor-'))
  app = await startApp()
})
test.afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true, force: true })
})

test('an empty workspace says what to bring', async () => {
  const { page } = app
  await go(page, 'Monitor')
  await expect(page.getByText('Nothing to watch yet')).toBeVisible()
  await lookAt(page, 'monitor-empty')
  await page.getByRole('link', { name: 'Try a release' }).click()
  await expect(page.getByText('No approved version')).toBeVisible()
  await lookAt(page, 'try-empty')
  await app.close()
  execFileSync(process.execPath, [join(root, 'test/support/monitored-workspace.ts'), file('workspace'), folder])
  app = await startApp(folder)
})

/** Notices would cover what the pictures are of. */
async function dismiss(): Promise<void> {
  const notices = app.page.getByRole('button', { name: /^Close: / })
  while ((await notices.count()) > 0) await notices.first().click()
}

async function choose(button: string, path: string, confirm: string): Promise<void> {
  const { page } = app
  await app.answerOpen(path)
  await page.getByRole('button', { name: button }).click()
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click()
}

test('a log is mapped and taken in, its labels too', async () => {
  const { page } = app
  await go(page, 'Monitor')
  await expect(page.getByText('No traffic of churn 1 yet')).toBeVisible()
  await lookAt(page, 'monitor-no-traffic')
  writeFileSync(file('bad.csv'), 'a,b\n1,2\n')
  await choose('Import a log', file('bad.csv'), 'Import the log')
  await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible()
  await lookAt(page, 'monitor-error')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await app.answerOpen(file('log.csv'))
  await page.getByRole('button', { name: 'Import a log' }).click()
  await expect(page.getByRole('dialog').getByLabel('Prediction')).toHaveValue('probability')
  await expect(page.getByRole('dialog').getByLabel('Time')).toHaveValue('ts')
  await lookAt(page, 'monitor-mapping')
  await page.getByRole('dialog').getByRole('button', { name: 'Import the log' }).click()
  await expect(page.getByText('No report yet')).toBeVisible({ timeout: 20_000 })
  await choose('Import labels', file('labels.csv'), 'Import the labels')
  await expect(page.getByRole('dialog')).toBeHidden({ timeout: 20_000 })
  await page.getByRole('tab', { name: 'Logs and labels' }).click()
  await page.getByText('1 line left out').click()
  await expect(page.getByText('2 fields, the header has')).toBeVisible()
  await dismiss()
  await lookAt(page, 'monitor-data')
})

test('a report shows when it began, and opens an alert and a task', async () => {
  const { page } = app
  await page.getByRole('tab', { name: 'Over time' }).click()
  await page.getByRole('button', { name: 'Make a report' }).click()
  await expect(page.getByRole('heading', { level: 2, name: /triggers? holds?$/ })).toBeVisible({ timeout: 30_000 })
  await expect(page.getByTestId('monitor-windows').locator('tbody tr')).toHaveCount(8)
  await dismiss()
  await page.waitForTimeout(400)
  await lookAt(page, 'monitor-report')
  await page.getByRole('heading', { level: 3, name: 'ROC AUC over time' }).evaluate((node) => node.scrollIntoView())
  await lookAt(page, 'monitor-charts')
  await page.getByTestId('monitor-windows').evaluate((node) => node.scrollIntoView())
  await lookAt(page, 'monitor-windows')
  await page.getByRole('tab', { name: /Alerts/ }).click()
  await page.getByRole('button', { name: 'Acknowledge' }).first().click()
  await expect(page.getByText('Acknowledged').first()).toBeVisible()
  await lookAt(page, 'monitor-alerts')
  await page.getByRole('tab', { name: /Retraining/ }).click()
  await expect(page.getByText('Train churn 1 again')).toBeVisible()
  await lookAt(page, 'monitor-tasks')
  await page.getByRole('tab', { name: 'Triggers' }).click()
  await lookAt(page, 'monitor-triggers')
})

test('an approved version is served here, answers, and is stopped when the page is left', async () => {
  const { page } = app
  await page.getByRole('link', { name: 'Try a release' }).click()
  await lookAt(page, 'try-choose')
  await page.getByRole('button', { name: 'Serve churn 1 here' }).click()
  await expect(page.getByText('Nothing sent yet')).toBeVisible({ timeout: 30_000 })
  const url = await page.locator('.page-about code').innerText()
  expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200)
  await page.getByRole('button', { name: 'Send the row' }).click()
  await expect(page.getByTestId('try-answer')).toContainText('with a chance of')
  await expect(page.getByTestId('try-reasons').locator('li')).toHaveCount(4)
  await page.getByRole('heading', { level: 1 }).evaluate((node) => node.scrollIntoView())
  await lookAt(page, 'try-reasons')
  await page.getByLabel('tenure_months').fill('many')
  await page.getByRole('button', { name: 'Send the row' }).click()
  await expect(page.getByTestId('try-answer').getByRole('alert')).toBeVisible()
  await page.getByRole('heading', { level: 1 }).evaluate((node) => node.scrollIntoView())
  await lookAt(page, 'try-refused')
  await page.getByRole('button', { name: 'Send rows 1 to 200' }).click()
  await expect(page.getByTestId('try-predictions').locator('tbody tr')).toHaveCount(10)
  await expect(page.getByTestId('try-figures')).toContainText('201')
  await page.getByRole('heading', { level: 1 }).evaluate((node) => node.scrollIntoView())
  await lookAt(page, 'try-answer')
  await go(page, 'Overview')
  await expect
    .poll(
      () =>
        fetch(`${url}/v2/health/live`).then(
          () => 'up',
          () => 'down',
        ),
      { timeout: 8000 },
    )
    .toBe('down')
})
