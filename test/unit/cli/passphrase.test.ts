import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

it('takes the passphrase out of the environment, which every program that is started would inherit', async () => {
  vi.stubEnv('ASSAY_PASSPHRASE', 'correct horse battery')
  const { readPassphrase } = await import('../../../electron/cli/passphrase.ts')
  expect(process.env['ASSAY_PASSPHRASE']).toBe(undefined)
  expect(await readPassphrase('Ann')).toBe('correct horse battery')
  expect(await readPassphrase('Ann', true)).toBe('correct horse battery')
})
