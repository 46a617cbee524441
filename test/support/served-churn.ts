/** What most tests of the server begin with: an engine, the release of the churn sample, and its server. */
import { afterAll, beforeAll } from 'vitest'
import { openTestEngine } from './engine.ts'
import type { TestEngine } from './engine.ts'
import { churnRelease, digitsRelease, startServing } from './release.ts'
import type { Running, SampleRelease } from './release.ts'

export interface ServedChurn {
  readonly test: TestEngine
  readonly churn: SampleRelease
  readonly server: Running
  /** The release of the images, where it was wished for. */
  readonly digits: SampleRelease
}

/** Made before the tests of the file that calls this, and taken away after them: look into it inside of a test. */
export function servedChurn(wish: { readonly digits?: boolean; readonly server?: boolean } = {}): ServedChurn {
  const made: { -readonly [name in keyof ServedChurn]?: ServedChurn[name] } = {}
  beforeAll(async () => {
    made.test = await openTestEngine()
    made.churn = await churnRelease(made.test)
    if (wish.digits) made.digits = await digitsRelease(made.test)
    if (wish.server !== false) made.server = await startServing(made.churn.folder)
  }, 120_000)
  afterAll(async () => {
    await made.server?.stop()
    await made.test?.close()
  })
  return made as ServedChurn
}
