/** Each bad input is a coded error or a finding with place and remedy, and the workspace is as it was. */
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetOptions } from '../../shared/contract/dataset.ts'
import type { Binding } from '../../shared/contract/model.ts'
import { classLookup } from '../../electron/engine/evaluation/gather.ts'
import type { Job } from '../../shared/contract/job.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import {
  attribute,
  classifierEnds,
  externalInitializer,
  initializer,
  input,
  linearClassifier,
  model,
  node,
  output,
} from '../support/build-model.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let test: TestEngine
const folder = temporaryFolder()
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(() => test.close())

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function importError(path: string, options: DatasetOptions = {}): Promise<NonNullable<Job['error']>> {
  const before = await test.call.workspace.info()
  const { jobId } = await test.call.datasets.import({ file: { path }, options })
  const job = await test.engine.jobs.finished(jobId)
  expect(job.state).toBe('failed')
  expect(job.error!.remedy).not.toBe('')
  const after = await test.call.workspace.info()
  expect(after).toEqual(before)
  return job.error!
}

const rows = (n: number) => Array.from({ length: n }, (_, k) => `${k},${k % 2},x${k % 3}`).join('\n')

describe('files that are no table', () => {
  it.each([
    ['empty.csv', '', 'dataset/empty'],
    ['header.csv', 'a,b,c\n', 'dataset/no-rows'],
    ['page.csv', '<!DOCTYPE html><html><body>404</body></html>', 'dataset/not-a-table'],
    ['packed.csv', gzipSync('a,b\n1,2\n'), 'dataset/compressed'],
    ['pointer.csv', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'dataset/not-a-table'],
    ['binary.csv', new Uint8Array([1, 2, 0, 3, 0, 0, 9]), 'dataset/not-a-table'],
    ['broken.parquet', 'PAR1 and nothing of the kind PAR1', 'dataset/unreadable'],
    ['broken.json', '[{"a": 1}, {"a": ', 'dataset/unreadable'],
    ['nested.json', '[{"a": {"b": 1}}]', 'dataset/nested-column'],
  ] as const)('%s', async (name, content, code) => {
    expect((await importError(file(name, content))).code).toBe(code)
  })

  it('refuses what is not there', async () => {
    expect((await importError(join(folder, 'nothing.csv'))).code).toBe('dataset/unreadable')
  })

  it('refuses 2 GB of one line at once', async () => {
    const path = join(folder, 'one-line.csv')
    const handle = openSync(path, 'w')
    // Text at the start, then a hole: 2 GB that take no disk.
    writeSync(handle, 'a,b\n' + 'x'.repeat(300_000))
    ftruncateSync(handle, 2 * 1024 ** 3)
    closeSync(handle)
    const error = await importError(path)
    expect(error.code).toBe('dataset/line-too-long')
    expect(error.where).toMatchObject({ line: 2 })
  })
})

describe('rows that are not whole', () => {
  it('names the line, what was expected and what was found', async () => {
    const error = await importError(file('ragged.csv', `a,b,c\n${rows(3)}\n4,5\n${rows(2)}\n`))
    expect(error.code).toBe('dataset/ragged-row')
    expect(error.where).toMatchObject({ line: 5, expected: 3, actual: 2, badRows: 1 })
    expect(error.message).toContain('Line 5')
  })

  it('counts lines through quoted newlines, and with CRLF', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['a,b,c', `1,"two${end}lines",3`, '4,5', '6,7,8'].join(end)
      expect((await importError(file('quoted.csv', text))).where).toMatchObject({ line: 4, actual: 2 })
    }
  })

  it('leaves them out when told to, and says which', async () => {
    const path = file('skip.csv', `a,b,c\n${rows(3)}\n4,5\n${rows(2)}\n1,2,3,4\n`)
    const dataset = await test.importDataset(path, { badRows: 'skip' })
    expect(dataset.rows).toBe(5)
    expect(dataset.findings).toContainEqual(
      expect.objectContaining({ code: 'dataset/rows-left-out', where: { rows: 2, line: 5 } }),
    )
  })

  it('names the line of a quote that is never closed', async () => {
    const error = await importError(file('open.csv', 'a,b\n1,2\n3,"four\n5,6\n'))
    expect(error.code).toBe('dataset/open-quote')
    expect(error.where).toMatchObject({ line: 3 })
  })

  it('names the line of text after a closing quote', async () => {
    const error = await importError(file('stray.csv', 'a,b\n1,2\n3,"four" five\n'))
    expect(error.code).toBe('dataset/stray-quote')
    expect(error.where).toMatchObject({ line: 3 })
  })
})

