/** Real files of many exporters, broken files, and the case models; they lie beside the repository, in ../shared. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as OnnxRuntime from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { AssayError } from '../../../shared/contract/errors.ts'
import { inspectModel } from '../../../shared/onnx/inspect-model.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { removeZipMap } from '../../../shared/onnx/remove-zip-map.ts'
import { refusedByReading } from '../../support/zoo-refusals.ts'

const zoo = fileURLToPath(new URL('../../../../shared/zoo', import.meta.url))
const cases = fileURLToPath(new URL('../../../../shared/cases', import.meta.url))
const present = existsSync(zoo) && existsSync(cases)
const absence = present ? '' : ' (skipped: ../shared/zoo and ../shared/cases are not here)'

function modelsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.onnx'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
}

/** Thrown by readModel, or the first problem of inspectModel; null where neither objects. */
function objection(path: string): string | null {
  const bytes = readFileSync(path)
  try {
    return inspectModel(readModel(bytes), bytes.length).problems[0]?.code ?? null
  } catch (error) {
    if (error instanceof AssayError) return error.code
    throw error
  }
}

interface Reported {
  readonly dir: string
  readonly file: string
  readonly inputs?: readonly { readonly name: string; readonly type?: string; readonly shape?: readonly unknown[] }[]
}

describe.skipIf(!present)(`the zoo${absence}`, () => {
  it('holds every file of the table', () => {
    expect(modelsIn(zoo)).toEqual(expect.arrayContaining(Object.keys(refusedByReading)))
  })

  it.each(modelsIn(zoo).map((path) => [path, refusedByReading[path] ?? null]))('%s: %s', (path, code) => {
    expect(objection(`${zoo}/${path}`)).toBe(code)
  })

  it('agrees with ONNX Runtime on the inputs of each file that both read', () => {
    const reported = JSON.parse(readFileSync(`${zoo}/inspect.json`, 'utf8')) as Reported[]
    let compared = 0
    for (const { dir, file, inputs } of reported) {
      const path = `${zoo}/${dir}/${file}`
      if (!existsSync(path) || !inputs || objection(path) !== null) continue
      const bytes = readFileSync(path)
      const ours = inspectModel(readModel(bytes), bytes.length).inputs
      expect(
        ours.map((input) => input.name),
        path,
      ).toEqual(inputs.map((input) => input.name))
      expect(
        ours.map((input) => input.elementType),
        path,
      ).toEqual(inputs.map((input) => input.type))
      expect(
        ours.map((input) => input.shape?.map((dim) => dim ?? '')),
        path,
      ).toEqual(inputs.map((input) => input.shape))
      compared++
    }
    expect(compared).toBeGreaterThan(30)
  })
})

const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime

async function load(bytes: Uint8Array) {
  return ort.InferenceSession.create(bytes, { logSeverityLevel: 3 })
}

/** Any values do: both graphs get the same ones. */
function feeds(session: Awaited<ReturnType<typeof load>>) {
  return Object.fromEntries(
    session.inputMetadata.map((meta, position) => {
      if (!meta.isTensor) throw new Error(`${meta.name} is not a tensor`)
      const dims = meta.shape.map((dim) => (typeof dim === 'number' ? dim : 3))
      const count = dims.reduce((product, dim) => product * dim, 1)
      const values = Array.from({ length: count }, (_, index) => ((index * 7 + position * 3) % 11) - 2)
      const tensor =
        meta.type === 'string'
          ? new ort.Tensor('string', values.map(String), dims)
          : new ort.Tensor('float32', Float32Array.from(values), dims)
      return [meta.name, tensor]
    }),
  )
}

describe.skipIf(!present)(`ZipMap removal${absence}`, () => {
  it.each([
    ['telco_churn/model_zipmap.onnx', 'telco_churn/model.onnx'],
    ['telco_churn/model_rf_zipmap.onnx', 'telco_churn/model_rf.onnx'],
    ['telco_churn/model_raw_zipmap.onnx', 'telco_churn/model_raw.onnx'],
    ['wine_quality/model_zipmap.onnx', 'wine_quality/model.onnx'],
    ['wine_quality/model_3class_logreg_zipmap.onnx', 'wine_quality/model_3class_logreg.onnx'],
  ])('of %s gives the numbers of %s', async (zipped, plain) => {
    const removal = removeZipMap(readModel(readFileSync(`${cases}/${zipped}`)))
    expect(removal.removed).toHaveLength(1)
    const reference = await load(readFileSync(`${cases}/${plain}`))
    const session = await load(removal.bytes)
    const input = feeds(reference)
    const expected = await reference.run(input)
    const actual = await session.run(input)
    expect(actual['output_probability']!.dims).toEqual(expected['probabilities']!.dims)
    expect(actual['output_probability']!.data).toEqual(expected['probabilities']!.data)
    expect(actual['output_label']!.data).toEqual(expected['label']!.data)
  })

  it.each([
    'onnxruntime_go/sklearn_randomforest.onnx',
    'onnxruntime_ruby/lightgbm.onnx',
    'onnxruntime_ruby/logreg_iris.onnx',
  ])('of %s gives rows that sum to 1', async (path) => {
    const { bytes, removed } = removeZipMap(readModel(readFileSync(`${zoo}/${path}`)))
    const session = await load(bytes)
    const results = await session.run(feeds(session))
    const { dims, data } = results[removed[0]!.output]!
    expect(dims[1]).toBe(removed[0]!.classLabels.length)
    const sum = (data as Float32Array).reduce((total, value) => total + value, 0)
    expect(sum / dims[0]!).toBeCloseTo(1, 5)
  })
})

describe.skipIf(!present)(`the case models${absence}`, () => {
  it.each([
    ['telco_churn/model.onnx', ['0', '1'], { probabilities: 'sigmoid' }],
    ['telco_churn/model_gb_rawscores.onnx', ['0', '1'], { probabilities: 'unknown' }],
    ['telco_churn/model_rf.onnx', ['0', '1'], { probabilities: 'unknown' }],
    ['telco_churn/model_raw.onnx', ['No', 'Yes'], { probabilities: 'sigmoid' }],
    ['telco_churn/model_raw_zipmap_columns.onnx', ['No', 'Yes'], { sNo: 'sigmoid', sYes: 'sigmoid' }],
    ['wine_quality/model.onnx', ['3', '4', '5', '6', '7', '8', '9'], { probabilities: 'unknown' }],
    ['wine_quality/model_3class_logreg.onnx', ['good', 'ok', 'poor'], { probabilities: 'normalised' }],
    ['bike_xgb/model.onnx', null, { variable: 'none' }],
    ['bike_xgb/model_busy_clf.onnx', ['0', '1'], { probabilities: 'sigmoid' }],
    ['california_gbr/model.onnx', null, { variable: 'none' }],
    ['digits_mnist_cnn/model.onnx', null, { Plus214_Output_0: 'none' }],
  ])('%s: classes %j, activation %j', (path, classes, activation) => {
    const bytes = readFileSync(`${cases}/${path}`)
    const inspection = inspectModel(readModel(bytes), bytes.length)
    expect(inspection.problems).toEqual([])
    expect(inspection.classLabels?.values ?? null).toEqual(classes)
    expect(inspection.finalActivation).toEqual(activation)
  })
})
