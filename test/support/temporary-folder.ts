import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []
function cleanUp(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}
process.on('exit', cleanUp)
// Vitest ends its workers without their exit handlers; benchmarks and window tests run without Vitest. What is registered
// first runs last: whoever uses a folder has closed it by then.
if (process.env['VITEST']) (await import('vitest')).afterAll(cleanUp)

/** Removed when the test's file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-test-'))
  made.push(folder)
  return folder
}
