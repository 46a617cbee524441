/** Scorer processes as the engine asks them: one request at a time, and kept for the next about the same model. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cancelled } from '../../shared/contract/errors.ts'
import { withScorer } from '../../electron/engine/scoring/ask-scorer.ts'
import { KeptScorer } from '../../electron/engine/scoring/kept-scorer.ts'
import { openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(() => test.close())

describe('a scorer', () => {
  const modelPath = join(samples, 'churn/gradient-boosting.onnx')
  const load = { type: 'load', modelPath } as const

  it('that is asked several things at once gives each its own answer', async () => {
    const answers = await withScorer(test.engine.launcher, (scorer) =>
      Promise.all([
        scorer.ask(load, 'loaded'),
        scorer
          .ask({ ...load, modelPath: `${modelPath}.none` }, 'loaded')
          .catch((error: { code: string }) => error.code),
        scorer.ask({ ...load, modelPath: join(samples, 'digits/mlp.onnx') }, 'loaded'),
      ]),
    )
    expect(answers).toMatchObject([
      { inputs: expect.any(Array) as unknown },
      'model/runtime-refused',
      { inputs: [{ kind: 'tensor' }] },
    ])
    expect((answers[0] as { inputs: unknown[] }).inputs.length).toBeGreaterThan(1)
  })

  it('answers the next when somebody no longer waits for the last', async () => {
    await withScorer(test.engine.launcher, async (scorer) => {
      const abort = new AbortController()
      const first = scorer.ask(load, 'loaded', { signal: abort.signal })
      const second = scorer.ask({ ...load, modelPath: join(samples, 'digits/mlp.onnx') }, 'loaded')
      await new Promise((resolve) => setTimeout(resolve, 1))
      abort.abort()
      await expect(first).rejects.toBeInstanceOf(Cancelled)
      expect((await second).inputs).toHaveLength(1)
    })
  })
})

describe('a kept scorer', () => {
  it('answers again about its model, not about another, and not once it has died or failed', async () => {
    const pids: number[] = []
    const launcher: typeof test.engine.launcher = {
      ...test.engine.launcher,
      launch: async (env) => {
        const process = await test.engine.launcher.launch(env)
        pids.push(process.pid!)
        return process
      },
    }
    const kept = new KeptScorer(launcher)
    await kept.use('a', async () => undefined)
    await kept.use('a', async () => undefined)
    expect(pids).toHaveLength(1)
    await kept.use('b', async () => undefined)
    expect(pids).toHaveLength(2)
    process.kill(pids[1]!, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await kept.use('b', async () => undefined)
    expect(pids).toHaveLength(3)
    await expect(kept.use('b', () => Promise.reject(new Error('it failed')))).rejects.toThrow('it failed')
    await kept.use('b', async () => undefined)
    expect(pids).toHaveLength(4)
    kept.stop()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const alive = pids.filter((pid) => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    })
    expect(alive).toEqual([])
  })
})
