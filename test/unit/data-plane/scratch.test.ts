import { execFileSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scratchFolder } from '../../../electron/data-plane/scratch.ts'

it('is one folder that only its owner may look into', () => {
  expect(scratchFolder()).toBe(scratchFolder())
  expect(statSync(scratchFolder()).mode & 0o777).toBe(0o700)
})

it('goes with the process that made it, and with what lies in it', () => {
  const script = fileURLToPath(new URL('../../../electron/data-plane/scratch.ts', import.meta.url))
  const code = `import { writeFileSync } from 'node:fs'
    const { scratchFolder } = await import(${JSON.stringify(script)})
    writeFileSync(scratchFolder() + '/rows', 'x')
    process.stdout.write(scratchFolder())`
  const folder = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  expect(folder).toContain('assay-')
  expect(existsSync(folder)).toBe(false)
  writeFileSync(join(scratchFolder(), 'rows'), 'x')
  expect(existsSync(join(scratchFolder(), 'rows'))).toBe(true)
})
