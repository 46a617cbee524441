/**
 * Scores every row of the samples with onnxruntime-node and compares with scikit-learn's scores in expected*.csv.
 *
 *     node models/verify.mjs
 *
 * A score may differ by 1e-6, or by 1e-5 of its size (logits: of the row's largest, as they are differences of large
 * sums); a label may not differ. Exits with 1 where one does.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'fast-png'
import ort from 'onnxruntime-node'

const here = import.meta.dirname
const checks = [
  ['churn', 'gradient-boosting', 'holdout.csv', 'expected.csv'],
  ['churn', 'gradient-boosting', 'shifted.csv', 'expected-shifted.csv'],
  ['churn', 'logistic-regression', 'holdout.csv', 'expected.csv'],
  ['churn', 'logistic-regression', 'shifted.csv', 'expected-shifted.csv'],
  ['wine', 'random-forest', 'holdout.csv', 'expected.csv'],
  ['diabetes', 'ridge', 'holdout.csv', 'expected.csv'],
  ['digits', 'mlp', 'holdout.csv', 'expected.csv'],
]

/** The samples' files hold no quotes. Gives column name → texts. */
function readCsv(path) {
  const [header, ...rows] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','))
  return new Map(header.map((name, i) => [name, rows.map((row) => row[i])]))
}

const toNumber = (text) => (text === '' ? NaN : Number(text))

function makeFeeds(session, folder, data) {
  const rows = data.values().next().value.length
  const feeds = {}
  for (const input of session.inputMetadata) {
    const shape = [rows, ...input.shape.slice(1)]
    if (input.type === 'string') {
      feeds[input.name] = new ort.Tensor('string', data.get(input.name), shape)
      continue
    }
    const values =
      input.name === 'image'
        ? data.get('file').flatMap((file) => [...decode(readFileSync(join(folder, file))).data])
        : input.name === 'features'
          ? Array.from({ length: rows }, (_, row) =>
              // The target is the last column.
              [...data.values()].slice(0, -1).map((column) => toNumber(column[row])),
            ).flat()
          : data.get(input.name).map(toNumber)
    feeds[input.name] = new ort.Tensor('float32', Float32Array.from(values), shape)
  }
  return feeds
}

let failures = 0
for (const [name, model, dataFile, expectedFile] of checks) {
  const folder = join(here, name)
  const session = await ort.InferenceSession.create(join(folder, `${model}.onnx`))
  const expected = readCsv(join(folder, expectedFile))
  const result = await session.run(makeFeeds(session, folder, readCsv(join(folder, dataFile))))
  const { label } = result
  const scores = result.probabilities ?? result.logits ?? result.progression
  const rows = scores.dims[0]
  const width = scores.dims[1]
  // The columns of this model's scores; a binary model has one, of the second class.
  const columns = [...expected.keys()].filter((key) => key.split(':')[0] === model && !key.endsWith(':label'))
  let absolute = 0
  let wrong = 0
  for (const [i, column] of columns.entries()) {
    const at = width - columns.length + i
    expected.get(column).forEach((text, row) => {
      const want = Number(text)
      const difference = Math.abs(scores.data[row * width + at] - want)
      absolute = Math.max(absolute, difference)
      const size = result.logits
        ? Math.max(...columns.map((name) => Math.abs(expected.get(name)[row])))
        : Math.abs(want)
      if (!(difference <= Math.max(1e-6, 1e-5 * size))) wrong++
    })
  }
  let mislabelled = 0
  expected.get(`${model}:label`)?.forEach((want, row) => {
    const part = scores.data.subarray(row * width, (row + 1) * width)
    const said = label ? label.data[row] : part.indexOf(Math.max(...part))
    if (String(said) !== want) mislabelled++
  })
  if (rows !== expected.values().next().value.length || wrong > 0 || mislabelled > 0) failures++
  process.stdout.write(
    `${name}/${model}.onnx on ${dataFile}: ${rows} rows, largest difference ${absolute.toExponential(1)}, ${wrong} scores and ${mislabelled} labels off\n`,
  )
}
process.exitCode = failures > 0 ? 1 : 0
