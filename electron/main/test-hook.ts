/**
 * What the end-to-end tests need of main and a user never has: answers for native dialogs, and a way to kill the engine.
 * There only with ASSAY_E2E=1, as `globalThis.__assayTest`, which Playwright's `electronApp.evaluate` reads and sets.
 */
import { delimiter } from 'node:path'
import type { NotificationRequest } from '../../shared/contract/bridge.ts'
import type { Engine } from './engine-host.ts'

export const isEndToEndTest = process.env['ASSAY_E2E'] === '1'
/** Most test machines have no keychain: a test that asks for it may use the fixed secret that people must not. */
export const mayUsePlainText = isEndToEndTest && process.env['ASSAY_E2E_PLAIN_KEYCHAIN'] === '1'

export interface TestHook {
  /** Paths that the next open dialogs answer with; empty means cancelled. */
  openFiles: string[]
  /** Path that the next save dialogs answer with; null means cancelled. */
  savePath: string | null
  /** Folder that the next folder dialogs answer with; null means cancelled. */
  folder: string | null
  readonly notifications: NotificationRequest[]
  enginePid(): number | null
  scorerPids(): number[]
  killEngine(): void
}

const listed = (name: string): string[] => (process.env[name] ?? '').split(delimiter).filter((path) => path !== '')

const hook: TestHook = {
  openFiles: listed('ASSAY_E2E_OPEN'),
  savePath: process.env['ASSAY_E2E_SAVE'] ?? null,
  folder: process.env['ASSAY_E2E_FOLDER'] ?? null,
  notifications: [],
  enginePid: () => null,
  scorerPids: () => [],
  killEngine: () => undefined,
}

export const testHook = (): TestHook => hook

export function setUpTestHook({ engine }: { readonly engine: Engine }): void {
  hook.enginePid = () => engine.pid
  hook.scorerPids = () => engine.scorerPids
  hook.killEngine = () => {
    if (engine.pid !== null) process.kill(engine.pid, 'SIGKILL')
  }
  Object.assign(globalThis, { __assayTest: hook })
}