describe('columns', () => {
  const table = () => file('table.csv', `id,flag,kind\n${rows(20)}\n`)

  it('says which column is not there', async () => {
    const error = await importError(table(), { target: 'nothing' })
    expect(error.code).toBe('dataset/no-such-column')
    expect(error.remedy).toContain('flag')
  })

  it('names the first row that does not have the chosen type', async () => {
    const error = await importError(table(), { types: { kind: 'float' } })
    expect(error).toMatchObject({ code: 'dataset/type', where: { column: 'kind', row: 1, value: 'x0', rows: 20 } })
  })

  it('refuses a regression on text, and a binary task on three classes', async () => {
    expect((await importError(table(), { target: 'kind', task: 'regression' })).code).toBe('dataset/target-type')
    expect((await importError(table(), { target: 'kind', task: 'binary' })).code).toBe('dataset/target-type')
    expect((await importError(table(), { target: 'flag', task: 'binary', positive: '7' })).code).toBe(
      'dataset/no-such-class',
    )
  })

  it('says that scores are the wrong way round, and predictions in another unit', async () => {
    const churn = await test.importDataset(join(samples, 'churn/holdout.csv'), { target: 'churned', task: 'binary' })
    const version = await test.importModel(join(samples, 'churn/logistic-regression.onnx'))
    const { binding } = await test.call.models.guessBinding({ versionId: version.id, datasetId: churn.id })
    const classes = [...binding.output.classes].reverse()
    const run = await test.score(version, churn, { binding: { ...binding, output: { ...binding.output, classes } } })
    const found = (await test.evaluate(run)).findings.filter((entry) => entry.code === 'evaluation/worse-than-chance')
    expect(found).toMatchObject([{ severity: 'warning', where: { metric: 'roc_auc' } }])

    const lines = Array.from({ length: 60 }, (_, k) => `${k},${-k},${1e4 + 100 * k + ((k * 7) % 13)}`)
    const scaled = await test.importDataset(file('scaled.csv', `x0,x1,y\n${lines.join('\n')}\n`), {
      target: 'y',
      task: 'regression',
    })
    const ones = initializer('ones', [2, 1], [1, 1])
    const graph = [node('MatMul', ['X', 'ones'], ['p']), ones, input('X', 1, [null, 2]), output('p', 1, [null, 1])]
    const sums = await test.importModel(file('sums.onnx', model(graph)))
    const evidence = await test.evaluate(await test.score(sums, scaled))
    expect(evidence.findings).toContainEqual(
      expect.objectContaining({ code: 'evaluation/worse-than-chance', where: { metric: 'r2' } }),
    )
  })

  it('says that a target has one class only, and evaluates what is defined', async () => {
    const one = file('one-class.csv', `x0,x1,y\n${Array.from({ length: 40 }, (_, k) => `${k},${-k},low`).join('\n')}\n`)
    const dataset = await test.importDataset(one, { target: 'y', task: 'multiclass' })
    expect(dataset.findings.map((finding) => finding.code)).toContain('dataset/one-class')
    const version = await test.importModel(
      file('linear.onnx', model([linearClassifier, ...classifierEnds, output('scores', 1, [null, 3])])),
    )
    const evidence = await test.evaluate(await test.score(version, dataset))
    expect(evidence.findings.map((finding) => finding.code)).toContain('evaluation/one-class')
    expect(evidence.metrics['roc_auc_ovr']).toMatchObject({ value: null, reason: expect.any(String) as string })
    expect(evidence.metrics['accuracy']!.value).not.toBeNull()
  })
})

