/** How the cores are shared out, and memory that is lent and comes back. */
import { describe, expect, it } from 'vitest'
import { splitCores } from '../../../electron/serving/model/model.ts'
import { giveMemory, isLendable, takeBack, takeMemory } from '../../../electron/serving/protocol/memory.ts'

describe('cores', () => {
  const small = 1024 * 1024
  it.each([
    ['a small model: a session a core', 4, small, 0, { sessions: 4, threads: 1 }],
    ['many cores: eight sessions share them', 32, small, 0, { sessions: 8, threads: 4 }],
    ['a large model: one session over all', 4, 100 * small, 0, { sessions: 1, threads: 4 }],
    ['what was asked for', 4, small, 2, { sessions: 2, threads: 2 }],
    ['more sessions than cores: one thread each', 2, small, 3, { sessions: 3, threads: 1 }],
  ])('%s', (_, cores, bytes, asked, split) => {
    expect(splitCores(cores, bytes, asked)).toEqual(split)
  })
})

describe('lent memory', () => {
  it('is used again once it is given back, and never twice at a time', () => {
    const first = takeMemory(100_000)
    expect([first.byteLength, isLendable(first)]).toEqual([131_072, true])
    giveMemory(first)
    // A second time says nothing new: it lies idle already.
    giveMemory(first)
    expect(isLendable(first)).toBe(false)
    const again = takeMemory(70_000)
    expect(again).toBe(first)
    expect(takeMemory(70_000)).not.toBe(first)
  })

  it('that was sent away is empty here; what came back counts as ours', () => {
    const sent = takeMemory(20_000)
    const [back] = structuredClone([sent], { transfer: [sent] }) as [ArrayBuffer]
    giveMemory(sent)
    expect([sent.byteLength, back.byteLength]).toEqual([0, 32_768])
    expect(takeMemory(20_000)).not.toBe(sent)
    expect(isLendable(back)).toBe(false)
    takeBack(back)
    giveMemory(back)
    expect(takeMemory(20_000)).toBe(back)
  })

  it('is not taken from small or foreign buffers', () => {
    const foreign = new ArrayBuffer(65_536)
    giveMemory(foreign)
    expect(takeMemory(65_536)).not.toBe(foreign)
    expect(isLendable(takeMemory(100))).toBe(false)
  })
})
