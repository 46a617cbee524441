/** Starts the built application on a workspace of its own, as a user would have it on the first day. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, expect } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const models = join(root, 'models')
export const pictures = join(root, 'pictures')

interface Runtime {
  readonly electron: string
  readonly electronArgs: readonly string[]
  readonly electronFolder: string
  readonly env: Readonly<Record<string, string>>
}
const runtime = JSON.parse(readFileSync(join(root, '.cache/runtime.json'), 'utf8')) as Runtime

const startTimeoutMs = 20_000

export interface App {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly folder: string
  readonly workspace: string
  /** Answers the next open dialogs with these paths. */
  answerOpen(...paths: string[]): Promise<void>
  answerSave(path: string | null): Promise<void>
  killEngine(): Promise<void>
  scorerPids(): Promise<number[]>
  close(): Promise<void>
}

type Hook = { openFiles: string[]; savePath: string | null; killEngine(): void; scorerPids(): number[] }

async function launch(
  folder: string,
  env: Record<string, string>,
  args: readonly string[],
): Promise<{ electron: ElectronApplication; page: Page }> {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  const electron = await _electron.launch({
    executablePath: runtime.electron,
    args: [
      ...runtime.electronArgs,
      ...(asRoot ? ['--no-sandbox'] : []),
      `--user-data-dir=${join(folder, 'user-data')}`,
      `--workspace=${join(folder, 'workspace')}`,
      ...args,
    ],
    env: { ...(process.env as Record<string, string>), ...runtime.env, ASSAY_E2E: '1', ...env },
    timeout: startTimeoutMs,
  })
  let words = ''
  electron.process().stderr?.on('data', (piece: Buffer) => (words = (words + piece.toString()).slice(-4000)))
  try {
    const page = await electron.firstWindow({ timeout: startTimeoutMs })
    await page.waitForLoadState('domcontentloaded', { timeout: startTimeoutMs })
    return { electron, page }
  } catch (error) {
    electron.process().kill('SIGKILL')
    throw new Error(`No window: ${(error as Error).message}\n${words}`)
  }
}

export async function startApp(
  folder = mkdtempSync(join(tmpdir(), 'assay-e2e-')),
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<App> {
  const workspace = join(folder, 'workspace')
  // Chromium under a virtual display now and then never opens its first window; a second start does.
  const { electron, page } = await launch(folder, env, args).catch((error: unknown) => {
    console.warn(`starting again: ${String(error)}`)
    return launch(folder, env, args)
  })
  return {
    electron,
    page,
    folder,
    workspace,
    answerOpen: (...paths) =>
      electron.evaluate((_, answer) => {
        ;(globalThis as unknown as { __assayTest: Hook }).__assayTest.openFiles = answer
      }, paths),
    answerSave: (path) =>
      electron.evaluate((_, answer) => {
        ;(globalThis as unknown as { __assayTest: Hook }).__assayTest.savePath = answer
      }, path),
    killEngine: () =>
      electron.evaluate(() => (globalThis as unknown as { __assayTest: Hook }).__assayTest.killEngine()),
    scorerPids: () =>
      electron.evaluate(() => (globalThis as unknown as { __assayTest: Hook }).__assayTest.scorerPids()),
    close: async () => {
      await electron.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The command line on a workspace that no application has open. It throws with what was said where a command fails. */
export const assayIn =
  (workspace: string, passphrase: string) =>
  (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'electron/cli/launch.mjs'), ...args, '--workspace', workspace],
      { encoding: 'utf8', env: { ...process.env, ASSAY_PASSPHRASE: passphrase } },
    )
    if (status !== 0) throw new Error(`assay ${args.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }

/** Takes the churn sample and one of its models through a plan: imported, scored, evaluated and held against the policy. @returns the policy's path */
export function checkChurn(folder: string, assay: ReturnType<typeof assayIn>, model: string, policy: string): string {
  const policyPath = join(folder, 'policy.yaml')
  writeFileSync(policyPath, policy)
  const plan = join(folder, 'plan.yaml')
  const churn = join(models, 'churn')
  writeFileSync(
    plan,
    `assay: plan/1
dataset: { file: ${churn}/holdout.csv, target: churned, id: customer_id, task: binary, positive: "Yes" }
model: { file: ${churn}/${model}, name: Churn }
device: cpu
policy: ${policyPath}
`,
  )
  assay('check', plan)
  return policyPath
}

/** Follows a link of the navigation. */
export const go = (page: Page, name: string): Promise<void> =>
  page.getByRole('link', { name, exact: true }).first().click()

/** A picture in both colour schemes at 1280 × 800, and no finding of axe-core in either. */
export async function lookAt(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.waitForTimeout(150)
    await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    expect(
      violations.map(
        (violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`,
      ),
      `${name} in ${colorScheme}`,
    ).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}
