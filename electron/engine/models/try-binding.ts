/** Runs a binding on ten rows, recognises logits by what comes out, and says what a person should look at. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Binding, BoundSample, ModelVersion, OutputBinding } from '../../../shared/contract/model.ts'
import type { FromScorer, ScoringTask } from '../../../shared/contract/scorer-messages.ts'
import { boundColumns, columnsOfInput } from '../../../shared/scoring/bound-columns.ts'
import { numbersPath } from '../datasets/keep-numbers.ts'
import type { Engine } from '../engine.ts'
import type { Scorer } from '../scoring/ask-scorer.ts'
import { checkOutput } from './check-output.ts'
import { guessBinding, sameClass } from './guess-binding.ts'
import { runnablePath } from './runnable-path.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

type Tried = Extract<FromScorer, { type: 'tried' }>
const sampleRows = 10
const tryTimeoutMs = 120_000
/** Float32 sums of a few classes; a real softmax is far nearer to 1 than this. */
const sumTolerance = 1e-3

/** @throws AssayError binding/column-missing, when the dataset lacks a bound column */
export function checkColumns(binding: Binding, dataset: Dataset): void {
  const known = new Set(dataset.columns.map((column) => column.name))
  for (const input of binding.inputs) {
    const missing = columnsOfInput(input).filter((name) => !known.has(name))
    if (missing.length === 0) continue
    throw new AssayError({
      code: 'binding/column-missing',
      message: `The dataset "${dataset.name}" has no column ${missing
        .slice(0, 8)
        .map((name) => `"${name}"`)
        .join(
          ', ',
        )}${missing.length > 8 ? ` and ${missing.length - 8} more` : ''}, which the input "${input.input}" takes.`,
      remedy: 'Import a dataset that has it, or change the binding.',
      where: { input: input.input, column: missing[0]!, dataset: dataset.name },
    })
  }
}

export async function scoringTask(
  engine: Engine,
  version: ModelVersion,
  dataset: Dataset,
  binding: Binding,
): Promise<ScoringTask> {
  checkColumns(binding, dataset)
  return {
    modelPath: await runnablePath(engine, version.id, version.servedSha256),
    dataPath: engine.workspace.files.path(dataset.data.sha256),
    numbersPath: numbersPath(engine.workspace, dataset.id),
    columns: dataset.columns.map((column) => ({ name: column.name, type: column.type })),
    binding,
    device: 'cpu',
    threads: engine.threads,
  }
}

async function runSample(
  engine: Engine,
  scorer: Scorer,
  version: ModelVersion,
  dataset: Dataset,
  binding: Binding,
): Promise<Tried> {
  const task = await scoringTask(engine, version, dataset, binding)
  return scorer.ask({ type: 'try', task, rows: sampleRows }, 'tried', { timeoutMs: tryTimeoutMs })
}

/** A binding that a person gave, run as it is. @throws AssayError binding/* */
export async function tryBinding(
  engine: Engine,
  version: ModelVersion,
  dataset: Dataset,
  binding: Binding,
): Promise<BoundSample> {
  checkOutput(binding.output)
  return engine.keptScorer.use(version.servedSha256, async (scorer) =>
    describe(binding, version, dataset, await runSample(engine, scorer, version, dataset, binding), []),
  )
}

/** A guess: inputs by name and order, then outputs by what ten rows give. */
export async function guessAndTry(engine: Engine, version: ModelVersion, dataset: Dataset): Promise<BoundSample> {
  const guess = guessBinding(version, dataset)
  const notes = [...guess.notes]
  // First without naming classes, so that a wrong number of them cannot stop the look at the outputs.
  const open: Binding = { ...guess.binding, output: { ...guess.binding.output, classes: [], transform: 'none' } }
  return engine.keptScorer.use(version.servedSha256, async (scorer) => {
    const tried = await runSample(engine, scorer, version, dataset, open)
    const binding = { ...guess.binding, output: refine(guess.binding.output, tried, version, notes) }
    return describe(binding, version, dataset, await runSample(engine, scorer, version, dataset, binding), notes)
  })
}

function scoreRows(output: OutputBinding, tried: Tried): number[][] | null {
  if (output.score === null) return null
  const tensors = output.score.map((name) => tried.outputs.find((entry) => entry.name === name))
  if (tensors.some((tensor) => !tensor)) return null
  const rows = tensors[0]!.rows.length
  return Array.from({ length: rows }, (_, row) =>
    tensors.flatMap((tensor) => tensor!.rows[row]!.map((value) => (typeof value === 'number' ? value : NaN))),
  )
}

