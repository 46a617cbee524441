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
  await page.getByLabel('Reference', { exact: true }).selectOption({ label: 'Churn hold-out · 5,000 rows' })
  await page.getByLabel('Current', { exact: true }).selectOption({ label: 'Churn, some quarters later · 3,000 rows' })
  await page.getByLabel('Timeline').selectOption({ label: 'Chunks of rows' })
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

test('columns, parts of the rows and limits are chosen as on the command line', async () => {
  const { page } = app
  const holdout = { label: 'Churn hold-out · 5,000 rows' }
  await page.getByLabel('Reference', { exact: true }).selectOption(holdout)
  await page.getByLabel('Current', { exact: true }).selectOption(holdout)
  await expect(page.getByLabel('Predictions of')).toContainText('Churn, gradient boosting 1')
  await page.getByLabel('Predictions of').selectOption({ label: 'No model' })
  await page.getByText('Columns: 10 of 11 compared').click()
  await page.getByLabel('total_charges is compared as').selectOption({ label: 'Left out' })
  await page.getByLabel('support_calls is compared as').selectOption({ label: 'Categories' })
  await page.getByLabel('contract is compared as').selectOption({ label: 'Texts' })
  await expect(page.getByText('Columns: 9 of 11 compared')).toBeVisible()
  await page.getByText('Part of the rows, by time').click()
  await page.getByLabel('Column of time').selectOption({ label: 'tenure_months' })
  await page.getByLabel('Reference before').fill('24')
  await page.getByLabel('Current from').fill('24')
  await page.getByText('Limits and measures').click()
  const compare = page.getByRole('button', { name: 'Compare datasets' })
  await page.getByLabel('Rate of false alarms').fill('5 %')
  await expect(page.getByText('A number between 0 and 0.5.')).toBeVisible()
  await expect(compare).toBeDisabled()
  await page.getByLabel('Rate of false alarms').fill('0,01')
  await expect(page.getByText('At most 1 % false alarms over all columns together.')).toBeVisible()
  await page.getByRole('checkbox', { name: /^All features together/ }).uncheck()
  await page.waitForTimeout(300)
  await lookAt(page, 'drift-choices')
  await compare.click()
  await expect(page.getByText('2,605 reference rows, tenure_months before 24')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('2,395 current rows, tenure_months from 24')).toBeVisible()
  await expect(page.getByText(/at most 1 % false alarms/)).toBeVisible()
  await expect(page.locator('[data-column=total_charges]')).toHaveCount(0)
  await expect(page.locator('[data-column="contract: words"]')).toBeVisible()
  await expect(page.locator('[data-column=support_calls]')).toContainText('Chi-square')
  await expect(page.getByText('not asked for').first()).toBeVisible()
})
