/** Comparison, calibration and decision in the window, on the samples. */
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { lookAt, models, pictures, startApp } from './app.ts'
import type { App } from './app.ts'

// Each test goes on from what the one before it made.
test.describe.configure({ mode: 'serial' })

let app: App
test.beforeAll(async () => {
  app = await startApp()
})
test.afterAll(() => app.close())

async function go(page: Page, place: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place, exact: true }).click()
}

/** A picture of what lies below the first screen as well. */
async function lookDown(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(400)
  await lookAt(page, name)
  for (let screen = 2; screen <= 4; screen++) {
    const moved = await page.locator('#main').evaluate((main) => {
      const before = main.scrollTop
      main.scrollBy(0, 640)
      return main.scrollTop - before
    })
    if (moved < 40) break
    await page.waitForTimeout(200)
    await page.screenshot({ path: join(pictures, `${name}-${screen}.png`) })
  }
  await page.locator('#main').evaluate((main) => main.scrollTo(0, 0))
}

test('says what to do where there is nothing to compare', async () => {
  const { page } = app
  await go(page, 'Compare')
  await expect(page.getByText('Nothing to compare yet')).toBeVisible()
  await lookAt(page, 'compare-empty')
})

test('two models on the same rows, with baselines, margin and intervals drawn', async () => {
  const { page } = app
  await go(page, 'Overview')
  await page.getByRole('button', { name: 'Load the sample workspace' }).click()
  await expect(page.getByRole('heading', { level: 2, name: 'ROC AUC' })).toBeVisible()
  // The training data, for the baselines.
  await app.answerOpen(join(models, 'churn/train.csv'))
  await go(page, 'Data')
  await page.getByRole('button', { name: 'Import' }).first().click()
  await page.getByRole('button', { name: 'Import the dataset' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'train', exact: true })).toBeVisible()
  // The second model, scored on the same hold-out.
  await go(page, 'Runs')
  await page.getByRole('button', { name: 'New run' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Model version').selectOption({ label: 'Churn, logistic regression 1' })
  await dialog.getByLabel('Dataset').selectOption({ label: 'Churn hold-out · 5,000 rows' })
  await dialog.getByRole('button', { name: 'Score 5,000 rows' }).click()
  await expect(page.getByRole('heading', { level: 2, name: 'ROC AUC' })).toBeVisible()

  await go(page, 'Compare')
  await expect(page.getByRole('checkbox', { name: 'Compare Churn, logistic regression 1' })).toBeChecked()
  await page.getByRole('radio', { name: 'Churn, logistic regression 1 is the reference' }).check()
  await page.getByLabel('Train the baselines on').selectOption({ label: 'train · 6,000 rows' })
  await page.getByLabel('Margin of ROC AUC').fill('0.01')
  await page.getByLabel('Rehearse a canary').selectOption('0.5')
  await lookAt(page, 'compare-form')
  await page.getByRole('button', { name: 'Compare 2 runs' }).click()

  await expect(page.getByTestId('differences')).toBeVisible()
  await expect(page.getByTestId('contenders').getByRole('row')).toHaveCount(6)
  await expect(page.getByTestId('canary')).toContainText('of 1,000 rehearsals')
  const row = page.getByTestId('differences').locator('[data-metric=roc_auc]')
  await expect(row).toContainText('0.0050')
  await expect(row).toContainText('better')
  await expect(row).toContainText('DeLong, paired')
  await expect(page.getByTestId('mcnemar')).toContainText('154')
  await expect(page.getByTestId('changed-rows').getByRole('row')).toHaveCount(101)
  await lookDown(page, 'comparison')
  await page.getByText(/^Put wrong, 142$/).click()
  await expect(page.getByTestId('changed-rows').getByRole('row')).toHaveCount(101)
  await page.getByLabel('Compared with the reference').selectOption({ label: 'Baseline: the majority class' })
  await expect(row).toContainText('worse')
  await page.getByRole('button', { name: 'Add to the evidence' }).click()
  await expect(page.getByText('Added to the evidence of each run')).toBeVisible()
})

test('calibration is measured, a recalibration accepted, and it is a new version', async () => {
  const { page } = app
  await go(page, 'Runs')
  await page.getByRole('link', { name: 'Churn, gradient boosting 1' }).first().click()
  await page.getByRole('tab', { name: 'Calibration' }).click()
  await expect(page.getByText('Calibration was not measured yet')).toBeVisible()
  await lookAt(page, 'run-calibration-empty')
  await page.getByRole('button', { name: 'Measure and recalibrate 5,000 rows' }).click()
  await expect(page.getByTestId('candidates').getByRole('row')).toHaveCount(5)
  await lookDown(page, 'run-calibration')
  await page.getByLabel('Recalibration to look at').selectOption({ label: 'Isotonic' })
  await page.getByRole('button', { name: 'Accept Isotonic as a new version' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Churn, gradient boosting 2' })).toBeVisible()
})

test('costs, capacity and net benefit; the chosen threshold is the version’s own', async () => {
  const { page } = app
  await go(page, 'Runs')
  await page.getByRole('link', { name: 'Churn, gradient boosting 1' }).first().click()
  await page.getByRole('tab', { name: 'Threshold' }).click()
  const points = page.getByTestId('operating-points')
  await expect(points.locator('[data-point="Best value"]')).toBeVisible()
  await page.getByLabel('False negative').fill('-20')
  await page.getByLabel('Capacity').fill('500')
  await expect(points.locator('[data-point="500 rows at most"]')).toContainText('500')
  await lookDown(page, 'run-decision')
  const choice = page.getByLabel(/^Threshold of/)
  await choice.selectOption({ label: (await choice.locator('option', { hasText: 'Capacity' }).textContent())! })
  await page.getByLabel('Why this one').fill('The call centre reaches 500 customers')
  await page.getByRole('button', { name: /Make it the version/ }).click()
  await expect(page.getByTestId('chosen-threshold')).toContainText('The call centre reaches 500 customers')
  await expect(page.getByText(/^Evaluated at 0\.60/)).toBeVisible()
})
