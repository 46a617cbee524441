/** Dynamic batching: rows meet in runs and part again, and nobody gets what is another's. */
import { describe, expect, it } from 'vitest'
import { Batcher } from '../../../electron/serving/model/batcher.ts'
import type { BatcherOptions, Job } from '../../../electron/serving/model/batcher.ts'
import type { Feeds } from '../../../electron/serving/model/messages.ts'
import type { Model } from '../../../electron/serving/model/model.ts'
import { codeOf } from '../../support/engine.ts'

interface Ran {
  readonly rows: number
  readonly fetches: readonly string[]
}

/** Doubles its input as "twice", and names it as "name"; a negative value fails the run. */
function doubler(ms: number): { model: Model; ran: Ran[] } {
  const ran: Ran[] = []
  let last: Promise<unknown> = Promise.resolve()
  const model: Model = {
    inputs: [],
    outputs: [],
    threads: 1,
    sessions: 1,
    stop: async () => undefined,
    run: (feeds, fetches) => {
      const work = last.then(async () => {
        const { data, dims } = feeds['x']!
        ran.push({ rows: dims[0]!, fetches })
        await new Promise((resolve) => setTimeout(resolve, ms))
        const values = [...(data as Float32Array)]
        if (values.some((value) => value < 0)) throw new Error('negative')
        const all: Feeds = {
          twice: { type: 'float32', data: Float32Array.from(values, (value) => 2 * value), dims },
          name: { type: 'string', data: values.map((value) => `v${value}`), dims: [dims[0]!] },
          total: { type: 'float32', data: Float32Array.of(values.length), dims: [1] },
        }
        const outputs = Object.fromEntries(fetches.map((name) => [name, all[name]!]))
        return { outputs, feeds, microseconds: ms * 1000 }
      })
      last = work.catch(() => undefined)
      return work
    },
  }
  return { model, ran }
}

const options: BatcherOptions = { maxBatchRows: 64, maxDelayMs: 0, maxQueueRows: 1000, joins: true }
const quiet = { ran: () => undefined }

function job(values: readonly number[], more: Partial<Job> = {}): Job {
  return {
    feeds: { x: { type: 'float32', data: Float32Array.from(values), dims: [values.length, 1] } },
    rows: values.length,
    fetches: ['twice', 'name'],
    deadline: performance.now() + 10_000,
    signal: new AbortController().signal,
    ...more,
  }
}

describe('batcher', () => {
  it('joins what waits, and gives each request its own rows and outputs', async () => {
    const { model, ran } = doubler(10)
    const batcher = new Batcher(model, options, quiet)
    const jobs = Array.from({ length: 40 }, (_, k) =>
      batcher.submit(job([k, k + 0.5], { fetches: k % 2 === 0 ? ['name'] : ['twice', 'name'] })),
    )
    const done = await Promise.all(jobs)
    done.forEach(({ outputs, batchRows }, k) => {
      expect(Object.keys(outputs)).toEqual(k % 2 === 0 ? ['name'] : ['twice', 'name'])
      expect(outputs['name']!.data).toEqual([`v${k}`, `v${k + 0.5}`])
      if (k % 2 === 1)
        expect(outputs['twice']).toEqual({ type: 'float32', data: Float32Array.of(2 * k, 2 * k + 1), dims: [2, 1] })
      expect(batchRows).toBeLessThanOrEqual(64)
    })
    expect(ran.length).toBeLessThan(10)
    expect(ran.reduce((sum, run) => sum + run.rows, 0)).toBe(80)
  })

  it('waits for others no longer than it may', async () => {
    const { model, ran } = doubler(1)
    const batcher = new Batcher(model, { ...options, maxDelayMs: 60 }, quiet)
    const started = performance.now()
    const first = batcher.submit(job([1]))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const second = batcher.submit(job([2]))
    const [one] = await Promise.all([first, second])
    expect(ran).toEqual([{ rows: 2, fetches: ['twice', 'name'] }])
    expect(one.queueMs).toBeGreaterThan(40)
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('keeps inputs of another shape apart', async () => {
    const { model, ran } = doubler(5)
    const batcher = new Batcher(model, options, quiet)
    const wide = { x: { type: 'float32', data: Float32Array.of(1, 2), dims: [1, 2] } }
    await Promise.all([
      batcher.submit(job([1])),
      batcher.submit(job([1, 2], { feeds: wide, rows: 1 })),
      batcher.submit(job([3])),
    ])
    expect(ran.map((run) => run.rows)).toEqual([2, 1])
  })

  it('fails only the request that fails', async () => {
    const { model } = doubler(5)
    const batcher = new Batcher(model, options, quiet)
    const results = await Promise.allSettled([[1], [-1], [3]].map((values) => batcher.submit(job(values))))
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('never joins again once an output turns out not to be one row a row', async () => {
    const { model, ran } = doubler(2)
    const batcher = new Batcher(model, options, quiet)
    const all = await Promise.all([1, 2, 3].map((value) => batcher.submit(job([value], { fetches: ['total'] }))))
    for (const { outputs } of all) expect(outputs['total']!.data).toEqual(Float32Array.of(1))
    expect(ran.map((run) => run.rows)).toEqual([3, 1, 1, 1])
    await Promise.all([1, 2].map((value) => batcher.submit(job([value], { fetches: ['total'] }))))
    expect(ran.slice(4).map((run) => run.rows)).toEqual([1, 1])
  })

  it('refuses what is past its queue, and takes requests again afterwards', async () => {
    const { model } = doubler(20)
    const batcher = new Batcher(model, { ...options, maxQueueRows: 10, maxBatchRows: 5 }, quiet)
    const taken = [batcher.submit(job([1, 2, 3, 4, 5]))]
    let code = 'none'
    for (let k = 0; k < 5 && code === 'none'; k++) {
      try {
        taken.push(batcher.submit(job([1, 2, 3, 4, 5])))
      } catch (error) {
        code = (error as { code: string }).code
      }
    }
    expect(code).toBe('server/overloaded')
    await Promise.all(taken)
    expect((await batcher.submit(job([7]))).outputs['name']!.data).toEqual(['v7'])
    expect([batcher.queuedRows, batcher.queuedRequests]).toEqual([0, 0])
  })

  it('drops what nobody waits for any more', async () => {
    const { model, ran } = doubler(40)
    const batcher = new Batcher(model, { ...options, maxBatchRows: 1 }, quiet)
    const abort = new AbortController()
    const first = [batcher.submit(job([1])), batcher.submit(job([2]))]
    // The first two are under way before the others come.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const late = batcher.submit(job([3], { deadline: performance.now() + 10 }))
    const gone = batcher.submit(job([4], { signal: abort.signal }))
    abort.abort()
    expect(await Promise.all([codeOf(late), codeOf(gone)])).toEqual(['server/timeout', 'server/cancelled'])
    await Promise.all(first)
    expect(ran.length).toBe(2)
  })
})
