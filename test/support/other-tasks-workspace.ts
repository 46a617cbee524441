/**
 * Makes a workspace with runs that the samples do not have: several labels a row with weights, a ranking, and rows
 * without a target; with production of the first two, whose second half is worse. Labels of the first are left in tags.csv
 * to be taken in. Run as a program: node other-tasks-workspace.ts WORKSPACE FOLDER.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VersionId } from '../../shared/contract/ids.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { openTestEngine } from './engine.ts'
import { makeMlp } from './make-mlp.ts'

const [, , workspace, folder] = process.argv as [string, string, string, string]
const rows = 1200
const random = createRandom(4)
const lines = Array.from({ length: rows }, (_, row) =>
  [
    ...Array.from({ length: 4 }, () => random.normal().toFixed(3)),
    `q${Math.floor(row / 12)}`,
    row === 5 ? '' : (0.5 + random.uniform()).toFixed(2),
    ...Array.from({ length: 3 }, () => (random.uniform() < 0.4 ? 'yes' : 'no')),
    Math.floor(3 * random.uniform()),
  ].join(),
)
const path = join(folder, 'rows.csv')
writeFileSync(path, ['x1,x2,x3,x4,query,weight,news,sport,<b>art</b>,grade', ...lines].join('\n'))
const file = (name: string, widths: readonly number[]): string => {
  writeFileSync(join(folder, name), makeMlp(widths, 3))
  return join(folder, name)
}

const labels = ['news', 'sport', '<b>art</b>']
const test = await openTestEngine(workspace)
const tagger = await test.importModel(file('tagger.onnx', [4, 3]), 'Tagger')
const ranker = await test.importModel(file('ranker.onnx', [4, 1]), 'Ranker')
const datasets = {
  labels: await test.importDataset(path, { name: 'Articles', labels, weight: 'weight', ignored: ['query', 'grade'] }),
  queries: await test.importDataset(path, {
    name: 'Searches',
    target: 'grade',
    task: 'ranking',
    group: 'query',
    ignored: [...labels, 'weight'],
  }),
  bare: await test.importDataset(path, { name: 'Bare rows', ignored: [...labels, 'weight', 'query', 'grade'] }),
}
await test.evaluate(await test.score(tagger, datasets.labels))
await test.evaluate(await test.score(ranker, datasets.queries))
await test.score(ranker, datasets.bare)

/** The service was asked once an hour; in the second half its scores say nothing of what came. */
const production = Array.from({ length: rows }, (_, row) => {
  const scores = labels.map(() => random.uniform())
  const known = row < rows / 2
  return {
    id: `r${row}`,
    ts: new Date(Date.UTC(2026, 8, 7) + row * 3_600_000).toISOString(),
    x: Array.from({ length: 4 }, () => random.normal().toFixed(3)),
    scores,
    labels: scores.map((score) => (random.uniform() < (known ? score : 0.4) ? 'yes' : 'no')),
    grade: Math.floor(3 * (known ? scores[0]! : random.uniform())),
  }
})
const write = (name: string, header: string, lines: readonly (readonly (string | number)[])[]): string => {
  writeFileSync(join(folder, name), [header, ...lines.map((cells) => cells.join())].join('\n'))
  return join(folder, name)
}
const take = async (versionId: VersionId, log: string): Promise<void> => {
  await test.finish((await test.call.monitor.import({ file: { path: log }, versionId })).jobId)
}
await take(
  tagger.id,
  write(
    'tagged.csv',
    `ts,id,x1,x2,x3,x4,${labels.map((name) => `score_${name}`).join()}`,
    production.map(({ ts, id, x, scores }) => [ts, id, ...x, ...scores]),
  ),
)
write(
  'tags.csv',
  `id,${labels.join()}`,
  production.map((one) => [one.id, ...one.labels]),
)
await take(
  ranker.id,
  write(
    'ranked.csv',
    'ts,id,x1,x2,x3,x4,query,score,grade',
    production.map(({ ts, id, x, scores, grade }, row) => [
      ts,
      id,
      ...x,
      `s${Math.floor(row / 12)}`,
      scores[0]!,
      grade,
    ]),
  ),
)
await test.engine.jobs.stop()
test.engine.workspace.close()
