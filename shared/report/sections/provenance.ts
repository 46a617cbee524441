/** Where the numbers come from: the data, the model and the run. */
import type { Dialect } from '../../contract/dataset.ts'
import type { InputBinding, OutputBinding } from '../../contract/model.ts'
import type { Evidence } from '../../contract/run.ts'
import { formatCount, formatNumber, formatPercent, formatRate, plural } from '../../format/number.ts'
import { formatDuration, formatTimeUtc } from '../../format/time.ts'
import { deviceTitle, taskTitle } from '../../format/words.ts'
import { facts, left, right, table } from '../report-document.ts'
import type { Section } from '../report-document.ts'
import { clipText, nameText } from '../visible-text.ts'
import { limitRows, listNames } from './limit-rows.ts'

const quoted = (name: string): string => `“${nameText(name)}”`

const characterNames: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
  ' ': 'space',
  '"': 'double quote',
  "'": 'single quote',
  '': 'none',
  '\n': 'LF',
  '\r\n': 'CRLF',
  '\r': 'CR',
  '.': 'point',
}
const characterName = (character: string): string => characterNames[character] ?? quoted(character)

const headerTexts = ['no header', 'one header line', 'two header lines', 'three header lines'] as const

const dialectText = (dialect: Dialect): string =>
  [
    `delimiter ${characterName(dialect.delimiter)}`,
    `quote ${characterName(dialect.quote)}`,
    `encoding ${dialect.encoding}${dialect.bom ? ' with a byte order mark' : ''}`,
    `line ends ${characterName(dialect.newline)}`,
    `decimal ${characterName(dialect.decimal)}`,
    headerTexts[dialect.headerLines] ?? plural(dialect.headerLines, 'header line'),
    dialect.missing.length === 0
      ? 'only an empty field is missing'
      : `missing where empty or ${listNames(dialect.missing.map(quoted), 10)}`,
  ].join('; ')

export function dataSection({ dataset, rows }: Evidence): Section {
  const { shown, ...rest } = limitRows(dataset.columns, 300, 'columns')
  return {
    id: 'data',
    title: 'Data',
    blocks: [
      facts('The dataset', [
        ['Name', nameText(dataset.name)],
        ['Rows', `${formatCount(rows.used)} used / ${formatCount(rows.total)} total`],
        ...rows.excluded.map(({ reason, n }) => [`Left out: ${clipText(reason, 100)}`, plural(n, 'row')] as const),
        ['Target', nameText(dataset.target)],
        ['Source file', nameText(dataset.fileName)],
        ...(dataset.dialect ? [['Read as', dialectText(dataset.dialect)] as const] : []),
        ['Source file, sha256', dataset.sourceSha256],
        ['Stored data, sha256', dataset.dataSha256],
        ['Id', dataset.id],
      ]),
      table({
        caption: 'Columns',
        columns: [
          left('Column'),
          left('Type'),
          left('Role'),
          left('Protected'),
          right('Missing'),
          right('Share missing'),
        ],
        rows: shown.map((column) => [
          nameText(column.name),
          column.type,
          column.role,
          column.protected ? 'yes' : 'no',
          formatCount(column.missing),
          dataset.rows === 0 ? '—' : formatPercent(column.missing / dataset.rows),
        ]),
        ...rest,
      }),
    ],
  }
}

function inputText(input: InputBinding): string {
  switch (input.kind) {
    case 'matrix':
      return `${plural(input.columns.length, 'column')} side by side, in this order: ${listNames(input.columns.map(nameText), 60)}`
    case 'column':
      return `The column ${quoted(input.column)}`
    case 'image':
      return `The image in ${quoted(input.column)}, ${input.width} × ${input.height} with ${plural(input.channels, 'channel')} in the order ${input.layout}, as pixel × ${input.scale.map(formatNumber).join(', ')} + ${input.offset.map(formatNumber).join(', ')}`
    case 'constant':
      return `The same for each row: ${typeof input.value === 'number' ? formatNumber(input.value) : quoted(input.value)}`
  }
}

const transformTexts: Readonly<Record<OutputBinding['transform'], string>> = {
  none: 'taken as they are',
  softmax: 'made into probabilities by softmax',
  sigmoid: 'made into probabilities by the logistic function',
}

function outputFacts(output: OutputBinding): (readonly [string, string])[] {
  const scores =
    output.score === null
      ? 'The model gives labels only.'
      : `${listNames(output.score.map(quoted), 20)}, ${transformTexts[output.transform]}`
  return [
    ['Scores', scores],
    ...(output.label === null ? [] : [['Label', quoted(output.label)] as const]),
    ...(output.classes.length === 0
      ? []
      : [['Classes, in score order', listNames(output.classes.map(nameText), 60)] as const]),
    ...(output.positive === null ? [] : [['Positive class', nameText(output.positive)] as const]),
  ]
}

export function modelSection({ model }: Evidence): Section {
  const { inputs, output, missingText, fixedBatch } = model.binding
  const { shown, ...rest } = limitRows(inputs, 300, 'inputs')
  return {
    id: 'model',
    title: 'Model',
    blocks: [
      facts('The model version', [
        ['Name and version', `${nameText(model.name)}, version ${formatCount(model.version)}`],
        ['File', nameText(model.fileName)],
        ['Producer', nameText(model.producer)],
        [
          'Operator sets',
          listNames(
            model.opsets.map(({ domain, version }) => `${nameText(domain || 'ai.onnx')} ${version}`),
            20,
          ),
        ],
        ['Parameters', formatCount(model.parameters)],
        ['File, sha256', model.sha256],
        ['Graph that was run, sha256', model.servedSha256 === model.sha256 ? 'the same file' : model.servedSha256],
        ['Binding, sha256', model.bindingSha256],
        ['Id', model.versionId],
      ]),
      table({
        caption: 'What each input of the model is given',
        columns: [left('Input'), left('Is given')],
        rows: shown.map((input) => [nameText(input.input), inputText(input)]),
        ...rest,
      }),
      facts('What the outputs mean', [
        ['Task', taskTitle(output.task)],
        ...outputFacts(output),
        [
          'Missing values',
          `Text inputs get ${missingText === '' ? 'an empty text' : quoted(missingText)}, numbers NaN.`,
        ],
        ...(fixedBatch === null ? [] : [['Rows a call', `${formatCount(fixedBatch)}, as the graph demands`] as const]),
      ]),
    ],
  }
}

export function scoringSection({ run, software }: Evidence): Section {
  return {
    id: 'scoring',
    title: 'How it was scored',
    blocks: [
      facts('The run', [
        ['Started', formatTimeUtc(run.createdAt)],
        ['Device', deviceTitle(run.device)],
        ['Rows a call', formatCount(run.batchRows)],
        ['Threads', formatCount(run.threads)],
        ['Time', formatDuration(run.elapsedMs)],
        ['Rate', formatRate(run.rowsPerSecond, 'rows')],
        [
          'Largest difference from the CPU',
          run.parity === null ? 'not measured; the CPU is what others are compared with' : formatNumber(run.parity),
        ],
        ['Scores, sha256', run.scoresSha256],
        ['Id', run.id],
      ]),
      facts('Software', [
        ['Assay', nameText(software.assay)],
        ['ONNX Runtime', nameText(software.onnxruntime)],
        ['DuckDB', nameText(software.duckdb)],
        ['Node.js', nameText(software.node)],
        ['Platform', nameText(software.platform)],
      ]),
    ],
  }
}