function refine(output: OutputBinding, tried: Tried, version: ModelVersion, notes: string[]): OutputBinding {
  if (givesOneNumber(output.task)) return output
  const rows = scoreRows(output, tried)
  if (!rows || rows.length === 0) return output
  const width = rows[0]!.length
  if (output.task === 'multilabel') {
    const inUnit = rows.every((row) => row.every((value) => value >= -1e-6 && value <= 1 + 1e-6))
    if (!inUnit)
      notes.push('The scores go outside 0 to 1: they are logits, each turned into a probability by the sigmoid.')
    return { ...output, transform: inUnit ? 'none' : 'sigmoid' }
  }
  let classes = [...output.classes]
  if (width > 1 && classes.length !== width) {
    classes = Array.from({ length: width }, (_, index) => String(index))
    notes.push(`The score has ${width} columns a row; they are called 0 to ${width - 1} until you name them.`)
  }
  if (width === 1 && classes.length !== 2) classes = ['0', '1']
  const positive =
    output.task === 'binary'
      ? (classes.find((name) => output.positive !== null && sameClass(name, output.positive)) ?? classes[1] ?? null)
      : null
  const transform = recogniseTransform(rows, output, version, notes)
  const task = output.task === 'binary' && classes.length > 2 ? 'multiclass' : output.task
  if (task !== output.task) notes.push(`The model has ${classes.length} classes, so the task is multiclass.`)
  return { ...output, task, classes, positive: task === 'binary' ? positive : null, transform }
}

/** Logits are recognised by their values: outside 0 to 1, or rows that do not sum to 1. */
function recogniseTransform(
  rows: readonly number[][],
  output: OutputBinding,
  version: ModelVersion,
  notes: string[],
): OutputBinding['transform'] {
  const inUnit = rows.every((row) => row.every((value) => value >= -1e-6 && value <= 1 + 1e-6))
  const width = rows[0]!.length
  const ending = version.finalActivation[output.score?.[0] ?? ''] ?? 'unknown'
  const normalisedByGraph = ending === 'softmax' || ending === 'sigmoid' || ending === 'normalised'
  if (width === 1) {
    if (inUnit) return 'none'
    notes.push('The score goes outside 0 to 1: it is a logit, turned into a probability by the sigmoid.')
    return 'sigmoid'
  }
  const sums = rows.map((row) => row.reduce((a, b) => a + b, 0))
  if (inUnit && sums.every((sum) => Math.abs(sum - 1) < sumTolerance)) return 'none'
  if (inUnit && normalisedByGraph) {
    notes.push('The scores lie in 0 to 1 but do not sum to 1 (one against the rest); they are used as they are.')
    return 'none'
  }
  const mirrored = width === 2 && rows.every((row) => Math.abs(row[0]! + row[1]!) <= 1e-4 * (1 + Math.abs(row[1]!)))
  if (mirrored) {
    notes.push(
      'The two scores are raw margins (each the negative of the other), not probabilities: the sigmoid of each is used.',
    )
    return 'sigmoid'
  }
  notes.push(
    'The scores are logits: there is no softmax at the end of the graph and rows do not sum to 1. The softmax is applied.',
  )
  return 'softmax'
}

function describe(
  binding: Binding,
  version: ModelVersion,
  dataset: Dataset,
  tried: Tried,
  notes: readonly string[],
): BoundSample {
  const findings: EvidenceFinding[] = []
  const { output } = binding
  const sumsToOne = output.task === 'binary' || output.task === 'multiclass'
  if (tried.scores?.some((row) => row.some((value) => value === null))) {
    findings.push({
      code: 'score/not-finite',
      severity: 'warning',
      message: 'Some of the ten rows give a score that is not a number or infinite.',
      remedy: 'Check the columns and their order. Missing values may need to be filled.',
    })
  }
  if (sumsToOne && output.transform === 'none' && tried.scores) {
    const wrong = tried.scores.findIndex(
      (row) => Math.abs(row.reduce<number>((a, b) => a + (b ?? 0), 0) - 1) > sumTolerance,
    )
    if (wrong >= 0) {
      findings.push({
        code: 'binding/not-probabilities',
        severity: 'warning',
        message: `The scores of row ${wrong + 1} do not sum to 1.`,
        remedy: 'If they are logits, set the transform to softmax or sigmoid.',
        where: { row: wrong + 1 },
      })
    }
  }
  const target = dataset.columns.find((column) => column.role === 'target')
  if (target && sumsToOne && output.classes.length > 0) {
    const unnamed = target.top.filter((entry) => !output.classes.some((name) => sameClass(name, entry.value)))
    if (unnamed.length > 0) {
      findings.push({
        code: 'binding/unknown-class',
        severity: 'warning',
        message: `The target "${target.name}" holds ${unnamed
          .slice(0, 5)
          .map((entry) => `"${entry.value}"`)
          .join(', ')}, which the model does not name (${output.classes.slice(0, 8).join(', ')}).`,
        remedy: 'Name the classes in the binding in the order of the scores.',
        where: { column: target.name, value: unnamed[0]!.value },
      })
    }
  }
  findings.push(...otherPositive(output, dataset), ...writtenAnew(binding, version, dataset))
  const uniqueNames = boundColumns(binding)
  const scoreNames = givesOneNumber(output.task) ? ['prediction'] : output.classes.map((name) => `score ${name}`)
  return {
    binding,
    notes: [...notes],
    findings,
    sample: {
      columns: [...uniqueNames, ...(tried.labels ? ['model label'] : []), ...(tried.scores ? scoreNames : [])],
      rows: tried.values.map((values, row) => [
        ...values.slice(0, uniqueNames.length),
        ...(tried.labels ? [tried.labels[row]!] : []),
        ...(tried.scores ? tried.scores[row]!.map((value) => (value === null ? null : String(value))) : []),
      ]),
    },
  }
}

