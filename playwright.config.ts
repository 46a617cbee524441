/**
 * The window in a real Electron. Two workers, each with applications, workspaces and user data of its own: they wait as
 * much as they compute.
 */
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'test/e2e',
  workers: 2,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  outputDir: 'test-results',
  reporter: 'list',
})
