/** The first day: one click loads the samples, and a finished evaluation is there in under ten seconds. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Evidence } from '../../shared/contract/run.ts'
import { lookAt, startApp } from './app.ts'
import type { App } from './app.ts'

test.describe.configure({ mode: 'serial' })

let app: App
test.beforeAll(async () => {
  app = await startApp()
})
test.afterAll(() => app.close())

test('one click ends in a finished evaluation within ten seconds', async () => {
  const { page } = app
  const load = page.getByRole('button', { name: 'Load the sample workspace' })
  await expect(load).toBeVisible()
  await lookAt(page, 'overview-first-run')
  const started = Date.now()
  await load.click()
  await expect(page.getByRole('heading', { level: 2, name: 'ROC AUC' })).toBeVisible()
  expect(Date.now() - started).toBeLessThan(10_000)
  await expect(page.getByText('5,000 / 5,000').first()).toBeVisible()
  // The picture is the one of the README: without messages that leave by themselves.
  await expect(page.getByText('Sample workspace loaded')).toBeHidden()
  await lookAt(page, 'run-summary')
})

test('every tab of the evaluation', async () => {
  const { page } = app
  for (const tab of ['Charts', 'Threshold', 'Rows', 'Provenance']) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(page.getByRole('tabpanel')).toBeVisible()
    await page.waitForTimeout(400)
    await lookAt(page, `run-${tab.toLowerCase()}`)
  }
})

test('saves the report and the scores', async () => {
  const { page } = app
  for (const [item, file] of [
    ['HTML', 'report.html'],
    ['PDF', 'report.pdf'],
    ['JSON', 'evidence.json'],
  ] as const) {
    const path = join(app.folder, file)
    await app.answerSave(path)
    await page.getByRole('button', { name: 'Save report' }).click()
    await page.getByRole('button', { name: new RegExp(item) }).click()
    await expect.poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(10_000)
  }
  const evidence = JSON.parse(readFileSync(join(app.folder, 'evidence.json'), 'utf8')) as Evidence
  expect(evidence.metrics['roc_auc']!.value).toBeCloseTo(0.8725, 3)
  expect(readFileSync(join(app.folder, 'report.html'), 'utf8')).toContain('Churn, gradient boosting')
})

test('every page', async () => {
  const { page } = app
  for (const name of ['Overview', 'Data', 'Models', 'Runs', 'Settings', 'Help']) {
    await page.getByRole('link', { name, exact: true }).first().click()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.waitForTimeout(400)
    await lookAt(page, name.toLowerCase())
  }
})
