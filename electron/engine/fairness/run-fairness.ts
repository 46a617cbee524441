/** Analyses a run's fairness: groups by columns of the dataset, computed in a worker thread, kept in the evidence. */
import { join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Column } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import { fairnessSectionSchema } from '../../../shared/contract/fairness.ts'
import type { FairnessOptions, FairnessSection } from '../../../shared/contract/fairness.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { FairnessInput } from '../../../shared/fairness/analyse-fairness.ts'
import type { CodedColumn } from '../../../shared/fairness/form-groups.ts'
import { areProbabilities } from '../../../shared/metrics/calibration.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Engine } from '../engine.ts'
import { readDecidedRun, scoreOfClass } from '../evaluation/decided-rows.ts'
import type { DecidedRun } from '../evaluation/decided-rows.ts'
import { addSection } from '../evaluation/evidence-store.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { codeGroups } from './code-groups.ts'
import type { CodedGroups } from './code-groups.ts'
import { readCodes } from '../slices/read-codes.ts'
import { oneAnswerTask } from '../evaluation/gather-run.ts'
import { weightsUnused } from '../evaluation/weights-unused.ts'

/** @throws AssayError fairness/no-attribute, fairness/no-such-class, fairness/no-such-group, dataset/no-such-column, run/not-evaluated */
export async function runFairness(
  engine: Engine,
  runId: RunId,
  options: FairnessOptions,
  context: JobContext,
): Promise<FairnessSection> {
  const decided = await readDecidedRun(engine, runId, context)
  const names = attributeColumns(decided, options)
  const strata = options.strata === undefined ? [] : [columnNamed(decided, options.strata)]
  const columns = await readColumns(engine, decided, [...names, ...strata], context)
  checkReference(columns.slice(0, names.length), options)
  const selected = selectedClass(decided, options)
  const rows = inputRows(decided, selected)
  context.progress({ step: 'Comparing groups', done: 0, total: null, unit: 'steps' })
  const result = await runAnalysis(
    engine,
    {
      analysis: 'fairness',
      input: {
        rows,
        columns,
        attributes: crossings(names.length, options.intersections),
        strata: strata.length > 0 ? names.length : null,
        reference: options.reference,
        minimumGroup: options.minimumGroup,
        largestGap: options.largestGap,
        threshold: decided.threshold,
        seed: decided.evidence.seed,
      },
    },
    [...columns.map((column) => column.codes), ...Object.values(rows).filter((value) => ArrayBuffer.isView(value))],
    context,
  )
  const section = fairnessSectionSchema.parse({
    schema: 'assay.fairness/1',
    createdAt: new Date().toISOString(),
    task: oneAnswerTask(decided.run.task, 'Fairness'),
    rows: { total: decided.dataset.rows, used: decided.used },
    selected: selected?.label ?? null,
    threshold: decided.threshold,
    minimumGroup: options.minimumGroup,
    strata: options.strata ?? null,
    attributes: result.attributes,
    mitigation: result.mitigation,
    tests: result.tests,
    findings: [
      ...weightsUnused(decided.dataset, 'Fairness'),
      ...selectionFindings(decided, selected, options),
      ...result.findings,
    ],
  } satisfies FairnessSection)
  await addSection(engine, runId, 'fairness', section)
  return section
}

function columnNamed({ dataset }: DecidedRun, name: string): Column {
  const column = dataset.columns.find((entry) => entry.name === name)
  if (!column || column.type === 'image') {
    throw new AssayError({
      code: 'dataset/no-such-column',
      message: `The dataset "${dataset.name}" has no column "${name}" to group by.`,
      remedy: `Its columns are ${dataset.columns
        .filter((entry) => entry.type !== 'image')
        .slice(0, 12)
        .map((entry) => entry.name)
        .join(', ')}.`,
      where: { column: name },
    })
  }
  return column
}

function attributeColumns(decided: DecidedRun, { by }: FairnessOptions): Column[] {
  if (by) return [...new Set(by)].map((name) => columnNamed(decided, name))
  const marked = decided.dataset.columns.filter((column) => column.protected && column.type !== 'image')
  if (marked.length === 0) {
    throw new AssayError({
      code: 'fairness/no-attribute',
      message: `No column of "${decided.dataset.name}" is marked as protected, and none was named.`,
      remedy: 'Name the columns to group by, or mark them as protected on the Data page.',
      where: { dataset: decided.dataset.name },
    })
  }
  return marked.slice(0, 20)
}

