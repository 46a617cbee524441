/** What was released is listed with its state and its proof, and another release is exported from the window. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { assayIn, checkChurn, go, lookAt, startApp } from './app.ts'
import type { App } from './app.ts'
import { passphrase } from './two-desks.ts'

test.describe.configure({ mode: 'serial' })

const policy = `assay: policy/1
name: Churn release
risk_tier: medium
objective: { business: Keep the customers most likely to leave, measure: words, target: words }
deployment:
  kind: canary
  limits:
    - { id: errors, measure: error_rate, at_most: 0.01, reason: Callers try once. }
    - { id: latency, measure: latency_p99_ms, at_most: 50, reason: The call centre's screen waits for it. }
gates:
  - { id: ranking, path: metrics.roc_auc, at_least: 0.8 }
  - { id: rows, path: rows.used, at_least: 1000 }
`

let folder: string
let app: App

test.beforeAll(async () => {
  test.setTimeout(180_000)
  folder = mkdtempSync(join(tmpdir(), 'assay-releases-'))
  const assay = assayIn(join(folder, 'workspace'), passphrase)
  const file = checkChurn(folder, assay, 'gradient-boosting.onnx', policy)
  assay('explain', 'latest', '--no-effects')
  assay('person', 'add', 'Ada', '--role', 'author')
  assay('person', 'add', 'Grace', '--role', 'approver')
  const asked = JSON.parse(assay('review', 'request', 'latest', '--policy', file, '--as', 'Ada', '--json')) as {
    review: { id: string }
  }
  assay('approve', asked.review.id, '--as', 'Grace')
  assay('release', 'latest', '--out', join(folder, 'release'), '--as', 'Ada', '--registry', 'registry.example.com/team')
  app = await startApp(folder)
})
test.afterAll(async () => {
  await app?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a release is listed, and its page says what proves it and what holds it to its limits', async () => {
  const { page } = app
  await go(page, 'Releases')
  await expect(page.getByText('In force')).toBeVisible()
  await lookAt(page, 'releases')
  await page.getByRole('link', { name: 'Churn 1' }).click()
  await expect(page.getByRole('heading', { name: 'Release of Churn 1' })).toBeVisible()
  await expect(page.getByRole('row', { name: /errors Failed requests 1 % Approved limit/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /Drift of the worst input .* Proposed, not approved/ })).toBeVisible()
  await lookAt(page, 'release')
  await page.getByRole('region', { name: 'Limits in production' }).scrollIntoViewIfNeeded()
  await lookAt(page, 'release-kit')
})

test('assay verify proves it where no workspace is, and names the file that has another byte', () => {
  const verify = () => assayIn(join(folder, 'no-workspace'), '')('verify', join(folder, 'release'))
  expect(verify()).toContain('nothing was changed')
  const path = join(folder, 'release/model.onnx')
  const bytes = readFileSync(path)
  const changed = Buffer.from(bytes)
  changed[bytes.length >> 1]! ^= 1
  writeFileSync(path, changed)
  expect(verify).toThrow('model.onnx was changed')
  writeFileSync(path, bytes)
})

test('another is exported from the window', async () => {
  const { page } = app
  await go(page, 'Releases')
  await page.getByRole('button', { name: 'Export a release' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Namespace').fill('Not A Name')
  await dialog.getByLabel('Passphrase of the key').fill(passphrase)
  await dialog.getByLabel(/^Reasons:/).check()
  const out = join(folder, 'from-the-window')
  await app.answerSave(out)
  await dialog.getByRole('button', { name: 'Sign and write the release' }).click()
  await expect(dialog.getByText('usage/namespace')).toBeVisible()
  await lookAt(page, 'release-export')
  await dialog.getByLabel('Namespace').fill('churn')
  await dialog.getByRole('button', { name: 'Sign and write the release' }).click()
  await expect(dialog).toBeHidden({ timeout: 30_000 })
  expect(existsSync(join(out, 'deploy/overlays/canary/rollout.yaml'))).toBe(true)
  expect(existsSync(join(out, 'reasons.json'))).toBe(true)
  await expect(page.getByRole('row', { name: /Churn 1/ })).toHaveCount(2)
  rmSync(out, { recursive: true })
  await go(page, 'Data')
  await go(page, 'Releases')
  await page.getByRole('link', { name: 'Churn 1' }).first().click()
})
