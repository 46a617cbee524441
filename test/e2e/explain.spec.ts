/** The Explanation tab on the sample churn model: explained, looked at, changed, saved; and on pictures. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { writeWords } from '../support/make-words.ts'
import { go, lookAt, startApp } from './app.ts'
import type { App } from './app.ts'

let app: App
test.beforeAll(async () => {
  app = await startApp()
})
test.afterAll(() => app.close())

const choose = async (page: Page, field: string, title: RegExp): Promise<void> => {
  const select = page.getByRole('combobox', { name: field })
  const option = select.getByRole('option', { name: title })
  await select.selectOption(await option.first().getAttribute('value'))
}

test('explains the sample run, exactly and on all rows', async () => {
  test.setTimeout(120_000)
  const { page } = app
  await page.getByRole('button', { name: 'Load the sample workspace' }).click()
  await expect(page.getByRole('heading', { level: 2, name: 'ROC AUC' })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('tab', { name: 'Explanation' }).click()
  await expect(page.getByText('This run is not explained yet')).toBeVisible()
  await lookAt(page, 'explanation-empty')
  await page.getByRole('button', { name: 'Explain 5,000 rows' }).click()
  await expect(page.getByRole('heading', { name: 'Exact Shapley values of the trees' })).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByRole('img', { name: 'Spread of the attribution of contract' })).toBeVisible()
  await page.waitForTimeout(500)
  await lookAt(page, 'explanation')
})

test('shows a column that is chosen', async () => {
  const { page } = app
  await page.getByRole('button', { name: 'tenure_months', exact: true }).click()
  const chart = page.locator('[data-chart="Attribution of tenure_months by its value"]')
  await chart.scrollIntoViewIfNeeded()
  await expect(chart.locator('canvas')).toBeVisible()
  await expect(page.locator('[data-chart^="Score of Yes as tenure_months is moved"] canvas')).toBeVisible()
  await page.waitForTimeout(300)
  await lookAt(page, 'explanation-column')
})

test('explains one row, and follows what is changed in it', async () => {
  const { page } = app
  const panel = page.getByRole('region', { name: 'One row' })
  await panel.scrollIntoViewIfNeeded()
  await panel.getByRole('spinbutton', { name: 'Row' }).fill('18')
  await expect(panel.locator('[data-chart^="Row 18"] canvas')).toBeVisible({ timeout: 20_000 })
  await expect(panel.getByRole('list', { name: 'Reasons' })).toContainText('speaks')
  await panel.getByRole('textbox', { name: 'tenure_months', exact: true }).fill('60')
  await expect(panel.getByRole('columnheader', { name: 'Changed' })).toBeVisible({ timeout: 20_000 })
  await panel.getByText('What may change').click()
  await panel.getByRole('checkbox', { name: 'gender stays as it is' }).check()
  await panel.getByRole('textbox', { name: 'monthly_charges: at least' }).fill('30')
  await panel.getByRole('button', { name: 'Find changes that turn the decision' }).click()
  await expect(panel.getByRole('button', { name: /^Try / }).first()).toBeVisible({ timeout: 20_000 })
  await page.waitForTimeout(300)
  await lookAt(page, 'explanation-row')
  const near = panel.getByRole('group', { name: 'Nearest rows with another outcome' })
  await near.scrollIntoViewIfNeeded()
  await expect(near.getByRole('row')).toHaveCount(6)
  await lookAt(page, 'explanation-neighbours')
  await panel.getByRole('textbox', { name: 'tenure_months', exact: true }).fill('long')
  await expect(panel.getByText('explain/bad-value')).toBeVisible({ timeout: 20_000 })
  await panel.getByRole('button', { name: 'Back to the row as it is' }).click()
  await expect(panel.getByRole('columnheader', { name: 'Changed' })).toBeHidden()
})

test('says how columns act together, and whether the attributions are true to the model', async () => {
  const { page } = app
  await page.getByRole('region', { name: 'Friedman’s H' }).scrollIntoViewIfNeeded()
  await page.waitForTimeout(200)
  await lookAt(page, 'explanation-together')
  const quality = page.getByRole('region', { name: 'Are the attributions true to the model?' })
  await quality.scrollIntoViewIfNeeded()
  await expect(quality.getByRole('row', { name: /Deletion, gain over chance/ })).toContainText('better than chance')
  await expect(quality.locator('[data-chart="Insertion"] canvas')).toBeVisible()
  await page.waitForTimeout(300)
  await lookAt(page, 'explanation-quality')
})

test('saves the attributions of every row', async () => {
  const { page } = app
  const path = join(app.folder, 'attributions.csv')
  await app.answerSave(path)
  await page.getByRole('button', { name: 'Save the attributions' }).click()
  await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(true)
  expect(readFileSync(path, 'utf8').split('\n')[0]).toContain('attribution contract')
})

test('lays three maps over a picture, and tests them over rows', async () => {
  test.setTimeout(120_000)
  const { page } = app
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Runs' }).click()
  await page.getByRole('button', { name: 'New run' }).first().click()
  await choose(page, 'Model version', /Digits/)
  await choose(page, 'Dataset', /Digits/)
  await choose(page, 'Device', /CPU/)
  await page.getByRole('button', { name: /^Score .* rows$/ }).click()
  await expect(page.getByTestId('headline')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('tab', { name: 'Explanation' }).click()
  for (const method of ['Occlusion', 'RISE', 'Superpixel SHAP']) {
    await expect(page.getByRole('img', { name: new RegExp(`^${method}: where the score of`) })).toBeVisible({
      timeout: 30_000,
    })
  }
  await page.waitForTimeout(300)
  await lookAt(page, 'explanation-image')
  await page.getByRole('button', { name: 'Test the maps on 12 rows' }).click()
  const over = page.getByRole('group', { name: 'Which map to believe' })
  await expect(over).toBeVisible({ timeout: 60_000 })
  await over.scrollIntoViewIfNeeded()
  await expect(over.getByRole('row')).toHaveCount(7)
  await lookAt(page, 'explanation-image-rows')
})

test('colours the words of a text that the score rests on', async () => {
  const { page } = app
  const files = writeWords(app.folder)
  await go(page, 'Data')
  await app.answerOpen(files.data)
  await page.getByRole('button', { name: 'Import a dataset' }).first().click()
  await page.getByLabel('Role of kind').selectOption('target')
  await page.getByRole('button', { name: 'Import the dataset' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('words')
  await go(page, 'Models')
  await app.answerOpen(files.model)
  await page.getByRole('button', { name: 'Import a model' }).first().click()
  await page.getByRole('button', { name: 'Import the model' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('words')
  await go(page, 'Runs')
  await page.getByRole('button', { name: 'New run' }).first().click()
  await choose(page, 'Model version', /words/)
  await choose(page, 'Dataset', /words/)
  await choose(page, 'Device', /CPU/)
  await page.getByRole('button', { name: 'Score 40 rows' }).click()
  await expect(page.getByTestId('headline')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('tab', { name: 'Explanation' }).click()
  await page.getByRole('button', { name: /^Explain \d+ rows/ }).click()
  const panel = page.getByRole('region', { name: 'One row' })
  await panel.scrollIntoViewIfNeeded()
  const word = panel.locator('mark', { hasText: 'refund' })
  await expect(word).toHaveAttribute('title', /^refund: [−-]?0\.\d+/)
  await word.scrollIntoViewIfNeeded()
  await page.waitForTimeout(300)
  await lookAt(page, 'explanation-words')
})
