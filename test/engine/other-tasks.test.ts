/** Multilabel, ranking and weighted rows, from a file to a report. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ComparisonId } from '../../shared/contract/ids.ts'
import type { Evidence, Run } from '../../shared/contract/run.ts'
import { openApi } from '../../shared/serving/openapi.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { fairnessOf, robustnessOf, slicesOf } from '../support/analysed.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { releaseOf } from '../support/release.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { expectSound } from '../unit/metrics/sound.ts'

const rows = 900
const folder = temporaryFolder()
const path = join(folder, 'rows.csv')
let test: TestEngine

beforeAll(async () => {
  test = await openTestEngine()
  const random = createRandom(4)
  const lines = ['x1,x2,x3,x4,query,w,news,sport,<b>art</b>,grade,hit']
  for (let row = 0; row < rows; row++) {
    const x = Array.from({ length: 4 }, () => random.normal().toFixed(4))
    const words = Array.from({ length: 3 }, () => (random.uniform() < 0.4 ? 'yes' : 'no'))
    const weight = row === 5 ? '' : row === 6 ? '0' : (0.5 + random.uniform()).toFixed(3)
    const query = row === 7 ? '' : `q${Math.floor(row / 12)}`
    lines.push([...x, query, weight, ...words, Math.floor(3 * random.uniform()), random.uniform() < 0.4 ? 1 : 0].join())
  }
  writeFileSync(path, lines.join('\n'))
  writeFileSync(join(folder, 'labels.onnx'), makeMlp([4, 8, 3], 3))
  writeFileSync(join(folder, 'one.onnx'), makeMlp([4, 8, 1], 5))
})
afterAll(() => test.close())

const ignored = (...names: string[]): string[] => names

async function htmlOf(run: Run): Promise<string> {
  const file = join(folder, `${run.id}.html`)
  const { jobId } = await test.call.runs.report({ id: run.id, file: { path: file }, format: 'html' })
  await test.finish(jobId)
  return readFileSync(file, 'utf8')
}

describe('a multilabel task', () => {
  let run: Run
  let evidence: Evidence
  beforeAll(async () => {
    const dataset = await test.importDataset(path, {
      name: 'labels',
      labels: ['news', 'sport', '<b>art</b>'],
      ignored: ignored('query', 'grade', 'hit'),
      weight: 'w',
    })
    expect(dataset.task).toBe('multilabel')
    run = await test.score(await test.importModel(join(folder, 'labels.onnx')), dataset)
    evidence = await test.evaluate(run)
  })

  it('takes each label column as one score of the model, weighs the rows and leaves out those without a weight', () => {
    expect(run.task).toBe('multilabel')
    expect(run.binding.output.classes).toEqual(['news', 'sport', '<b>art</b>'])
    expect(evidence.rows.used).toBe(rows - 2)
    expect(evidence.rows.excluded).toEqual([{ reason: 'no weight above 0', n: 2 }])
    expect(evidence.rows.weight!.column).toBe('w')
    expect(evidence.rows.weight!.effectiveRows).toBeLessThan(rows - 2)
    expect(evidence.headline).toBe('f1_micro')
    expect(evidence.dataset.target).toBe('news, sport, <b>art</b>')
    expectSound(evidence.metrics)
    if (evidence.detail.kind !== 'multilabel') throw new Error('not a multilabel evidence')
    expect(evidence.detail.classes).toHaveLength(3)
    for (const key of Object.keys(evidence.detail.classes[0]!.metrics)) expect(evidence.definitions[key]).toBeTruthy()
  })

  it('is reported with its labels, whose names are text and not markup', async () => {
    const html = await htmlOf(run)
    expect(html).toContain('Labels a row')
    expect(html).toContain('Subset accuracy')
    expect(html).not.toContain('<b>art</b>')
  })

  it('is released with the threshold that was evaluated', async () => {
    await test.call.decisions.choose({ versionId: run.versionId, threshold: 0.3, reason: 'more labels' })
    const { release, evidence: approved } = await releaseOf(test, run)
    expect(approved.detail).toMatchObject({ threshold: 0.3 })
    expect(release.manifest.threshold).toBe(0.3)
    expect(JSON.stringify(openApi(release.manifest, null, null))).toContain(
      'each label where its probability is 0.3 or more',
    )
  })

  it('is refused where one answer a row is needed', async () => {
    expect(await codeOf(fairnessOf(test, run))).toBe('analysis/task')
    expect(await codeOf(slicesOf(test, run))).toBe('analysis/task')
    expect(await codeOf(robustnessOf(test, run))).toBe('analysis/task')
  })
})

describe('a ranking', () => {
  it('is evaluated by query', async () => {
    const dataset = await test.importDataset(path, {
      name: 'queries',
      target: 'grade',
      task: 'ranking',
      group: 'query',
      ignored: ignored('news', 'sport', '<b>art</b>', 'w', 'hit'),
    })
    expect(dataset.columns.find((column) => column.role === 'group')!.name).toBe('query')
    const run = await test.score(await test.importModel(join(folder, 'one.onnx'), 'ranker'), dataset)
    const evidence = await test.evaluate(run)
    expect(evidence.headline).toBe('ndcg')
    expect(evidence.rows.excluded).toEqual([{ reason: 'no query', n: 1 }])
    expectSound(evidence.metrics)
    if (evidence.detail.kind !== 'ranking') throw new Error('not a ranking evidence')
    expect(evidence.detail.queries.total).toBe(rows / 12)
    expect(await htmlOf(run)).toContain('Hit rate')
  })

  it('without a query column is refused', async () => {
    const dataset = await test.importDataset(path, {
      name: 'no queries',
      target: 'grade',
      task: 'ranking',
      ignored: ignored('news', 'sport', '<b>art</b>', 'w', 'hit', 'query'),
    })
    const version = await test.importModel(join(folder, 'one.onnx'), 'ranker 2')
    expect(await codeOf(test.score(version, dataset).then((run) => test.evaluate(run)))).toBe('evaluation/no-query')
  })
})

describe('weights', () => {
  it('count in the evaluation, which says where they do not, and each other analysis says that it counts rows', async () => {
    const dataset = await test.importDataset(path, {
      name: 'weighed',
      target: 'hit',
      task: 'binary',
      positive: '1',
      ignored: ignored('news', 'sport', '<b>art</b>', 'grade', 'query'),
      weight: 'w',
    })
    const run = await test.score(await test.importModel(join(folder, 'one.onnx'), 'weighed'), dataset)
    const evidence = await test.evaluate(run)
    const codes = ({ findings }: { readonly findings?: readonly { readonly code: string }[] | undefined }) =>
      (findings ?? []).map(({ code }) => code)
    expect(codes(evidence)).toContain('evaluation/weighed-here-alone')
    const unused = 'analysis/weights-unused'
    expect(codes(await fairnessOf(test, run, { by: ['x1'] }))).toContain(unused)
    expect(codes(await slicesOf(test, run))).toContain(unused)
    expect(codes(await robustnessOf(test, run, { rows: 200 }))).toContain(unused)
    await test.finish((await test.call.decisions.prepare({ id: run.id })).jobId)
    expect(codes(await test.call.decisions.look({ id: run.id }))).toContain(unused)
    const { jobId } = await test.call.calibrations.start({ id: run.id })
    await test.finish(jobId)
    const { sections } = await test.call.runs.evidence({ id: run.id })
    expect(codes(sections!['calibration'] as object)).toContain(unused)
    const compared = await test.call.comparisons.start({ runs: [run.id] })
    const { comparison } = await test.call.comparisons.get({ id: (await test.finish(compared.jobId)) as ComparisonId })
    expect(codes(comparison)).toContain(unused)
  })
})

describe('a label column', () => {
  it('that holds neither yes nor no is refused', async () => {
    expect(await codeOf(test.importDataset(path, { name: 'bad', labels: ['news', 'grade'] }))).toBe(
      'dataset/target-type',
    )
  })
})