describe('a name with brackets or a star', () => {
  it.each(['parquet', 'csv', 'jsonl'] as const)(
    'is the name of one %s file, not a pattern for others',
    async (kind) => {
      const texts = (value: string) => ({ csv: `x,y\n${value},1\n`, jsonl: `{"x":"${value}","y":1}\n` })
      const made = async (name: string, value: string): Promise<string> => {
        if (kind !== 'parquet') return file(`${name}.${kind}`, texts(value)[kind])
        const path = join(folder, `${name}.parquet`)
        const duck = await DuckDBInstance.create(':memory:')
        const connection = await duck.connect()
        await connection.run(`COPY (SELECT '${value}' AS x, 1 AS y) TO '${path}' (FORMAT parquet)`)
        return path
      }
      for (const [name, value] of [
        ['rows1', 'wrong'],
        ['rows[1]', 'bracket'],
        ['rows*', 'star'],
        ['rows?', 'mark'],
      ] as const) {
        const path = await made(name, value)
        if (value === 'wrong') continue
        const preview = await test.call.datasets.preview({ file: { path }, options: {} })
        expect(preview.rows[0], name).toContain(value)
        const dataset = await test.importDataset(path)
        expect(dataset.rows, name).toBe(1)
        expect(dataset.columns[0]!.top[0]!.value, name).toBe(value)
      }
    },
  )
})

describe('images', () => {
  it('refuses paths out of the folder, by dots and by links', async () => {
    const outside = file('outside.png', 'x')
    const inner = mkdtempSync(join(folder, 'images-'))
    symlinkSync(outside, join(inner, 'link.png'))
    for (const path of ['../outside.png', 'link.png', outside]) {
      writeFileSync(join(inner, 'table.csv'), `file,label\n${path},1\n`)
      expect((await importError(join(inner, 'table.csv'))).code).toBe('dataset/path-escape')
    }
  })

  it('names the row of an image that is missing or is none', async () => {
    writeFileSync(join(folder, 'fake.png'), 'not an image')
    expect(await importError(file('missing.csv', 'file,label\ngone.png,1\n'))).toMatchObject({
      code: 'dataset/image-missing',
      where: { row: 1, column: 'file' },
    })
    expect((await importError(file('fake.csv', 'file,label\nfake.png,1\n'))).code).toBe('dataset/image-unreadable')
    mkdirSync(join(folder, 'folder.png'))
    expect((await importError(file('folder.csv', 'file,label\nfolder.png,1\n'))).code).toBe('dataset/image-unreadable')
  })
})

describe('weights in another file', () => {
  /** A graph that adds two numbers which lie in the file that it names. */
  const graphOf = (location: string): string =>
    file(
      'outer.onnx',
      model([
        node('Add', ['x', 'w'], ['y']),
        input('x', 1, ['N', 2]),
        output('y', 1, ['N', 2]),
        externalInitializer('w', [2], location),
      ]),
    )

  it.each([
    ['../weights.bin', 'model/external-data-escape'],
    ['.', 'model/external-data-escape'],
    ['inner/../../weights.bin', 'model/external-data-escape'],
    ['weights', 'model/external-data-missing'],
    ['gone.bin', 'model/external-data-missing'],
    // It would be run in the place of the graph that was looked at.
    ['model.onnx', 'model/external-data-name'],
    ['weights/../MODEL.onnx', 'model/external-data-name'],
  ])('named %s: %s', async (location, code) => {
    mkdirSync(join(folder, 'weights'), { recursive: true })
    const { jobId } = await test.call.models.import({ file: { path: graphOf(location) } })
    const { state, error } = await test.engine.jobs.finished(jobId)
    expect([state, error?.code]).toEqual(['failed', code])
  })

  it('that lie beside the graph are taken with it, also where their name begins with dots', async () => {
    file('..weights.bin', new Uint8Array(Float32Array.of(1, 2).buffer))
    const version = await test.importModel(graphOf('..weights.bin'))
    expect(version.inputs.map(({ name }) => name)).toEqual(['x'])
  })
})

