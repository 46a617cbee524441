/** Drift of columns of texts and of images through the engine and the command line's own calls. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode, encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DriftReport } from '../../shared/contract/drift.ts'
import type { DriftId } from '../../shared/contract/ids.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
let folder: string
beforeAll(async () => {
  test = await openTestEngine()
  folder = join(test.folder, '..', 'content')
  mkdirSync(folder)
})
afterAll(() => test.close())

type Request = Parameters<TestEngine['call']['drift']['compare']>[0]
async function compare(request: Request): Promise<DriftReport> {
  const { jobId } = await test.call.drift.compare({ ...request, options: { splits: 0, ...request.options } })
  return test.call.drift.get({ id: (await test.finish(jobId)) as DriftId })
}
const verdicts = ({ columns }: DriftReport): Record<string, string> =>
  Object.fromEntries(columns.map(({ name, decision }) => [name, decision.verdict]))

describe('reviews', () => {
  const praise = ['quick', 'friendly', 'arrived', 'early', 'works', 'pleased', 'recommend', 'sturdy', 'value', 'thanks']
  const blame = ['slow!', 'rude', 'broken', 'late', 'refund', 'waiting', 'never', 'again', 'cheap', 'awful']
  const write = async (name: string, rows: number, angry: number, seed: number) => {
    const random = createRandom(seed)
    const pick = (words: readonly string[]): string => words[Math.floor(random.uniform() * words.length)]!
    const lines = Array.from({ length: rows }, (_, row) => {
      if (row % 40 === 0) return `${row},`
      const length = 4 + Math.floor(random.uniform() * 9)
      const words = Array.from({ length }, () => pick(random.uniform() < angry ? blame : praise))
      return `${row},"${words.join(' ')}, order ${Math.floor(random.uniform() * 1e6)}"`
    })
    const path = join(folder, `${name}.csv`)
    writeFileSync(path, ['id,review', ...lines].join('\n'))
    return test.importDataset(path, { name, id: 'id' })
  }

  it('that say something else have drifted, by content and not by length', async () => {
    const before = await write('reviews', 1500, 0.1, 1)
    const same = await write('reviews again', 1500, 0.1, 2)
    const after = await write('angry reviews', 1500, 0.6, 3)
    const still = await compare({ referenceId: before.id, currentId: same.id })
    expect(still.counts).toMatchObject({ drifted: 0, slight: 0, stable: 5 })
    expect(still.skipped).toEqual([])
    const report = await compare({
      referenceId: before.id,
      currentId: after.id,
      options: { timeline: { by: 'rows', chunks: 3 } },
    })
    expect(verdicts(report)).toMatchObject({ 'review: words': 'stable', 'review: content': 'drifted' })
    const content = report.columns.find(({ name }) => name === 'review: content')!
    expect(content.measured).toMatchObject({ column: 'review', definition: expect.stringContaining('hashed words') })
    expect(content.tests.mann_whitney!.effect!.low!).toBeGreaterThan(0.8)
    // About half of the rows that have a text, the others learnt from; every chunk has its part of them.
    expect(Math.abs(content.current.n - 731)).toBeLessThan(100)
    expect(content.timeline!.current.map(({ alarm }) => alarm)).toEqual([true, true, true])
    // Missing texts are one question, asked of the first number.
    expect(report.columns.map(({ missing }) => missing !== null)).toEqual([true, false, false, false, false])
    expect(report.columns[0]!.current.missing).toBe(38)
    // Texts take part in what all features say together.
    expect(report.domainClassifier.made).toBe(true)
    // Named as categories they are counted as such; a number is no text.
    const counted = await compare({ referenceId: before.id, currentId: same.id, categorical: ['review'] })
    expect(counted.columns.map(({ name, kind }) => [name, kind])).toEqual([['review', 'categorical']])
    // Naming another column as texts leaves this one as it is.
    const named = await compare({
      referenceId: before.id,
      currentId: same.id,
      columns: ['id', 'review'],
      text: ['id'],
    })
    expect(verdicts(named)).toEqual(verdicts(still))
    expect(named.skipped).toEqual([{ name: 'id', reason: 'it holds integer values, not texts' }])
    const { jobId } = await test.call.drift.compare({ referenceId: before.id, currentId: same.id, text: ['nothing'] })
    expect(await codeOf(test.finish(jobId))).toBe('drift/unknown-column')
  })
})

describe('images', () => {
  const digits = join(samples, 'digits')
  it('that are darker have drifted in light, and those that cannot be read are said', async () => {
    const lines = readFileSync(join(digits, 'holdout.csv'), 'utf8').trim().split('\n').slice(1)
    // Every second one: the sample's writers come one after another.
    const write = async (name: string, first: 0 | 1, light: number) => {
      const files = lines.filter((_, k) => k % 2 === first).map((line) => line.split(',')[0]!)
      mkdirSync(join(folder, name))
      files.forEach((file, k) => {
        const { width, height, data, channels } = decode(readFileSync(join(digits, file)))
        const png = encode({ width, height, channels, depth: 8, data: Uint8Array.from(data, (value) => value * light) })
        writeFileSync(join(folder, name, `${k}.png`), k === 7 && light < 1 ? png.subarray(0, 50) : png)
      })
      const path = join(folder, `${name}.csv`)
      writeFileSync(path, ['file', ...files.map((_, k) => `${name}/${k}.png`)].join('\n'))
      return test.importDataset(path, { name })
    }
    const before = await write('digits', 0, 1)
    const same = await write('other-digits', 1, 1)
    const dark = await write('dark-digits', 1, 0.6)
    const still = await compare({ referenceId: before.id, currentId: same.id })
    expect(still.counts).toMatchObject({ drifted: 0, slight: 0 })
    const report = await compare({ referenceId: before.id, currentId: dark.id })
    expect(verdicts(report)).toMatchObject({
      'file: width': 'stable',
      'file: brightness': 'drifted',
      'file: contrast': 'drifted',
      'file: content': 'drifted',
    })
    expect(report.skipped).toEqual([{ name: 'file', reason: expect.stringContaining('1 of its sampled images') }])
  })
})