/** Values of these types are written anew for an input of texts: True as true, 1.50 as 1.5. */
const rewritten: Partial<Record<Dataset['columns'][number]['type'], string>> = {
  boolean: 'true or false',
  float: 'the shortest decimal number',
  date: 'YYYY-MM-DD',
  timestamp: 'YYYY-MM-DD HH:MM:SS',
}

/** A model that knows a category by another spelling takes it for none that it knows, and says nothing. */
function writtenAnew(binding: Binding, version: ModelVersion, dataset: Dataset): EvidenceFinding[] {
  const texts = new Set(version.inputs.filter(({ elementType }) => elementType === 'string').map(({ name }) => name))
  const names = new Set(binding.inputs.filter(({ input }) => texts.has(input)).flatMap(columnsOfInput))
  return dataset.columns.flatMap(({ name, type }): EvidenceFinding[] => {
    const how = rewritten[type]
    if (how === undefined || !names.has(name)) return []
    return [
      {
        code: 'binding/text-written-anew',
        severity: 'warning',
        message: `"${name}" holds ${type} values, which the model is given as texts: ${how}.`,
        remedy: `If it was trained on the texts of the file, import the dataset with --type "${name}=string".`,
        where: { column: name, type },
      },
    ]
  })
}

/** The evaluation is about the binding's positive class, whatever the dataset was imported with. */
function otherPositive({ task, positive }: OutputBinding, dataset: Dataset): EvidenceFinding[] {
  if (task !== 'binary' || positive === null || dataset.positive === null) return []
  if (sameClass(positive.trim(), dataset.positive.trim())) return []
  return [
    {
      code: 'binding/other-positive',
      severity: 'warning',
      message: `The binding’s positive class is "${positive}", and so the evaluation’s; the dataset "${dataset.name}" was imported with "${dataset.positive}".`,
      remedy: 'Set output.positive in the binding, or import the dataset with that positive class.',
      where: { binding: positive, dataset: dataset.positive },
    },
  ]
}

/**
 * The binding to score with: the version's own where it fits the dataset, else a fresh guess. One that a person set is
 * never replaced in silence.
 */
export async function resolveBinding(
  engine: Engine,
  version: ModelVersion,
  dataset: Dataset,
): Promise<{ binding: Binding; findings: readonly EvidenceFinding[]; guessed: boolean }> {
  if (version.binding) {
    try {
      checkOutput(version.binding.output)
      checkColumns(version.binding, dataset)
      const findings = otherPositive(version.binding.output, dataset)
      // A guess was about another dataset, which may have asked for another class.
      if (findings.length === 0 || version.bindingOrigin === 'user')
        return {
          binding: version.binding,
          findings: [...findings, ...writtenAnew(version.binding, version, dataset)],
          guessed: false,
        }
    } catch (error) {
      if (version.bindingOrigin === 'user') throw error
    }
  }
  const sample = await guessAndTry(engine, version, dataset)
  const notes: EvidenceFinding[] = sample.notes.map((message) => ({
    code: 'binding/guessed',
    severity: 'note',
    message,
    remedy: 'If this is wrong, change the binding and score again.',
  }))
  return { binding: sample.binding, findings: [...sample.findings, ...notes], guessed: true }
}
