/** Fairness, slices and robustness of the sample run: each from its empty tab to its numbers, and down to the rows. */
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { lookAt, startApp } from './app.ts'
import type { App } from './app.ts'

let app: App
test.beforeAll(async () => {
  app = await startApp()
  await app.page.getByRole('button', { name: 'Load the sample workspace' }).click()
  await expect(app.page.getByRole('heading', { level: 2, name: 'ROC AUC' })).toBeVisible()
})
test.afterAll(() => app.close())

const openTab = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('tab', { name, exact: true }).click()
  await expect(page.getByRole('tabpanel')).toBeVisible()
}

/** A picture from the top, and one of a place further down. */
const lookFromTop = async (page: Page, name: string): Promise<void> => {
  await page.locator('main').evaluate((main) => main.scrollTo(0, 0))
  await lookAt(page, name)
}

test('fairness: groups, what they differ in, and the price of thresholds', async () => {
  const { page } = app
  await openTab(page, 'Fairness')
  await expect(page.getByText('Groups are not compared yet')).toBeVisible()
  await expect(page.getByRole('checkbox', { name: 'gender (protected)' })).toBeChecked()
  await lookFromTop(page, 'fairness-empty')
  await page.getByRole('button', { name: 'Compare groups of 5,000 rows' }).click()
  const parities = page.getByTestId('parities')
  await expect(parities).toBeVisible()
  await expect(parities.getByRole('row', { name: /Demographic parity/ })).toContainText('Male, Female')
  await expect(page.getByTestId('groups').getByRole('row', { name: /^Female/ })).toContainText('2,491')
  await lookFromTop(page, 'fairness')
  await parities.getByRole('button', { name: 'Equal opportunity' }).hover()
  await expect(page.getByRole('tooltip')).toContainText('Of those who truly are positive')
  await page.mouse.move(5, 5)
  await expect(page.getByRole('tooltip')).toHaveCount(0)
  await page.getByTestId('groups').scrollIntoViewIfNeeded()
  await lookAt(page, 'fairness-groups')
  await page.getByTestId('comparisons').scrollIntoViewIfNeeded()
  await lookAt(page, 'fairness-comparisons')
  await page.getByTestId('mitigation').scrollIntoViewIfNeeded()
  await expect(page.getByText('which may be unlawful where you are')).toBeVisible()
  await lookAt(page, 'fairness-thresholds')
})

test('slices: found, named, and opened as rows', async () => {
  const { page } = app
  await openTab(page, 'Slices')
  await expect(page.getByText('Slices are not searched yet')).toBeVisible()
  await page.getByRole('button', { name: 'Add a slice' }).click()
  await page.getByLabel('Slice 1', { exact: true }).fill('senior = Yes & nothing = 3')
  await expect(page.getByText('Not a slice: join conditions')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Search 5,000 rows/ })).toBeDisabled()
  await lookFromTop(page, 'slices-empty')
  await page.getByLabel('Slice 1', { exact: true }).fill('senior = Yes & tenure_months < 12')
  await page.getByRole('button', { name: /^Search 5,000 rows/ }).click()
  await expect(page.getByTestId('tree')).toBeVisible()
  await expect(page.getByTestId('slices').first()).toContainText('senior = Yes, tenure_months < 12')
  await lookFromTop(page, 'slices')
  await page.getByTestId('tree').scrollIntoViewIfNeeded()
  // Only the page scrolls, never the window around it.
  expect(await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight)).toBe(true)
  await lookAt(page, 'slices-tree')
  const found = page.getByTestId('slices').last().getByRole('row').nth(1)
  const rows = (await found.getByRole('cell').first().textContent())!.trim().split(' ')[0]!
  await found.getByRole('link').click()
  await expect(page.getByText(`${rows} rows with this filter`)).toBeVisible()
  await lookFromTop(page, 'slices-rows')
})

test('robustness: a curve for each change', async () => {
  const { page } = app
  await openTab(page, 'Robustness')
  await expect(page.getByText('No changed rows are scored yet')).toBeVisible()
  await lookFromTop(page, 'robustness-empty')
  await page.getByRole('button', { name: 'Change and score 5,000 rows' }).click()
  await expect(page.getByTestId('monotonicity')).toBeVisible()
  await expect(page.getByText('5,000 / 5,000').first()).toBeVisible()
  await lookFromTop(page, 'robustness')
  await page.getByTestId('monotonicity').scrollIntoViewIfNeeded()
  await lookAt(page, 'robustness-monotonicity')
})
