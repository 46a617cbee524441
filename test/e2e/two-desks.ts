/** What people do again and again at two desks: make a key, keep a policy, sign a package and take one in. */
import { statSync } from 'node:fs'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import { go } from './app.ts'
import type { App } from './app.ts'

export const passphrase = 'correct horse battery'

export async function addPerson(page: Page, name: string, roles: readonly string[]): Promise<void> {
  await go(page, 'Approvals')
  await page.getByRole('tab', { name: 'People' }).click()
  await page.getByRole('button', { name: 'Add a person' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  for (const role of ['Author', 'Validator', 'Approver'])
    await dialog.getByLabel(new RegExp(`^${role}`)).setChecked(roles.includes(role))
  await dialog.getByLabel('Passphrase').fill(passphrase)
  await dialog.getByLabel('Once more').fill(passphrase)
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('rowheader', { name })).toBeVisible()
}

/** Signs what is open in the dialog. */
export async function signWith(page: Page, button: string | RegExp): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Passphrase of the key').fill(passphrase)
  await dialog.getByRole('button', { name: button }).click()
}

export async function savePackage(app: App, button: string, path: string): Promise<void> {
  await app.answerSave(path)
  await app.page.getByRole('button', { name: button }).click()
  await signWith(app.page, 'Sign and save the file')
  await expect(app.page.getByRole('dialog')).toBeHidden()
  await expect.poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(5_000)
}

/** Takes a package in; `trusts` is done before a key that is new here is trusted. */
export async function takePackage(app: App, path: string, trusts?: () => Promise<void>): Promise<void> {
  const { page } = app
  await go(page, 'Approvals')
  await page.getByRole('tab', { name: 'Reviews' }).click()
  await app.answerOpen(path)
  await page.getByRole('button', { name: 'Import a package' }).click()
  if (trusts) {
    await expect(page.getByRole('dialog').getByText('Do you know this key?')).toBeVisible()
    await trusts()
    await page.getByRole('button', { name: /trust this key/ }).click()
  }
  await expect(page.getByTestId('standing')).toBeVisible()
}

export async function openFinding(page: Page, title: string, path: string): Promise<void> {
  await page.getByRole('tab', { name: 'Findings' }).click()
  await page.getByRole('button', { name: 'Open a finding' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('In one line').fill(title)
  await dialog.getByLabel('About the figure').fill(path)
  await dialog.getByRole('button', { name: 'Open the finding' }).click()
  await expect(page.getByRole('heading', { level: 3, name: title })).toBeVisible()
}

export async function askForReview(page: Page, policy: RegExp, note: string): Promise<void> {
  await page.getByRole('button', { name: 'Ask for a review' }).click()
  const choice = page.getByRole('dialog').getByLabel('Policy')
  await choice.selectOption(await choice.locator('option').filter({ hasText: policy }).getAttribute('value'))
  await page.getByRole('dialog').getByLabel('What the reviewer should know').fill(note)
}

export async function judge(page: Page, policy: RegExp): Promise<void> {
  await page.getByRole('tab', { name: 'Gates' }).click()
  const choice = page.getByLabel('Policy', { exact: true })
  await choice.selectOption(await choice.locator('option').filter({ hasText: policy }).getAttribute('value'))
  await page.getByRole('button', { name: 'Judge the gates' }).click()
}
