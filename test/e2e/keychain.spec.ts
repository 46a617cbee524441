/**
 * Passphrases in the system's keychain, in earnest: libsecret, a secret service on a D-Bus of its own, the application
 * started twice. And without one: nothing is offered that would only look safe.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { assayIn, checkChurn, go, lookAt, startApp } from './app.ts'
import type { App } from './app.ts'
import { passphrase } from './two-desks.ts'

test.describe.configure({ mode: 'serial' })

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const missing = ['dbus-daemon', 'gnome-keyring-daemon'].filter((program) => !has(program))
if (missing.length > 0) console.warn(`skipped: no ${missing.join(', ')} here, so no real keychain is tried`)

let folder: string
test.beforeAll(() => {
  test.setTimeout(180_000)
  folder = mkdtempSync(join(tmpdir(), 'assay-keychain-'))
  const assay = assayIn(join(folder, 'workspace'), passphrase)
  const policy = checkChurn(
    folder,
    assay,
    'logistic-regression.onnx',
    `assay: policy/1
name: Churn release
risk_tier: low
objective: { business: Keep customers, measure: words, target: words }
deployment: { kind: batch }
gates: [{ id: rows, path: rows.used, at_least: 1000 }]
`,
  )
  assay('person', 'add', 'Ada', '--role', 'author')
  assay('review', 'request', 'latest', '--policy', policy, '--as', 'Ada')
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function openExport(page: Page) {
  await go(page, 'Approvals')
  await page
    .getByRole('link', { name: /Churn 1/ })
    .first()
    .click()
  await page.getByRole('button', { name: 'Send to a reviewer' }).click()
  return page.getByRole('dialog')
}

const stop = (app: App): Promise<void> => app.electron.close()

test('without a keychain, none is offered and nothing is kept', async () => {
  const app = await startApp(folder, { DBUS_SESSION_BUS_ADDRESS: 'disabled:' }, ['--password-store=basic'])
  const dialog = await openExport(app.page)
  await dialog.getByLabel('Passphrase of the key').fill(passphrase)
  await expect(dialog.getByLabel(/Keep it in this computer/)).toBeHidden()
  const backend = await app.electron.evaluate(({ safeStorage }) => safeStorage.getSelectedStorageBackend())
  expect(backend).toBe('basic_text')
  // Nor is it kept where someone asks past the window.
  const refused = await app.page.evaluate(
    (person) =>
      (globalThis as unknown as { assay: { keepPassphrase(person: string, text: string): Promise<unknown> } }).assay
        .keepPassphrase(person, 'a secret of mine')
        .then(
          () => 'kept',
          () => 'refused',
        ),
    'per_0123456789abcdef',
  )
  expect(refused).toBe('refused')
  expect(existsSync(join(folder, 'user-data/keychain.json'))).toBe(false)
  await stop(app)
})

test.describe('with a real one', () => {
  test.skip(missing.length > 0, `no ${missing.join(', ')} here`)
  const started: ChildProcess[] = []
  const env: Record<string, string> = {}
  test.beforeAll(async () => {
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    started.push(bus)
    const address = await new Promise<string>((resolve) =>
      bus.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())),
    )
    Object.assign(env, {
      DBUS_SESSION_BUS_ADDRESS: address,
      XDG_DATA_HOME: join(folder, 'data'),
      XDG_RUNTIME_DIR: join(folder, 'runtime'),
      XDG_CURRENT_DESKTOP: 'GNOME',
    })
    const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    started.push(keyring)
    keyring.stdin.end('opens the keyring')
  })
  test.afterAll(() => started.forEach((one) => one.kill()))

  test('a passphrase that was kept signs after a restart, and not on another account', async () => {
    const store = ['--password-store=gnome-libsecret']
    const first = await startApp(folder, env, store)
    const backend = await first.electron.evaluate(({ safeStorage }) => safeStorage.getSelectedStorageBackend())
    expect(backend).toBe('gnome_libsecret')
    const dialog = await openExport(first.page)
    await dialog.getByLabel('Passphrase of the key').fill(passphrase)
    await dialog.getByLabel(/Keep it in this computer/).check()
    await first.answerSave(join(folder, 'first.tar'))
    await dialog.getByRole('button', { name: 'Sign and save the file' }).click()
    await expect(dialog).toBeHidden()
    await stop(first)
    const kept = JSON.parse(readFileSync(join(folder, 'user-data/keychain.json'), 'utf8')) as Record<string, string>
    const [sealed] = Object.values(kept).map((text) => Buffer.from(text, 'base64').toString('latin1'))
    // v11 is what Chromium writes with a secret of the keychain; v10 with the one in its source.
    expect(sealed!.slice(0, 3)).toBe('v11')
    expect(sealed).not.toContain(passphrase)

    const second = await startApp(folder, env, store)
    const again = await openExport(second.page)
    await expect(again.getByText('From this computer’s keychain.')).toBeVisible()
    await lookAt(second.page, 'keychain-libsecret')
    await second.answerSave(join(folder, 'second.tar'))
    await again.getByRole('button', { name: 'Sign and save the file' }).click()
    await expect(again).toBeHidden()
    expect(existsSync(join(folder, 'second.tar'))).toBe(true)
    await stop(second)

    const without = await startApp(folder, { DBUS_SESSION_BUS_ADDRESS: 'disabled:' }, ['--password-store=basic'])
    const empty = await openExport(without.page)
    await expect(empty.getByLabel('Passphrase of the key')).toHaveValue('')
    await expect(empty.getByText('From this computer’s keychain.')).toBeHidden()
    await stop(without)
  })
})
