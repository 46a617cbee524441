/** Drift in the window: the churn sample against its later self, from the form to a column and its timeline. */
import { expect, test } from '@playwright/test'
import { lookAt, startApp } from './app.ts'
import type { App } from './app.ts'

let app: App
test.beforeAll(async () => {
  app = await startApp()
})
test.afterAll(() => app.close())

test('without data it says what to bring', async () => {
  const { page } = app
  await page.getByRole('link', { name: 'Drift', exact: true }).first().click()
  await expect(page.getByText('Nothing to compare yet')).toBeVisible()
  await lookAt(page, 'drift-empty')
})

test('compares the sample datasets and shows the most drifted column first', async () => {
  const { page } = app
  await page.getByRole('link', { name: 'Overview', exact: true }).first().click()
  await page.getByRole('button', { name: 'Load the sample workspace' }).click()
  await expect(page.getByRole('heading', { level: 2, name: 'ROC AUC' })).toBeVisible({ timeout: 30_000 })
  await page.getByRole('link', { name: 'Drift', exact: true }).first().click()
  await page.getByLabel('Reference').selectOption({ label: 'Churn hold-out · 5,000 rows' })
  await page.getByLabel('Current', { exact: true }).selectOption({ label: 'Churn, some quarters later · 3,000 rows' })
  await page.getByLabel('Timeline').selectOption({ label: 'Ten chunks of rows' })
  await lookAt(page, 'drift-form')
  await page.getByRole('button', { name: 'Compare datasets' }).click()
  await expect(page.getByRole('heading', { level: 2, name: '2 columns drifted' })).toBeVisible({ timeout: 30_000 })
  const rows = page.getByTestId('drift').locator('tbody tr')
  await expect(rows.first()).toHaveAttribute('data-column', 'payment_method')
  await expect(rows.first()).toContainText('Drifted')
  await expect(page.locator('[data-column=gender]')).toContainText('Stable')
  await expect(page.getByText('Digital wallet').first()).toBeVisible()
  await page.waitForTimeout(400)
  await lookAt(page, 'drift-report')
})

test('a chosen column is part of the address, and its charts have their numbers', async () => {
  const { page } = app
  await page.getByRole('button', { name: 'monthly_charges', exact: true }).click()
  await expect(page.getByRole('heading', { level: 2, name: 'monthly_charges' })).toBeVisible()
  expect(page.url()).toContain('column=monthly_charges')
  await expect(page.getByTestId('drift-tests').locator('tbody tr')).toHaveCount(17)
  await page.getByRole('button', { name: 'Table view of monthly_charges over time' }).click()
  await expect(page.getByRole('row', { name: /rows 1 to 300/ }).first()).toContainText('alarm')
  await page.getByRole('button', { name: 'Table view of monthly_charges over time' }).click()
  await page.getByRole('heading', { level: 2, name: 'monthly_charges' }).scrollIntoViewIfNeeded()
  await page.waitForTimeout(400)
  await lookAt(page, 'drift-column')
  await page.getByText('All features together').scrollIntoViewIfNeeded()
  await expect(page.getByText('Telling the samples apart, ROC AUC')).toBeVisible()
  await lookAt(page, 'drift-together')
})

test('the comparison is listed, and removed after asking', async () => {
  const { page } = app
  await page.getByRole('link', { name: 'Drift', exact: true }).first().click()
  await page.getByRole('link', { name: 'Churn hold-out and Churn, some quarters later' }).click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Drift' })).toBeVisible()
  await expect(page.getByText('Churn hold-out and Churn, some quarters later')).toHaveCount(0)
})