/** A reference that is misspelt would silently become the largest group. */
function checkReference(columns: readonly CodedColumn[], { reference }: FairnessOptions): void {
  for (const [name, value] of Object.entries(reference)) {
    const column = columns.find((one) => one.name === name)
    if (column?.labels.includes(value)) continue
    throw new AssayError({
      code: 'fairness/no-such-group',
      message: column
        ? `No row has the value "${value}" in "${name}", so it cannot be the reference.`
        : `Rows are not grouped by "${name}", so it has no reference group.`,
      remedy: column
        ? `Its values are ${column.labels.slice(0, 12).join(', ')}.`
        : `They are grouped by ${columns.map((one) => one.name).join(', ')}.`,
      where: { column: name, value },
    })
  }
}

/** Each column alone; with intersections every pair, and all of three. */
function crossings(count: number, intersections: boolean): number[][] {
  const alone = Array.from({ length: count }, (_, place) => [place])
  if (!intersections) return alone
  const pairs = alone.flatMap(([first]) => alone.slice(first! + 1).map(([second]) => [first!, second!]))
  return [...alone, ...pairs, ...(count === 3 ? [[0, 1, 2]] : [])]
}

async function readColumns(
  engine: Engine,
  { dataPath, mask, used }: DecidedRun,
  wanted: readonly Column[],
  context: JobContext,
): Promise<CodedColumn[]> {
  context.progress({ step: 'Reading groups', done: 0, total: wanted.length, unit: 'steps' })
  const duck = await openDuck({ temporaryDirectory: join(engine.workspace.folder, 'tmp') })
  try {
    const coded: CodedGroups[] = []
    for (const [place, column] of wanted.entries()) {
      context.signal.throwIfAborted()
      coded.push(await codeGroups(duck, dataPath, column, place))
    }
    const codes = await readCodes({
      dataPath,
      prepare: coded.flatMap(({ prepare }) => prepare),
      expressions: coded.map(({ expression }) => expression),
      wide: true,
      mask,
      used,
      context,
    })
    return wanted.map((column, place) => ({
      name: column.name,
      codes: codes[place]! as Uint16Array,
      labels: coded[place]!.labels,
    }))
  } finally {
    duck.close()
  }
}

interface Selected {
  readonly label: string
  readonly place: number
}

/** The class that counts as selected: the one named, the positive one, or the most frequent decision. */
function selectedClass({ run, decided }: DecidedRun, options: FairnessOptions): Selected | null {
  const { output } = run.binding
  if (!decided) return null
  if (options.selected !== undefined) {
    const place = output.classes.indexOf(options.selected)
    if (place < 0) {
      throw new AssayError({
        code: 'fairness/no-such-class',
        message: `The model has no class "${options.selected}".`,
        remedy: `Its classes are ${output.classes.slice(0, 12).join(', ')}.`,
        where: { class: options.selected },
      })
    }
    return { label: options.selected, place }
  }
  if (output.task === 'binary') {
    const place = Math.max(0, output.classes.indexOf(output.positive ?? ''))
    return { label: output.classes[place]!, place }
  }
  const counts = new Float64Array(output.classes.length)
  for (const place of decided) if (place >= 0) counts[place]!++
  const place = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)))
  return { label: output.classes[place]!, place }
}

function inputRows(decided: DecidedRun, selected: Selected | null): FairnessInput['rows'] {
  if (!selected) {
    return { kind: 'regression', target: decided.values!, prediction: Float64Array.from(decided.scores!) }
  }
  const { used } = decided
  const truth = decided.truth!
  const decision = decided.decided!
  const y = new Uint8Array(used)
  const called = new Uint8Array(used)
  const correct = new Uint8Array(used)
  for (let row = 0; row < used; row++) {
    y[row] = truth[row] === selected.place ? 1 : 0
    called[row] = decision[row] === selected.place ? 1 : 0
    correct[row] = truth[row] === decision[row] && truth[row]! >= 0 ? 1 : 0
  }
  const score = scoreOfClass(decided, selected.place)
  const probabilities = score !== null && areProbabilities(score)
  return { kind: 'classifier', y, decided: called, correct, score, probabilities }
}

function selectionFindings(
  { run, decided, threshold }: DecidedRun,
  selected: Selected | null,
  options: FairnessOptions,
): EvidenceFinding[] {
  if (!decided || !selected) return []
  const findings: EvidenceFinding[] = []
  if (run.task === 'multiclass' && options.selected === undefined) {
    findings.push({
      code: 'fairness/class-chosen',
      severity: 'note',
      message: `With more than two classes one must count as selected: here "${selected.label}", the one most often decided for.`,
      remedy: 'Name another class to see it instead. Accuracy is over all classes.',
      where: { class: selected.label },
    })
  }
  if (threshold === null) {
    findings.push({
      code: 'fairness/no-mitigation',
      severity: 'note',
      message: 'Thresholds by group are not shown: the decision is not made by a threshold on a score.',
      remedy: 'They are shown for binary models that give scores.',
    })
  }
  return findings
}
