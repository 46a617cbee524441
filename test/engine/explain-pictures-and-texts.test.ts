/** What in a picture and which words of a text a score rests on. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { drawChart } from '../../shared/report/charts/chart.ts'
import { buildReport } from '../../shared/report/build-report.ts'
import { imageExplanationSchema } from '../../shared/contract/explain-image.ts'
import type { Binding } from '../../shared/contract/model.ts'
import { codeOf, samples } from '../support/engine.ts'
import { explainingEngine } from '../support/explaining.ts'
import { texts, writeWords } from '../support/make-words.ts'

const on = explainingEngine()

it('says what in a picture a class rests on by three methods, and which to believe over rows', async () => {
  const run = await on.evaluated(join(samples, 'digits/holdout.csv'), join(samples, 'digits/mlp.onnx'), {
    target: 'label',
    task: 'multiclass',
  })
  const found = await on.test.call.explain.image({ id: run.id, row: 0 })
  expect(found.maps.map(({ method }) => method)).toEqual(['occlusion', 'rise', 'superpixels'])
  for (const { map, deletion, insertion } of found.maps) {
    expect(map.length).toBe(found.width * found.height)
    expect(deletion.score[0]).toBeCloseTo(found.score, 4)
    expect(insertion.score.at(-1)).toBeCloseTo(found.score, 4)
    expect(insertion.score[0]).toBeCloseTo(deletion.score.at(-1)!, 4)
    expect(deletion.area).toBeLessThan(found.random.deletion.area)
  }
  // Superpixels share out what hiding all costs.
  const total = found.maps[2]!.map.reduce((sum, value) => sum + value, 0)
  expect(total).toBeCloseTo(found.score - found.maps[2]!.deletion.score.at(-1)!, 3)
  expect(await codeOf(on.test.call.explain.image({ id: run.id, row: 0, className: 'cat' }))).toBe(
    'explain/no-such-class',
  )
  const { jobId } = await on.test.call.explain.start({ id: run.id, rows: 5 })
  await on.test.finish(jobId)
  expect(await on.test.call.explain.get({ id: run.id })).toBeNull()
  const { sections } = await on.test.call.runs.evidence({ id: run.id })
  const section = imageExplanationSchema.parse(sections!['imageExplanation'])
  expect(section.methods.length).toBe(3)
  for (const { deletion, insertion } of section.methods) {
    expect(deletion.low).toBeGreaterThan(0)
    expect(insertion.low).toBeGreaterThan(0)
  }
  expect(section.examples[0]!.picture.length).toBe(section.examples[0]!.width * section.examples[0]!.height)
  expect(JSON.stringify(section).length).toBeLessThan(60_000)
  const report = buildReport(await on.test.call.runs.evidence({ id: run.id }), 'a'.repeat(64))
  const shown = report.sections.find(({ id }) => id === 'image-explanation')!
  const drawn = shown.blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : []))
  expect(drawn.length).toBe(4)
  expect(drawChart(drawn[0]!.chart).markup).toContain('Superpixel SHAP')
})

it('says which words of a text the score rests on, and that deleting them tells', async () => {
  const files = writeWords(on.test.folder)
  const data = await on.test.importDataset(files.data, { target: 'kind', task: 'binary', positive: 'complaint' })
  const version = await on.test.importModel(files.model)
  const binding: Binding = {
    inputs: [{ input: 'text', kind: 'column', column: 'text' }],
    output: {
      task: 'binary',
      score: ['scores'],
      label: null,
      transform: 'none',
      classes: ['praise', 'complaint'],
      positive: 'complaint',
    },
    missingText: '',
    fixedBatch: null,
  }
  const run = await on.test.score(version, data, { binding })
  await on.test.evaluate(run)
  const found = await on.test.call.explain.texts({ id: run.id, row: 0, className: 'complaint' })
  const [column] = found.columns
  expect(column!.before + column!.words.map((word) => word.text).join('')).toBe(texts[0])
  // Punctuation stays with its word: "awful," is not in the vocabulary, "refund" is.
  const effect = (word: string) => column!.words.find(({ text }) => text.trim() === word)!.effect
  const score = (sum: number) => 1 / (1 + Math.exp(-sum))
  expect(effect('refund')).toBeCloseTo(score(1 - 1) - score(-1), 5)
  expect(effect('parcel')).toBe(0)
  expect(column!.byEffect.at(-1)).toBeCloseTo(score(-1), 5)
  const mean = (curve: readonly number[]) => curve.reduce((sum, value) => sum + value, 0) / curve.length
  expect(mean(column!.byEffect)).toBeLessThanOrEqual(mean(column!.atRandom))
  const praise = await on.test.call.explain.texts({ id: run.id, row: 1, className: 'complaint' })
  expect(praise.columns[0]!.words[0]!.effect).toBeCloseTo(score(-2.5) - score(-1), 5)
  expect((await on.test.call.explain.texts({ id: run.id, row: 2 })).columns).toEqual([])
})