describe('models and data that do not fit', () => {
  const churn = () => test.importDataset(join(samples, 'churn/holdout.csv'), { target: 'churned', task: 'binary' })

  it('a column missing', async () => {
    const version = await test.importModel(join(samples, 'churn/gradient-boosting.onnx'))
    const path = file('short.csv', 'tenure_months,churned\n1,Yes\n2,No\n')
    const dataset = await test.importDataset(path, { target: 'churned', task: 'binary' })
    expect(await codeOf(test.score(version, dataset))).toBe('binding/column-missing')
  })

  it('a type that cannot be bound', async () => {
    const version = await test.importModel(
      file(
        'number.onnx',
        model([node('Identity', ['contract'], ['y']), input('contract', 1, ['N', 1]), output('y', 1, ['N', 1])]),
      ),
    )
    expect(await codeOf(test.score(version, await churn()))).toBe('binding/type')
  })

  it('a model of the wrong width', async () => {
    const version = await test.importModel(
      file('wide.onnx', model([node('Identity', ['x'], ['y']), input('x', 1, ['N', 77]), output('y', 1, ['N', 77])])),
    )
    expect(await codeOf(test.score(version, await churn()))).toBe('binding/width')
  })

  it('numbers that a whole-number input would change', async () => {
    const lines = Array.from({ length: 30 }, (_, k) => `${k},${k === 20 ? 2.5 : k},${k === 25 ? 300 : k},${k - 28}`)
    const dataset = await test.importDataset(file('whole.csv', `whole,half,large,below\n${lines.join('\n')}\n`))
    const refusal = async (column: string, elementType: number): Promise<string> => {
      const cast = node('Cast', [column], ['y'], { attributes: [attribute.int('to', 1)] })
      const graph = [cast, input(column, elementType, ['N', 1]), output('y', 1, ['N', 1])]
      const path = file(`${column}-${elementType}.onnx`, model(graph))
      return codeOf(test.importModel(path).then((version) => test.score(version, dataset)))
    }
    const [uint8, int32, int64, uint64, bool] = [2, 6, 7, 13, 9]
    for (const type of [int32, int64]) {
      expect(await refusal('whole', type)).toBe('no error')
      expect(await refusal('half', type)).toBe('binding/not-an-integer')
    }
    expect(await refusal('large', uint8)).toBe('binding/integer-range')
    expect(await refusal('whole', bool)).toBe('binding/integer-range')
    expect(await refusal('below', uint64)).toBe('binding/integer-range')
  })

  it('a binding whose classes, positive class and outputs do not fit each other', async () => {
    const dataset = await churn()
    const version = await test.importModel(join(samples, 'churn/logistic-regression.onnx'))
    const { binding } = await test.call.models.guessBinding({ versionId: version.id, datasetId: dataset.id })
    const score = (output: Partial<Binding['output']>) =>
      codeOf(test.score(version, dataset, { binding: { ...binding, output: { ...binding.output, ...output } } }))
    expect(await score({})).toBe('no error')
    // Neither is evaluated as if the first class were meant.
    expect(await score({ positive: 'yes' })).toBe('binding/positive')
    expect(await score({ positive: null })).toBe('binding/positive')
    expect(await score({ classes: ['No', 'No'] })).toBe('binding/classes')
    expect(await score({ classes: ['No', 'Yes', 'Maybe'] })).toBe('binding/classes')
    expect(await score({ score: [], label: null })).toBe('binding/no-output')
    // Labels alone need no names.
    expect(await score({ score: null, classes: [], positive: null })).toBe('no error')
  })

  it('a positive class other than the one the model was first bound with', async () => {
    const version = await test.importModel(join(samples, 'churn/logistic-regression.onnx'), 'first for Yes')
    const path = join(samples, 'churn/holdout.csv')
    const evaluated = async (positive: string) =>
      test.evaluate(await test.score(version, await test.importDataset(path, { target: 'churned', positive })))
    const yes = await evaluated('Yes')
    const no = await evaluated('No')
    expect([yes.detail, no.detail]).toMatchObject([{ positive: 'Yes' }, { positive: 'No' }])
    expect(no.metrics['prevalence']!.value! + yes.metrics['prevalence']!.value!).toBeCloseTo(1, 12)
    // One that a person set stands, and says so.
    const { id } = await test.importDataset(path, { target: 'churned', positive: 'Yes' })
    await test.call.models.saveBinding({ versionId: version.id, datasetId: id, binding: yes.model.binding })
    const kept = await evaluated('No')
    expect(kept.detail).toMatchObject({ positive: 'Yes' })
    expect(kept.findings).toContainEqual(expect.objectContaining({ code: 'binding/other-positive' }))
  })

  it('values that a text input is given in another spelling than the file has', async () => {
    const encoder = node('LabelEncoder', ['flag'], ['y'], {
      domain: 'ai.onnx.ml',
      attributes: [attribute.texts('keys_strings', ['True', 'False']), attribute.floats('values_floats', [0.9, 0.1])],
    })
    const opsets = [
      ['', 15],
      ['ai.onnx.ml', 2],
    ] as const
    const graph = [encoder, input('flag', 8, ['N', 1]), output('y', 1, ['N', 1])]
    const version = await test.importModel(file('spelling.onnx', model(graph, { opsets })))
    const lines = Array.from({ length: 30 }, (_, k) => `${k % 3 ? 'True' : 'False'},${k % 2}`)
    const path = file('spelling.csv', `flag,y\n${lines.join('\n')}\n`)
    const codes = async (types: DatasetOptions['types']) => {
      const dataset = await test.importDataset(path, { target: 'y', task: 'regression', ...(types ? { types } : {}) })
      return (await test.score(version, dataset)).findings.map(({ code }) => code)
    }
    // A run with the binding that was guessed before says it, too.
    for (let time = 0; time < 2; time++) expect(await codes(undefined)).toContain('binding/text-written-anew')
    expect(await codes({ flag: 'string' })).not.toContain('binding/text-written-anew')
  })

  it('logits that the first ten rows do not show are said to be no probabilities', async () => {
    const lines = Array.from({ length: 60 }, (_, k) => `${k < 12 ? 0.3 : k - 30},${k % 2}`)
    const dataset = await test.importDataset(file('logits.csv', `x,y\n${lines.join('\n')}\n`), {
      target: 'y',
      task: 'binary',
    })
    const graph = [node('Identity', ['x'], ['score']), input('x', 1, ['N', 1]), output('score', 1, ['N', 1])]
    const evidence = await test.evaluate(
      await test.score(await test.importModel(file('logits.onnx', model(graph))), dataset),
    )
    expect(evidence.findings).toContainEqual(
      expect.objectContaining({ code: 'evaluation/not-probabilities', where: { rows: 46 } }),
    )
    expect(evidence.metrics['log_loss']!.value).toBeNull()
  })

  it('a file of scores that was changed since is not evaluated', async () => {
    const run = await test.score(
      await test.importModel(join(samples, 'churn/logistic-regression.onnx'), 'changed'),
      await churn(),
    )
    appendFileSync(join(test.folder, 'runs', run.id, 'chunk-000000.parquet'), ' ')
    expect(await codeOf(test.evaluate(run))).toBe('workspace/file-changed')
    expect((await test.call.runs.get({ id: run.id })).evidenceSha256).toBeNull()
  })

  it('classes that are one number written twice are two classes', () => {
    const place = classLookup(['01', '1', 'true'])
    expect(['01', '1', '1.0', 'true', ' 1 ', '2'].map(place)).toEqual([0, 1, 0, 2, 0, -1])
  })

  it('NaN and infinite scores are counted, left out and said', async () => {
    const lines = Array.from({ length: 30 }, (_, k) => `${k % 10 === 0 ? -1 : k},${k}`)
    const dataset = await test.importDataset(file('log.csv', `x,y\n${lines.join('\n')}\n`), {
      target: 'y',
      task: 'regression',
    })
    const version = await test.importModel(
      file('log.onnx', model([node('Log', ['x'], ['y']), input('x', 1, ['N', 1]), output('y', 1, ['N', 1])])),
    )
    const run = await test.score(version, dataset)
    expect(run.findings).toContainEqual(expect.objectContaining({ code: 'score/not-finite' }))
    const evidence = await test.evaluate(run)
    expect(evidence.rows).toMatchObject({ total: 30, used: 27, excluded: [{ reason: 'score is not finite', n: 3 }] })
    expect(evidence.metrics['mae']!.n).toBe(27)
  })

  it('a class in the data that the model never names', async () => {
    const lines = Array.from({ length: 60 }, (_, k) => `${k % 7},${k % 5},${['low', 'mid', 'high', 'strange'][k % 4]}`)
    const dataset = await test.importDataset(file('strange.csv', `x0,x1,y\n${lines.join('\n')}\n`), {
      target: 'y',
      task: 'multiclass',
    })
    const version = await test.importModel(
      file('linear2.onnx', model([linearClassifier, ...classifierEnds, output('scores', 1, [null, 3])])),
    )
    const evidence = await test.evaluate(await test.score(version, dataset))
    expect(evidence.findings).toContainEqual(
      expect.objectContaining({ code: 'evaluation/unknown-class', where: { class: 'strange', rows: 15 } }),
    )
    expect(evidence.metrics['accuracy']!.n).toBe(60)
  })
})
