/** The main job as a user does it: import by dialog and by drop, bind, score, read, report; then what goes wrong. */
import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { lookAt, models, startApp } from './app.ts'
import type { App } from './app.ts'

test.describe.configure({ mode: 'serial' })

let app: App
test.beforeAll(async () => {
  app = await startApp()
})
test.afterAll(() => app.close())

/** A file dropped on the window as the operating system does it: the page sees a File, only preload its path. */
async function drop(path: string): Promise<void> {
  const session = await app.page.context().newCDPSession(app.page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data })
    if (type === 'dragOver') await expect(app.page.getByTestId('drop-overlay')).toBeVisible()
  }
  await session.detach()
}

test('imports a dataset by dialog', async () => {
  const { page } = app
  await app.answerOpen(join(models, 'churn/holdout.csv'))
  await page.getByRole('button', { name: 'Import a dataset' }).first().click()
  await expect(page.getByLabel('Role of churned')).toBeVisible()
  await lookAt(page, 'data-import')
  await page.getByLabel('Role of churned').selectOption('target')
  await page.getByRole('button', { name: 'Import the dataset' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('holdout')
  await expect(page.getByText('5,000').first()).toBeVisible()
  await lookAt(page, 'dataset-columns')
  await page.getByRole('tab', { name: 'Rows' }).click()
  await expect(page.getByRole('gridcell').first()).toBeVisible()
  await lookAt(page, 'dataset-rows')
})

test('imports a model by drop', async () => {
  const { page } = app
  await drop(join(models, 'churn/gradient-boosting.onnx'))
  await expect(page.getByRole('button', { name: 'Import the model' })).toBeVisible()
  await lookAt(page, 'model-import')
  await page.getByRole('button', { name: 'Import the model' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('gradient-boosting')
  await lookAt(page, 'model-graph')
})

test('shows the guessed binding, tries it on ten rows and keeps it', async () => {
  const { page } = app
  await page.getByRole('tab', { name: 'Binding' }).click()
  await page.getByRole('button', { name: 'Try on ten rows' }).click()
  await expect(page.getByRole('button', { name: 'Save the binding' })).toBeEnabled()
  await page.waitForTimeout(300)
  await lookAt(page, 'model-binding')
  await page.getByRole('button', { name: 'Save the binding' }).click()
  await expect(page.getByText(/saved/i).first()).toBeVisible()
})

test('scores, and the evaluation follows by itself', async () => {
  const { page } = app
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('button', { name: 'New run' }).first().click()
  await expect(page.getByRole('button', { name: 'Score 5,000 rows' })).toBeEnabled()
  await lookAt(page, 'new-run')
  await page.getByRole('button', { name: 'Score 5,000 rows' }).click()
  await expect(page.getByTestId('headline')).toContainText('0.873')
  const path = join(app.folder, 'scores.csv')
  await app.answerSave(path)
  await page.getByRole('button', { name: 'Export scores' }).click()
  await page.getByRole('button', { name: 'Export 5,000 rows as CSV' }).click()
  await expect.poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(100_000)
})

test('a chart has a table view and a definition has a source', async () => {
  const { page } = app
  await page.getByRole('tab', { name: 'Charts' }).click()
  await page.getByRole('button', { name: 'Table view of ROC curve' }).click()
  await expect(page.getByRole('columnheader', { name: 'False positive rate' })).toBeVisible()
  await page.getByRole('tab', { name: 'Summary' }).click()
  await page.getByTestId('metrics').getByRole('button', { name: 'Brier score' }).focus()
  await expect(page.getByText(/Brier.*1950|brier_score_loss/i).first()).toBeVisible()
})

test('finds everything from the keyboard', async () => {
  const { page } = app
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('gradient')
  await expect(page.getByRole('option').first()).toBeVisible()
  await lookAt(page, 'palette')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/gradient/)
})

test('a bad file ends in an error with code, place and remedy', async () => {
  const { page } = app
  const path = join(app.folder, 'ragged.csv')
  writeFileSync(path, 'a,b,c\n1,2,3\n4,5\n6,7,8\n')
  await drop(path)
  await expect(page.getByText(/Line 3 has 2 fields/)).toBeVisible()
  await lookAt(page, 'data-import-problem')
  const broken = join(app.folder, 'broken.onnx')
  writeFileSync(broken, '<!doctype html><title>404</title>')
  await drop(broken)
  await page.getByRole('button', { name: 'Import the model' }).click()
  await expect(page.getByText('model/not-onnx').first()).toBeVisible()
  await lookAt(page, 'model-import-problem')
})

test('names that hold markup are text', async () => {
  const { page } = app
  const path = join(app.folder, 'markup.csv')
  writeFileSync(path, '"<img src=x onerror=alert(1)>",y\n1,<b>yes</b>\n2,no\n')
  await drop(path)
  await expect(page.getByRole('rowheader', { name: '<img src=x onerror=alert(1)>' }).first()).toBeVisible()
  expect(await page.locator('img[src="x"]').count()).toBe(0)
})

test('an engine that is killed is started again, and the window says so', async () => {
  const { page } = app
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await app.killEngine()
  await expect(page.getByText(/started again/i)).toBeVisible()
  await lookAt(page, 'engine-restarted')
  await page.getByRole('link', { name: 'Data', exact: true }).click()
  await expect(page.getByRole('link', { name: /holdout/ })).toBeVisible()
})

test('works at 1024 × 700 and at twice the size of text', async () => {
  const { page } = app
  const setSize = (width: number, height: number, zoom: number) =>
    app.electron.evaluate(
      ({ BrowserWindow }, size) => {
        const [window] = BrowserWindow.getAllWindows()
        window!.setContentSize(size.width, size.height)
        window!.webContents.setZoomFactor(size.zoom)
      },
      { width, height, zoom },
    )
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page
    .getByRole('link', { name: /gradient-boosting/ })
    .first()
    .click()
  await expect(page.getByTestId('headline')).toBeVisible()
  for (const [name, zoom] of [
    ['small-run', 1],
    ['small-run-zoomed', 2],
  ] as const) {
    await setSize(1024, 700, zoom)
    await page.waitForTimeout(300)
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow).toBe(0)
    await lookAt(page, name)
  }
  await setSize(1280, 800, 1)
})

test('a workspace is there again after the whole application was killed', async () => {
  const folder = join(app.folder, 'again')
  mkdirSync(folder)
  const second = await startApp(folder)
  await second.page.getByRole('button', { name: 'Load the sample workspace' }).click()
  await expect(second.page.getByText(/Importing|Scoring|Reading/).first()).toBeVisible()
  second.electron.process().kill('SIGKILL')
  await new Promise((resolve) => second.electron.process().once('exit', resolve))
  // As a copy: the killed application's children may still be ending in the old folder.
  const copy = join(app.folder, 'copy')
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.includes('Singleton') })
  const third = await startApp(copy)
  await expect(third.page.getByRole('heading', { level: 1 })).toBeVisible()
  await third.page.getByRole('link', { name: 'Settings', exact: true }).click()
  await third.page.getByRole('button', { name: /Verify/ }).click()
  await expect(third.page.getByTestId('verdict')).toContainText(/nothing|unchanged|intact|No/i)
  await third.close()
})
