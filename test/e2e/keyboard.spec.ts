/** One passage without a mouse: the sample, the tabs of its evaluation, its rows, and a dialog. The focus is always seen. */
import { expect, test } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import { startApp } from './app.ts'
import type { App } from './app.ts'

// Each test goes on from where the one before it left the focus.
test.describe.configure({ mode: 'serial' })

let app: App
test.beforeAll(async () => {
  app = await startApp()
})
test.afterAll(() => app.close())

/** Whether what has the focus shows that it has it. */
const focusIsSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1
  })

/** Presses Tab until `wanted` has the focus, looking at the focus on the way. */
async function tabTo(page: Page, wanted: Locator, key = 'Tab'): Promise<void> {
  await expect(wanted).toBeVisible()
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press(key)
    const { what, isSeen } = {
      what: await page.evaluate(() => document.activeElement!.outerHTML.slice(0, 200)),
      isSeen: await focusIsSeen(page),
    }
    expect(isSeen, `the focus on ${what}`).toBe(true)
    if (await wanted.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error('80 presses did not lead there')
}

test('loads the sample and walks through the tabs', async () => {
  const { page } = app
  await tabTo(page, page.getByRole('button', { name: 'Load the sample workspace' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 2, name: 'ROC AUC' })).toBeVisible()
  await tabTo(page, page.getByRole('tab', { selected: true }))
  for (const [key, tab] of [
    ['ArrowRight', 'Charts'],
    ['ArrowLeft', 'Summary'],
    ['ArrowLeft', 'Provenance'],
    ['Home', 'Summary'],
    ['End', 'Provenance'],
    ['ArrowLeft', 'Rows'],
  ] as const) {
    await page.keyboard.press(key)
    const chosen = page.getByRole('tab', { name: tab })
    await expect(chosen).toBeFocused()
    await expect(chosen).toHaveAttribute('aria-selected', 'true')
  }
})

test('sorts, selects and copies rows', async () => {
  const { page } = app
  const grid = page.getByRole('grid')
  await tabTo(page, grid)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(grid.locator('[aria-selected=true]')).toHaveCount(4)
  const shown = await grid.locator('[aria-selected=true]').allTextContents()
  // Ctrl+C is the menu's; keys that a test presses reach the page alone.
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.copy())
  const copied = () => app.electron.evaluate(({ clipboard }) => clipboard.readText())
  await expect.poll(copied).toContain(shown[0]!)
  const lines = (await copied()).trim().split(/\r?\n/)
  expect(lines.map((line) => line.split('\t').length)).toEqual([2, 2, 2])
  expect(lines.slice(1).flatMap((line) => line.split('\t'))).toEqual(shown)
  const head = grid.getByRole('columnheader').first().getByRole('button').first()
  await tabTo(page, head)
  await page.keyboard.press('Enter')
  await expect(grid.getByRole('columnheader').first()).toHaveAttribute('aria-sort', 'ascending')
})

test('opens a dialog, which keeps the focus and gives it back', async () => {
  const { page } = app
  await tabTo(page, page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Runs' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  const open = page.getByRole('button', { name: 'New run' })
  await tabTo(page, open)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByLabel('Model version')).toBeFocused()
  await tabTo(page, dialog.getByRole('button', { name: /^Score/ }))
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press('Tab')
    const inside = await page.evaluate(
      () => document.activeElement === document.body || document.activeElement!.closest('dialog') !== null,
    )
    expect(inside).toBe(true)
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(open).toBeFocused()
})
