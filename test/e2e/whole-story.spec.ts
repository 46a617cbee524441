/** The whole story in two windows: from a model that misses a gate to a release that a second person has approved. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { go, lookAt, models, startApp } from './app.ts'
import type { App } from './app.ts'
import { addPerson, askForReview, judge, openFinding, savePackage, signWith, takePackage } from './two-desks.ts'

/** The two sample models differ by half a point of ROC AUC, less than an interval: their values are judged. */
const policy = `assay: policy/1
name: Churn release
task: binary
risk_tier: medium
objective: { business: Keep the customers most likely to leave, measure: metrics.roc_auc, target: { at_least: 0.8 } }
deployment: { kind: batch }
gates:
  - { id: ranking, title: Positives rank above negatives, path: metrics.roc_auc, at_least: 0.87, judge: value }
  - { id: rows, path: rows.used, at_least: 1000 }
`

let folder: string
let author: App
let approver: App
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-story-'))
  author = await startApp()
  approver = await startApp()
})
test.afterAll(async () => {
  await author?.close()
  await approver?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function importDataset(page: Page): Promise<void> {
  await author.answerOpen(join(models, 'churn/holdout.csv'))
  await page.getByRole('button', { name: 'Import a dataset' }).first().click()
  await page.getByLabel('Role of churned').selectOption('target')
  await page.getByRole('button', { name: 'Import the dataset' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('holdout')
}

/** Imports a file as the next version of "Churn" and scores it; the evaluation follows by itself. */
async function importAndScore(page: Page, name: string, version: number): Promise<void> {
  await go(page, 'Models')
  await author.answerOpen(join(models, `churn/${name}.onnx`))
  await page.getByRole('button', { name: 'Import a model' }).first().click()
  await page.getByLabel('Name').fill('Churn')
  const becomes = version === 1 ? 'A new model, version 1.' : `the file becomes version ${version}.`
  await expect(page.getByText(becomes)).toBeVisible()
  await page.getByRole('button', { name: 'Import the model' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Churn ${version}`)
  await go(page, 'Runs')
  await page.getByRole('button', { name: 'New run' }).first().click()
  const choice = page.getByLabel('Model version')
  const option = choice.locator('option').filter({ hasText: `Churn ${version}` })
  await choice.selectOption(await option.getAttribute('value'))
  await page.getByRole('button', { name: 'Score 5,000 rows' }).click()
  await expect(page.getByTestId('headline')).toContainText('0.8')
}

test('a model misses a gate, its next version is reviewed, mended, approved by someone else and released', async () => {
  const { page } = author
  const desk = approver.page
  const file = (name: string) => join(folder, name)
  const answer = (text: string) => page.getByRole('textbox', { name: 'Answer to Why is the threshold 0.5?' }).fill(text)
  const runUrl = () => page.url().replace(/\?.*/, '')

  await test.step('the author makes a key and a policy, and imports data and a model: a gate fails', async () => {
    await addPerson(page, 'Ada', ['Author', 'Approver'])
    await page.getByRole('tab', { name: 'Policies' }).click()
    await page.getByRole('button', { name: 'Start from a preset' }).click()
    await page.getByRole('button', { name: 'Binary risk model' }).click()
    await page.getByLabel('Policy as YAML').fill(policy)
    await page.getByRole('button', { name: 'Keep this policy' }).click()
    await go(page, 'Data')
    await importDataset(page)
    await importAndScore(page, 'logistic-regression', 1)
    await judge(page, /^Churn release/)
    await expect(page.getByTestId('gates').locator('[data-gate=ranking]').getByText('Fail')).toBeVisible()
    await expect(page.getByTestId('gates-verdict').getByText('Gates stop it')).toBeVisible()
    await lookAt(page, 'story-gate-fails')
  })

  await test.step('the next version passes; the author asks for a review and cannot decide it', async () => {
    await importAndScore(page, 'gradient-boosting', 2)
    await judge(page, /^Churn release/)
    await expect(page.getByTestId('gates-verdict').getByText('Gates pass')).toBeVisible()
    const run = runUrl()
    await askForReview(page, /^Churn release/, 'Gradient boosting in place of the logistic regression.')
    await signWith(page, 'Sign and ask')
    await expect(page.getByTestId('standing').getByText('Waiting')).toBeVisible()
    await page.getByRole('button', { name: 'Decide' }).click()
    await signWith(page, 'Sign: approve')
    await expect(page.getByText('nobody approves or rejects their own work')).toBeVisible()
    await page.getByRole('dialog').getByRole('button', { name: 'Close without signing' }).click()
    await savePackage(author, 'Send to a reviewer', file('review.tar'))
    await page.goto(run)
  })

  await test.step('the approver takes the package in, opens a finding, which stops the approval, and sends it back', async () => {
    await addPerson(desk, 'Grace', ['Validator', 'Approver'])
    await takePackage(approver, file('review.tar'), () => Promise.resolve())
    await expect(desk.getByRole('heading', { level: 1, name: /Churn 2 on holdout/ })).toBeVisible()
    await openFinding(desk, 'Why is the threshold 0.5?', 'detail.threshold')
    await desk.getByRole('button', { name: 'Decide' }).click()
    await signWith(desk, 'Sign: approve')
    await expect(desk.getByRole('dialog').getByText(/1 finding not settled/)).toBeVisible()
    await desk.getByRole('dialog').getByRole('button', { name: 'Close without signing' }).click()
    await savePackage(approver, 'Send back', file('remarks.tar'))
  })

  await test.step('the author mends it: changed evidence makes the review out of date, a new round is asked for', async () => {
    await page.getByRole('tab', { name: 'Threshold' }).click()
    const threshold = page.getByRole('slider', { name: 'Threshold' })
    await threshold.focus()
    for (let k = 0; k < 10; k++) await threshold.press('ArrowLeft')
    await page.getByRole('button', { name: 'Evaluate at 0.40' }).click()
    await expect(page.getByText('Evaluated at 0.4')).toBeVisible()
    const run = runUrl()
    await takePackage(author, file('remarks.tar'), () => Promise.resolve())
    await expect(page.getByText('What is signed here is no longer what the run has.')).toBeVisible()
    await page.getByRole('tab', { name: 'Findings' }).click()
    await answer('0.40 now: a call costs a fifth of what a lost customer does.')
    await lookAt(page, 'story-finding-home')
    await page.getByRole('button', { name: 'Answer: Why is the threshold 0.5?' }).click()
    await expect(page.getByText('Answered', { exact: true })).toBeVisible()
    await page.goto(run)
    await judge(page, /^Churn release/)
    await expect(page.getByTestId('gates-verdict').getByText('Gates pass')).toBeVisible()
    await askForReview(page, /^Churn release/, 'Threshold 0.40')
    await signWith(page, 'Sign and ask')
    await expect(page.getByText('Round 2')).toBeVisible()
    await savePackage(author, 'Send to a reviewer', file('round-2.tar'))
  })

  await test.step('the approver closes the finding and approves', async () => {
    await takePackage(approver, file('round-2.tar'))
    await expect(desk.getByText('Round 2')).toBeVisible()
    await desk.getByRole('tab', { name: 'Findings' }).click()
    await desk.getByRole('textbox', { name: 'Answer to Why is the threshold 0.5?' }).fill('Understood.')
    await desk.getByRole('button', { name: 'Close: Why is the threshold 0.5?' }).click()
    await expect(desk.getByText('Closed', { exact: true })).toBeVisible()
    await desk.getByRole('button', { name: 'Decide' }).click()
    await signWith(desk, 'Sign: approve')
    await expect(desk.getByTestId('standing').getByText('Approved')).toBeVisible()
    await lookAt(desk, 'story-approved')
    await savePackage(approver, 'Send back', file('decision.tar'))
  })

  await test.step('the approval comes home and the release is written', async () => {
    await go(page, 'Releases')
    await expect(page.getByRole('button', { name: 'Export a release' })).toBeHidden()
    await takePackage(author, file('decision.tar'))
    await expect(page.getByTestId('standing').getByText('Approved')).toBeVisible()
    await go(page, 'Releases')
    await page.getByRole('button', { name: 'Export a release' }).first().click()
    await author.answerSave(file('release'))
    await signWith(page, 'Sign and write the release')
    await expect(page.getByRole('dialog')).toBeHidden({ timeout: 30_000 })
    expect(existsSync(file('release/approval.json'))).toBe(true)
    await expect(page.getByText('In force')).toBeVisible()
    await go(page, 'Models')
    await page.getByRole('link', { name: 'Churn, version 2' }).click()
    await page.getByRole('tab', { name: 'Registry' }).click()
    await expect(page.getByRole('tabpanel').getByText('Released').first()).toBeVisible()
    await expect(page.getByRole('rowheader', { name: 'release written' })).toBeVisible()
    await lookAt(page, 'story-released')
  })
})
